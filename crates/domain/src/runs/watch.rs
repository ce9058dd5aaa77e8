//! Watching a run: the log first, then live, without a gap and without a repeat.

use std::time::{Duration, Instant};

use async_stream::try_stream;
use futures::StreamExt;
use protocol::{RunId, SequencedEvent, UserId};
use store::{Scope, Signal, run_events, runs};

use super::EventStream;
use super::hub::Next;
use crate::{Domain, Error};

/// Rows read from the log at once.
const PAGE: u32 = 500;
/// How often the log is looked at for a run that another server works on: without LISTEN, and with it for what was not
/// heard.
const LOOK: Duration = Duration::from_millis(300);
const LOOK_ANYWAY: Duration = Duration::from_secs(3);
/// How often the other servers are told that a run is watched.
const SAY: Duration = Duration::from_secs(8);

/// The events of a run after a number; ends after its last one.
pub(super) fn events(domain: Domain, user: UserId, run: RunId, after: u64) -> EventStream {
    try_stream! {
        let mut after = after;
        // Subscribed before the first look, so that nothing is missed between look and wait.
        let mut openings = domain.hub().openings();
        let mut elsewhere = domain.hub().elsewhere(run);
        let mut said: Option<Instant> = None;
        loop {
            if let Some(channel) = domain.hub().find(run) {
                match channel.next(after).await {
                    Next::Events(events) => {
                        for event in events {
                            after = event.seq;
                            let last = event.event.is_last();
                            yield event;
                            if last {
                                return;
                            }
                        }
                        continue;
                    }
                    Next::Before | Next::Closed => {}
                }
            }
            elsewhere.borrow_and_update();
            if said.is_none_or(|at| at.elapsed() > SAY) {
                said = Some(Instant::now());
                domain.store().signal(Signal::Watched(run));
            }
            let (events, over) = logged(&domain, &user, run, after).await?;
            let read = !events.is_empty();
            for event in events {
                after = event.seq;
                let last = event.event.is_last();
                yield event;
                if last {
                    return;
                }
            }
            if read {
                continue;
            }
            if over {
                return;
            }
            // It waits for its turn or for a person, or another server works on it.
            let look = if domain.store().hears_others() { LOOK_ANYWAY } else { LOOK };
            let look = tokio::time::sleep(look);
            tokio::pin!(look);
            loop {
                tokio::select! {
                    // Another run's opening is none of its business.
                    _ = openings.changed() => if domain.hub().find(run).is_some() { break },
                    _ = elsewhere.changed() => break,
                    () = &mut look => break,
                }
            }
        }
    }
    .boxed()
}

/// A page of the log, and whether the run was over when it was read.
async fn logged(
    domain: &Domain,
    user: &UserId,
    run: RunId,
    after: u64,
) -> Result<(Vec<SequencedEvent>, bool), Error> {
    let mut tx = domain.store().begin(Scope::Actor(user)).await?;
    // The status first: events written after it was read may be missed, never the other way round.
    let record = runs::find(&mut tx, run).await?.ok_or(Error::NotFound("run"))?;
    let events = run_events::list(&mut tx, run, after, PAGE).await?;
    tx.commit().await?;
    Ok((events, record.status.is_final() && after >= record.last_seq))
}
