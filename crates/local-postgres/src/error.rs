//! The one error type of this crate. Written by hand, because the crate has no dependencies.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why the private Postgres could not be made, started or stopped. Every message says what a
/// person can do about it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No Postgres 14 or newer was found and this machine is none we can install it on.
    NotInstalled,
    /// `apt-get` could not install Postgres; `output` holds its last lines.
    InstallFailed {
        /// What apt-get said, last lines only.
        output: String,
    },
    /// Another process holds the folder's lock.
    InUse {
        /// The data folder both want.
        folder: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// We are root, Postgres must not be, and the user it would run as cannot enter a folder on
    /// the way to the data folder.
    Unreachable {
        /// The user Postgres would run as.
        user: String,
        /// The first folder this user cannot enter.
        blocked: PathBuf,
        /// The data folder.
        folder: PathBuf,
    },
    /// We are root and the system has neither a `postgres` nor a `nobody` user.
    NoUnprivilegedUser,
    /// The data was made by a major version that is not installed here.
    WrongVersion {
        /// The database folder.
        folder: PathBuf,
        /// The major version that made the data.
        made_by: u32,
        /// The major versions found on this machine.
        installed: Vec<u32>,
    },
    /// The configured database name is not a plain lower-case identifier.
    InvalidDatabaseName {
        /// The refused name.
        name: String,
    },
    /// `initdb`, or the creation of role and database after it, failed.
    InitFailed {
        /// What was being done.
        step: &'static str,
        /// What the program said, last lines only, passwords removed.
        output: String,
    },
    /// Postgres ended, or was not ready in time.
    StartFailed {
        /// What happened.
        reason: String,
        /// The last lines of its log.
        log: String,
    },
    /// A Postgres that an earlier, killed server left behind does not stop.
    LeftoverRuns {
        /// Its process id.
        pid: u32,
        /// The database folder.
        folder: PathBuf,
    },
    /// Postgres did not stop when asked, and had to be killed. The data is safe: the next start
    /// recovers it.
    StopFailed {
        /// Its process id.
        pid: u32,
    },
    /// A file operation or the start of a program failed.
    Io {
        /// What was being done, as in "create the folder".
        doing: &'static str,
        /// The file, folder or program.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: an I/O error with what was being done, and to which file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => f.write_str(
                "no Postgres 14 or newer was found (looked in PATH, /usr/lib/postgresql and \
                 Homebrew). Install it (Debian, Ubuntu: `sudo apt-get install postgresql`; \
                 Fedora: `sudo dnf install postgresql-server`; macOS: `brew install \
                 postgresql@17`), or set DATABASE_URL to a Postgres that runs elsewhere",
            ),
            Self::InstallFailed { output } => write!(
                f,
                "`apt-get install -y postgresql` failed. Install Postgres 14 or newer by hand, or \
                 set DATABASE_URL to a Postgres that runs elsewhere. apt-get said:\n{output}"
            ),
            Self::InUse { folder, pid } => {
                write!(f, "another Greenlit server")?;
                if let Some(pid) = pid {
                    write!(f, " (process {pid})")?;
                }
                write!(
                    f,
                    " already uses the data folder {}. Stop it first, or give this one another \
                     folder with GREENLIT_DATA_DIR",
                    folder.display()
                )
            }
            Self::Unreachable {
                user,
                blocked,
                folder,
            } => write!(
                f,
                "Postgres refuses to run as root, so it would run as the user `{user}`, who cannot \
                 enter {} and so cannot reach the data folder {}. Set GREENLIT_DATA_DIR to a folder \
                 outside of it (/var/lib/greenlit is the default), or allow it with `chmod o+x {}`",
                blocked.display(),
                folder.display(),
                blocked.display()
            ),
            Self::NoUnprivilegedUser => f.write_str(
                "Postgres refuses to run as root, and this system has neither a `postgres` nor a \
                 `nobody` user. Start Greenlit as an ordinary user, or set DATABASE_URL",
            ),
            Self::WrongVersion {
                folder,
                made_by,
                installed,
            } => {
                let installed: Vec<_> = installed.iter().map(u32::to_string).collect();
                write!(
                    f,
                    "the database in {} was made by Postgres {made_by}, and only Postgres {} is \
                     installed here. Install Postgres {made_by} again, or move the data over with \
                     pg_upgrade or pg_dump",
                    folder.display(),
                    installed.join(", ")
                )
            }
            Self::InvalidDatabaseName { name } => write!(
                f,
                "`{name}` cannot be the private database's name: it wants 1 to 63 lower-case \
                 letters, digits and underscores, not starting with a digit or `pg_`"
            ),
            Self::InitFailed { step, output } => write!(f, "could not {step}:\n{output}"),
            Self::StartFailed { reason, log } => {
                write!(
                    f,
                    "the private Postgres did not start: {reason}. Its last words:\n{log}"
                )
            }
            Self::LeftoverRuns { pid, folder } => write!(
                f,
                "a Postgres of an earlier server (process {pid}) still runs on {} and does not \
                 stop. Stop it by hand (`kill -QUIT {pid}`) and start again",
                folder.display()
            ),
            Self::StopFailed { pid } => write!(
                f,
                "the private Postgres (process {pid}) did not stop when asked and was killed; the \
                 next start recovers the data"
            ),
            Self::Io { doing, path, source } => {
                write!(f, "could not {doing} {}: {source}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
