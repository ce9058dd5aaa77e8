//! Runs: the work of answering one message. A run belongs to the server, not to the request that
//! began it; whoever asked may go away, and anybody with the right may watch.

mod approvals;
pub(crate) mod beats;
mod host;
pub(crate) mod hub;
mod load;
mod patience;
mod port;
mod send;
pub(crate) mod takeover;
mod titles;
mod versions;
mod watch;
mod worker;
mod writer;

pub(crate) use host::without_nul;
pub(crate) use worker::preview;

use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use protocol::api::SentMessage;
use protocol::{ConversationId, Message, MessageId, RunEvent, RunId, SequencedEvent, ToolCall, ToolCallId};
use serde_json::{Map, Value};
use store::conversations::Probed;
use store::runs::{RunRecord, RunStatus};
use store::{Scope, Signal, messages, runs};
use tokio::time::timeout;

use crate::error::again;
use crate::{Actor, Domain, Error};

pub use approvals::Decision;

/// How often a run that may rest is looked at, for somebody who waits for it.
const RESTS_YET: Duration = Duration::from_millis(300);
/// The same after a while: many may wait behind one another.
const RESTS_YET_AT_LAST: Duration = Duration::from_secs(2);

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
    /// `Invalid` for the text, `RateLimited`, `TooMany`, `Conflict` for a used key with another text.
    pub async fn send(&self, actor: &Actor, request: Send) -> Result<SentMessage, Error> {
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { send::send(&domain, &actor, request).await };
        self.domain.see_through(work).await
    }

    /// Answers the message of a failed or cancelled run once more; what the first try wrote stays.
    ///
    /// # Errors
    /// `Conflict` while that run is active, when it ended well, and when its answer is not shown.
    pub async fn retry(&self, actor: &Actor, id: RunId) -> Result<SentMessage, Error> {
        let run = self.get(actor, id).await?;
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { send::retry(&domain, &actor, &run).await };
        self.domain.see_through(work).await
    }

    /// Those of these idempotency keys with which the actor sent a message; looks at the first hundred.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn sent_keys(&self, actor: &Actor, keys: &[&str]) -> Result<Vec<String>, Error> {
        const AT_ONCE: usize = 100;
        let is_key = |key: &&&str| !key.is_empty() && !key.contains('\0');
        let keys: Vec<_> = keys.iter().filter(is_key).take(AT_ONCE).copied().collect();
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let sent = store::messages::sent_keys(&mut tx, actor.user_id(), &keys).await?;
        tx.commit().await?;
        Ok(sent)
    }

    /// Puts another text in a message's place and answers that. The message and what followed it become an earlier
    /// version; what the assistant did there stays done.
    ///
    /// # Errors
    /// As [`Runs::send`]; `Conflict` while anything is being written in the conversation, for an answer, and for a
    /// version that is not shown.
    pub async fn edit(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        message: MessageId,
        content: &str,
        idempotency_key: Option<&str>,
    ) -> Result<SentMessage, Error> {
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let (content, key) = (content.to_owned(), idempotency_key.map(str::to_owned));
        let work = async move {
            versions::edit(&domain, &actor, conversation, message, &content, key.as_deref()).await
        };
        self.domain.see_through(work).await
    }

    /// Answers once more what an answer answers, or else the message before it. The answer and what followed it become an earlier version.
    ///
    /// # Errors
    /// As [`Runs::edit`].
    pub async fn regenerate(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<SentMessage, Error> {
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { versions::regenerate(&domain, &actor, conversation, message).await };
        self.domain.see_through(work).await
    }

    /// Shows a version of a message and what followed it when it was shown last. No error if it is shown already.
    ///
    /// # Errors
    /// `Conflict` while anything is being written in the conversation.
    pub async fn activate(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        message: MessageId,
    ) -> Result<Message, Error> {
        versions::activate(self.domain, actor, conversation, message).await
    }

    /// Stops a run; what was written stays. No error when it is over already.
    pub async fn cancel(&self, actor: &Actor, id: RunId) -> Result<(), Error> {
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { cancel(&domain, &actor, id).await };
        self.domain.see_through(work).await
    }

    /// Allows or refuses a tool call that waits for it, and goes on with the run. Returns the call as it stands then.
    ///
    /// # Errors
    /// `Conflict` when the call does not wait (any more), `Invalid` for arguments that are no object or that the tool
    /// would refuse.
    pub async fn decide(
        &self,
        actor: &Actor,
        run: RunId,
        call: ToolCallId,
        decision: Decision,
    ) -> Result<ToolCall, Error> {
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work =
            async move { again(|| approvals::decide(&domain, &actor, run, call, decision.clone())).await };
        self.domain.see_through(work).await
    }

    /// Allows or refuses a tool call like [`Runs::decide`], for somebody who does not know its run. Fields of `arguments`
    /// take the place of the model's with the same names; the others stay.
    ///
    /// # Errors
    /// As [`Runs::decide`].
    pub async fn decide_call(
        &self,
        actor: &Actor,
        call: ToolCallId,
        approve: bool,
        changed: Map<String, Value>,
    ) -> Result<ToolCall, Error> {
        let run = approvals::run_of(self.domain, actor, call).await?;
        let decision = match approve {
            false => Decision::Deny,
            true if changed.is_empty() => Decision::Approve { arguments: None },
            true => {
                let given = self.domain.tool_calls().get(actor, call).await?.arguments;
                let mut arguments = given.as_object().cloned().unwrap_or_default();
                arguments.extend(changed);
                Decision::Approve {
                    arguments: Some(arguments.into()),
                }
            }
        };
        self.decide(actor, run, call, decision).await
    }

    /// Allows or refuses all calls that wait in the run of this one, and goes on with the run. Returns them.
    ///
    /// # Errors
    /// `Conflict` when none waits.
    pub async fn decide_all(
        &self,
        actor: &Actor,
        call: ToolCallId,
        approve: bool,
    ) -> Result<Vec<ToolCall>, Error> {
        let run = approvals::run_of(self.domain, actor, call).await?;
        let decision = if approve {
            Decision::Approve { arguments: None }
        } else {
            Decision::Deny
        };
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { again(|| approvals::decide_all(&domain, &actor, run, &decision)).await };
        self.domain.see_through(work).await
    }

    /// A run's events after `after` (0: from the start): the log first, then live.
    pub async fn events(&self, actor: &Actor, id: RunId, after: u64) -> Result<EventStream, Error> {
        self.get(actor, id).await?;
        Ok(watch::events(
            self.domain.clone(),
            actor.user_id().clone(),
            id,
            after,
        ))
    }

    /// Waits until the run ends, or rests because a person has to decide about it or about the one before it, and returns
    /// the assistant's message as it stands then.
    pub async fn wait(&self, actor: &Actor, id: RunId) -> Result<Message, Error> {
        let run = self.get(actor, id).await?;
        if !run.status.is_final() {
            self.wait_for_rest(actor, id).await?;
        }
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let record = messages::find(&mut tx, run.assistant_message_id).await?;
        tx.commit().await?;
        record
            .map(|record| record.message)
            .ok_or(Error::NotFound("message"))
    }

    async fn wait_for_rest(&self, actor: &Actor, id: RunId) -> Result<(), Error> {
        let mut events = self.events(actor, id, 0).await?;
        // No event tells that a run rests: one may only do so after it has asked, or before it began, when the run before
        // it does.
        let mut may_rest = true;
        let mut pause = RESTS_YET;
        loop {
            let next = if may_rest {
                timeout(pause, events.next()).await
            } else {
                Ok(events.next().await)
            };
            match next {
                Ok(None) => return Ok(()),
                Ok(Some(event)) => match event?.event {
                    RunEvent::ToolApprovalRequired(_) => may_rest = true,
                    RunEvent::RunCreated(_) => may_rest = false,
                    _ => {}
                },
                Err(_) if self.rests(actor, id).await? => return Ok(()),
                Err(_) => pause = (pause * 2).min(RESTS_YET_AT_LAST),
            }
        }
    }

    /// Whether nothing comes of a run before a person has decided.
    async fn rests(&self, actor: &Actor, id: RunId) -> Result<bool, Error> {
        let run = self.get(actor, id).await?;
        match run.status {
            RunStatus::AwaitingApproval => Ok(true),
            RunStatus::Queued => {
                let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
                let before = runs::unfinished(&mut tx, run.conversation_id).await?;
                tx.commit().await?;
                Ok(before.iter().any(|run| run.status == RunStatus::AwaitingApproval))
            }
            _ => Ok(false),
        }
    }

    async fn get(&self, actor: &Actor, id: RunId) -> Result<RunRecord, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let found = runs::find(&mut tx, id).await?;
        tx.commit().await?;
        match found {
            Some(run) => Ok(run),
            None => Err(self.domain.not_found(actor, Probed::Run, id.0).await),
        }
    }
}

async fn cancel(domain: &Domain, actor: &Actor, id: RunId) -> Result<(), Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let requested = runs::request_cancel(&mut tx, id).await?;
    tx.commit().await?;
    let Some(run) = requested else {
        return Err(domain.not_found(actor, Probed::Run, id.0).await);
    };
    match run.status {
        RunStatus::Queued => send::cancel_queued(domain, run).await,
        RunStatus::AwaitingApproval => {
            takeover::end_resting(domain, &run.user_id, run.id, worker::End::Cancelled).await
        }
        _ => {
            match domain.hub().find(id) {
                Some(channel) => channel.cancel.cancel(),
                // If that is not heard, the heartbeat reads it.
                None => domain.store().signal(Signal::Stopped(id)),
            }
            Ok(())
        }
    }
}
