//! How often one address may try to sign in or up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::rate_limit::{RateLimit, Wait, network};

/// Counts sign-ins and sign-ups per address, in this process's memory; cheap to clone. An IPv6 network (/64) counts as
/// one address.
#[derive(Clone)]
pub struct AuthLimiter {
    attempts: Arc<RateLimit<String>>,
}

impl AuthLimiter {
    /// `per_minute` is `RATE_LIMIT_AUTH_PER_MINUTE`, at least 1.
    pub fn new(per_minute: u32) -> Self {
        Self {
            attempts: Arc::new(RateLimit::per_minute(per_minute)),
        }
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// How long to wait, when there were too many; the attempt is not counted then.
    pub fn check(&self, address: &str) -> Result<(), Duration> {
        match self.attempts.take(&network(address), Instant::now()) {
            Ok(_) => Ok(()),
            Err(Wait(retry_after)) => Err(retry_after),
        }
    }
}
