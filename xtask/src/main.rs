//! All commands of the workshop: `cargo xtask <command>`.
//!
//! This crate only decides and calls, so that it compiles in seconds; what needs heavy libraries is in `site-tool`.
//! Start reading at [`setup`] for what a fresh machine gets, at [`build`] for how the site comes about and at [`test`]
//! for what CI checks. `docs/BUILDING.md` tells the same for people who only use it.

mod bench;
mod build;
mod process;
mod run;
mod setup;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const HELP: &str = "\
cargo xtask <command>

  run [ARGS…]      set up what is missing, build, start greenlit with ARGS
  test [STAGES…]   what CI runs: lint, audit, unit, chaos, size, e2e (default: all of them)
  build            the site (WASM, JS, CSS) and target/release/greenlit
  site             the site alone; a debug build of the server reads it from target/site
  setup [--test]   install what is missing for run (and for test)
  lint             rustfmt's check and clippy, native and WASM
  audit            licences, sources and known holes of what we depend on (deny.toml)
  fmt              format the Rust sources
  size             what /dashboard/chat transfers, against the budget
  bench [NAMES…]   measurements: medians and ratios
  chaos [WORDS…]   servers, Postgres and connections die under load; a table of what was lost
";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let mut args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let command = if args.is_empty() {
        "--help".into()
    } else {
        args.remove(0)
    };
    let names: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let workspace = Workspace::locate()?;
    match command.to_str() {
        Some("run") => run::run(&workspace, &args),
        Some("test") => test::run(&workspace, &names),
        Some("build") => build::run(&workspace, build::Pace::Full).map(|_| ExitCode::SUCCESS),
        Some("site") => build::site(&workspace, build::Pace::Full).map(|()| ExitCode::SUCCESS),
        Some("setup") => setup::run(&workspace, &names).map(|()| ExitCode::SUCCESS),
        Some("lint") => test::run(&workspace, &["lint"]),
        Some("audit") => test::run(&workspace, &["audit"]),
        Some("size") => test::size_only(&workspace),
        Some("fmt") => test::format(&workspace).map(|()| ExitCode::SUCCESS),
        Some("chaos") => test::chaos(&workspace, &names),
        Some("bench") => bench::run(&workspace, &names),
        Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("no such command: {}\n\n{HELP}", command.to_string_lossy()),
    }
}
