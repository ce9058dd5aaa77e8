//! Compiling `frontend` for the browser.

use std::path::PathBuf;

use anyhow::Result;

use super::Pace;
use crate::process::{Task, say};
use crate::setup::wasm_toolchain::{TARGET, WasmToolchain};
use crate::workspace::Workspace;

/// The profile of the root `Cargo.toml` that is made for size.
const PROFILE: &str = "wasm-release";

/// Runs cargo and returns the compiler's output, before wasm-bindgen.
pub(super) fn compile(workspace: &Workspace, toolchain: &WasmToolchain, pace: Pace) -> Result<PathBuf> {
    say(&format!("building the WASM ({})", toolchain.describe()));
    compile_arguments(workspace, pace.of(toolchain.cargo("build")))
        .args(["--package", "frontend"])
        .run()?;
    Ok(workspace
        .wasm_target()
        .join(TARGET)
        .join(PROFILE)
        .join("frontend.wasm"))
}

/// What every cargo call for the browser shares; clippy with the same arguments reuses the build's proc macros.
pub(crate) fn compile_arguments(workspace: &Workspace, task: Task) -> Task {
    task.dir(&workspace.root)
        .args(["--profile", PROFILE])
        .arg("--target-dir")
        .arg(workspace.wasm_target())
        // Flags meant for the native build do not fit this target.
        .without_env("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "")
}
