//! Format and lints. What runs in the browser is linted for the browser, the rest for this machine.

use anyhow::Result;

use super::Outcomes;
use crate::process::{self, Task, say};
use crate::setup::wasm_toolchain;
use crate::workspace::Workspace;
use crate::{build, setup};

pub(super) fn run(workspace: &Workspace, outcomes: &mut Outcomes) {
    outcomes.check("rustfmt", || {
        Task::new(process::cargo())
            .dir(&workspace.root)
            .args(["fmt", "--all", "--check"])
            .run()
    });
    outcomes.check("clippy", || native(workspace));
    outcomes.check("clippy for WASM", || browser(workspace));
}

/// `frontend` stays out: its feature of `app` and the server's must not meet in one build.
fn native(workspace: &Workspace) -> Result<()> {
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args([
            "clippy",
            "--workspace",
            "--exclude=frontend",
            "--all-targets",
            "--",
            "-Dwarnings",
        ])
        .run()
}

/// `frontend` with its side of `app` and `protocol`, by the compiler that also builds them.
fn browser(workspace: &Workspace) -> Result<()> {
    let toolchain = wasm_toolchain::find_or_install()?;
    if let Some(clippy) = setup::wasm_clippy(&toolchain)? {
        return build::compile_arguments(workspace, clippy)
            .args(["--package=frontend", "--", "-Dwarnings"])
            .run();
    }
    say("this compiler comes without clippy: only its own warnings are checked for WASM");
    build::compile_arguments(workspace, toolchain.cargo("check"))
        .arg("--package=frontend")
        .env("RUSTFLAGS", "-Dwarnings")
        .run()
}
