//! A user's live feed: what changed of their things, from whichever door.
//!
//! `store` tells what was written once it stands; here that becomes events with the things as they are by then. Several
//! changes of one thing in a row may come as one event: the feed says what is, not what was.

use std::collections::HashSet;

use async_stream::try_stream;
use futures::StreamExt;
use futures::stream::BoxStream;
use protocol::UserId;
use protocol::feed::{FeedEvent, RunChange};
use protocol::limits::FEEDS_PER_USER;
use store::{Changed, Changes, Scope, Stamp, conversations, runs, shares, tasks, tool_calls};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::{Actor, Domain, Error};

/// Live feeds of a [`Domain`].
pub struct Feed<'a> {
    domain: &'a Domain,
}

/// A change, and the stamp of what is known with it. Of changes that were made together only the last one has the new
/// stamp.
#[derive(Debug, Clone)]
pub struct StampedEvent {
    pub event: FeedEvent,
    pub stamp: Stamp,
}

/// Changes as they come. Ends when the reader was too slow to get them all, and with an error; connect again.
pub type FeedStream = BoxStream<'static, Result<StampedEvent, Error>>;

impl<'a> Feed<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Where the actor's things stand; take it before looking at them.
    pub fn stamp(&self, actor: &Actor) -> Stamp {
        self.domain.store().stamp(actor.user_id())
    }

    /// The actor's feed, beginning with `ready`. `seen` is the stamp, as text, of what the reader knows.
    ///
    /// # Errors
    /// `TooMany` when the actor has too many streams open.
    pub fn events(&self, actor: &Actor, seen: Option<&str>) -> Result<FeedStream, Error> {
        let user = actor.user_id().clone();
        let domain = self.domain.clone();
        let Some(receiver) = domain.store().listen(&user, FEEDS_PER_USER) else {
            return Err(Error::too_many(format!(
                "You have {FEEDS_PER_USER} live feeds open, which is as many as one account may have at once; close a page \
                 and try again."
            )));
        };
        // After listening: what changes from here on is heard.
        let stamp = domain.store().stamp(&user);
        let ready = StampedEvent {
            event: FeedEvent::Ready {
                missed: seen != Some(&*stamp.to_string()),
            },
            stamp,
        };
        let stream = try_stream! {
            yield ready;
            let (mut receiver, mut known) = (receiver, stamp);
            while let Some((changed, stamp)) = next(&mut receiver).await {
                let events = load(&domain, &user, &changed).await?;
                let last = events.len().saturating_sub(1);
                for (nth, event) in events.into_iter().enumerate() {
                    // A reader that is cut off in between has not seen all that the new stamp stands for.
                    let stamp = if nth == last { stamp } else { known };
                    yield StampedEvent { event, stamp };
                }
                known = stamp;
            }
        };
        Ok(stream.boxed())
    }
}

/// What changed since the last call, each thing once. `None` when some of it was missed.
async fn next(receiver: &mut Receiver<Changes>) -> Option<(Vec<Changed>, Stamp)> {
    let mut all = match receiver.recv().await {
        Ok(first) => vec![first],
        Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
    };
    loop {
        match receiver.try_recv() {
            Ok(more) => all.push(more),
            Err(TryRecvError::Empty) => break,
            Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return None,
        }
    }
    let stamp = all.last()?.stamp;
    let mut seen = HashSet::new();
    let changed = all
        .iter()
        .flat_map(|changes| changes.changed.iter().copied())
        .filter(|changed| seen.insert(*changed))
        .collect();
    Some((changed, stamp))
}

async fn load(domain: &Domain, user: &UserId, changed: &[Changed]) -> Result<Vec<FeedEvent>, Error> {
    let mut tx = domain.store().begin(Scope::Actor(user)).await?;
    let mut events = Vec::with_capacity(changed.len());
    for changed in changed {
        match *changed {
            Changed::Conversation(id) => {
                events.push(match conversations::find(&mut tx, id).await? {
                    Some(conversation) => FeedEvent::ConversationUpdated(Box::new(conversation)),
                    None => FeedEvent::ConversationDeleted { id: id.0 },
                });
            }
            Changed::Task(id) => {
                events.push(match tasks::find(&mut tx, id).await? {
                    Some(record) => FeedEvent::TaskUpdated(Box::new(record.task)),
                    None => FeedEvent::TaskDeleted { id: id.0 },
                });
            }
            Changed::Run(id) => {
                if let Some(run) = runs::find(&mut tx, id).await? {
                    events.push(FeedEvent::RunUpdated(RunChange {
                        run_id: run.id,
                        conversation_id: run.conversation_id,
                        user_message_id: run.user_message_id,
                        assistant_message_id: run.assistant_message_id,
                        status: run.status.as_str().to_owned(),
                    }));
                }
            }
            Changed::Share(id) => events.push(FeedEvent::ConversationShared {
                id: id.0,
                shared: shares::find(&mut tx, id).await?.is_some(),
            }),
            Changed::ToolCall(id) => {
                if let Some(record) = tool_calls::find(&mut tx, id).await? {
                    events.push(FeedEvent::ToolUpdated(Box::new(record.call)));
                }
            }
        }
    }
    tx.commit().await?;
    Ok(events)
}
