//! One server per data folder, by a file lock that the kernel drops with its process, however
//! that ends.

use crate::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Takes the lock of `folder` for as long as the returned file is open, and writes our process id
/// into it.
///
/// Returns `InUse` if another process has it.
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("greenlit.lock");
    // Opened close-on-exec like every file of std, so a Postgres that outlives us does not hold it.
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(Error::io("open the lock file", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let _ = file.read_to_string(&mut text);
            return Err(Error::InUse {
                folder: folder.to_path_buf(),
                pid: text.trim().parse().ok(),
            });
        }
        Err(TryLockError::Error(source)) => {
            return Err(Error::Io {
                doing: "lock",
                path,
                source,
            });
        }
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(Error::io("write the lock file", &path))?;
    Ok(file)
}
