//! `cargo xtask bench`: the measurements of `end2end/bench/*.mjs`.
//!
//! Each script is one benchmark. It gets the release server's path in `GREENLIT_BIN`, prints what it likes to standard
//! error, and to standard output one JSON object: `{"rows": [{"name", "unit", "samples": [numbers], "baseline"?: number}]}`.
//! Here the samples become a median, and with a baseline (what another product needs) a ratio.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{Task, say};
use crate::workspace::Workspace;
use crate::{build, setup};

/// Runs the named benchmarks (all without names) against a fresh build, and prints one table.
pub(crate) fn run(workspace: &Workspace, names: &[&str]) -> Result<ExitCode> {
    let scripts = chosen(&list(&workspace.end2end().join("bench"))?, names)?;
    build::run(workspace)?;
    setup::for_browser_tests(workspace)?;
    let mut table = Vec::new();
    for script in scripts {
        say(&format!("bench {}", stem(&script)));
        table.extend(measure(workspace, &script)?);
    }
    println!(
        "\n{:<52} {:>12} {:>12} {:>8} {:>4}",
        "measurement", "median", "baseline", "ratio", "n"
    );
    for row in table {
        println!("{row}");
    }
    Ok(ExitCode::SUCCESS)
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = folder
        .read_dir()
        .with_context(|| format!("no benchmarks: {}", folder.display()))?;
    let mut scripts: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    scripts.retain(|path| path.extension().is_some_and(|e| e == "mjs"));
    scripts.sort();
    Ok(scripts)
}

fn chosen(scripts: &[PathBuf], names: &[&str]) -> Result<Vec<PathBuf>> {
    let known: Vec<String> = scripts.iter().map(|script| stem(script)).collect();
    if let Some(unknown) = names.iter().find(|name| !known.iter().any(|k| k == *name)) {
        bail!("no benchmark `{unknown}`; there are: {}", known.join(", "));
    }
    let wanted = |script: &&PathBuf| names.is_empty() || names.contains(&stem(script).as_str());
    Ok(scripts.iter().filter(wanted).cloned().collect())
}

fn stem(script: &Path) -> String {
    script
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn measure(workspace: &Workspace, script: &Path) -> Result<Vec<String>> {
    let output = Task::new("node")
        .arg(script)
        .dir(&workspace.end2end())
        .env("GREENLIT_BIN", workspace.binary())
        .into_command()
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start node")?;
    if !output.status.success() {
        bail!("{} failed ({})", script.display(), output.status);
    }
    let result: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{} printed something else than one JSON object", script.display()))?;
    let rows = result["rows"].as_array().context("the result has no `rows`")?;
    rows.iter()
        .map(|row| format_row(row).with_context(|| format!("bad row {row}")))
        .collect()
}

fn format_row(row: &Value) -> Option<String> {
    let unit = row["unit"].as_str()?;
    let samples: Vec<f64> = row["samples"]
        .as_array()?
        .iter()
        .map(Value::as_f64)
        .collect::<Option<_>>()?;
    let median = median(&samples)?;
    let baseline = row["baseline"].as_f64();
    let shown = |number: f64| format!("{number:.1} {unit}");
    Some(format!(
        "{:<52} {:>12} {:>12} {:>8} {:>4}",
        row["name"].as_str()?,
        shown(median),
        baseline.map(shown).unwrap_or_default(),
        baseline.map(|b| format!("{:.2}", median / b)).unwrap_or_default(),
        samples.len(),
    ))
}

/// The middle sample, or the mean of the middle two; `None` without samples.
fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_none_one_odd_and_even() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn a_row_shows_median_and_ratio() {
        let row =
            serde_json::json!({"name": "first token", "unit": "ms", "samples": [10, 30, 20], "baseline": 40});
        let line = format_row(&row).unwrap();
        assert!(
            line.contains("20.0 ms") && line.contains("40.0 ms") && line.contains("0.50"),
            "{line}"
        );
    }
}
