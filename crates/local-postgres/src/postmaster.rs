//! The running server: starting, waiting until it is ready, stopping, and dealing with what an
//! earlier one left behind.

use crate::account::Account;
use crate::binaries::Binaries;
use crate::cluster::replace_file;
use crate::{Durability, Error, socket, tail};
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Crash recovery replays at most `max_wal_size`, which takes far less than this.
const START_LIMIT: Duration = Duration::from_secs(300);
/// How long an orderly stop may take: it writes a checkpoint.
const FAST_STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long a stop without a checkpoint may take.
const IMMEDIATE_STOP_LIMIT: Duration = Duration::from_secs(15);
/// How long processes of a killed postmaster may take to notice and end.
const STRAGGLER_LIMIT: Duration = Duration::from_secs(30);

/// All that is needed to start Postgres on a folder, any number of times.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) data: PathBuf,
    pub(crate) socket_folder: PathBuf,
    /// What the postmaster says before its own log file is open.
    pub(crate) start_log: PathBuf,
    pub(crate) binaries: Binaries,
    pub(crate) account: Account,
    pub(crate) durability: Durability,
}

/// A running postmaster, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Postmaster {
    child: Child,
    binaries: Binaries,
    account: Account,
    stopped: bool,
}

impl Setup {
    /// Makes sure that no postmaster runs on the folder and that nothing an earlier one left
    /// behind keeps a new one from starting. The caller holds the folder's lock.
    pub(crate) fn clear_leftovers(&self, progress: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let pid_file = self.data.join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&pid_file) else {
            socket::remove(&self.socket_folder);
            return Ok(());
        };
        let pid = PidFile::parse(&text).map(|file| file.pid);
        if let Some(pid) = pid.filter(|pid| self.is_our_postmaster(*pid)) {
            progress(&format!(
                "Stopping a Postgres that an earlier server left behind (process {pid})"
            ));
            self.stop_leftover(pid)?;
        }
        socket::remove(&self.socket_folder);
        // Still there: its postmaster died, and the number may belong to another program by now,
        // which Postgres would take for a running postmaster. Just removing the file would also
        // remove what it says about shared memory, by which Postgres sees that processes of the
        // dead postmaster still write. So only the number is replaced, by our own: Postgres knows
        // that its parent is no postmaster.
        match fs::read_to_string(&pid_file) {
            Ok(text) if PidFile::parse(&text).is_some() => {
                let rest = text.split_once('\n').map_or("", |(_, rest)| rest);
                let text = format!("{}\n{rest}", std::process::id());
                replace_file(&pid_file, text.as_bytes(), &self.account)
            }
            Ok(_) => fs::remove_file(&pid_file).map_err(Error::io("remove", &pid_file)),
            Err(_) => Ok(()),
        }
    }

    /// Stops a postmaster that is not our child: in order, then at once.
    fn stop_leftover(&self, pid: u32) -> Result<(), Error> {
        for (signal, limit) in [("INT", FAST_STOP_LIMIT), ("QUIT", IMMEDIATE_STOP_LIMIT)] {
            signal_postmaster(&self.binaries, &self.account, signal, pid);
            if wait_until(limit, || !self.is_our_postmaster(pid)) {
                return Ok(());
            }
        }
        Err(Error::LeftoverRuns {
            pid,
            folder: self.data.clone(),
        })
    }

    /// Whether process `pid` is a Postgres that works in our data folder.
    fn is_our_postmaster(&self, pid: u32) -> bool {
        let process = PathBuf::from(format!("/proc/{pid}"));
        if Path::new("/proc/self").exists() {
            // Both links can only be read by root and by the process's own user. One that we may
            // not look at is therefore not ours; neither is one that is dead but not yet reaped.
            let Ok(program) = fs::read_link(process.join("exe")) else {
                return false;
            };
            let is_postgres = program.to_string_lossy().contains("postgres");
            return is_postgres && same_folder(&process.join("cwd"), &self.data);
        }
        let pid = pid.to_string();
        let output = Command::new("ps")
            .args(["-ww", "-o", "args=", "-p", &pid])
            .stdin(Stdio::null())
            .output();
        let Ok(output) = output else { return false };
        let arguments = String::from_utf8_lossy(&output.stdout);
        arguments.contains("postgres") && arguments.contains(&*self.data.to_string_lossy())
    }

    /// Starts Postgres and returns when it accepts connections.
    pub(crate) fn launch(&self, progress: &mut dyn FnMut(&str)) -> Result<Postmaster, Error> {
        let began = Instant::now();
        let mut told = false;
        loop {
            let mut postmaster = self.spawn()?;
            match self.wait_ready(&mut postmaster, began, progress) {
                Ok(()) => return Ok(postmaster),
                // Processes of a killed postmaster end by themselves, some a little later.
                Err(Error::StartFailed { log, .. })
                    if log.contains("pre-existing shared memory block")
                        && began.elapsed() < STRAGGLER_LIMIT =>
                {
                    if !told {
                        progress("Waiting for processes of a killed Postgres to end");
                        told = true;
                    }
                    sleep(Duration::from_millis(250));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn spawn(&self) -> Result<Postmaster, Error> {
        let log = File::create(&self.start_log).map_err(Error::io("create", &self.start_log))?;
        let program = self.binaries.path("postgres");
        let mut command = self.account.command(&program);
        command
            .arg("-D")
            .arg(&self.data)
            .arg("-k")
            .arg(&self.socket_folder)
            .args([
                "-p",
                "5432",
                "-c",
                "listen_addresses=",
                "-c",
                "unix_socket_permissions=0700",
            ])
            .args(self.durability.arguments())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C in the terminal must not reach it: it is stopped after the server has
            // finished with it.
            .process_group(0);
        let child = command.spawn().map_err(Error::io("start", &program))?;
        Ok(Postmaster {
            child,
            binaries: self.binaries.clone(),
            account: self.account.clone(),
            stopped: false,
        })
    }

    /// Waits until the child has written `ready` into its pid file and takes connections.
    fn wait_ready(
        &self,
        postmaster: &mut Postmaster,
        began: Instant,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let mut pause = Duration::from_millis(5);
        let mut next_word = Duration::from_secs(5);
        loop {
            let exited = postmaster
                .child
                .try_wait()
                .map_err(Error::io("watch", &self.data))?;
            if let Some(status) = exited {
                postmaster.stopped = true;
                return Err(self.start_failed(format!("it ended with {status}")));
            }
            let pid = postmaster.child.id();
            let file = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
            let is_ready = PidFile::parse(&file).is_some_and(|file| file.pid == pid && file.ready);
            if is_ready && UnixStream::connect(self.socket_folder.join(socket::FILE)).is_ok() {
                return Ok(());
            }
            if began.elapsed() > START_LIMIT {
                let seconds = START_LIMIT.as_secs();
                return Err(self.start_failed(format!("it was not ready after {seconds} seconds")));
            }
            if began.elapsed() > next_word {
                progress("Postgres is still starting (it may be recovering from a crash)");
                next_word += Duration::from_secs(15);
            }
            sleep(pause);
            pause = (pause * 3 / 2).min(Duration::from_millis(200));
        }
    }

    fn start_failed(&self, reason: String) -> Error {
        let mut log = fs::read_to_string(&self.start_log).unwrap_or_default();
        if let Some(newest) = newest_file(&self.data.join("log")) {
            let bytes = fs::read(newest).unwrap_or_default();
            log.push_str(&tail(&String::from_utf8_lossy(&bytes), 15));
        }
        Error::StartFailed {
            reason,
            log: tail(&log, 20),
        }
    }
}

impl Postmaster {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has not ended.
    pub(crate) fn is_running(&mut self) -> bool {
        let running = matches!(self.child.try_wait(), Ok(None));
        // A number that was given back must never be signalled.
        self.stopped |= !running;
        running
    }

    /// Stops in order, then at once, then by force.
    ///
    /// Returns `StopFailed` in the last case.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        if self.stopped || !self.is_running() {
            return Ok(());
        }
        let pid = self.pid();
        for (signal, limit) in [("INT", FAST_STOP_LIMIT), ("QUIT", IMMEDIATE_STOP_LIMIT)] {
            signal_postmaster(&self.binaries, &self.account, signal, pid);
            if wait_until(limit, || !self.is_running()) {
                return Ok(());
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.stopped = true;
        Err(Error::StopFailed { pid })
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure; the next start deals with it.
        let _ = self.stop();
    }
}

/// Sends a signal with Postgres' own tool, as std has no call for it. A failure shows in the
/// process living on.
fn signal_postmaster(binaries: &Binaries, account: &Account, signal: &str, pid: u32) {
    let mut command = account.command(binaries.path("pg_ctl"));
    command
        .args(["kill", signal, &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let _ = command.status();
}

/// Polls with growing pauses; `false` if `done` was not true within `limit`.
fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    let mut pause = Duration::from_millis(2);
    while !done() {
        if began.elapsed() > limit {
            return false;
        }
        sleep(pause);
        pause = (pause * 3 / 2).min(Duration::from_millis(100));
    }
    true
}

/// What `postmaster.pid` says, as far as we need it.
#[derive(Debug, PartialEq, Eq)]
struct PidFile {
    pid: u32,
    /// Line 8: the postmaster accepts connections.
    ready: bool,
}

impl PidFile {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        // A single-user Postgres writes its number with a minus.
        let pid = lines.next()?.trim().trim_start_matches('-').parse().ok()?;
        Some(Self {
            pid,
            ready: lines.nth(6).is_some_and(|line| line.trim() == "ready"),
        })
    }
}

fn same_folder(left: &Path, right: &Path) -> bool {
    match (fs::metadata(left), fs::metadata(right)) {
        (Ok(left), Ok(right)) => left.dev() == right.dev() && left.ino() == right.ino(),
        _ => false,
    }
}

fn newest_file(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries
        .max_by_key(|entry| entry.metadata().and_then(|meta| meta.modified()).ok())
        .map(|entry| entry.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_pid_files() {
        let text = "4711\n/data\n1763700000\n5432\n/run\n\n  5432001  32769\nready   \n";
        assert_eq!(
            PidFile::parse(text),
            Some(PidFile {
                pid: 4711,
                ready: true
            })
        );
        let text = "-4711\n/data\n1763700000\n5432\n/run\n\n  5432001  32769\nstarting\n";
        assert_eq!(
            PidFile::parse(text),
            Some(PidFile {
                pid: 4711,
                ready: false
            })
        );
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("garbage\n"), None);
    }

    #[test]
    fn waiting_has_an_end() {
        assert!(!wait_until(Duration::from_millis(20), || false));
        let mut calls = 0;
        assert!(wait_until(Duration::from_secs(5), || {
            calls += 1;
            calls == 3
        }));
    }
}
