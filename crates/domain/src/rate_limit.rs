//! How often somebody may do something: one token bucket for each, in memory, so that every server counts for itself.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::marker::PhantomData;
use std::mem;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use protocol::UserId;

use crate::Error;

/// How many of those who came last are remembered at least; twice as many at most.
const REMEMBERED: usize = 50_000;
const MINUTE: Duration = Duration::from_secs(60);
/// A rounding of the interval must not cost the last one of the minute.
const TOLERANCE: Duration = Duration::from_micros(1);

/// A bucket for each key. It holds a minute's worth and fills evenly: when it is used up, there is one more every
/// `60 s / per_minute`. However many keys there are, the memory is bounded: those who came last are remembered, and who
/// is forgotten begins with a full bucket.
pub struct RateLimit<K = UserId> {
    per_minute: u32,
    interval: Duration,
    hasher: RandomState,
    buckets: Mutex<Buckets>,
    keys: PhantomData<fn(&K)>,
}

/// When each bucket will be full again, by a hash of its key that nobody outside can foresee.
#[derive(Default)]
struct Buckets {
    young: HashMap<u64, Instant>,
    old: HashMap<u64, Instant>,
}

/// What is left after one was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How many more at once.
    pub remaining: u32,
    /// When all of them are there again.
    pub full_in: Duration,
}

/// There is none left; again after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait(pub Duration);

impl From<Wait> for Error {
    fn from(Wait(retry_after): Wait) -> Self {
        Self::RateLimited { retry_after }
    }
}

impl Buckets {
    fn of(&mut self, key: u64, now: Instant) -> &mut Instant {
        if !self.young.contains_key(&key) {
            let full_at = self.old.remove(&key).unwrap_or(now);
            if self.young.len() >= REMEMBERED {
                self.old = mem::take(&mut self.young);
            }
            self.young.insert(key, full_at);
        }
        self.young.entry(key).or_insert(now)
    }
}

impl<K: Hash> RateLimit<K> {
    /// As many at once as in a minute; at least 1.
    pub fn per_minute(count: u32) -> Self {
        let per_minute = count.max(1);
        Self {
            per_minute,
            interval: MINUTE / per_minute,
            hasher: RandomState::new(),
            buckets: Mutex::default(),
            keys: PhantomData,
        }
    }

    /// How many there are at once and in a minute.
    pub fn size(&self) -> u32 {
        self.per_minute
    }

    /// Takes one.
    ///
    /// # Errors
    /// How long to wait where there is none; nothing is taken then.
    pub fn take(&self, key: &K, now: Instant) -> Result<Left, Wait> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at = buckets.of(self.hasher.hash_one(key), now);
        let next = (*full_at).max(now) + self.interval;
        let limit = now + MINUTE + TOLERANCE;
        if next > limit {
            return Err(Wait(next - limit));
        }
        *full_at = next;
        let room = (limit - next).as_nanos() / self.interval.as_nanos().max(1);
        Ok(Left {
            remaining: u32::try_from(room).unwrap_or(u32::MAX).min(self.per_minute),
            full_in: next - now,
        })
    }

    /// Gives back what was taken for something that is not to count after all.
    pub fn give_back(&self, key: &K) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let full_at = buckets.of(self.hasher.hash_one(key), now);
        *full_at = full_at.checked_sub(self.interval).unwrap_or(now);
    }
}

/// An address as limits count it: an IPv6 network (/64) is one.
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
        },
        _ => address.to_owned(),
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
        assert_eq!(limit.take(&ada, start).unwrap().remaining, 1);
        assert_eq!(limit.take(&ada, start).unwrap().remaining, 0);
        let Wait(wait) = limit.take(&ada, start).unwrap_err();
        assert_eq!(wait.as_secs_f64().round() as u64, 30);
        assert!(limit.take(&bob, start).is_ok());
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_ok());
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_err());
        limit.give_back(&ada);
        assert!(limit.take(&ada, start + Duration::from_secs(31)).is_ok());
    }

    #[test]
    fn a_minute_s_worth_then_one_at_a_time() {
        for per_minute in [1, 7, 10, 600, 1_000_000] {
            let limit: RateLimit<&str> = RateLimit::per_minute(per_minute);
            let now = Instant::now();
            for left in (0..per_minute).rev() {
                assert_eq!(limit.take(&"a", now).unwrap().remaining, left, "{per_minute}");
            }
            let Wait(wait) = limit.take(&"a", now).unwrap_err();
            assert!(wait <= limit.interval && wait > limit.interval / 2);
            assert!(limit.take(&"b", now).is_ok());
            assert!(limit.take(&"a", now + wait).is_ok());
            assert!(limit.take(&"a", now + wait).is_err());
        }
    }

    #[test]
    fn a_flood_of_addresses_costs_bounded_memory_and_pushes_out_nobody_who_keeps_coming() {
        let limit: RateLimit<usize> = RateLimit::per_minute(1);
        let now = Instant::now();
        assert!(limit.take(&0, now).is_ok());
        for other in 1..5 * REMEMBERED {
            assert!(limit.take(&other, now).is_ok());
            if other % (REMEMBERED / 2) == 0 {
                assert!(limit.take(&0, now).is_err(), "{other}");
            }
        }
        let buckets = limit.buckets.lock().unwrap();
        assert!(buckets.young.len() + buckets.old.len() <= 2 * REMEMBERED);
    }

    #[test]
    fn neighbours_in_an_ipv6_network_share_a_bucket() {
        assert_eq!(network("2001:db8::1"), network("2001:db8::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
