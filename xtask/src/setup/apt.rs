//! Debian packages, where we are root on a system that has them.

use std::sync::OnceLock;

use anyhow::{Context, Result};

use crate::process::{self, Task, say};

/// Can packages be installed here without asking anybody?
pub(crate) fn is_usable() -> bool {
    process::find_on_path("apt-get").is_some()
        && Task::new("id")
            .arg("-u")
            .capture()
            .is_ok_and(|id| id.trim() == "0")
}

/// Installs the packages; `why` finishes the line "installing <packages>: …".
///
/// Package lists are fetched first, once: a new machine or container has none, an old one has stale ones.
pub(crate) fn install(packages: &[&str], why: &str) -> Result<()> {
    static LISTS: OnceLock<()> = OnceLock::new();
    say(&format!(
        "installing Debian packages {}: {why}",
        packages.join(", ")
    ));
    LISTS.get_or_init(|| {
        if !apt_get().args(["update", "-q"]).succeeds() {
            say("apt-get update failed; going on with the package lists that are there");
        }
    });
    apt_get()
        .args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages)
        .run()
        .with_context(|| format!("could not install {}", packages.join(", ")))
}

fn apt_get() -> Task {
    // Exactly one line of progress per step: without a terminal apt would draw bars into the log.
    Task::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .arg("-o=Dpkg::Use-Pty=0")
}
