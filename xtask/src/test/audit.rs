//! What we depend on: licences, sources, versions and known holes, by cargo-deny and `deny.toml`.

use std::fs;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use super::Outcomes;
use crate::process::Task;
use crate::setup;
use crate::workspace::Workspace;

/// `verbose` also shows what is only warned about.
pub(super) fn run(workspace: &Workspace, verbose: bool, outcomes: &mut Outcomes) {
    outcomes.check("exceptions from the audit", || exceptions(workspace));
    let log = if verbose { "warn" } else { "error" };
    outcomes.check("licences, sources, versions", || {
        deny(workspace)?
            .args(["--log-level", log, "check", "--hide-inclusion-graph"])
            .args(["licenses", "sources", "bans"])
            .run()
    });
    // The database is a repository on GitHub, which not every machine reaches. Where it is not, nothing is known, and that is
    // no failure of ours.
    match deny(workspace).and_then(|deny| deny.args(["fetch", "db"]).capture()) {
        Ok(_) => {
            outcomes.check("advisories", || {
                deny(workspace)?
                    .args(["--log-level", log, "check", "--disable-fetch", "advisories"])
                    .run()
            });
        }
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().rev().find(|line| !line.trim().is_empty());
            outcomes.skip(
                "advisories",
                &format!("no database: {}", reason.unwrap_or_default()),
            );
        }
    }
}

fn deny(workspace: &Workspace) -> Result<Task> {
    Ok(Task::new(setup::cargo_deny(workspace)?)
        .dir(&workspace.root)
        .arg("--locked"))
}

/// An error for each exception without a reason or a day, and for each whose day is over.
fn exceptions(workspace: &Workspace) -> Result<()> {
    let file = workspace.root.join("deny.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let seconds = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)?
        .as_secs();
    let wrong = overdue(&text, i64::try_from(seconds / 86_400)?);
    if !wrong.is_empty() {
        bail!("{}:\n  {}", file.display(), wrong.join("\n  "));
    }
    Ok(())
}

/// What is wrong with the exceptions in `deny.toml` on a day, counted from 1970-01-01.
///
/// cargo-deny has reasons but no days, so the day is the reason's beginning. Only the form is understood that the file itself
/// describes, one exception a line; all else is wrong.
fn overdue(text: &str, today: i64) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut inside = false;
    for (line, number) in text.lines().map(str::trim).zip(1..) {
        if let Some((name, list)) = line.split_once('=').filter(|_| !inside) {
            if ["ignore", "skip", "skip-tree"].contains(&name.trim()) {
                inside = list.trim() == "[";
                if !inside && list.trim() != "[]" {
                    wrong.push(format!("line {number}: one exception a line, please"));
                }
            }
        } else if line == "]" {
            inside = false;
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            match until(line) {
                None => wrong.push(format!("line {number}: no `reason = \"until YYYY-MM-DD: …\"`")),
                Some(day) if day < today => {
                    wrong.push(format!(
                        "line {number}: its day is over, look at it again: {line}"
                    ));
                }
                Some(_) => {}
            }
        }
    }
    wrong
}

/// The day in `… reason = "until 2027-03-01: …"`.
fn until(line: &str) -> Option<i64> {
    let (_, reason) = line.split_once("reason = \"until ")?;
    let (date, why) = reason.split_once(": ")?;
    let numbers: Vec<i64> = date.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let &[year, month @ 1..=12, day @ 1..=31] = numbers.as_slice() else {
        return None;
    };
    (why.len() > 10).then(|| days(year, month, day))
}

/// From 1970-01-01. The year is counted from March, so that the leap day is its last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leaps + (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 3, 1) - days(2000, 2, 28), 2);
        assert_eq!(days(2100, 3, 1) - days(2100, 2, 28), 1);
        assert_eq!(days(2026, 11, 27), 20_784);
    }

    #[test]
    fn exceptions_need_a_reason_and_a_day_that_is_not_over() {
        let text = r#"
[advisories]
ignore = [
  # Comments are none.
  { id = "A-1", reason = "until 2027-03-01: nobody calls it" },
  { id = "A-2", reason = "nobody calls it" },
  "A-3",
  { id = "A-4", reason = "until 2027-02-28: nobody calls it" },
]
[bans]
skip = []
skip-tree = ["x"]
deny = ["y"]
"#;
        let lines = |today| -> Vec<String> {
            let wrong = overdue(text, today);
            wrong
                .iter()
                .filter_map(|line| Some(line.split_once(':')?.0.to_owned()))
                .collect()
        };
        assert_eq!(lines(days(2027, 2, 28)), ["line 6", "line 7", "line 12"]);
        assert_eq!(lines(days(2027, 3, 1)), ["line 6", "line 7", "line 8", "line 12"]);
        assert_eq!(
            lines(days(2027, 3, 2)),
            ["line 5", "line 6", "line 7", "line 8", "line 12"]
        );
    }
}
