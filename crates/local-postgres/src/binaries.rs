//! Finding Postgres' programs, and installing them where that is possible.

use crate::account::effective_uid;
use crate::{Error, tail};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest major version that works.
pub(crate) const OLDEST: u32 = 14;

/// One installed Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries {
    folder: PathBuf,
    /// The major version, as in 15.
    pub(crate) major: u32,
}

impl Binaries {
    /// The path of one of the programs, such as `initdb`.
    pub(crate) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// Reads the version of the Postgres in `folder`; `None` if a needed program is missing.
    fn probe(folder: &Path) -> Option<Self> {
        let postgres = folder.join("postgres");
        if !["postgres", "initdb", "pg_ctl"]
            .iter()
            .all(|name| folder.join(name).is_file())
        {
            return None;
        }
        let output = Command::new(&postgres)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let major = parse_major(std::str::from_utf8(&output.stdout).ok()?)?;
        Some(Self {
            folder: folder.to_path_buf(),
            major,
        })
    }
}

/// Finds the Postgres to use: the major version that made the existing data (`made_by`), else the
/// first in PATH, else the newest of the usual folders. Installs it with apt-get if there is none
/// and we may.
///
/// Returns `WrongVersion` (with `data` in it) if data exists and its version is not installed,
/// `NotInstalled` or `InstallFailed` if there is none at all.
pub(crate) fn find_or_install(
    bin_dir: Option<&Path>,
    made_by: Option<u32>,
    data: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Binaries, Error> {
    let mut found = find(bin_dir);
    if found.is_empty() && bin_dir.is_none() {
        install(progress)?;
        found = find(None);
    }
    if found.is_empty() {
        return Err(Error::NotInstalled);
    }
    let Some(made_by) = made_by else {
        return Ok(found.remove(0));
    };
    if let Some(same) = found.iter().position(|binaries| binaries.major == made_by) {
        return Ok(found.remove(same));
    }
    let mut installed: Vec<u32> = found.iter().map(|binaries| binaries.major).collect();
    installed.sort_unstable();
    installed.dedup();
    Err(Error::WrongVersion {
        folder: data.to_path_buf(),
        made_by,
        installed,
    })
}

/// The folder of the Postgres that a new database would get; installs one if there is none and we
/// may.
///
/// Returns `NotInstalled` or `InstallFailed`.
pub(crate) fn install_if_missing(progress: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    let binaries = find_or_install(None, None, Path::new(""), progress)?;
    Ok(binaries.folder)
}

/// Every usable Postgres, best first.
fn find(bin_dir: Option<&Path>) -> Vec<Binaries> {
    if let Some(folder) = bin_dir {
        return Binaries::probe(folder).into_iter().collect();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    // A `postgres` in PATH may be a link; its siblings stand where it leads.
    let in_path: Vec<PathBuf> = env::split_paths(&path)
        .filter_map(|folder| {
            fs::canonicalize(folder.join("postgres"))
                .ok()?
                .parent()
                .map(Path::to_path_buf)
        })
        .collect();
    let mut elsewhere: Vec<Binaries> = usual_folders()
        .iter()
        .filter_map(|folder| Binaries::probe(folder))
        .collect();
    elsewhere.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));

    let mut found: Vec<Binaries> = Vec::new();
    for binaries in in_path
        .iter()
        .filter_map(|folder| Binaries::probe(folder))
        .chain(elsewhere)
    {
        if binaries.major >= OLDEST && !found.contains(&binaries) {
            found.push(binaries);
        }
    }
    found
}

/// Where packages put Postgres outside of PATH.
fn usual_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for parent in [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/usr",
    ] {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            // Debian: /usr/lib/postgresql/15; Homebrew: opt/postgresql@17; Red Hat: /usr/pgsql-17.
            let plausible = parent == "/usr/lib/postgresql"
                || name.starts_with("postgresql")
                || name.starts_with("pgsql-");
            if plausible {
                folders.push(entry.path().join("bin"));
            }
        }
    }
    folders
}

/// Installs Debian's `postgresql` package.
fn install(progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let is_debian = Path::new("/etc/debian_version").exists() && Path::new("/usr/bin/apt-get").exists();
    if !is_debian || effective_uid() != 0 {
        return Err(Error::NotInstalled);
    }
    progress("Postgres is not installed: installing it (apt-get install -y postgresql)");
    if apt_get(&["install", "-y", "postgresql"]).is_ok() {
        return Ok(());
    }
    progress("Refreshing the package lists (apt-get update)");
    // A list that is only partly refreshed may still do; the installation tells.
    let _ = apt_get(&["update"]);
    progress("Installing Postgres (apt-get install -y postgresql)");
    apt_get(&["install", "-y", "postgresql"]).map_err(|output| Error::InstallFailed { output })
}

/// Runs apt-get without questions. The error is the end of its output.
fn apt_get(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("/usr/bin/apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=300"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(tail(&String::from_utf8_lossy(&text), 15))
}

/// `postgres (PostgreSQL) 15.13 (Debian …)` → 15; `18beta1` → 18.
fn parse_major(version: &str) -> Option<u32> {
    let number = version
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let digits = number
        .find(|c: char| !c.is_ascii_digit())
        .map_or(number, |end| &number[..end]);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_major_versions() {
        assert_eq!(
            parse_major("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("postgres"), None);
    }

    #[test]
    fn a_folder_without_programs_is_none() {
        assert_eq!(Binaries::probe(Path::new("/nonexistent")), None);
    }
}
