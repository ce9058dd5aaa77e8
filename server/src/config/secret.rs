//! Secrets: kept out of logs, and the one that is made up when none is given.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Fewest bytes of `BETTER_AUTH_SECRET`.
pub(super) const MIN_BYTES: usize = 32;

const FILE: &str = "better-auth-secret";

/// A text that does not show in `Debug` and is overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself: not for logs.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The secret kept in the data folder (which must exist), made there at first use with mode 0600.
/// The flag says whether it was made just now.
///
/// # Errors
/// When the file cannot be read or written, or holds too little.
pub fn find_or_make_secret(data_dir: &Path) -> io::Result<(Secret, bool)> {
    let path = data_dir.join(FILE);
    if let Some(secret) = read(&path)? {
        return Ok((secret, false));
    }
    let secret = STANDARD.encode(rand::random::<[u8; 32]>());
    // Written beside and then linked: two servers that start at once agree on one secret, and a
    // crash leaves no half of one.
    let draft = data_dir.join(format!("{FILE}.{}.new", std::process::id()));
    write(&draft, &secret)?;
    let linked = std::fs::hard_link(&draft, &path);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => Ok((Secret::new(secret), true)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(&path)?
            .map(|secret| (secret, false))
            .ok_or_else(|| io::Error::from(ErrorKind::NotFound)),
        Err(error) => Err(error),
    }
}

fn read(path: &Path) -> io::Result<Option<Secret>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = text.trim();
    if text.len() < MIN_BYTES {
        return Err(io::Error::new(
            ErrorKind::InvalidData,
            format!("{} holds less than {MIN_BYTES} bytes", path.display()),
        ));
    }
    Ok(Some(Secret::new(text)))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file: File = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let (first, is_new) = find_or_make_secret(folder.path()).unwrap();
        assert!(is_new && first.reveal().len() >= MIN_BYTES);
        assert_eq!(
            find_or_make_secret(folder.path()).unwrap(),
            (first.clone(), false)
        );
        assert!(!format!("{first:?}").contains(first.reveal()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join(FILE))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_secret_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "short").unwrap();
        assert_eq!(
            find_or_make_secret(folder.path()).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
    }
}
