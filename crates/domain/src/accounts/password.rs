//! Hashing passwords with argon2id, off the async threads and only a few at once: each takes
//! 19 MiB and tens of milliseconds on purpose. The passwords themselves are overwritten afterwards.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::Error;

static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Arc::new(Semaphore::new(cores))
});

/// A hash that no password has; checking against it takes as long as a real check.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash_now("").unwrap_or_default());

#[derive(Debug, thiserror::Error)]
#[error("password hashing failed: {0}")]
struct HashFailed(argon2::password_hash::Error);

fn hash_now(password: &str) -> Result<String, Error> {
    let normal: Zeroizing<String> = Zeroizing::new(password.nfkc().collect());
    match Argon2::default().hash_password(normal.as_bytes()) {
        Ok(hash) => Ok(hash.to_string()),
        Err(error) => Err(Error::Internal(Box::new(HashFailed(error)))),
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let permit = AT_ONCE
        .clone()
        .acquire_owned()
        .await
        .map_err(|error| Error::Internal(Box::new(error)))?;
    tokio::task::spawn_blocking(move || {
        let result = work();
        drop(permit);
        result
    })
    .await
    .map_err(|error| Error::Internal(Box::new(error)))
}

/// The password's hash in PHC form.
pub(super) async fn hash(password: String) -> Result<String, Error> {
    let password = Zeroizing::new(password);
    off_thread(move || hash_now(&password)).await?
}

/// Whether the password fits the hash. Without a hash it takes as long and is false.
pub(super) async fn verify(password: String, hash: Option<String>) -> Result<bool, Error> {
    let password = Zeroizing::new(password);
    off_thread(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.clone());
        let normal: Zeroizing<String> = Zeroizing::new(password.nfkc().collect());
        let fits = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(normal.as_bytes(), &hash)
                .is_ok()
        });
        known && fits
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a check costs: the algorithm, its version and parameters, and the lengths of salt and hash.
    fn cost(hash: &str) -> (Vec<String>, usize, usize) {
        let mut parts: Vec<String> = hash.split('$').map(str::to_owned).collect();
        let (hash, salt) = (parts.pop().unwrap(), parts.pop().unwrap());
        (parts, salt.len(), hash.len())
    }

    #[tokio::test]
    async fn nobody_s_password_costs_what_somebody_s_does_and_never_fits() {
        let somebody_s = hash("correct horse".into()).await.unwrap();
        assert!(somebody_s.starts_with("$argon2id$"), "{somebody_s}");
        assert_eq!(cost(&NOBODYS), cost(&somebody_s));
        assert!(PasswordHash::new(&NOBODYS).is_ok(), "it is really computed");
        for guess in ["", "correct horse"] {
            assert!(!verify(guess.into(), None).await.unwrap());
        }
        assert!(verify("correct horse".into(), Some(somebody_s)).await.unwrap());
    }
}
