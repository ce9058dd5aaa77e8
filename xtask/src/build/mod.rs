//! The build pipeline: WASM → wasm-bindgen → wasm-opt → the site → the release server that embeds it.
//!
//! cargo decides what to compile anew; everything after it is skipped while its inputs are what they were.

mod fingerprint;
mod site;
mod wasm;

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

fn server(workspace: &Workspace) -> Result<()> {
    say("building the server (release)");
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["build", "--release", "--package", "server", "--bin", "greenlit"])
        .run()
}
