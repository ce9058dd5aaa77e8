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

/// `cargo xtask build`: the site, then `target/release/greenlit`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    site(workspace)?;
    server(workspace)
}

/// Makes `target/site` what the sources say.
pub(crate) fn site(workspace: &Workspace) -> Result<()> {
    let tools = setup::for_build(workspace)?;
    let compiled = wasm::compile(workspace, &tools.toolchain)?;
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

fn server(workspace: &Workspace) -> Result<()> {
    say("building the server (release)");
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["build", "--release", "--package", "server", "--bin", "greenlit"])
        .run()
}
