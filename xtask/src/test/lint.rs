//! Format and lints. What runs in the browser is linted for the browser, the rest for this machine.

use anyhow::Result;

use super::unit;

use super::Outcomes;
use crate::process::{self, Task, say};
use crate::setup::wasm_toolchain;
use crate::workspace::Workspace;
use crate::{build, setup};

/// Returns the compiler for the tests: where they are wanted too, clippy compiles them while it looks at them.
pub(super) fn run(workspace: &Workspace, with_tests: bool, outcomes: &mut Outcomes) -> Compiler {
    let mut compiler = Compiler::Rustc;
    outcomes.check("rustfmt", || {
        Task::new(process::cargo())
            .dir(&workspace.root)
            .args(["fmt", "--all", "--check"])
            .run()
    });
    if with_tests && process::find_on_path(CLIPPY_DRIVER).is_some() {
        if outcomes.check("clippy", || unit::compile(workspace, Compiler::Clippy)) {
            compiler = Compiler::Clippy;
        }
    } else {
        outcomes.check("clippy", || native(workspace));
    }
    outcomes.check("clippy for WASM", || browser(workspace));
    compiler
}

const CLIPPY_DRIVER: &str = "clippy-driver";

/// What compiles the workspace's own crates.
///
/// `cargo clippy` checks everything, dependencies included, and the tests' build then compiles all of it once more. Its
/// compiler is rustc with lints and can also compile; one build instead of two saves minutes where everything is cold.
/// It leaves out a few optimisations, so what it makes is for tests only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Compiler {
    Rustc,
    Clippy,
}

impl Compiler {
    /// Has a call of cargo use this compiler.
    pub(super) fn of(self, cargo: Task) -> Task {
        match self {
            Self::Rustc => cargo,
            // As `cargo clippy` itself starts it.
            Self::Clippy => cargo
                .env("RUSTC_WORKSPACE_WRAPPER", CLIPPY_DRIVER)
                .env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__"),
        }
    }
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
