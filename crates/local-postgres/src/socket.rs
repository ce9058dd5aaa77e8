//! Where the socket lies, and the URLs that lead to it.

use crate::Error;
use crate::account::Account;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The socket's file name: Postgres derives it from the port, which means nothing without TCP.
pub(crate) const FILE: &str = ".s.PGSQL.5432";

/// A socket's whole path may have 107 bytes on Linux and 103 on macOS.
const LONGEST_PATH: usize = 100;

/// Makes the folder for the socket: `wanted`, or, when its path is too long or has characters that
/// Postgres' own list syntax or a URL would trip over, a short private folder in the runtime or
/// temporary directory whose name follows from `wanted`.
pub(crate) fn make_folder(wanted: &Path, account: &Account) -> Result<PathBuf, Error> {
    if fits(wanted) {
        account.own_folder(wanted)?;
        return Ok(wanted.to_path_buf());
    }
    let name = format!("greenlit-{:016x}", fnv1a(wanted.as_os_str().as_bytes()));
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    for parent in runtime.into_iter().chain([PathBuf::from("/tmp")]) {
        if !parent.is_dir() || account.can_reach(&parent).is_err() {
            continue;
        }
        // Somebody else may have made a folder of this name in the shared /tmp: pass over it.
        for attempt in 0..8 {
            let folder = parent.join(format!("{name}-{attempt}"));
            if fits(&folder) && account.own_shared_folder(&folder)? {
                return Ok(folder);
            }
        }
    }
    Err(Error::Io {
        doing: "find a place for the database's socket, because the path is too long:",
        path: wanted.to_path_buf(),
        source: std::io::ErrorKind::InvalidFilename.into(),
    })
}

impl Account {
    /// Like `own_folder`, in a directory where others may write: `false` if the name is taken by
    /// something that is not a private folder of ours.
    fn own_shared_folder(&self, folder: &Path) -> Result<bool, Error> {
        if let Ok(meta) = fs::symlink_metadata(folder) {
            return Ok(meta.is_dir() && self.owns(&meta) && meta.permissions().mode() & 0o077 == 0);
        }
        self.own_folder(folder).map(|()| true)
    }
}

/// Removes a socket and its lock file. Only for a folder on which no postmaster runs.
pub(crate) fn remove(folder: &Path) {
    let _ = fs::remove_file(folder.join(FILE));
    let _ = fs::remove_file(folder.join(format!("{FILE}.lock")));
}

fn fits(folder: &Path) -> bool {
    let bytes = folder.as_os_str().as_bytes();
    bytes.len() + 1 + FILE.len() <= LONGEST_PATH && bytes.iter().all(|byte| is_plain(*byte))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte)
}

/// `postgres://user:password@/database?host=folder` in the form that both libpq and the URL
/// standard read: with a host of its own, which the parameter overrides. Port and TLS are said so
/// that `PGPORT` and `PGSSLMODE` in the environment cannot change them.
pub(crate) fn url(user: &str, password: &str, database: &str, folder: &Path) -> String {
    let host: String = folder
        .as_os_str()
        .as_bytes()
        .iter()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"._-".contains(byte) => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    // Passwords are hexadecimal and names plain identifiers, so only the path needs encoding.
    format!("postgres://{user}:{password}@localhost:5432/{database}?host={host}&sslmode=disable")
}

/// FNV-1a: a short name that is the same in every build, unlike std's hasher.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_paths_hold_the_socket() {
        assert!(fits(Path::new("/var/lib/greenlit/postgres/run")));
        assert!(!fits(Path::new("/home/ann, bob/run")));
        assert!(!fits(Path::new("/home/müller/run")));
        assert!(!fits(Path::new(&format!("/{}/run", "a".repeat(90)))));
    }

    #[test]
    fn url_encodes_the_path() {
        assert_eq!(
            url("greenlit", "ab12", "greenlit", Path::new("/a b/run+1")),
            "postgres://greenlit:ab12@localhost:5432/greenlit?host=%2Fa%20b%2Frun%2B1&sslmode=disable"
        );
    }

    #[test]
    fn hash_is_fnv1a() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
