//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::{self, Task};

/// The checkout and the folder cargo builds into.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// `CARGO_TARGET_DIR`, `build.target-dir` or `<root>/target`.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo, because the target folder can be set in three places.
    pub(crate) fn locate() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let metadata = Task::new(process::cargo())
            .dir(here)
            .args([
                "metadata",
                "--no-deps",
                "--format-version=1",
                "--offline",
                "--quiet",
            ])
            .capture()?;
        let metadata: serde_json::Value =
            serde_json::from_str(&metadata).context("cargo metadata wrote something else than JSON")?;
        let path = |key: &str| -> Result<PathBuf> {
            Ok(metadata[key]
                .as_str()
                .with_context(|| format!("cargo metadata has no {key}"))?
                .into())
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// The finished site. Always at this place, whatever the target folder: the server's sources name it.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    /// Intermediate forms of the site and what they were made from.
    pub(crate) fn site_work(&self) -> PathBuf {
        self.target.join("site-work")
    }

    /// Tools that `setup` installs for this checkout only.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The compiler that builds the WASM may be another one than the server's, so their outputs stay apart.
    pub(crate) fn wasm_target(&self) -> PathBuf {
        self.target.join("wasm")
    }

    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// The release server.
    pub(crate) fn binary(&self) -> PathBuf {
        self.target
            .join("release")
            .join(format!("greenlit{}", std::env::consts::EXE_SUFFIX))
    }
}
