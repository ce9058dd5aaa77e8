//! Binaryen's wasm-opt, which halves the WASM.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::npm;
use crate::process::{self, Task, say};
use crate::workspace::Workspace;

/// Older ones do not know what today's compilers emit by default; Debian 12 has 108.
const OLDEST: u32 = 121;

/// A wasm-opt to call.
pub(crate) struct WasmOpt {
    program: PathBuf,
    /// npm's package is Binaryen compiled to WASM, started by Node.
    script: Option<PathBuf>,
}

impl WasmOpt {
    /// Optimises `input` for size, as far as wasm-opt can.
    pub(crate) fn run(&self, input: &Path, output: &Path) -> Result<()> {
        // What the compiler uses by default, no more: a feature named here may also be put to use.
        let features = [
            "--enable-bulk-memory",
            "--enable-bulk-memory-opt",
            "--enable-multivalue",
            "--enable-mutable-globals",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
        ];
        self.task()
            .arg("-Oz")
            .args(features)
            .arg(input)
            .arg("-o")
            .arg(output)
            .run()
    }

    /// For people and for fingerprints: the output depends on it.
    pub(crate) fn describe(&self) -> String {
        self.script
            .as_ref()
            .unwrap_or(&self.program)
            .display()
            .to_string()
    }

    fn task(&self) -> Task {
        let task = Task::new(&self.program);
        match &self.script {
            Some(script) => task.arg(script),
            None => task,
        }
    }
}

/// One on `PATH` that is new enough, else npm's.
pub(crate) fn find_or_install(workspace: &Workspace) -> Result<Option<WasmOpt>> {
    if let Some(program) = process::find_on_path("wasm-opt")
        && version(&program).is_some_and(|version| version >= OLDEST)
    {
        return Ok(Some(WasmOpt {
            program,
            script: None,
        }));
    }
    let Some(node) = process::find_on_path("node").filter(|_| npm::is_usable()) else {
        say(&format!(
            "no wasm-opt {OLDEST} or newer and no Node to run npm's: the WASM will be twice as large as it need be. \
             Install binaryen or Node.js for the real size"
        ));
        return Ok(None);
    };
    let dir = workspace.tools().join("binaryen");
    copy_lock(&workspace.root.join("xtask/tools"), &dir)?;
    npm::install_locked(&dir, "wasm-opt makes the WASM half as large")?;
    Ok(Some(WasmOpt {
        program: node,
        script: Some(dir.join("node_modules/binaryen/bin/wasm-opt")),
    }))
}

/// The lock file lives with the sources, what it installs in the target folder.
fn copy_lock(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for name in ["package.json", "package-lock.json"] {
        let (from, to) = (from.join(name), to.join(name));
        fs::copy(&from, &to).with_context(|| format!("copying {}", from.display()))?;
    }
    Ok(())
}

/// The number in "wasm-opt version 123 (…)".
fn version(program: &Path) -> Option<u32> {
    let text = Task::new(program).arg("--version").capture().ok()?;
    text.split_whitespace().find_map(|word| word.parse().ok())
}
