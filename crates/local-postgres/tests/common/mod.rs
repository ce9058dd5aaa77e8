//! What the tests share. Real Postgres, real processes, a folder of their own each.
#![allow(dead_code, reason = "each test file uses some of it")]

use local_postgres::{Config, Durability, LocalPostgres};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A folder that Postgres' user can enter also when we are root.
pub(crate) fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A quick configuration for a data folder inside of `place`.
pub(crate) fn config(place: &Path) -> Config {
    Config {
        durability: Durability::Off,
        ..Config::new(place.join("greenlit"))
    }
}

pub(crate) fn start(config: &Config) -> LocalPostgres {
    LocalPostgres::start(config, &mut |line| eprintln!("{line}")).unwrap()
}

pub(crate) fn data(config: &Config) -> PathBuf {
    config.data_dir.join("postgres/data")
}

/// Runs one statement; its rows as text, or psql's message.
pub(crate) fn psql(url: &str, sql: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args([url, "-XAtqw", "-v", "ON_ERROR_STOP=1", "-c", sql])
        .output()
        .unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap().trim().to_string())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

pub(crate) fn am_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

pub(crate) fn kill(pid: u32, signal: &str) {
    assert!(
        Command::new("kill")
            .args([signal, &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

/// Whether the process exists and is no zombie.
pub(crate) fn is_alive(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim().starts_with('Z'))
}

pub(crate) fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "waited in vain for: {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The process id in `postmaster.pid`.
pub(crate) fn recorded_pid(config: &Config) -> Option<u32> {
    fs::read_to_string(data(config).join("postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .parse()
        .ok()
}

/// Starts this test program again as the owner of `config`'s Postgres, which it keeps until killed.
/// When it is up, it writes the address to the file `<data_dir>.url`.
pub(crate) fn spawn_owner(config: &Config) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner_process", "--ignored", "--nocapture"])
        .env("TEST_OWNER_DATA_DIR", &config.data_dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The body of the test `owner_process` that `spawn_owner` runs.
pub(crate) fn be_owner() {
    let Some(folder) = std::env::var_os("TEST_OWNER_DATA_DIR") else {
        return;
    };
    let config = Config {
        durability: Durability::Off,
        ..Config::new(folder)
    };
    let postgres = start(&config);
    let file = url_file(&config);
    fs::write(file.with_extension("tmp"), postgres.url()).unwrap();
    fs::rename(file.with_extension("tmp"), file).unwrap();
    loop {
        std::thread::park();
    }
}

pub(crate) fn url_file(config: &Config) -> PathBuf {
    config.data_dir.with_extension("url")
}
