//! Binaryen's wasm-opt, which halves the WASM, and esbuild, which halves its JavaScript.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::npm;
use crate::process::{self, Task, say};
use crate::workspace::Workspace;

/// Older versions of wasm-opt do not know what today's compilers emit by default; Debian 12 has 108.
const OLDEST_WASM_OPT: u32 = 121;

/// Programs that make the site small. Each is absent only where neither it nor Node can be had.
pub(crate) struct SiteTools {
    wasm_opt: Option<Program>,
    esbuild: Option<Program>,
}

/// A program, or a script with the program that runs it.
struct Program(Vec<OsString>);

impl Program {
    fn task(&self) -> Task {
        Task::new(&self.0[0]).args(&self.0[1..])
    }
}

impl SiteTools {
    /// Optimises WASM for size, as far as wasm-opt can; without it, copies.
    pub(crate) fn optimise_wasm(&self, input: &Path, output: &Path) -> Result<()> {
        let Some(wasm_opt) = &self.wasm_opt else {
            return copy(input, output);
        };
        say("wasm-opt -Oz");
        // What may be used stands in the file, in a section that the compiler wrote.
        wasm_opt.task().arg("-Oz").arg(input).arg("-o").arg(output).run()
    }

    /// Minifies an ES module and keeps its exports; without esbuild, copies.
    pub(crate) fn minify_module(&self, input: &Path, output: &Path) -> Result<()> {
        let Some(esbuild) = &self.esbuild else {
            return copy(input, output);
        };
        let mut to = OsString::from("--outfile=");
        to.push(output);
        esbuild
            .task()
            .args([
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--legal-comments=none",
                "--log-level=warning",
            ])
            .arg(input)
            .arg(to)
            .run()
    }

    /// For people and for fingerprints: the output depends on it.
    pub(crate) fn describe(&self) -> String {
        let shown = |name: &str, program: &Option<Program>| match program {
            Some(program) => format!("{name} ({})", program.0.join(" ".as_ref()).to_string_lossy()),
            None => format!("no {name}"),
        };
        format!(
            "{}, {}",
            shown("wasm-opt", &self.wasm_opt),
            shown("esbuild", &self.esbuild)
        )
    }
}

/// A wasm-opt on `PATH` that is new enough, npm's for the rest.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<SiteTools> {
    let on_path = process::find_on_path("wasm-opt")
        .filter(|program| wasm_opt_version(program).is_some_and(|version| version >= OLDEST_WASM_OPT))
        .map(|program| Program(vec![program.into()]));
    let Some(modules) = npm_packages(workspace)? else {
        return Ok(SiteTools {
            wasm_opt: on_path,
            esbuild: None,
        });
    };
    let script = |path: &str| Program(vec!["node".into(), modules.join(path).into()]);
    Ok(SiteTools {
        wasm_opt: Some(on_path.unwrap_or_else(|| script("binaryen/bin/wasm-opt"))),
        // Its installer may have put the program itself in the script's place, so the link decides.
        esbuild: Some(Program(vec![modules.join(".bin/esbuild").into()])),
    })
}

/// The `node_modules` with both, or `None` without Node.
fn npm_packages(workspace: &Workspace) -> Result<Option<PathBuf>> {
    if !npm::is_usable() {
        say(&format!(
            "Node.js with npm is not installed: without wasm-opt ({OLDEST_WASM_OPT} or newer, from `binaryen`) and \
             esbuild the pages work, but load twice as much"
        ));
        return Ok(None);
    }
    let dir = workspace.tools().join("npm");
    fs::create_dir_all(&dir)?;
    for name in ["package.json", "package-lock.json"] {
        copy(&workspace.root.join("xtask/tools").join(name), &dir.join(name))?;
    }
    npm::install_locked(
        &dir,
        "wasm-opt and esbuild make what the browser loads half as large",
    )?;
    Ok(Some(dir.join("node_modules")))
}

/// The number in "wasm-opt version 123 (…)".
fn wasm_opt_version(program: &Path) -> Option<u32> {
    let text = Task::new(program).arg("--version").capture().ok()?;
    text.split_whitespace().find_map(|word| word.parse().ok())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}
