//! `cargo xtask bench`: the measurements of `end2end/bench/*.mjs`.
//!
//! Each script is one benchmark. It gets the release server's path in `GREENLIT_BIN`, prints what it likes to standard
//! error, and to standard output one JSON object:
//! `{"rows": [{"name", "unit", "samples": [numbers], "limit"?: number, "limitAt"?: "p95", "baseline"?: number}]}`.
//! Here the samples become a median and a 95th percentile. Where the one of them that the limit is for is above it, that is
//! a failure; with a baseline (what another product needs) there is a ratio.
//!
//! `plans` is not a script: it is the store's test of how Postgres executes what people wait for, with a million messages.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::{Task, say};
use crate::workspace::Workspace;
use crate::{build, setup, test};

const PLANS: &str = "plans";

/// Runs the named benchmarks (all without names) against a fresh build, and prints one table. The exit code tells whether
/// every limit was kept.
pub(crate) fn run(workspace: &Workspace, names: &[&str]) -> Result<ExitCode> {
    let with_plans = names.is_empty() || names.contains(&PLANS);
    let scripts: Vec<&str> = names.iter().copied().filter(|name| *name != PLANS).collect();
    if with_plans {
        say("bench plans");
        test::plans_of_a_million(workspace)?;
    }
    if with_plans && !names.is_empty() && scripts.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let scripts = chosen(&list(&workspace.end2end().join("bench"))?, &scripts)?;
    build::run(workspace, build::Pace::Full)?;
    setup::for_browser_tests(workspace)?;
    let postgres = setup::postgres_programs()?;
    let model = build::helper(workspace, "fake-openai")?;
    let mut rows = Vec::new();
    for script in scripts {
        say(&format!("bench {}", stem(&script)));
        rows.extend(measure(workspace, &model, &postgres, &script)?);
    }
    println!(
        "\n{:<56} {:>11} {:>11} {:>11} {:>15} {:>11} {:>6} {:>4}",
        "measurement", "median", "p95", "max", "limit", "baseline", "ratio", "n"
    );
    for row in &rows {
        println!("{row}");
    }
    let kept = rows.iter().all(|row| !row.is_over());
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
        bail!(
            "no benchmark `{unknown}`; there are: {PLANS}, {}",
            known.join(", ")
        );
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

fn measure(workspace: &Workspace, model: &Path, postgres: &Path, script: &Path) -> Result<Vec<Row>> {
    let output = Task::new("node")
        .arg(script)
        .dir(&workspace.end2end())
        .env("GREENLIT_BIN", workspace.binary())
        .env("FAKE_OPENAI_BIN", model)
        .env("POSTGRES_BIN", postgres)
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
        .map(|row| Row::read(row).with_context(|| format!("bad row {row}")))
        .collect()
}

/// One measured thing. Smaller is better.
struct Row {
    name: String,
    unit: String,
    /// Ascending, at least one.
    samples: Vec<f64>,
    limit: Option<f64>,
    /// The limit is for the 95th percentile, not for the median.
    limit_at_p95: bool,
    baseline: Option<f64>,
}

impl Row {
    fn read(row: &Value) -> Option<Self> {
        let samples = row["samples"].as_array()?.iter().map(Value::as_f64);
        let mut samples: Vec<f64> = samples.collect::<Option<_>>()?;
        samples.sort_by(f64::total_cmp);
        (!samples.is_empty()).then_some(Self {
            name: row["name"].as_str()?.to_owned(),
            unit: row["unit"].as_str()?.to_owned(),
            samples,
            limit: row["limit"].as_f64(),
            limit_at_p95: row["limitAt"] == "p95",
            baseline: row["baseline"].as_f64(),
        })
    }

    /// The middle sample, or the mean of the middle two.
    fn median(&self) -> f64 {
        let middle = self.samples.len() / 2;
        let lower = self.samples[(self.samples.len() - 1) / 2];
        f64::midpoint(lower, self.samples[middle])
    }

    /// The smallest sample that 95 of 100 do not exceed.
    fn p95(&self) -> f64 {
        let rank = (self.samples.len() * 95).div_ceil(100);
        self.samples[rank.max(1) - 1]
    }

    /// The greatest sample.
    fn max(&self) -> f64 {
        self.samples[self.samples.len() - 1]
    }

    fn is_over(&self) -> bool {
        let held = if self.limit_at_p95 {
            self.p95()
        } else {
            self.median()
        };
        self.limit.is_some_and(|limit| held > limit)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: f64| format!("{number:.1} {}", self.unit);
        let median = self.median();
        let at = if self.limit_at_p95 { "p95 " } else { "" };
        write!(
            f,
            "{:<56} {:>11} {:>11} {:>11} {:>15} {:>11} {:>6} {:>4}{}",
            self.name,
            shown(median),
            shown(self.p95()),
            shown(self.max()),
            self.limit
                .map(|limit| format!("{at}{}", shown(limit)))
                .unwrap_or_default(),
            self.baseline.map(shown).unwrap_or_default(),
            self.baseline
                .map(|baseline| format!("{:.2}", median / baseline))
                .unwrap_or_default(),
            self.samples.len(),
            if self.is_over() { "  OVER" } else { "" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(samples: &[f64]) -> Option<Row> {
        Row::read(&serde_json::json!({
            "name": "first token", "unit": "ms", "samples": samples, "limit": 15, "baseline": 40
        }))
    }

    #[test]
    fn medians_of_none_one_odd_and_even() {
        assert!(row(&[]).is_none());
        let median = |samples: &[f64]| row(samples).map(|row| row.median());
        assert_eq!(median(&[7.0]), Some(7.0));
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), Some(3.0));
    }

    #[test]
    fn p95_leaves_out_one_of_twenty() {
        let samples: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(row(&samples).map(|row| row.p95()), Some(19.0));
        assert_eq!(row(&[3.0]).map(|row| row.p95()), Some(3.0));
    }

    #[test]
    fn a_row_shows_median_ratio_and_a_broken_limit() {
        let line = row(&[10.0, 30.0, 20.0]).unwrap().to_string();
        assert!(
            line.contains("20.0 ms") && line.contains("0.50") && line.ends_with("OVER"),
            "{line}"
        );
        assert!(!row(&[15.0]).unwrap().is_over());
    }

    #[test]
    fn a_limit_can_be_for_the_p95() {
        let row = |samples: &[f64]| {
            Row::read(&serde_json::json!({
                "name": "later by", "unit": "ms", "samples": samples, "limit": 50, "limitAt": "p95"
            }))
        };
        let line = row(&[1.0, 2.0, 51.0]).unwrap().to_string();
        assert!(line.contains("p95 50.0 ms") && line.ends_with("OVER"), "{line}");
        assert!(!row(&[50.0; 20]).unwrap().is_over());
    }
}
