//! Token buckets, one for each user or account, in memory: each server counts for itself.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use protocol::UserId;

use crate::Error;

struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// How often each user may do something.
pub(crate) struct RateLimit<K = UserId> {
    per_minute: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

/// Beyond this many users the full buckets are forgotten; a full bucket says nothing.
const REMEMBERED: usize = 10_000;

impl<K: Clone + Eq + Hash> RateLimit<K> {
    /// As many at once as in a minute.
    pub(crate) fn per_minute(count: u32) -> Self {
        Self {
            per_minute: f64::from(count),
            buckets: Mutex::default(),
        }
    }

    /// Takes one, or says how long to wait.
    pub(crate) fn take(&self, user: &K, now: Instant) -> Result<(), Error> {
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let per_second = self.per_minute / 60.0;
        let level = |bucket: &Bucket| {
            let passed = now.saturating_duration_since(bucket.filled_at).as_secs_f64();
            (bucket.tokens + passed * per_second).min(self.per_minute)
        };
        if buckets.len() >= REMEMBERED {
            buckets.retain(|_, bucket| level(bucket) < self.per_minute);
        }
        let bucket = buckets.entry(user.clone()).or_insert(Bucket {
            tokens: self.per_minute,
            filled_at: now,
        });
        let tokens = level(bucket);
        *bucket = Bucket {
            tokens: if tokens >= 1.0 { tokens - 1.0 } else { tokens },
            filled_at: now,
        };
        if tokens >= 1.0 {
            Ok(())
        } else {
            Err(Error::RateLimited {
                retry_after: Duration::from_secs_f64((1.0 - tokens) / per_second),
            })
        }
    }

    /// Gives back what was taken for something that is not to count after all.
    pub(crate) fn give_back(&self, user: &K) {
        let mut buckets = self
            .buckets
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(user) {
            bucket.tokens = (bucket.tokens + 1.0).min(self.per_minute);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let limit: RateLimit = RateLimit::per_minute(2);
        let (ada, bob) = ("ada".parse().unwrap(), "bob".parse().unwrap());
        let start = Instant::now();
        assert!(limit.take(&ada, start).is_ok());
        assert!(limit.take(&ada, start).is_ok());
        let Err(Error::RateLimited { retry_after }) = limit.take(&ada, start) else {
            panic!("not limited")
        };
        assert_eq!(retry_after.as_secs(), 30);
        assert!(limit.take(&bob, start).is_ok());
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_ok());
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_err());
        limit.give_back(&ada);
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_ok());
    }
}
