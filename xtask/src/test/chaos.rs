//! The fault suite of `end2end/chaos`, against a server that can be told where to die.

use std::process::{Child, Stdio};

use anyhow::{Context, Result};

use super::lint::Compiler;
use super::tally::{self, Tally};
use super::unit;
use crate::process::{Task, say};
use crate::workspace::Workspace;
use crate::{build, setup};

/// Everything for minutes, or with words those faults whose names have one of them.
pub(super) fn long(workspace: &Workspace, args: &[&str]) -> Result<Tally> {
    setup::for_proxy()?;
    start(workspace, Compiler::Rustc, args)?.end()
}

/// Each fault a few times.
pub(super) fn begin(workspace: &Workspace, compiler: Compiler) -> Result<Faults> {
    say("faults, beside the next stage");
    start(workspace, compiler, &["--short"])
}

/// The suite while it runs.
pub(super) struct Faults(Child);

impl Faults {
    /// Waits for its end and prints what came of it.
    pub(super) fn end(self) -> Result<Tally> {
        let output = self.0.wait_with_output().context("lost the fault suite")?;
        let text = String::from_utf8_lossy(&output.stdout);
        print!("{text}");
        text.lines()
            .rev()
            .find_map(tally::from_total)
            .context("the fault suite came to no end")
    }
}

fn start(workspace: &Workspace, compiler: Compiler, args: &[&str]) -> Result<Faults> {
    // Only the tests' build of the server has the feature that kills it.
    unit::compile(workspace, compiler)?;
    let server = format!("debug/greenlit{}", std::env::consts::EXE_SUFFIX);
    let model = build::helper(workspace, "fake-openai")?;
    setup::for_browser_tests(workspace)?;
    let child = Task::new("node")
        .arg("chaos/main.mjs")
        .args(args)
        .dir(&workspace.end2end())
        .env("GREENLIT_BIN", workspace.target.join(server))
        .env("FAKE_OPENAI_BIN", model)
        .env("POSTGRES_BIN", setup::postgres_programs()?)
        .into_command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .context("cannot start node")?;
    Ok(Faults(child))
}
