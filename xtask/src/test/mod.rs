use crate::process::{self, Task};
use crate::workspace::Workspace;
use anyhow::Result;
use std::process::ExitCode;
pub(crate) fn run(_w: &Workspace, _n: &[&str]) -> Result<ExitCode> {
    anyhow::bail!("soon")
}
pub(crate) fn size_only(_w: &Workspace) -> Result<ExitCode> {
    anyhow::bail!("soon")
}
pub(crate) fn format(workspace: &Workspace) -> Result<()> {
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["fmt", "--all"])
        .run()
}
