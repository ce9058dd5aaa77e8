//! The build pipeline: WASM → wasm-bindgen → wasm-opt → the site → the release server that embeds it.
//!
//! cargo decides what to compile anew; everything after it is skipped while its inputs are what they were.

mod fingerprint;
mod site;
mod wasm;

use std::path::PathBuf;

use anyhow::Result;

use crate::process::{self, Task, say};
use crate::setup;
use crate::workspace::Workspace;

pub(crate) use wasm::compile_arguments;

/// How a build stands to what else runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Full,
    /// Its compilers give way to everything else.
    Behind,
}

impl Pace {
    fn of(self, cargo: Task) -> Task {
        const WRAPPER: &str = "RUSTC_WRAPPER";
        let is_free = std::env::var_os(WRAPPER).is_none() && process::find_on_path("nice").is_some();
        match self {
            // Cargo calls the wrapper with the compiler's command line. It is no part of what makes cargo compile anew.
            Self::Behind if is_free => cargo.env(WRAPPER, "nice"),
            _ => cargo,
        }
    }
}

/// `cargo xtask build`: the site, then `target/release/greenlit`.
pub(crate) fn run(workspace: &Workspace, pace: Pace) -> Result<()> {
    site(workspace, pace)?;
    server(workspace, pace)
}

/// Makes `target/site` what the sources say.
pub(crate) fn site(workspace: &Workspace, pace: Pace) -> Result<()> {
    let tools = setup::for_build(workspace)?;
    let compiled = wasm::compile(workspace, &tools.toolchain, pace)?;
    site::make(workspace, &tools, &compiled)
}

/// Builds a program of this workspace that helps with building or testing, and returns where it is.
///
/// Features are chosen as for the tests of the whole workspace, so that their dependencies are not compiled twice.
pub(crate) fn helper(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["build", "--workspace", "--exclude=frontend", "--bin", name])
        .run()?;
    Ok(workspace
        .target
        .join("debug")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

fn server(workspace: &Workspace, pace: Pace) -> Result<()> {
    say("building the server (release)");
    pace.of(Task::new(process::cargo()))
        .dir(&workspace.root)
        .args(["build", "--release", "--package", "server", "--bin", "greenlit"])
        .run()
}
