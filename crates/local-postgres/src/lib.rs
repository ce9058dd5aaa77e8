//! A private Postgres: made, started and stopped by the program that uses it, so that a newcomer
//! needs no database of their own.
//!
//! ```text
//! <data_dir>/greenlit.lock         one server per folder; holds its process id
//! <data_dir>/postgres-start.log    what Postgres said before its own log was open
//! <data_dir>/postgres/             belongs to the user Postgres runs as
//!     data/                        the database (data.new-…/ while it is made); log/ in it
//!     data/greenlit.state          generated passwords, mode 0600
//!     run/                         its socket, unless that path is too long
//! ```
//!
//! It listens on a Unix socket in a private folder only, asks for a password there, and never runs
//! as root. However the owner ends, the next start finds its way: an orphaned postmaster is
//! stopped, a crashed one recovered.
//!
//! Blocking, and without dependencies. Async callers use a blocking task.

mod account;
mod binaries;
mod cluster;
mod error;
mod lock;
mod postmaster;
mod socket;

use account::Account;
pub use error::Error;
use postmaster::{Postmaster, Setup};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What to start, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder for everything; created if absent. As root, the user `postgres` (else `nobody`)
    /// must be able to enter it.
    pub data_dir: PathBuf,
    /// How much a crash of the machine may cost.
    pub durability: Durability,
    /// The database's name: a plain lower-case identifier.
    pub database: String,
    /// Lets the role in [`LocalPostgres::url`] create databases, which `sqlx::test` needs.
    pub allow_create_database: bool,
    /// Postgres' programs are only looked for here, if set.
    pub bin_dir: Option<PathBuf>,
}

impl Config {
    /// A durable database named `greenlit` in `data_dir`, with Postgres' programs found by search.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            durability: Durability::Full,
            database: "greenlit".into(),
            allow_create_database: false,
            bin_dir: None,
        }
    }

    fn check(&self) -> Result<(), Error> {
        let name = &self.database;
        let is_plain = (1..=63).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && !name.starts_with("pg_")
            && !["postgres", "template0", "template1"].contains(&name.as_str());
        if is_plain {
            Ok(())
        } else {
            Err(Error::InvalidDatabaseName { name: name.clone() })
        }
    }
}

/// How much a crash of the machine may cost. A crash of this program costs nothing either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// What was committed stays, whatever happens.
    Full,
    /// A power cut may destroy the database. Several times as fast; for tests.
    Off,
}

impl Durability {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Full => &[],
            // Commits stay synchronous: without fsync that is nearly free, and it is what keeps
            // them when only the process is killed.
            Self::Off => &["-c", "fsync=off", "-c", "full_page_writes=off"],
        }
    }
}

/// A running private Postgres. Stopped by [`stop`](Self::stop), or when dropped; then the folder
/// is free for the next.
#[derive(Debug)]
pub struct LocalPostgres {
    // Dropped in this order: the folder is given free after Postgres has ended.
    postmaster: Postmaster,
    setup: Setup,
    url: String,
    admin_url: String,
    _lock: File,
}

impl LocalPostgres {
    /// Starts the Postgres of a folder, and makes it first if there is none. Returns when it takes
    /// connections: at once to a second usually, after some seconds when the database is made,
    /// after minutes when Postgres has to be installed. `progress` receives one line per step that
    /// takes time.
    ///
    /// Every variant of [`Error`] but `StopFailed` is possible; after one, nothing is left running.
    pub fn start(config: &Config, progress: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        config.check()?;
        let folder = account::create_data_folder(&config.data_dir)?;
        let lock = lock::lock(&folder)?;
        let home = folder.join("postgres");
        let data = home.join("data");

        let made_by = cluster::made_by(&data)?;
        let binaries = binaries::find_or_install(config.bin_dir.as_deref(), made_by, &data, progress)?;
        let account = Account::choose(&data)?;
        account.can_reach(&folder)?;
        account.own_folder(&home)?;

        let setup = Setup {
            socket_folder: socket::make_folder(&home.join("run"), &account)?,
            start_log: folder.join("postgres-start.log"),
            durability: config.durability,
            data,
            binaries,
            account,
        };
        let state = if made_by.is_none() {
            let (major, user) = (setup.binaries.major, setup.account.name());
            progress(&format!(
                "Creating a private database in {} (Postgres {major}, run by {user})",
                setup.data.display()
            ));
            cluster::create(&setup.data, &setup.binaries, &setup.account, config)?
        } else {
            setup.account.adopt(&setup.data)?;
            setup.clear_leftovers(progress)?;
            cluster::ensure(&setup.data, &setup.binaries, &setup.account, config)?
        };
        let postmaster = setup.launch(progress)?;
        let url = |user, password| socket::url(user, password, &config.database, &setup.socket_folder);
        Ok(Self {
            url: url(cluster::OWNER, &state.owner_password),
            admin_url: url(cluster::ADMIN, &state.admin_password),
            postmaster,
            setup,
            _lock: lock,
        })
    }

    /// The database's address, as in [`LocalPostgres::url`], of the Postgres that another process runs in a folder: for a
    /// command that looks into it meanwhile. Starts, makes and changes nothing; whether Postgres takes connections is not
    /// looked at.
    ///
    /// Returns `InUse` if no database was made there yet, or what is known of it cannot be read.
    pub fn attach(config: &Config) -> Result<String, Error> {
        config.check()?;
        let folder = account::create_data_folder(&config.data_dir)?;
        let home = folder.join("postgres");
        let data = home.join("data");
        let account = Account::choose(&data)?;
        let state = cluster::State::read(&data).ok_or(Error::InUse { folder, pid: None })?;
        let socket_folder = socket::make_folder(&home.join("run"), &account)?;
        Ok(socket::url(
            cluster::OWNER,
            &state.owner_password,
            &config.database,
            &socket_folder,
        ))
    }

    /// The database's address for its owner, a role that may create roles but is no superuser. It
    /// holds a password: not for logs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same database's address for the superuser, for tests. It holds a password.
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// The postmaster's process id.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// The folder with Postgres' log files, one per weekday.
    pub fn log_dir(&self) -> PathBuf {
        self.setup.data.join("log")
    }

    /// Starts Postgres again if it ended by itself (killed, out of memory). Returns whether it had;
    /// the URLs stay the same. Cheap when it runs, so it can be called every second.
    pub fn restart_if_dead(&mut self, progress: &mut dyn FnMut(&str)) -> Result<bool, Error> {
        if self.postmaster.is_running() {
            return Ok(false);
        }
        progress("The private Postgres has ended: starting it again");
        self.setup.clear_leftovers(progress)?;
        self.postmaster = self.setup.launch(progress)?;
        Ok(true)
    }

    /// Stops Postgres in order: open transactions are rolled back, a checkpoint is written. Takes
    /// at most a minute or so.
    ///
    /// Returns `StopFailed` if it had to be killed.
    pub fn stop(mut self) -> Result<(), Error> {
        self.postmaster.stop()
    }
}

/// Installs Postgres' programs if there are none and we may, as [`LocalPostgres::start`] would, but
/// ahead of time. Returns their folder. `progress` as there.
///
/// Returns `NotInstalled` or `InstallFailed`.
pub fn install_if_missing(progress: &mut dyn FnMut(&str)) -> Result<PathBuf, Error> {
    binaries::install_if_missing(progress)
}

/// The usual data folder: `/var/lib/greenlit` as root, else `greenlit` in the platform's folder
/// for a user's application data. `None` if that is unknown (no `HOME`).
pub fn default_data_dir() -> Option<PathBuf> {
    if account::effective_uid() == 0 {
        return Some(PathBuf::from("/var/lib/greenlit"));
    }
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let home = absolute("HOME");
    if cfg!(target_os = "macos") {
        return Some(home?.join("Library/Application Support/greenlit"));
    }
    absolute("XDG_DATA_HOME")
        .or_else(|| Some(home?.join(".local/share")))
        .map(|base| base.join("greenlit"))
}

/// Creates the data folder with the permissions that [`LocalPostgres::start`] needs, for callers
/// that put something into it first. Does nothing to one that exists. Returns its full path.
pub fn create_data_dir(folder: &Path) -> Result<PathBuf, Error> {
    account::create_data_folder(folder)
}

/// The last `count` lines.
fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..]
        .iter()
        .map(|line| format!("{line}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_names_are_plain_identifiers() {
        for name in ["greenlit", "a", "test_1", &"a".repeat(63)] {
            assert!(
                Config {
                    database: name.into(),
                    ..Config::new("/x")
                }
                .check()
                .is_ok(),
                "{name}"
            );
        }
        for name in [
            "",
            "1a",
            "A",
            "a-b",
            "a;drop",
            "pg_x",
            "postgres",
            "a\"",
            &"a".repeat(64),
        ] {
            assert!(
                Config {
                    database: name.into(),
                    ..Config::new("/x")
                }
                .check()
                .is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn tail_keeps_the_end() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("", 2), "");
    }
}
