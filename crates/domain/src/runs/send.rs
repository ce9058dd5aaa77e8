//! Sending: the message, the empty answer and the run are stored in one transaction.

use std::time::Instant;

use protocol::api::SentMessage;
use protocol::event::RunCreated;
use protocol::limits::{
    AUTO_TITLE_CHARS, MESSAGE_CHARS, PREVIEW_CHARS, QUEUED_PER_CONVERSATION, RUNS_PER_USER, checked_text,
    excerpt,
};
use protocol::{ConversationId, Message, MessageStatus, Role, RunEvent, RunId};
use sha2::{Digest, Sha256};
use store::conversations::{Probed, TitleSource};
use store::messages::NewMessage;
use store::runs::{NewRun, RunRecord, RunStatus};
use store::{Scope, Signal, Tx, conversations, messages, runs};
use uuid::Uuid;

use super::Send;
use super::hub::Channel;
use super::writer::{WriteError, Writer};
use crate::{Actor, Domain, Error, fault};

/// Longest idempotency key, in characters.
const KEY_CHARS: usize = 200;

pub(super) async fn send(domain: &Domain, actor: &Actor, request: Send) -> Result<SentMessage, Error> {
    let target = request.conversation_id.map(|id| id.0);
    let draft = Draft::check(target, &request.content, request.idempotency_key.as_deref())?;
    send_once(domain, actor, &draft, async || {
        store_message(domain, actor, request.conversation_id, &draft).await
    })
    .await
}

/// A message that may be sent.
pub(super) struct Draft {
    pub(super) content: String,
    key: Option<String>,
    hash: String,
}

impl Draft {
    /// Holds the text and the key against their limits. `target` is what the message is sent to, for the question
    /// whether a second request with the key is the same one.
    pub(super) fn check(target: Option<Uuid>, content: &str, key: Option<&str>) -> Result<Self, Error> {
        let content =
            checked_text(content, 1, MESSAGE_CHARS).map_err(|message| Error::invalid("content", message))?;
        let key = key
            .map(|key| checked_text(key, 1, KEY_CHARS))
            .transpose()
            .map_err(|message| Error::invalid("Idempotency-Key", message))?;
        let hash = request_hash(target, &content);
        Ok(Self { content, key, hash })
    }

    fn idempotency(&self) -> Option<(&str, &str)> {
        self.key.as_deref().map(|key| (key, self.hash.as_str()))
    }
}

/// Stores a message and starts its run, unless a request with its key did so before.
pub(super) async fn send_once(
    domain: &Domain,
    actor: &Actor,
    draft: &Draft,
    store: impl AsyncFnOnce() -> Result<(SentMessage, Option<RunRecord>), Error>,
) -> Result<SentMessage, Error> {
    let before = async || match &draft.key {
        Some(key) => sent_before(domain, actor, key, &draft.hash).await,
        None => Ok(None),
    };
    if let Some(sent) = before().await? {
        return Ok(sent);
    }
    match store().await {
        Ok((sent, started)) => {
            if let Some(run) = started {
                domain.work_on(run, sent.assistant_message.clone());
            }
            Ok(sent)
        }
        // The same key at the same moment: the other request's message is the one.
        Err(Error::Internal(source)) if used_key(source.as_ref()) => {
            before().await?.ok_or(Error::Internal(source))
        }
        // What is in the way may be the answer that this very request began when it was sent first.
        Err(error @ Error::Conflict { .. }) => before().await?.ok_or(error),
        Err(error) => Err(error),
    }
}

fn used_key(source: &(dyn std::error::Error + std::marker::Send + Sync + 'static)) -> bool {
    source
        .downcast_ref::<store::Error>()
        .is_some_and(|error| error.constraint() == Some("messages_idempotency"))
}

/// What makes two requests with one key the same request.
fn request_hash(target: Option<Uuid>, content: &str) -> String {
    let mut hasher = Sha256::new();
    if let Some(id) = target {
        hasher.update(id.as_bytes());
    }
    hasher.update(content.as_bytes());
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

async fn store_message(
    domain: &Domain,
    actor: &Actor,
    conversation: Option<ConversationId>,
    draft: &Draft,
) -> Result<(SentMessage, Option<RunRecord>), Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let conversation_id = match conversation {
        Some(id) => id,
        None => {
            let title = excerpt(&draft.content, AUTO_TITLE_CHARS);
            let id = Uuid::now_v7().into();
            conversations::insert(&mut tx, id, actor.user_id(), &title, TitleSource::Auto)
                .await?
                .id
        }
    };
    let Some(position) = conversations::reserve_positions(&mut tx, conversation_id, 2).await? else {
        drop(tx);
        return Err(domain
            .not_found(actor, Probed::Conversation, conversation_id.0)
            .await);
    };
    if conversation.is_some() && position == 1 {
        let title = excerpt(&draft.content, AUTO_TITLE_CHARS);
        conversations::replace_auto_title(&mut tx, conversation_id, &title, TitleSource::Auto).await?;
    }
    let stored = store_exchange(domain, &mut tx, actor, conversation_id, position, draft).await?;
    fault::point("send.commit");
    tx.commit().await?;
    fault::point("send.stored");
    Ok(stored)
}

/// The message, the empty answer and the run, at the end of the shown path. `position` and the one after it are
/// reserved.
pub(super) async fn store_exchange(
    domain: &Domain,
    tx: &mut Tx,
    actor: &Actor,
    conversation_id: ConversationId,
    position: i32,
    draft: &Draft,
) -> Result<(SentMessage, Option<RunRecord>), Error> {
    // What cannot be sent at all costs nobody one of their messages.
    domain.inner.sends.take(actor.user_id(), Instant::now())?;
    let run_id: RunId = Uuid::now_v7().into();
    let user_message = messages::insert(
        tx,
        &NewMessage {
            id: Uuid::now_v7().into(),
            user: actor.user_id(),
            conversation_id,
            position,
            role: Role::User,
            content: &draft.content,
            status: MessageStatus::Complete,
            run_id,
            idempotency: draft.idempotency(),
        },
    )
    .await?;
    let preview = excerpt(&draft.content, PREVIEW_CHARS);
    conversations::touch(tx, conversation_id, Some(&preview)).await?;
    store_answer(domain, tx, actor, user_message, position + 1, run_id).await
}

/// An empty answer to a message and the run that will write it, at the end of the shown path.
pub(super) async fn store_answer(
    domain: &Domain,
    tx: &mut Tx,
    actor: &Actor,
    user_message: Message,
    position: i32,
    run_id: RunId,
) -> Result<(SentMessage, Option<RunRecord>), Error> {
    let conversation_id = user_message.conversation_id;
    let assistant_message = insert_answer(tx, actor, conversation_id, position, run_id).await?;
    let started = insert_run(domain, tx, actor, run_id, &user_message, &assistant_message).await?;
    let conversation = conversations::find(tx, conversation_id)
        .await?
        .ok_or(Error::NotFound("conversation"))?;
    let sent = SentMessage {
        conversation,
        user_message,
        assistant_message,
        run_id,
    };
    Ok((sent, started))
}

async fn insert_answer(
    tx: &mut Tx,
    actor: &Actor,
    conversation_id: ConversationId,
    position: i32,
    run_id: RunId,
) -> Result<Message, Error> {
    let new = NewMessage {
        id: Uuid::now_v7().into(),
        user: actor.user_id(),
        conversation_id,
        position,
        role: Role::Assistant,
        content: "",
        status: MessageStatus::Streaming,
        run_id,
        idempotency: None,
    };
    Ok(messages::insert(tx, &new).await?)
}

/// Whether the actor may have one run more.
async fn check_room(tx: &mut Tx, actor: &Actor, conversation: ConversationId) -> Result<(), Error> {
    let (all, queued) = runs::count_pending(tx, actor.user_id(), conversation).await?;
    if queued >= QUEUED_PER_CONVERSATION {
        return Err(Error::too_many(format!(
            "{QUEUED_PER_CONVERSATION} messages of this conversation wait for an answer, which is as many as may; wait for \
             one of them and try again."
        )));
    }
    if all >= RUNS_PER_USER {
        return Err(Error::too_many(format!(
            "{RUNS_PER_USER} answers are being written for you or wait to be, which is as many as may at once; wait for \
             one of them and try again."
        )));
    }
    Ok(())
}

/// Queues a run and begins it if nothing else runs in the conversation.
async fn insert_run(
    domain: &Domain,
    tx: &mut Tx,
    actor: &Actor,
    id: RunId,
    user_message: &Message,
    assistant_message: &Message,
) -> Result<Option<RunRecord>, Error> {
    check_room(tx, actor, user_message.conversation_id).await?;
    let new = NewRun {
        id,
        user: actor.user_id(),
        conversation_id: user_message.conversation_id,
        user_message_id: user_message.id,
        assistant_message_id: assistant_message.id,
        model: domain.model(),
    };
    runs::insert(tx, &new).await?;
    Ok(runs::start_next(tx, user_message.conversation_id, domain.lease()).await?)
}

/// The answer to a request that was answered before.
async fn sent_before(
    domain: &Domain,
    actor: &Actor,
    key: &str,
    hash: &str,
) -> Result<Option<SentMessage>, Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let Some((message_id, stored_hash, run_id)) =
        messages::find_by_key(&mut tx, actor.user_id(), key).await?
    else {
        return Ok(None);
    };
    if stored_hash != hash {
        return Err(Error::Conflict {
            code: "idempotency_key_reused",
            detail: "This Idempotency-Key was used for another message. Use a new key for each message."
                .into(),
        });
    }
    let gone = || Error::NotFound("message");
    let user_message = messages::find(&mut tx, message_id)
        .await?
        .ok_or_else(gone)?
        .message;
    let run = runs::find(&mut tx, run_id).await?.ok_or_else(gone)?;
    let assistant_message = messages::find(&mut tx, run.assistant_message_id)
        .await?
        .ok_or_else(gone)?
        .message;
    let conversation = conversations::find(&mut tx, user_message.conversation_id)
        .await?
        .ok_or(Error::NotFound("conversation"))?;
    tx.commit().await?;
    Ok(Some(SentMessage {
        conversation,
        user_message,
        assistant_message,
        run_id,
    }))
}

/// Answers a message once more. An answer that has nothing in it is written anew in its place; one
/// that has stays, and the new one comes at the end.
pub(super) async fn retry(domain: &Domain, actor: &Actor, run: &RunRecord) -> Result<SentMessage, Error> {
    let conflict = |code, detail: &str| Error::Conflict {
        code,
        detail: detail.to_owned(),
    };
    if !run.status.is_final() {
        return Err(conflict(
            "run_active",
            "This answer is still being written. Stop it first.",
        ));
    }
    if run.status == RunStatus::Completed {
        return Err(conflict("run_completed", "This message was answered already."));
    }
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let gone = || Error::NotFound("message");
    // The conversation's lock first, as in sending; the answer may turn out to need no new place.
    let Some(position) = conversations::reserve_positions(&mut tx, run.conversation_id, 0).await? else {
        drop(tx);
        return Err(domain
            .not_found(actor, Probed::Conversation, run.conversation_id.0)
            .await);
    };
    let asked = messages::find(&mut tx, run.user_message_id)
        .await?
        .ok_or_else(gone)?;
    let answer = messages::find(&mut tx, run.assistant_message_id)
        .await?
        .ok_or_else(gone)?;
    let is_shown = asked.active && answer.active;
    let (user_message, old) = (asked.message, answer.message);
    if old.run_id != Some(run.id) {
        return Err(conflict(
            "retried_already",
            "This message was asked again already.",
        ));
    }
    if !is_shown {
        return Err(conflict(
            "not_shown",
            "Another version of this message is shown. Go to this one first.",
        ));
    }
    domain.inner.sends.take(actor.user_id(), Instant::now())?;
    let run_id: RunId = Uuid::now_v7().into();
    let assistant_message = if old.parts.is_empty() {
        let fresh = Message {
            status: MessageStatus::Streaming,
            failure: None,
            run_id: Some(run_id),
            ..old
        };
        messages::save_snapshot(&mut tx, &fresh, 0).await?;
        fresh
    } else {
        conversations::reserve_positions(&mut tx, run.conversation_id, 1).await?;
        insert_answer(&mut tx, actor, run.conversation_id, position, run_id).await?
    };
    let started = insert_run(domain, &mut tx, actor, run_id, &user_message, &assistant_message).await?;
    let conversation = conversations::find(&mut tx, run.conversation_id)
        .await?
        .ok_or(Error::NotFound("conversation"))?;
    tx.commit().await?;
    if let Some(run) = started {
        domain.work_on(run, assistant_message.clone());
    }
    Ok(SentMessage {
        conversation,
        user_message,
        assistant_message,
        run_id,
    })
}

/// Ends a run that never began.
pub(super) async fn cancel_queued(domain: &Domain, run: RunRecord) -> Result<(), Error> {
    let mut tx = domain.store().begin(Scope::Actor(&run.user_id)).await?;
    let gone = || Error::NotFound("message");
    let user_message = messages::find(&mut tx, run.user_message_id)
        .await?
        .ok_or_else(gone)?
        .message;
    let answer = messages::find(&mut tx, run.assistant_message_id)
        .await?
        .ok_or_else(gone)?
        .message;
    tx.commit().await?;
    let created = RunCreated {
        run_id: run.id,
        conversation_id: run.conversation_id,
        user_message,
        assistant_message_id: run.assistant_message_id,
    };
    let (id, last_seq) = (run.id, run.last_seq);
    // Not one that watchers find: the run may begin in this moment, and then they are to find its worker's.
    let channel = Channel::new(&run, last_seq, answer);
    let writer = Writer::new(domain, run, channel, last_seq);
    let ended = async {
        let commit = writer.begin().await?;
        let events = vec![RunEvent::RunCreated(Box::new(created)), RunEvent::RunCancelled {}];
        commit.end(RunStatus::Cancelled, events, domain.lease()).await
    };
    match ended.await {
        Ok(next) => {
            let seq = writer.last_seq();
            domain.hub().logged_elsewhere(id, seq);
            domain.store().signal(Signal::Logged(id, seq));
            if let Some(next) = next {
                domain.work_on_next(next).await;
            }
        }
        // It began in this very moment: its worker hears of the stop.
        Err(WriteError::Lost) => {}
        Err(WriteError::Store(error)) => return Err(error.into()),
        Err(error @ WriteError::Tool(_)) => return Err(Error::Internal(Box::new(error))),
    }
    Ok(())
}
