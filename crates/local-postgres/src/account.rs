//! Who Postgres runs as. It refuses to be root, and containers are root; then it runs as the
//! `postgres` user, else as `nobody`.

use crate::Error;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Environment that Postgres' programs keep. All else is cleared: the server's own environment
/// holds secrets (API keys) and may hold `PG…` variables that redirect them.
const KEPT_VARIABLES: [&str; 6] = [
    "PATH",
    "TMPDIR",
    "TZDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
];

/// The user that owns the database's files and runs its programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    /// Set when we are root and have to become somebody else.
    switch_to: Option<Ids>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ids {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Chooses the account for the database in `data`: ourselves if we are not root, else the
    /// owner of the existing data, else `postgres`, else `nobody`.
    ///
    /// Returns `NoUnprivilegedUser` if we are root and none of them exists.
    pub(crate) fn choose(data: &Path) -> Result<Self, Error> {
        if effective_uid() != 0 {
            return Ok(Self {
                name: "the current user".into(),
                switch_to: None,
            });
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        // Data made while running as an ordinary user stays that user's.
        if let Ok(meta) = fs::symlink_metadata(data)
            && meta.uid() != 0
        {
            let ids = Ids {
                uid: meta.uid(),
                gid: meta.gid(),
            };
            let name = name_of(&passwd, ids.uid).unwrap_or_else(|| ids.uid.to_string());
            return Ok(Self {
                name,
                switch_to: Some(ids),
            });
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                let ids = ids_of(&passwd, name).filter(|ids| ids.uid != 0)?;
                Some(Self {
                    name: name.into(),
                    switch_to: Some(ids),
                })
            })
            .ok_or(Error::NoUnprivilegedUser)
    }

    /// The user's name, for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether `meta` belongs to this account.
    pub(crate) fn owns(&self, meta: &fs::Metadata) -> bool {
        meta.uid() == self.switch_to.map_or_else(effective_uid, |ids| ids.uid)
    }

    /// Whether we are root and hand the database to another user.
    pub(crate) fn is_switched(&self) -> bool {
        self.switch_to.is_some()
    }

    /// A command that runs as this account, in `/`, with a clean environment and no input.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().stdin(Stdio::null()).current_dir("/");
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // Messages are read by this program, and on macOS an unset locale starts a thread that
        // the postmaster refuses.
        command.env("LC_ALL", "C");
        if let Some(Ids { uid, gid }) = self.switch_to {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Makes `folder` (its parent exists) a private folder of this account: mode 0700.
    pub(crate) fn own_folder(&self, folder: &Path) -> Result<(), Error> {
        match fs::DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            result => result.map_err(Error::io("create the folder", folder))?,
        }
        self.give(folder)
    }

    /// Gives one file or folder (not what is in it) to this account.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        let Some(Ids { uid, gid }) = self.switch_to else {
            return Ok(());
        };
        lchown(path, Some(uid), Some(gid)).map_err(Error::io("change the owner of", path))
    }

    /// Gives a whole tree to this account if root owns it, as after a restore from a backup.
    pub(crate) fn adopt(&self, tree: &Path) -> Result<(), Error> {
        let meta = fs::symlink_metadata(tree).map_err(Error::io("read", tree))?;
        if !self.is_switched() || meta.uid() != 0 {
            return Ok(());
        }
        if meta.is_dir() {
            for entry in fs::read_dir(tree).map_err(Error::io("read", tree))? {
                self.adopt(&entry.map_err(Error::io("read", tree))?.path())?;
            }
        }
        self.give(tree)
    }

    /// Checks that this account can enter every folder on the way to `folder`.
    ///
    /// Returns `Unreachable`, naming the first one that it cannot enter.
    pub(crate) fn can_reach(&self, folder: &Path) -> Result<(), Error> {
        if !self.is_switched() || self.can_enter(folder) {
            return Ok(());
        }
        let mut on_the_way: Vec<&Path> = folder.ancestors().collect();
        on_the_way.reverse();
        let blocked = on_the_way
            .into_iter()
            .find(|step| !self.can_enter(step))
            .unwrap_or(folder);
        Err(Error::Unreachable {
            user: self.name.clone(),
            blocked: blocked.to_path_buf(),
            folder: folder.to_path_buf(),
        })
    }

    /// Tries it, rather than reading mode bits, which ACLs and mounts can contradict.
    fn can_enter(&self, folder: &Path) -> bool {
        let mut command = self.command("true");
        command
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

/// Creates the data folder itself. It stays ours; where Postgres runs as another user it may be
/// entered, but not listed, by others.
pub(crate) fn create_data_folder(folder: &Path) -> Result<PathBuf, Error> {
    let created = !folder.exists();
    fs::create_dir_all(folder).map_err(Error::io("create the data folder", folder))?;
    if created {
        let mode = if effective_uid() == 0 { 0o711 } else { 0o700 };
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))
            .map_err(Error::io("set the permissions of", folder))?;
    }
    fs::canonicalize(folder).map_err(Error::io("resolve the data folder", folder))
}

/// The user id this process acts with.
pub(crate) fn effective_uid() -> u32 {
    if let Ok(meta) = fs::metadata("/proc/self") {
        return meta.uid();
    }
    // macOS has no /proc. An answer that cannot be read counts as "not root": Postgres itself
    // still refuses to be root.
    let output = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse().ok())
        .unwrap_or(u32::MAX)
}

fn ids_of(passwd: &str, name: &str) -> Option<Ids> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Ids { uid, gid })
    })
}

fn name_of(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.get(2)?.parse() == Ok(uid)).then(|| (*fields.first().unwrap_or(&"")).to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
        broken line\n\
        postgres:x:101:104:PostgreSQL,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn reads_passwd() {
        assert_eq!(ids_of(PASSWD, "postgres"), Some(Ids { uid: 101, gid: 104 }));
        assert_eq!(ids_of(PASSWD, "post"), None);
        assert_eq!(name_of(PASSWD, 65534).as_deref(), Some("nobody"));
        assert_eq!(name_of(PASSWD, 7), None);
    }

    #[test]
    fn commands_see_no_secrets() {
        let account = Account {
            name: "me".into(),
            switch_to: None,
        };
        let command = account.command("env");
        let names: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        assert!(names.iter().all(|name| {
            name == "LC_ALL" || KEPT_VARIABLES.iter().any(|kept| name.to_str() == Some(*kept))
        }));
    }
}
