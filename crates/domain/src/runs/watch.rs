//! Watching a run: the log first, then live, without a gap and without a repeat.

use std::time::Duration;

use async_stream::try_stream;
use futures::StreamExt;
use protocol::{RunId, SequencedEvent, UserId};
use store::{Scope, run_events, runs};

use super::EventStream;
use super::hub::Next;
use crate::{Domain, Error};

/// Rows read from the log at once.
const PAGE: u32 = 500;
/// How often the log is looked at for a run that another server works on.
const ELSEWHERE: Duration = Duration::from_millis(300);

/// The events of a run after a number; ends after its last one.
pub(super) fn events(domain: Domain, user: UserId, run: RunId, after: u64) -> EventStream {
    try_stream! {
        let mut after = after;
        // Subscribed before the first look, so that no opening is missed between look and wait.
        let mut openings = domain.hub().openings();
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
            // It waits for its turn, or another server works on it.
            tokio::select! {
                _ = openings.changed() => {}
                () = tokio::time::sleep(ELSEWHERE) => {}
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
