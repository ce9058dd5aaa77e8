//! A Chromium for Playwright.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::apt;
use crate::process::{Task, say};
use crate::workspace::Workspace;

/// `end2end/playwright.config.ts` looks at the same places.
const SYSTEM: &[&str] = &["/usr/bin/chromium", "/usr/bin/chromium-browser"];

/// Which browser the tests will use.
pub(crate) enum Browser {
    /// A package of the system.
    System(PathBuf),
    /// The one that Playwright keeps in its own cache.
    Playwright,
}

impl Browser {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::System(path) => path.display().to_string(),
            Self::Playwright => "Playwright's own".to_owned(),
        }
    }
}

/// The system's Chromium; else Debian's package when we may; else Playwright's own. Wants `npm ci` done.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Browser> {
    if let Some(path) = find() {
        return Ok(Browser::System(path));
    }
    if apt::is_usable() {
        match apt::install(&["chromium"], "the browser that the tests drive") {
            Ok(()) => {
                if let Some(path) = find() {
                    return Ok(Browser::System(path));
                }
            }
            // Ubuntu's package is only a pointer to a snap, which containers cannot run.
            Err(error) => say(&format!("{error:#}; trying Playwright's own")),
        }
    }
    Task::new("npx")
        .dir(&workspace.end2end())
        .args(["playwright", "install", "chromium"])
        .run()
        .context("no Chromium: install the package `chromium`, or let Playwright download its own")?;
    Ok(Browser::Playwright)
}

fn find() -> Option<PathBuf> {
    SYSTEM
        .iter()
        .map(Path::new)
        .find(|path| path.exists())
        .map(Path::to_owned)
}
