//! Runs: the work of answering one message. A run belongs to the server, not to the request that
//! began it; whoever asked may go away, and anybody with the right may watch.

use futures::stream::BoxStream;
use protocol::api::SentMessage;
use protocol::{ConversationId, Message, RunId, SequencedEvent};

use crate::{Actor, Domain, Error};

/// Runs of a [`Domain`].
pub struct Runs<'a> {
    domain: &'a Domain,
}

/// A message to be sent.
#[derive(Debug, Clone)]
pub struct Send {
    /// `None` begins a new conversation, titled after the message.
    pub conversation_id: Option<ConversationId>,
    /// 1–10,000 characters after trimming.
    pub content: String,
    /// Makes a repeated send answer like the first; up to 200 characters.
    pub idempotency_key: Option<String>,
}

/// A run's events, one after the other; ends after the last one. An error ends it too: watch again.
pub type EventStream = BoxStream<'static, Result<SequencedEvent, Error>>;

impl<'a> Runs<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Stores the message and starts (or queues) the run that answers it.
    ///
    /// # Errors
    /// `Invalid` for the text, `RateLimited`, `Conflict` for a used key with another text.
    pub async fn send(&self, _actor: &Actor, _request: Send) -> Result<SentMessage, Error> {
        unimplemented!()
    }

    /// Answers the message of a failed or cancelled run once more; what the first try wrote stays.
    ///
    /// # Errors
    /// `Conflict` while that run is active.
    pub async fn retry(&self, _actor: &Actor, _id: RunId) -> Result<SentMessage, Error> {
        unimplemented!()
    }

    /// Stops a run; what was written stays. No error when it is over already.
    pub async fn cancel(&self, _actor: &Actor, _id: RunId) -> Result<(), Error> {
        unimplemented!()
    }

    /// A run's events after `after` (0: from the start): the log first, then live.
    pub async fn events(&self, _actor: &Actor, _id: RunId, _after: u64) -> Result<EventStream, Error> {
        unimplemented!()
    }

    /// Waits for the run's end and returns the assistant's message.
    pub async fn wait(&self, _actor: &Actor, _id: RunId) -> Result<Message, Error> {
        unimplemented!()
    }
}
