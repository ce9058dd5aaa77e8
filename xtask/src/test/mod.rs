//! `cargo xtask test`: what CI runs.
//!
//! Six stages, each of which goes on after a failure so that one run shows everything; then a summary, whose last line
//! is always `N passed, N failed`. A lint, the build and the size budget count as one test each.

mod audit;
mod browser;
mod chaos;
mod lint;
mod size;
mod tally;
mod unit;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::build;
use crate::process::{self, Task, say};
use crate::workspace::Workspace;
use lint::Compiler;
use tally::Tally;

/// How many times as much as usual is in the database for that.
const MILLION: u32 = 25;

/// One line of the summary.
struct Outcome {
    name: String,
    tally: Tally,
    took: Duration,
}

/// Runs the named stages, all of them without names, in a fixed order.
pub(crate) fn run(workspace: &Workspace, stages: &[&str]) -> Result<ExitCode> {
    const STAGES: [&str; 6] = ["lint", "audit", "unit", "chaos", "size", "e2e"];
    if let Some(unknown) = stages.iter().find(|stage| !STAGES.contains(stage)) {
        bail!("no stage `{unknown}`; there are: {}", STAGES.join(", "));
    }
    let wanted = |stage: &str| stages.is_empty() || stages.contains(&stage);
    let mut outcomes = Outcomes::default();
    let mut compiler = Compiler::Rustc;
    if wanted("lint") {
        compiler = lint::run(workspace, wanted("unit"), &mut outcomes);
    }
    if wanted("audit") {
        audit::run(workspace, stages == ["audit"], &mut outcomes);
    }
    if wanted("unit") {
        outcomes.measure("cargo tests", || unit::run(workspace, compiler));
    }
    let is_built = wanted("size") || wanted("e2e");
    // The faults wait for leases most of the time; the build makes use of that.
    let mut faults = wanted("chaos").then(|| chaos::begin(workspace, compiler));
    if let Some(faults) = faults.take_if(|_| !is_built) {
        outcomes.measure("faults", || faults?.end());
    }
    if is_built {
        let pace = match faults {
            Some(_) => build::Pace::Behind,
            None => build::Pace::Full,
        };
        let built = outcomes.check("release build", || build::run(workspace, pace));
        if let Some(faults) = faults {
            outcomes.measure("faults", || faults?.end());
        }
        if built && wanted("size") {
            outcomes.check("size budget", || size::check(workspace));
        }
        if built && wanted("e2e") {
            outcomes.measure("browser tests", || browser::run(workspace));
        }
    }
    Ok(outcomes.conclude())
}

/// `cargo xtask size`: the table, and an error above the budget.
pub(crate) fn size_only(workspace: &Workspace) -> Result<ExitCode> {
    build::run(workspace, build::Pace::Full)?;
    size::check(workspace)?;
    Ok(ExitCode::SUCCESS)
}

/// `cargo xtask bench plans`: a table of what statements cost, and an error when one costs more than it may.
pub(crate) fn plans_of_a_million(workspace: &Workspace) -> Result<()> {
    unit::plans(workspace, MILLION)
}

/// `cargo xtask chaos`: the fault suite at length.
pub(crate) fn chaos(workspace: &Workspace, args: &[&str]) -> Result<ExitCode> {
    let tally = chaos::long(workspace, args)?;
    Ok(if tally.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// `cargo xtask fmt`.
pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["fmt", "--all"])
        .run()
}

/// What has been run so far.
#[derive(Default)]
struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// A step that succeeds or fails as a whole, and counts as one test. Returns whether it succeeded.
    fn check(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        self.measure(name, || step().map(|()| Tally { passed: 1, failed: 0 }))
    }

    /// A step with many tests. An error counts as one more that failed.
    fn measure(&mut self, name: &str, step: impl FnOnce() -> Result<Tally>) -> bool {
        say(name);
        let start = Instant::now();
        let tally = step().unwrap_or_else(|error| {
            eprintln!("\nerror: {name}: {error:#}\n");
            Tally { passed: 0, failed: 1 }
        });
        self.0.push(Outcome {
            name: name.to_owned(),
            tally,
            took: start.elapsed(),
        });
        tally.failed == 0
    }

    /// A step that cannot be done on this machine: it counts as nothing, and the summary says so.
    fn skip(&mut self, name: &str, why: &str) {
        say(&format!("{name} NOT CHECKED, {why}"));
        self.0.push(Outcome {
            name: format!("{name} (not checked)"),
            tally: Tally::default(),
            took: Duration::ZERO,
        });
    }

    fn conclude(&self) -> ExitCode {
        println!();
        for Outcome { name, tally, took } in &self.0 {
            let mark = match tally {
                Tally { passed: 0, failed: 0 } => "skipped",
                Tally { failed: 0, .. } => "ok",
                _ => "FAILED",
            };
            println!("{mark:<7} {name:<28} {tally:<24} {:>5} s", took.as_secs());
        }
        let total = self
            .0
            .iter()
            .fold(Tally::default(), |sum, outcome| sum + outcome.tally);
        println!("\n{total}");
        if total.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}
