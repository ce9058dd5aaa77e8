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
    let mut js = output.js().to_owned();
    for (number, import) in output.wasm_mut().imports.iter_mut().enumerate() {
        let short = format!("i{number}");
        if let Some(renamed) = rename_import(&js, &import.name, &short) {
            js = renamed;
            import.name = short;
        }
    }
    fs::create_dir_all(out)?;
    fs::write(out.join("greenlit.js"), js)?;
    fs::write(out.join("greenlit.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}

/// The module with a shorter key for one import, or `None` to leave it alone.
///
/// wasm-bindgen's names end in a hash, which does not compress and stands in the WASM too. They are the keys of one
/// object, so a key that occurs exactly once can be renamed on both sides.
fn rename_import(js: &str, name: &str, short: &str) -> Option<String> {
    let is_only_a_key = js.matches(name).count() == 1 && js.contains(&format!("{name}: "));
    (name.starts_with("__wb") && is_only_a_key).then(|| js.replacen(name, short, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_key_that_occurs_once_is_renamed() {
        let js = "const import0 = {\n        __wbg_new_0123456789abcdef: function(arg0) {";
        let renamed = "const import0 = {\n        i7: function(arg0) {";
        assert_eq!(
            rename_import(js, "__wbg_new_0123456789abcdef", "i7").as_deref(),
            Some(renamed)
        );
        assert_eq!(
            rename_import(&format!("{js}{js}"), "__wbg_new_0123456789abcdef", "i7"),
            None
        );
        assert_eq!(rename_import(js, "__wbg_new_0", "i7"), None);
    }
}
