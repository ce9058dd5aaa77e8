//! Playwright against the release binary.

use std::fs;

use anyhow::{Context, Result};

use super::tally::{self, Tally};
use crate::process::Task;
use crate::workspace::Workspace;
use crate::{build, setup};

/// All projects of `end2end/playwright.config.ts`, which starts the server itself.
pub(super) fn run(workspace: &Workspace) -> Result<Tally> {
    setup::for_browser_tests(workspace)?;
    npx(workspace)
        .args(["tsc", "--noEmit"])
        .run()
        .context("the browser tests do not type-check")?;
    let model = build::helper(workspace, "fake-openai")?;
    let report = workspace.target.join("playwright-report.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let succeeded = npx(workspace)
        .args(["playwright", "test", "--reporter=list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("GREENLIT_BIN", workspace.binary())
        .env("FAKE_OPENAI_BIN", model)
        .succeeds();
    let report = fs::read_to_string(&report).context("Playwright left no report")?;
    let mut tally = tally::from_playwright(&report)?;
    // An error outside of any test, such as a server that does not start.
    if !succeeded && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn npx(workspace: &Workspace) -> Task {
    Task::new("npx").dir(&workspace.end2end()).arg("--no-install")
}
