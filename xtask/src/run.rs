//! `cargo xtask run`: everything a newcomer needs.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::process::{Task, say};
use crate::workspace::Workspace;
use crate::{build, setup};

/// Sets up, builds, and becomes the server, which gets `args`.
pub(crate) fn run(workspace: &Workspace, args: &[OsString]) -> Result<ExitCode> {
    let args = match args.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => args,
    };
    setup::for_run(workspace)?;
    build::run(workspace, build::Pace::Full)?;
    say("starting greenlit");
    let mut server = Task::new(workspace.binary()).args(args).into_command();
    // In our place rather than below us: signals, the terminal and the exit code are then the server's own.
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(server.exec()).context("cannot start the server")
    }
    #[cfg(not(unix))]
    {
        let status = server.status().context("cannot start the server")?;
        Ok(ExitCode::from(
            u8::try_from(status.code().unwrap_or(1)).unwrap_or(1),
        ))
    }
}
