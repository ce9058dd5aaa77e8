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
    let mut manifest = serde_json::json!({
        "js": add_hashed(&mut files, "js", read(&inputs.js)?),
        "wasm": add_hashed(&mut files, "wasm", read(&inputs.wasm)?),
        "css": add_hashed(&mut files, "css", styles::bundle(&inputs.style)?.into_bytes()),
    });
    add_folder(&mut files, &inputs.public, Path::new(""))?;
    add_compressed(&mut files)?;
    // cargo notices this one file for any change, a public file that is new included, and embeds the site anew.
    manifest["site"] = hash_of_all(&files).into();
    // Last, so that it stays uncompressed: the server reads it, no browser does.
    files.insert("manifest.json".into(), serde_json::to_vec_pretty(&manifest)?);
    make_equal(&inputs.out, &files)
}

/// Adds one of the three built files under a name that changes with its content; returns that name's path in the site.
fn add_hashed(files: &mut Files, extension: &str, bytes: Vec<u8>) -> String {
    let hash = short_hex(&Sha256::digest(&bytes));
    let name = format!("pkg/greenlit-{hash}.{extension}");
    files.insert(name.clone().into(), bytes);
    name
}

fn hash_of_all(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        hasher.update(Sha256::digest(name.as_os_str().as_encoded_bytes()));
        hasher.update(Sha256::digest(bytes));
    }
    short_hex(&hasher.finalize())
}

fn short_hex(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_files_are_left_alone_and_strangers_deleted() {
        let out = std::env::temp_dir().join(format!("site-tool-test-{}", std::process::id()));
        let write = |name: &str, text: &str| {
            let path = out.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("pkg/same.js", "1");
        write("pkg/old.js", "1");
        write("changed.txt", "1");
        let long_ago = std::time::SystemTime::UNIX_EPOCH;
        fs::File::options()
            .append(true)
            .open(out.join("pkg/same.js"))
            .unwrap()
            .set_modified(long_ago)
            .unwrap();

        let files = [("pkg/same.js", "1"), ("changed.txt", "2"), ("new/deep.svg", "3")];
        let files = files.map(|(name, text)| (name.into(), text.into())).into();
        make_equal(&out, &files).unwrap();

        assert_eq!(
            fs::metadata(out.join("pkg/same.js")).unwrap().modified().unwrap(),
            long_ago
        );
        assert!(!out.join("pkg/old.js").exists());
        assert_eq!(fs::read_to_string(out.join("changed.txt")).unwrap(), "2");
        assert_eq!(fs::read_to_string(out.join("new/deep.svg")).unwrap(), "3");
        fs::remove_dir_all(&out).unwrap();
    }

    #[test]
    fn a_new_or_renamed_file_changes_the_hash_of_all() {
        let hash = |names: &[&str]| hash_of_all(&names.iter().map(|name| (name.into(), vec![1])).collect());
        assert_eq!(hash(&["a", "b"]), hash(&["b", "a"]));
        assert_ne!(hash(&["a"]), hash(&["a", "b"]));
        assert_ne!(hash(&["a"]), hash(&["b"]));
    }
}
