//! Heartbeats: a statement a second renews the leases of all runs that this server works on, on a connection that requests
//! cannot take. However many requests wait, no run is lost for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::RunId;
use store::runs::RunRecord;
use store::{Scope, runs};
use tokio_util::sync::CancellationToken;

use super::worker::LEASE_SECONDS;
use super::writer::{WriteError, Writer};
use crate::{Domain, contained};

const HEARTBEAT: Duration = Duration::from_secs(1);

/// Before each try: whose row is written to in one moment is free in the next. The few that never are, are asked about one
/// after the other.
const PAUSES: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(30),
    Duration::from_millis(100),
];

/// A run and the epoch under which it is held.
type Key = (RunId, i32);

/// The runs whose leases are renewed.
#[derive(Default)]
pub(crate) struct Beats {
    held: Mutex<HashMap<Key, Held>>,
}

#[derive(Clone)]
struct Held {
    writer: Arc<Writer>,
    cancel: CancellationToken,
}

fn key(run: &RunRecord) -> Key {
    (run.id, run.lease_epoch)
}

impl Beats {
    fn held(&self) -> MutexGuard<'_, HashMap<Key, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a run's lease renewed until the guard is dropped. `cancel` is told when a stop was asked for.
    pub(super) fn hold(&self, writer: &Arc<Writer>, cancel: &CancellationToken) -> Holding<'_> {
        let held = Held {
            writer: writer.clone(),
            cancel: cancel.clone(),
        };
        self.held().insert(key(writer.run()), held);
        Holding {
            beats: self,
            key: key(writer.run()),
        }
    }
}

/// See [`Beats::hold`]; also where the work panics, its lease lapses.
pub(super) struct Holding<'a> {
    beats: &'a Beats,
    key: Key,
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.beats.held().remove(&self.key);
    }
}

/// Renews leases until the server has nothing more to say.
pub(crate) async fn keep(domain: Domain) {
    let mut ticks = tokio::time::interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut away = false;
    loop {
        tokio::select! {
            () = domain.inner.silent.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let error = contained("heartbeat", beat(&domain)).await.and_then(Result::err);
        if let Some(error) = error.as_ref().filter(|_| !away) {
            tracing::warn!(error = ?error, "leases could not be renewed; trying on");
        }
        away = error.is_some();
    }
}

async fn beat(domain: &Domain) -> Result<(), store::Error> {
    let held: Vec<(Key, Held)> = {
        let held = domain.inner.beats.held();
        held.iter().map(|(key, held)| (*key, held.clone())).collect()
    };
    if held.is_empty() {
        return Ok(());
    }
    let keys: Vec<Key> = held.iter().map(|(key, _)| *key).collect();
    let mut renewed = HashMap::new();
    for pause in PAUSES {
        tokio::time::sleep(pause).await;
        let missing: Vec<Key> = keys
            .iter()
            .filter(|key| !renewed.contains_key(*key))
            .copied()
            .collect();
        if missing.is_empty() {
            break;
        }
        let mut tx = domain.store().begin_reserved(Scope::Worker).await?;
        renewed.extend(runs::renew(&mut tx, &missing, LEASE_SECONDS).await?);
        tx.commit().await?;
    }
    for (key, held) in held {
        match renewed.get(&key) {
            Some(true) => held.cancel.cancel(),
            Some(false) => {}
            None => beat_for(domain, key, &held).await?,
        }
    }
    Ok(())
}

/// The same for one whose row somebody held, or that is lost.
async fn beat_for(domain: &Domain, key: Key, held: &Held) -> Result<(), store::Error> {
    let run = held.writer.run();
    let mut tx = domain.store().begin_reserved(Scope::Actor(&run.user_id)).await?;
    let renewed = runs::heartbeat(&mut tx, run.id, run.lease_epoch, LEASE_SECONDS).await;
    let is_lost = match renewed {
        Ok(cancel) => {
            tx.commit().await?;
            if cancel {
                held.cancel.cancel();
            }
            return Ok(());
        }
        // The next beat finds out.
        Err(store::Error::Contended(_)) => return Ok(()),
        Err(store::Error::Lost(_)) => {
            // An end that was written right now looks the same from here.
            let stored = runs::find(&mut tx, run.id).await?;
            !stored.is_some_and(|stored| stored.lease_epoch == run.lease_epoch && stored.status.is_final())
        }
        Err(error) => return Err(error),
    };
    if is_lost && domain.inner.beats.held().contains_key(&key) {
        held.writer.note(&WriteError::Lost);
    }
    Ok(())
}
