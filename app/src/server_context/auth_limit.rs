//! How often one address may try to sign in or up.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

// Past this many addresses the idle ones are dropped, so that a flood costs bounded memory.
const SWEEP_AT: usize = 10_000;

/// Counts sign-ins and sign-ups per address, in this process's memory; cheap to clone.
///
/// A bucket per address holds a minute's worth of attempts and fills evenly: after it is used up,
/// one more attempt is allowed every `60 s / per_minute`. An IPv6 network (/64) counts as one address.
#[derive(Clone)]
pub struct AuthLimiter {
    interval: Duration,
    /// For each address, when its bucket will be full again.
    full_at: Arc<Mutex<HashMap<String, Instant>>>,
}

impl AuthLimiter {
    /// `per_minute` is `RATE_LIMIT_AUTH_PER_MINUTE`, at least 1.
    pub fn new(per_minute: u32) -> Self {
        Self {
            interval: Duration::from_secs(60) / per_minute.max(1),
            full_at: Arc::default(),
        }
    }

    /// Counts one attempt.
    ///
    /// # Errors
    /// How long to wait, when there were too many; the attempt is not counted then.
    pub fn check(&self, address: &str) -> Result<(), Duration> {
        self.check_at(address, Instant::now())
    }

    fn check_at(&self, address: &str, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= SWEEP_AT {
            full_at.retain(|_, at| *at > now);
        }
        let entry = full_at.entry(network(address)).or_insert(now);
        let next = (*entry).max(now) + self.interval;
        // A rounding of `interval` must not cost the last attempt of the minute.
        let limit = now + Duration::from_secs(60) + Duration::from_micros(1);
        if next > limit {
            return Err(next - limit);
        }
        *entry = next;
        Ok(())
    }
}

fn network(address: &str) -> String {
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
    fn a_minute_s_worth_then_one_at_a_time() {
        for per_minute in [1, 7, 10] {
            let limiter = AuthLimiter::new(per_minute);
            let now = Instant::now();
            for _ in 0..per_minute {
                assert_eq!(limiter.check_at("192.0.2.1", now), Ok(()));
            }
            let wait = limiter.check_at("192.0.2.1", now).unwrap_err();
            assert!(wait <= limiter.interval && wait > limiter.interval / 2);
            assert_eq!(limiter.check_at("192.0.2.2", now), Ok(()));
            assert_eq!(limiter.check_at("192.0.2.1", now + wait), Ok(()));
            assert!(limiter.check_at("192.0.2.1", now + wait).is_err());
        }
    }

    #[test]
    fn neighbours_in_an_ipv6_network_share_a_bucket() {
        assert_eq!(network("2001:db8::1"), network("2001:db8::2"));
        assert_ne!(network("2001:db8:0:1::1"), network("2001:db8:0:2::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
