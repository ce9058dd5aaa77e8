//! How many tests passed and failed, from what the test programs say themselves.

use std::fmt;
use std::ops::Add;

use anyhow::{Context, Result};

/// Counted tests; ignored and skipped ones are not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{} passed, {} failed", self.passed, self.failed))
    }
}

/// Reads `test result: ok. 5 passed; 1 failed; 0 ignored; …`, which libtest writes once for each test program; `None`
/// for any other line.
pub(super) fn from_libtest(line: &str) -> Option<Tally> {
    let line = without_colours(line);
    sum(line.strip_prefix("test result: ")?.split_once(". ")?.1)
}

/// Reads `     Summary [   0.004s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped`, which nextest writes once;
/// `None` for any other line. libtest's lines do not count here: nextest shows them again for tests that failed.
pub(super) fn from_nextest(line: &str) -> Option<Tally> {
    let line = without_colours(line);
    sum(line
        .trim_start()
        .strip_prefix("Summary [")?
        .split_once(" run: ")?
        .1)
}

/// Reads `5 passed, 1 failed`, the last line of our own suites; `None` for any other line.
pub(super) fn from_total(line: &str) -> Option<Tally> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let &[passed, "passed,", failed, "failed"] = words.as_slice() else {
        return None;
    };
    Some(Tally {
        passed: passed.parse().ok()?,
        failed: failed.parse().ok()?,
    })
}

fn sum(counts: &str) -> Option<Tally> {
    let mut tally = Tally::default();
    for part in counts.split([';', ',']) {
        let mut words = part.split_whitespace();
        let Some(number) = words.next().and_then(|word| word.parse::<u64>().ok()) else {
            continue;
        };
        match words.next()? {
            "passed" => tally.passed += number,
            // nextest counts "timed out" and "exec failed" apart.
            "failed" | "timed" | "exec" => tally.failed += number,
            _ => {}
        }
    }
    Some(tally)
}

/// Reads the file of Playwright's JSON reporter. A test that passed only when repeated has failed.
pub(super) fn from_playwright(report: &str) -> Result<Tally> {
    let report: serde_json::Value = serde_json::from_str(report).context("Playwright's report is no JSON")?;
    let count = |key: &str| {
        report["stats"][key]
            .as_u64()
            .with_context(|| format!("the report has no stats.{key}"))
    };
    Ok(Tally {
        passed: count("expected")?,
        failed: count("unexpected")? + count("flaky")?,
    })
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain += before;
        rest = after
            .split_once(|c: char| c.is_ascii_alphabetic())
            .map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally { passed, failed })
    }

    #[test]
    fn libtest_results() {
        let ok =
            "test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(from_libtest(ok), tally(5, 0));
        let bad =
            "test result: \x1b[31mFAILED\x1b[0m. 5 passed; 3 failed; 0 ignored; 0 measured; 7 filtered out";
        assert_eq!(from_libtest(bad), tally(5, 3));
        assert_eq!(from_libtest("test tally::tests::libtest_results ... ok"), None);
    }

    #[test]
    fn nextest_results() {
        let line =
            "     Summary [   1.234s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(from_nextest(line), tally(9, 3));
        let coloured = "\x1b[32;1m     Summary\x1b[0m [   0.010s] \x1b[1m4\x1b[0m tests run: \x1b[1m4\x1b[0m \x1b[32;1mpassed\x1b[0m";
        assert_eq!(from_nextest(coloured), tally(4, 0));
        assert_eq!(
            from_nextest("test result: FAILED. 0 passed; 1 failed; 0 ignored"),
            None
        );
    }

    #[test]
    fn playwright_results() {
        let report = r#"{"suites": [], "stats": {"expected": 8, "skipped": 1, "unexpected": 2, "flaky": 1}}"#;
        assert_eq!(from_playwright(report).unwrap(), Tally { passed: 8, failed: 3 });
        assert!(from_playwright("{}").is_err());
    }
}
