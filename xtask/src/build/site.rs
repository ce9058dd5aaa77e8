//! From the compiler's WASM to the folder that the server embeds.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::fingerprint::Fingerprint;
use crate::process::{Task, say};
use crate::setup::BuildTools;
use crate::workspace::Workspace;

/// Brings `target/site` up to date, step by step.
pub(super) fn make(workspace: &Workspace, tools: &BuildTools, compiled: &Path) -> Result<()> {
    let work = workspace.site_work();
    fs::create_dir_all(&work)?;
    let code = Fingerprint::new()
        .file(compiled)?
        .folder(&workspace.root.join("xtask/site-tool"))?
        .file(&workspace.root.join("xtask/src/setup/site_tools.rs"))?
        .file(&workspace.root.join("xtask/tools/package-lock.json"))?
        .text(&tools.site_tools.describe())
        .finish();
    if !code.is_at(&work.join("code.fingerprint")) || !work.join(WASM).exists() || !work.join(JS).exists() {
        bind_and_shrink(workspace, tools, compiled)?;
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
        site_tool(workspace)?
            .args(["assemble", "--wasm"])
            .arg(work.join(WASM))
            .arg("--js")
            .arg(work.join(JS))
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

/// The finished forms; what wasm-bindgen wrote lies beside them as `greenlit.wasm` and `greenlit.js`.
const WASM: &str = "greenlit.small.wasm";
const JS: &str = "greenlit.small.js";

fn bind_and_shrink(workspace: &Workspace, tools: &BuildTools, compiled: &Path) -> Result<()> {
    let work = workspace.site_work();
    say("wasm-bindgen");
    site_tool(workspace)?
        .args(["bindgen", "--wasm"])
        .arg(compiled)
        .arg("--out")
        .arg(&work)
        .run()?;
    tools
        .site_tools
        .optimise_wasm(&work.join("greenlit.wasm"), &work.join(WASM))?;
    tools
        .site_tools
        .minify_module(&work.join("greenlit.js"), &work.join(JS))
}

fn site_tool(workspace: &Workspace) -> Result<Task> {
    let program = super::helper(workspace, "site-tool")?;
    Ok(Task::new(program).dir(&workspace.root))
}
