//! The folder that the server embeds: `pkg/greenlit-<hash>.{js,wasm,css}`, the files of `public/`, precompressed forms
//! beside them, and `manifest.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{compress, styles};

/// Where everything is read from and the site is written to.
pub(crate) struct Inputs {
    pub(crate) wasm: PathBuf,
    pub(crate) js: PathBuf,
    pub(crate) style: PathBuf,
    pub(crate) public: PathBuf,
    pub(crate) out: PathBuf,
}

/// The site's files by their path inside it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Builds the site in memory, then makes `out` equal to it.
pub(crate) fn run(inputs: &Inputs) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    let mut files = Files::new();
    let manifest = serde_json::json!({
        "js": add_hashed(&mut files, "js", read(&inputs.js)?),
        "wasm": add_hashed(&mut files, "wasm", read(&inputs.wasm)?),
        "css": add_hashed(&mut files, "css", styles::bundle(&inputs.style)?.into_bytes()),
    });
    add_folder(&mut files, &inputs.public, Path::new(""))?;
    add_compressed(&mut files)?;
    // Last, so that it stays uncompressed: the server reads it, no browser does.
    files.insert("manifest.json".into(), serde_json::to_vec_pretty(&manifest)?);
    make_equal(&inputs.out, &files)
}

/// Adds one of the three built files under a name that changes with its content; returns that name's path in the site.
fn add_hashed(files: &mut Files, extension: &str, bytes: Vec<u8>) -> String {
    let digest = Sha256::digest(&bytes);
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name = format!("pkg/greenlit-{hash}.{extension}");
    files.insert(name.clone().into(), bytes);
    name
}

fn add_folder(files: &mut Files, dir: &Path, prefix: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("reading {}", dir.display()))? {
        let entry = entry?;
        let name = prefix.join(entry.file_name());
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if entry.file_type()?.is_dir() {
            add_folder(files, &entry.path(), &name)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn add_compressed(files: &mut Files) -> Result<()> {
    let mut packed = Files::new();
    for (name, bytes) in &*files {
        let forms = compress::compress(name, bytes)?;
        for (suffix, form) in [("br", forms.brotli), ("gz", forms.gzip)] {
            if let Some(form) = form {
                packed.insert(with_suffix(name, suffix), form);
            }
        }
    }
    files.extend(packed);
    Ok(())
}

fn with_suffix(name: &Path, suffix: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Writes what differs and deletes what is not part of the site any more. Equal files keep their time stamps: cargo
/// compiles the server anew when the time stamp of an embedded file changes.
fn make_equal(out: &Path, files: &Files) -> Result<()> {
    for (name, bytes) in files {
        let path = out.join(name);
        if fs::read(&path).is_ok_and(|old| old == *bytes) {
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    remove_strangers(out, Path::new(""), files)
}

fn remove_strangers(dir: &Path, prefix: &Path, files: &Files) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = prefix.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_strangers(&entry.path(), &name, files)?;
        } else if !files.contains_key(&name) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
