//! From the compiler's WASM to the folder that the server embeds.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::fingerprint::Fingerprint;
use crate::process::{self, Task, say};
use crate::setup::BuildTools;
use crate::workspace::Workspace;

/// Brings `target/site` up to date, step by step.
pub(super) fn make(workspace: &Workspace, tools: &BuildTools, compiled: &Path) -> Result<()> {
    let work = workspace.site_work();
    fs::create_dir_all(&work)?;
    let optimiser = tools
        .wasm_opt
        .as_ref()
        .map(|tool| tool.describe())
        .unwrap_or_default();
    let code = Fingerprint::new()
        .file(compiled)?
        .folder(&workspace.root.join("xtask/site-tool"))?
        .file(&workspace.root.join("xtask/src/setup/wasm_opt.rs"))?
        .file(&workspace.root.join("xtask/tools/package-lock.json"))?
        .text(&optimiser)
        .finish();
    if !code.is_at(&work.join("code.fingerprint")) || !work.join(OPTIMISED).exists() {
        bind_and_optimise(workspace, tools, compiled)?;
        code.save(&work.join("code.fingerprint"))?;
    }

    let (style, public) = (workspace.root.join("style"), workspace.root.join("public"));
    let whole = Fingerprint::new()
        .text(&code.to_string())
        .folder(&style)?
        .folder(&public)?
        .finish();
    // Beside the site and not in the target folder: several target folders may share the one site.
    let stamp = workspace.site().with_extension("fingerprint");
    if !whole.is_at(&stamp) || !workspace.site().join("manifest.json").exists() {
        say("assembling the site (styles, public files, compression)");
        fs::create_dir_all(workspace.site())?;
        site_tool(workspace)
            .args(["assemble", "--wasm"])
            .arg(work.join(OPTIMISED))
            .arg("--js")
            .arg(work.join("greenlit.js"))
            .arg("--style")
            .arg(style)
            .arg("--public")
            .arg(public)
            .arg("--out")
            .arg(workspace.site())
            .run()?;
        whole.save(&stamp)?;
    }
    Ok(())
}

const OPTIMISED: &str = "greenlit.opt.wasm";

fn bind_and_optimise(workspace: &Workspace, tools: &BuildTools, compiled: &Path) -> Result<()> {
    let work = workspace.site_work();
    say("wasm-bindgen");
    site_tool(workspace)
        .args(["bindgen", "--wasm"])
        .arg(compiled)
        .arg("--out")
        .arg(&work)
        .run()?;
    let bound = work.join("greenlit.wasm");
    let optimised = work.join(OPTIMISED);
    match &tools.wasm_opt {
        Some(wasm_opt) => {
            say("wasm-opt -Oz");
            wasm_opt.run(&bound, &optimised)
        }
        None => fs::copy(&bound, &optimised).map(drop).context("copying the WASM"),
    }
}

fn site_tool(workspace: &Workspace) -> Task {
    Task::new(process::cargo())
        .dir(&workspace.root)
        .args(["run", "--quiet", "--package", "site-tool", "--"])
}
