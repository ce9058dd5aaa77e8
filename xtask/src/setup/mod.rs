//! Finds what a machine lacks and installs it, saying what and why. Quick and silent when nothing is missing.

mod apt;
pub(crate) mod browser;
mod cargo_deny;
mod npm;
mod postgres;
pub(crate) mod site_tools;
pub(crate) mod wasm_toolchain;

use anyhow::{Result, bail};

use crate::process::{Task, say};
use crate::workspace::Workspace;
use site_tools::SiteTools;
use wasm_toolchain::WasmToolchain;

/// What building the site needs.
pub(crate) struct BuildTools {
    pub(crate) toolchain: WasmToolchain,
    pub(crate) site_tools: SiteTools,
}

/// `cargo xtask setup [--test]`.
pub(crate) fn run(workspace: &Workspace, args: &[&str]) -> Result<()> {
    let for_tests = match args {
        [] => false,
        ["--test"] => true,
        _ => bail!("setup knows only --test, not {}", args.join(" ")),
    };
    let tools = for_build(workspace)?;
    say(&format!("WASM: {}", tools.toolchain.describe()));
    say(&format!("size: {}", tools.site_tools.describe()));
    match for_run(workspace)? {
        Some(folder) => say(&format!("Postgres: {}", folder.display())),
        None => say("Postgres: DATABASE_URL is set"),
    }
    if for_tests {
        let browser = for_browser_tests(workspace)?;
        say(&format!("browser for tests: {}", browser.describe()));
    }
    Ok(())
}

/// The WASM compiler and what makes its output small.
pub(crate) fn for_build(workspace: &Workspace) -> Result<BuildTools> {
    let toolchain = wasm_toolchain::find_or_install()?;
    let site_tools = site_tools::find_or_install(workspace)?;
    Ok(BuildTools {
        toolchain,
        site_tools,
    })
}

/// Clippy for the browser's target; installed with Debian's compiler where that one is used. `None` if it cannot be had.
pub(crate) fn wasm_clippy(toolchain: &WasmToolchain) -> Result<Option<Task>> {
    if toolchain.clippy().is_none() && apt::is_usable() {
        apt::install(
            &[wasm_toolchain::DEBIAN_CLIPPY_PACKAGE],
            "lints for what runs in the browser",
        )?;
    }
    Ok(toolchain.clippy())
}

/// Postgres' programs, unless `DATABASE_URL` names a server that runs already. Returns their folder.
pub(crate) fn for_run(workspace: &Workspace) -> Result<Option<std::path::PathBuf>> {
    if postgres::database_url_is_set(workspace) {
        return Ok(None);
    }
    postgres::find_or_install().map(Some)
}

/// Postgres' programs, for a server that a test starts itself.
pub(crate) fn postgres_programs() -> Result<std::path::PathBuf> {
    postgres::find_or_install()
}

/// cargo-deny, as a program to call.
pub(crate) fn cargo_deny(workspace: &Workspace) -> Result<std::path::PathBuf> {
    cargo_deny::find_or_install(workspace)
}

/// nginx, where it can be installed; what needs it says so when it is not there.
pub(crate) fn for_proxy() -> Result<()> {
    let found = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"]
        .iter()
        .any(|path| std::path::Path::new(path).is_file());
    if !found && apt::is_usable() {
        apt::install(&["nginx-light"], "the fault suite restarts servers behind it")?;
    }
    Ok(())
}

/// Playwright and a browser for it.
pub(crate) fn for_browser_tests(workspace: &Workspace) -> Result<browser::Browser> {
    npm::install_locked(&workspace.end2end(), "Playwright drives the browser tests")?;
    browser::find_or_install(workspace)
}
