//! npm packages, always from a lock file.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::process::{self, Task, say};

/// Is Node with npm there?
pub(crate) fn is_usable() -> bool {
    process::find_on_path("node").is_some() && process::find_on_path(npm()).is_some()
}

/// `npm ci` in `dir`, unless `node_modules` was made from the very same lock file.
pub(crate) fn install_locked(dir: &Path, why: &str) -> Result<()> {
    let lock = dir.join("package-lock.json");
    let wanted = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    // npm's own copy of the lock differs in form, so we keep ours.
    let stamp = dir.join("node_modules/.greenlit-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if !is_usable() {
        bail!("Node.js 20 or newer with npm is needed ({why}); install it and run this again");
    }
    say(&format!(
        "installing the npm packages of {}: {why}",
        dir.display()
    ));
    Task::new(npm())
        .dir(dir)
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .run()?;
    fs::write(&stamp, wanted)?;
    Ok(())
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}
