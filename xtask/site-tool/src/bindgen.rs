//! wasm-bindgen as a library: `Cargo.lock` holds it at the version of the `wasm-bindgen` crate, so the two cannot drift.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// Writes `greenlit.wasm` and `greenlit.js` (an ES module whose default export wants the WASM's address) into `out`.
///
/// Fails if a dependency brings JavaScript files of its own: the site ships one module, and nothing here bundles.
pub(crate) fn run(wasm: &Path, out: &Path) -> Result<()> {
    let mut output = Bindgen::new()
        .input_path(wasm)
        .out_name("greenlit")
        .web(true)?
        .typescript(false)
        // The page says where the WASM is (its name holds a hash), so the module must not guess.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen refused {}", wasm.display()))?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a dependency of `frontend` needs JavaScript files of its own: {:?} {:?}",
        output.snippets().keys(),
        output.local_modules().keys(),
    );
    fs::create_dir_all(out)?;
    fs::write(out.join("greenlit.js"), output.js())?;
    fs::write(out.join("greenlit.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}
