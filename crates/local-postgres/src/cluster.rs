//! Making the database: `initdb`, our roles and our database in it, in one step that either
//! happened or did not.
//!
//! Everything is prepared under another name and renamed at the end, and the roles and the
//! database are made in Postgres' single-user mode, before it ever listens. So a kill at any point
//! leaves either nothing or all of it.

use crate::account::Account;
use crate::binaries::Binaries;
use crate::{Config, Durability, Error, tail};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The superuser: for making the database, and for tests that need more than its owner may.
pub(crate) const ADMIN: &str = "greenlit_admin";
/// The role that owns the database and may create roles; the application connects as this one.
pub(crate) const OWNER: &str = "greenlit";

/// What a small server needs; appended to `postgresql.conf` once, so that it can be edited.
const SETTINGS: &str = "
# Greenlit's private database. Edit freely; the socket, the addresses and the durability are given
# on the command line and win over this file.
max_connections = 60
shared_buffers = 96MB
effective_cache_size = 512MB
maintenance_work_mem = 32MB
max_wal_size = 512MB
# Short queries only: neither pays off, and parallel workers need a large /dev/shm.
jit = off
max_parallel_workers_per_gather = 0
timezone = 'UTC'
log_timezone = 'UTC'
# One file per weekday, overwritten after a week.
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_file_mode = 0600
log_line_prefix = '%m [%p] '
log_checkpoints = off
# The details of an error would hold values, such as e-mail addresses.
log_error_verbosity = terse
";

/// What was made, kept in a file beside the data (mode 0600). That file is written last: if it is
/// there, everything in it is true of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) admin_password: String,
    pub(crate) owner_password: String,
    database: String,
    allow_create_database: bool,
}

impl State {
    fn generate(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            admin_password: random_password()?,
            owner_password: random_password()?,
            database: config.database.clone(),
            allow_create_database: config.allow_create_database,
        })
    }

    fn path(data: &Path) -> PathBuf {
        data.join("greenlit.state")
    }

    /// `None` if the file is missing or incomplete, which is put right by making it anew.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        let text = fs::read_to_string(Self::path(data)).ok()?;
        let value = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_string)
        };
        let password =
            |name| value(name).filter(|p| p.len() == 64 && p.bytes().all(|b| b.is_ascii_hexdigit()));
        Some(Self {
            admin_password: password("admin_password")?,
            owner_password: password("owner_password")?,
            database: value("database")?,
            allow_create_database: value("allow_create_database")? == "true",
        })
    }

    fn write(&self, data: &Path, account: &Account) -> Result<(), Error> {
        let text = format!(
            "admin_password={}\nowner_password={}\ndatabase={}\nallow_create_database={}\n",
            self.admin_password, self.owner_password, self.database, self.allow_create_database
        );
        replace_file(&Self::path(data), text.as_bytes(), account)
    }
}

/// The major version that made the data in `data`; `None` if there is none yet.
pub(crate) fn made_by(data: &Path) -> Result<Option<u32>, Error> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Io {
            doing: "read",
            path,
            source,
        }),
    }
}

/// Creates the cluster in `data`, with roles and database.
pub(crate) fn create(
    data: &Path,
    binaries: &Binaries,
    account: &Account,
    config: &Config,
) -> Result<State, Error> {
    let state = State::generate(config)?;
    remove_unfinished(data);
    // A name of its own: the `initdb` of a killed attempt may still be at work in another.
    let staging = data.with_extension(format!("new-{}", &random_password()?[..8]));
    // An empty `data` (a mount point, say) cannot be renamed over a non-empty one; anything in it
    // that is no database is not ours to remove.
    match fs::remove_dir(data) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(Error::Io {
                doing: "replace the folder",
                path: data.to_path_buf(),
                source: error,
            });
        }
        _ => {}
    }
    let made = init(&staging, binaries, account, config.durability)
        .and_then(|()| configure(&staging))
        .and_then(|()| provision(&staging, &state, binaries, account, config.durability))
        .and_then(|()| fs::rename(&staging, data).map_err(Error::io("put into place", data)))
        .and_then(|()| sync_parent(data));
    if made.is_err() {
        remove_unfinished(data);
    }
    made.map(|()| state)
}

/// Brings the roles and the database of an existing cluster to what `config` wants. Does nothing
/// if they are so already.
pub(crate) fn ensure(
    data: &Path,
    binaries: &Binaries,
    account: &Account,
    config: &Config,
) -> Result<State, Error> {
    let known = State::read(data);
    let wanted = match &known {
        Some(state) => State {
            database: config.database.clone(),
            allow_create_database: config.allow_create_database,
            ..state.clone()
        },
        None => State::generate(config)?,
    };
    if known.as_ref() != Some(&wanted) {
        provision(data, &wanted, binaries, account, config.durability)?;
    }
    Ok(wanted)
}

/// Runs `initdb` into `folder`.
fn init(folder: &Path, binaries: &Binaries, account: &Account, durability: Durability) -> Result<(), Error> {
    // What sorts and folds letters: code points order, Unicode's cases, the same on every machine.
    // Systems without C.UTF-8 (older macOS) have the last ones.
    let locales: &[&[&str]] = if binaries.major >= 17 {
        &[
            &[
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C.UTF-8",
            ],
            &[
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ],
        ]
    } else {
        &[
            &["--locale=C.UTF-8"],
            &["--locale=C", "--lc-ctype=en_US.UTF-8"],
            &["--locale=C"],
        ]
    };
    let mut output = String::new();
    for locale in locales {
        let mut initdb = account.command(binaries.path("initdb"));
        // The password given here stands until `provision` sets the real one, in single-user mode:
        // nothing listens in between.
        initdb
            .arg("-D")
            .arg(folder)
            .args([
                "-U",
                ADMIN,
                "-E",
                "UTF8",
                "--data-checksums",
                "--text-search-config=simple",
            ])
            .args(["--lc-messages=C", "-A", "trust"])
            .args(*locale);
        if durability == Durability::Off {
            initdb.arg("--no-sync");
        }
        let (success, text) = run(&mut initdb, None)?;
        if success {
            return Ok(());
        }
        output = text;
        if !output.contains("locale") {
            break;
        }
    }
    Err(Error::InitFailed {
        step: "create the database (initdb)",
        output: tail(&output, 15),
    })
}

/// Adds our settings, and lets nobody in without a password.
fn configure(folder: &Path) -> Result<(), Error> {
    // `initdb` made both files, so their owner and mode are right; only the content changes.
    let settings = folder.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&settings)
        .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
        .map_err(Error::io("write", &settings))?;
    let rules = folder.join("pg_hba.conf");
    let rule = "# Greenlit's private database: its socket only, and with a password.\n\
                local all all scram-sha-256\n";
    fs::write(&rules, rule).map_err(Error::io("write", &rules))
}

/// Makes roles and database, and notes it in the state file.
fn provision(
    data: &Path,
    state: &State,
    binaries: &Binaries,
    account: &Account,
    durability: Durability,
) -> Result<(), Error> {
    let State {
        admin_password,
        owner_password,
        database,
        allow_create_database,
    } = state;
    let create_database = if *allow_create_database {
        "CREATEDB"
    } else {
        "NOCREATEDB"
    };
    // Identifiers cannot be parameters. The name was checked to be a plain identifier by
    // `Config`, and the passwords are hexadecimal. One statement a line; an error does not stop
    // the next, hence `CREATE DATABASE` may find its database there, and the last line tells.
    let statements = format!(
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') THEN CREATE ROLE {OWNER}; END IF; END $$\n\
         ALTER ROLE {ADMIN} PASSWORD '{admin_password}'\n\
         ALTER ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE {create_database} PASSWORD '{owner_password}'\n\
         CREATE DATABASE {database} OWNER {OWNER}\n\
         SELECT 'everything is there' AS answer FROM pg_database JOIN pg_roles ON rolname = '{OWNER}' AND rolcanlogin WHERE datname = '{database}'\n"
    );
    let mut single = account.command(binaries.path("postgres"));
    single
        .args(["--single", "-D"])
        .arg(data)
        // The collector's files would hide the messages, and the statements hold passwords.
        .args([
            "-c",
            "logging_collector=off",
            "-c",
            "log_min_error_statement=panic",
        ])
        .args(durability.arguments())
        .arg("postgres");
    let (success, output) = run(&mut single, Some(statements.as_bytes()))?;
    if !success || !output.contains("answer = \"everything is there\"") {
        let output = output.replace(admin_password, "…").replace(owner_password, "…");
        return Err(Error::InitFailed {
            step: "create the role and the database",
            output: tail(&output, 15),
        });
    }
    state.write(data, account)
}

/// Runs a program to its end and returns whether it succeeded, with all it said.
fn run(command: &mut Command, input: Option<&[u8]>) -> Result<(bool, String), Error> {
    let program = PathBuf::from(command.get_program());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().map_err(Error::io("start", &program))?;
    if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
        // A program that ended early closes the pipe; its own message is the better one.
        let _ = stdin.write_all(input);
    }
    let output = child
        .wait_with_output()
        .map_err(Error::io("wait for", &program))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((
        output.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    ))
}

/// Replaces a file in a folder of the account's by rename, with mode 0600. The temporary file is
/// created exclusively, so no link that waits there is followed.
pub(crate) fn replace_file(path: &Path, content: &[u8], account: &Account) -> Result<(), Error> {
    let temporary = path.with_extension("new");
    let _ = fs::remove_file(&temporary);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(Error::io("create", &temporary))?;
    account.give(&temporary)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(Error::io("write", &temporary))?;
    fs::rename(&temporary, path).map_err(Error::io("put into place", path))?;
    sync_parent(path)
}

fn sync_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::io("sync", parent))
}

/// Removes what killed attempts left beside `data`. What cannot be removed, because an `initdb` is
/// still at work there, is in nobody's way and goes next time.
fn remove_unfinished(data: &Path) {
    let prefix = data.with_extension("new-");
    let entries = data.parent().and_then(|home| fs::read_dir(home).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let path = entry.path();
        if path
            .as_os_str()
            .as_encoded_bytes()
            .starts_with(prefix.as_os_str().as_encoded_bytes())
        {
            let _ = fs::remove_dir_all(path);
        }
    }
}

/// 256 random bits in hexadecimal.
fn random_password() -> Result<String, Error> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 32];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::io("read random bytes from", path))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
