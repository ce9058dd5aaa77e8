//! What `/dashboard/chat` transfers on a first visit, against a budget.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Task;
use crate::workspace::Workspace;

/// Bytes of JS, WASM, CSS and HTML as they go over the wire.
const BUDGET: u64 = 200_000;
const AIM: u64 = 150_000;

/// Measures the built server, prints a table and fails above the budget.
///
/// `end2end/size.mjs` starts the release binary, signs up and fetches the page and what it loads, accepting brotli.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let report = Task::new("node")
        .arg("size.mjs")
        .dir(&workspace.end2end())
        .env("GREENLIT_BIN", workspace.binary())
        .capture()?;
    let report: Value = serde_json::from_str(&report).context("size.mjs printed something else than JSON")?;
    let responses = report["responses"]
        .as_array()
        .context("size.mjs printed no responses")?;
    let mut total = 0;
    println!(
        "\n{:<48} {:>10} {:>10}  as",
        "/dashboard/chat, first visit", "transfer", "unpacked"
    );
    for response in responses {
        let text = |key: &str| {
            response[key]
                .as_str()
                .with_context(|| format!("no {key} in {response}"))
        };
        let number = |key: &str| {
            response[key]
                .as_u64()
                .with_context(|| format!("no {key} in {response}"))
        };
        println!(
            "{:<48} {:>10} {:>10}  {}",
            text("path")?,
            number("transfer")?,
            number("unpacked")?,
            text("encoding")?
        );
        total += number("transfer")?;
    }
    println!("{:<48} {total:>10}  (budget {BUDGET}, aim {AIM})\n", "sum, bytes");
    if total > BUDGET {
        bail!(
            "/dashboard/chat transfers {total} bytes, {} over the budget of {BUDGET}",
            total - BUDGET
        );
    }
    Ok(())
}
