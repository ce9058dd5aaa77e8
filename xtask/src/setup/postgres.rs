//! Postgres' programs, for the private server that greenlit runs when `DATABASE_URL` is not set.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::process::say;
use crate::workspace::Workspace;

/// Set in the environment or in `.env`, which the server reads too.
pub(crate) fn database_url_is_set(workspace: &Workspace) -> bool {
    let in_file = || fs::read_to_string(workspace.root.join(".env")).unwrap_or_default();
    std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty())
        || in_file()
            .lines()
            .any(|line| line.trim_start().starts_with("DATABASE_URL="))
}

/// The folder that holds `initdb` and `postgres`. The server could install them itself at its first start; this is to
/// have all installations in one place, before the long build.
pub(crate) fn find_or_install() -> Result<PathBuf> {
    Ok(local_postgres::install_if_missing(&mut |line| say(line))?)
}
