//! A compiler with a standard library for `wasm32-unknown-unknown`.
//!
//! Three ways, in this order: the target is installed already; rustup fetches it; Debian's own compiler builds the
//! standard library from Debian's sources, which works where rustup's download server cannot be reached.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::apt;
use crate::process::{self, Task, say};

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Forces one way, so that each can be tried on a machine that has several: `target` or `debian`.
const CHOICE: &str = "GREENLIT_WASM_TOOLCHAIN";

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
/// The package of [`DEBIAN_CLIPPY`].
pub(super) const DEBIAN_CLIPPY_PACKAGE: &str = "rust-web-clippy";

/// How to compile for the browser.
pub(crate) enum WasmToolchain {
    /// The cargo that runs us has the target.
    Target,
    /// Debian's compiler; the standard library is built with our code.
    Debian,
}

impl WasmToolchain {
    /// `cargo <subcommand> --target …`, to be finished by the caller.
    pub(crate) fn cargo(&self, subcommand: &str) -> Task {
        match self {
            Self::Target => Task::new(process::cargo()).args([subcommand, "--target", TARGET]),
            Self::Debian => self.debian(Task::new(DEBIAN_CARGO).arg(subcommand)),
        }
    }

    fn debian(&self, task: Task) -> Task {
        task.without_env("RUSTUP_TOOLCHAIN")
            .env("RUSTC", DEBIAN_RUSTC)
            .env("CARGO", DEBIAN_CARGO)
            // The flag for building std is not stable, and this compiler is no nightly.
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["--target", TARGET, "-Zbuild-std=std,panic_abort"])
            .arg("-Zbuild-std-features=optimize_for_size")
    }

    /// `cargo clippy --target …`, if this toolchain has it.
    pub(super) fn clippy(&self) -> Option<Task> {
        match self {
            Self::Target => Some(self.cargo("clippy")),
            // Called by its path, since the `clippy` that cargo finds first may be rustup's; cargo's own calling
            // convention repeats the subcommand.
            Self::Debian => Path::new(DEBIAN_CLIPPY)
                .exists()
                .then(|| self.debian(Task::new(DEBIAN_CLIPPY).arg("clippy"))),
        }
    }

    /// For people.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Target => "the target's standard library is installed",
            Self::Debian => "Debian's compiler, which builds the standard library too",
        }
    }
}

/// Finds a way that works without a download, else makes one.
pub(crate) fn find_or_install() -> Result<WasmToolchain> {
    let choice = std::env::var(CHOICE).unwrap_or_default();
    let (target_allowed, debian_allowed) = match choice.as_str() {
        "" => (true, true),
        "target" => (true, false),
        "debian" => (false, true),
        _ => bail!("{CHOICE} wants `target` or `debian`, not `{choice}`"),
    };
    if target_allowed && target_is_installed() {
        return Ok(WasmToolchain::Target);
    }
    if debian_allowed && debian_is_installed() {
        return Ok(WasmToolchain::Debian);
    }
    if target_allowed && rustup_adds_target() {
        return Ok(WasmToolchain::Target);
    }
    if debian_allowed && apt::is_usable() {
        apt::install(
            DEBIAN_PACKAGES,
            "a compiler whose standard library can be built for WASM without a download",
        )?;
        if debian_is_installed() {
            return Ok(WasmToolchain::Debian);
        }
    }
    bail!(
        "there is no standard library for {TARGET}.\n\
         With rustup:          rustup target add {TARGET}\n\
         On Debian or Ubuntu:  sudo apt-get update && sudo apt-get install {}",
        DEBIAN_PACKAGES.join(" ")
    )
}

fn target_is_installed() -> bool {
    let libdir = Task::new(process::rustc())
        .args(["--print", "target-libdir", "--target", TARGET])
        .capture();
    libdir.is_ok_and(|dir| {
        fs::read_dir(dir.trim()).is_ok_and(|files| {
            files
                .flatten()
                .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
        })
    })
}

fn rustup_adds_target() -> bool {
    if process::find_on_path("rustup").is_none() {
        return false;
    }
    say(&format!(
        "rustup target add {TARGET}: the standard library for code that runs in the browser"
    ));
    let done = Task::new("rustup")
        .args(["target", "add", TARGET])
        // Where its server cannot be reached there is another way, so no patience is needed.
        .env("RUSTUP_MAX_RETRIES", "1")
        .env("RUST_BACKTRACE", "0")
        .succeeds();
    if !done {
        say("rustup could not fetch it");
    }
    done && target_is_installed()
}

fn debian_is_installed() -> bool {
    [DEBIAN_RUSTC, DEBIAN_CARGO]
        .iter()
        .all(|file| Path::new(file).exists())
        && debian_std_sources().is_some()
}

/// `<sysroot>/lib/rustlib/src/rust/library`, with the crates it depends on beside it.
fn debian_std_sources() -> Option<PathBuf> {
    let sysroot = Task::new(DEBIAN_RUSTC)
        .args(["--print", "sysroot"])
        .capture()
        .ok()?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library");
    library.join("std/Cargo.toml").exists().then_some(library)
}
