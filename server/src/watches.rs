//! How many answers one user watches or waits for at once: each holds a connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Actor, Error};
use protocol::UserId;
use protocol::limits::WATCHES_PER_USER;

/// Counts them by user, in this process.
#[derive(Debug, Default)]
pub struct Watches {
    open: Mutex<HashMap<UserId, usize>>,
}

/// One of them; over when it is dropped.
#[derive(Debug)]
pub struct Watch {
    watches: Arc<Watches>,
    user: UserId,
}

impl Watches {
    /// Begins one.
    ///
    /// # Errors
    /// `TooMany` when the actor has as many as one may have.
    pub fn begin(self: &Arc<Self>, actor: &Actor) -> Result<Watch, Error> {
        let user = actor.user_id().clone();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user.clone()).or_default();
        if *count >= WATCHES_PER_USER {
            return Err(Error::too_many(format!(
                "You watch {WATCHES_PER_USER} answers at once, which is as many as one account may; close one and try \
                 again."
            )));
        }
        *count += 1;
        Ok(Watch {
            watches: Arc::clone(self),
            user,
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut open = self.watches.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}
