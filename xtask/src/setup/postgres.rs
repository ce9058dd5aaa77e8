//! Postgres' programs, for the private server that greenlit runs when `DATABASE_URL` is not set.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::apt;
use crate::process;
use crate::workspace::Workspace;

/// Set in the environment or in `.env`, which the server reads too.
pub(crate) fn database_url_is_set(workspace: &Workspace) -> bool {
    let in_file = || fs::read_to_string(workspace.root.join(".env")).unwrap_or_default();
    std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty())
        || in_file()
            .lines()
            .any(|line| line.trim_start().starts_with("DATABASE_URL="))
}

/// The folder that holds `initdb` and `postgres`.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    if let Some(folder) = find() {
        return Ok(folder);
    }
    if apt::is_usable() {
        apt::install(&["postgresql"], "greenlit runs a private Postgres of its own")?;
        if let Some(folder) = find() {
            return Ok(folder);
        }
    }
    bail!(
        "Postgres is not installed, and DATABASE_URL is not set.\n\
         On Debian or Ubuntu:  sudo apt-get install postgresql\n\
         On macOS:             brew install postgresql@17\n\
         Or set DATABASE_URL to a Postgres 14 or newer."
    )
}

fn find() -> Option<PathBuf> {
    let on_path = process::find_on_path("postgres").and_then(|file| file.parent().map(Path::to_owned));
    on_path
        .into_iter()
        .chain(versioned("/usr/lib/postgresql"))
        .chain(versioned("/opt/homebrew/opt"))
        .chain(versioned("/usr/local/opt"))
        .chain(versioned("/Applications/Postgres.app/Contents/Versions"))
        .find(|folder| {
            ["postgres", "initdb"]
                .iter()
                .all(|name| folder.join(name).is_file())
        })
}

/// The `bin` folders of the versions under `parent`, newest first.
fn versioned(parent: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    folders.reverse();
    folders
}
