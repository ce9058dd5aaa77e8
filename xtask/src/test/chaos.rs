//! The fault suite of `end2end/chaos`, against a server that can be told where to die.

use std::process::Stdio;

use anyhow::{Context, Result};

use super::lint::Compiler;
use super::tally::{self, Tally};
use super::unit;
use crate::process::Task;
use crate::workspace::Workspace;
use crate::{build, setup};

/// Everything for minutes, or with words those faults whose names have one of them.
pub(super) fn long(workspace: &Workspace, args: &[&str]) -> Result<Tally> {
    setup::for_proxy()?;
    run(workspace, Compiler::Rustc, args)
}

/// Each fault a few times.
pub(super) fn short(workspace: &Workspace, compiler: Compiler) -> Result<Tally> {
    run(workspace, compiler, &["--short"])
}

fn run(workspace: &Workspace, compiler: Compiler, args: &[&str]) -> Result<Tally> {
    // Only the tests' build of the server has the feature that kills it.
    unit::compile(workspace, compiler)?;
    let server = format!("debug/greenlit{}", std::env::consts::EXE_SUFFIX);
    let model = build::helper(workspace, "fake-openai")?;
    setup::for_browser_tests(workspace)?;
    let output = Task::new("node")
        .arg("chaos/main.mjs")
        .args(args)
        .dir(&workspace.end2end())
        .env("GREENLIT_BIN", workspace.target.join(server))
        .env("FAKE_OPENAI_BIN", model)
        .env("POSTGRES_BIN", setup::postgres_programs()?)
        .into_command()
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start node")?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    text.lines()
        .rev()
        .find_map(tally::from_total)
        .context("the fault suite came to no end")
}
