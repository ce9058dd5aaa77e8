//! Unit and integration tests, with a real Postgres made for this run alone.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};
use local_postgres::{Config, Durability, LocalPostgres};

use super::lint::Compiler;
use super::tally::{self, Tally};
use crate::process::{self, Task, say};
use crate::setup;
use crate::workspace::Workspace;

/// Every crate but `frontend`, which has no tests (it runs in the browser tests).
const CRATES: [&str; 2] = ["--workspace", "--exclude=frontend"];

/// Compiles the tests and everything they need.
pub(super) fn compile(workspace: &Workspace, compiler: Compiler) -> Result<()> {
    let cargo = Task::new(process::cargo()).dir(&workspace.root);
    compiler.of(cargo.args(["test", "--no-run"]).args(CRATES)).run()
}

/// Runs all tests.
pub(super) fn run(workspace: &Workspace, compiler: Compiler) -> Result<Tally> {
    let postgres = ThrowAway::start(workspace)?;
    let common = || CRATES.into_iter().chain(["--no-fail-fast"]);
    let cargo = || {
        compiler
            .of(Task::new(process::cargo()))
            .dir(&workspace.root)
            .env("DATABASE_URL", postgres.server.url())
    };
    if Task::new(process::cargo())
        .args(["nextest", "--version"])
        .capture()
        .is_err()
    {
        return some(count(cargo().arg("test").args(common()), tally::from_libtest)?);
    }
    let tests = count(
        cargo().args(["nextest", "run", "--no-tests=pass"]).args(common()),
        tally::from_nextest,
    )?;
    let tests = some(tests)?;
    // nextest leaves these out.
    let examples = count(
        cargo().args(["test", "--doc"]).args(common()),
        tally::from_libtest,
    )?;
    Ok(tests + examples)
}

/// The store's test of query plans alone, with so many times as much in the database, and with what it prints.
pub(super) fn plans(workspace: &Workspace, scale: u32) -> Result<()> {
    let postgres = ThrowAway::start(workspace)?;
    Task::new(process::cargo())
        .dir(&workspace.root)
        .env("DATABASE_URL", postgres.server.url())
        .env("GREENLIT_PLANS_SCALE", scale.to_string())
        .args(["test", "--workspace", "--exclude=frontend", "--test=store", "--"])
        .args(["--nocapture", "plans::what_people_wait_for"])
        .run()
}

/// Guards against output that we do not understand any more.
fn some(tally: Tally) -> Result<Tally> {
    if tally == Tally::default() {
        bail!("cargo reported no test results");
    }
    Ok(tally)
}

/// Finds the results in one line of a test program's output.
type ReadLine = fn(&str) -> Option<Tally>;

/// Shows what the command writes as it comes, and adds up the results in it.
///
/// A command that fails without a test that failed (it did not compile, a test program crashed) counts as one failure.
fn count(task: Task, read: ReadLine) -> Result<Tally> {
    let mut command: Command = task.into_command();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;
    let (written, logged) = thread::scope(|scope| {
        let stdout = scope.spawn(|| follow(stdout, std::io::stdout(), read));
        let logged = follow(stderr, std::io::stderr(), read);
        (stdout.join().unwrap_or_default(), logged)
    });
    let status = child.wait().context("waiting for cargo")?;
    let mut tally = written + logged;
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

fn follow(from: impl Read, mut to: impl Write, read: ReadLine) -> Tally {
    let mut sum = Tally::default();
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // If nobody reads our output any more the counting still matters.
        let _ = to.write_all(&line);
        if let Some(tally) = read(&String::from_utf8_lossy(&line)) {
            sum = sum + tally;
        }
        line.clear();
    }
    sum
}

/// A Postgres in a temporary folder; both end with this value.
struct ThrowAway {
    server: LocalPostgres,
    _folder: TemporaryFolder,
}

impl ThrowAway {
    fn start(workspace: &Workspace) -> Result<Self> {
        // One fixed folder for each checkout: if a run was killed, the next one finds its Postgres and stops it, and
        // two runs at once are refused.
        let mut hasher = DefaultHasher::new();
        workspace.root.hash(&mut hasher);
        let name = format!("greenlit-tests-{:016x}", hasher.finish());
        let folder = std::env::temp_dir().join(name);
        let config = Config {
            durability: Durability::Off,
            allow_create_database: true,
            ..Config::new(&folder)
        };
        let server =
            LocalPostgres::start(&config, &mut |line| say(line)).context("no Postgres for the tests")?;
        let _folder = TemporaryFolder(folder);
        make_roles(server.url());
        Ok(Self { server, _folder })
    }
}

/// Makes the roles that migrations share, and grants them. Tests migrate databases of their own side by side; on a new
/// cluster all of them would do this at one moment, and now and then one of them does not see yet what another one just
/// made.
fn make_roles(url: &str) {
    let Ok(programs) = setup::postgres_programs() else {
        return;
    };
    for role in [
        "greenlit_app",
        "greenlit_worker",
        "greenlit_guest",
        "greenlit_search",
    ] {
        // What fails here the migrations do.
        let _ = Task::new(programs.join("psql"))
            .args([url, "-qX", "-c"])
            .arg(format!(
                "CREATE ROLE {role} NOLOGIN NOBYPASSRLS; GRANT {role} TO CURRENT_USER"
            ))
            .capture();
    }
}

struct TemporaryFolder(PathBuf);

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // Leftovers in the folder for temporary files do no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
