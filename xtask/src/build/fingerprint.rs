//! "Were the inputs of this step the same last time?"

use std::fmt;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// Collects the inputs of one step: names and contents, in the order they are given.
pub(super) struct Fingerprint {
    // Guards against change, not against malice, and is only compared with its own kind on the same machine.
    hasher: DefaultHasher,
}

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self {
            hasher: DefaultHasher::new(),
        }
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    pub(super) fn file(mut self, path: &Path) -> Result<Self> {
        self.add(&fs::read(path).with_context(|| format!("reading {}", path.display()))?);
        Ok(self)
    }

    /// All files below `path`, by name.
    pub(super) fn folder(mut self, path: &Path) -> Result<Self> {
        let entries = fs::read_dir(path).with_context(|| format!("reading {}", path.display()))?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            self.add(entry.file_name().as_encoded_bytes());
            self = if entry.file_type()?.is_dir() {
                self.folder(&entry.path())?
            } else {
                self.file(&entry.path())?
            };
        }
        Ok(self)
    }

    pub(super) fn finish(self) -> Stamp {
        Stamp(format!("{:016x}", self.hasher.finish()))
    }

    /// The length first, so that "ab", "c" and "a", "bc" differ.
    fn add(&mut self, bytes: &[u8]) {
        self.hasher.write_usize(bytes.len());
        self.hasher.write(bytes);
    }
}

/// A finished fingerprint, kept in a small file when its step is done.
pub(super) struct Stamp(String);

impl Stamp {
    pub(super) fn is_at(&self, file: &Path) -> bool {
        fs::read_to_string(file).is_ok_and(|saved| saved == self.0)
    }

    pub(super) fn save(&self, file: &Path) -> Result<()> {
        fs::write(file, &self.0).with_context(|| format!("writing {}", file.display()))
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> String {
        parts
            .iter()
            .fold(Fingerprint::new(), |print, part| print.text(part))
            .finish()
            .to_string()
    }

    #[test]
    fn tells_where_one_input_ends() {
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
    }
}
