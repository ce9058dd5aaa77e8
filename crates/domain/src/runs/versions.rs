//! Other versions: an edited message, an answer that is asked for once more, and going back to what was there before.
//!
//! What followed stays as another branch of the conversation. What the assistant did there stays done, since tasks are
//! not part of the conversation; its badges offer to take it back, on every branch.

use std::time::Instant;

use protocol::api::SentMessage;
use protocol::limits::{PREVIEW_CHARS, excerpt};
use protocol::{ConversationId, Message, MessageId, Role};
use store::conversations::Probed;
use store::messages::{MessageRecord, Range};
use store::{Scope, Tx, conversations, messages, runs, versions};
use uuid::Uuid;

use super::send::{Draft, send_once, store_answer, store_exchange};
use super::worker::preview;
use crate::{Actor, Domain, Error};

/// A message in its conversation, whose lock is held and which nothing is being written to.
struct Place {
    tx: Tx,
    record: MessageRecord,
}

/// Finds a message of a conversation and takes the conversation's lock.
async fn place(
    domain: &Domain,
    actor: &Actor,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Place, Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    if conversations::reserve_positions(&mut tx, conversation, 0)
        .await?
        .is_none()
    {
        drop(tx);
        return Err(domain
            .not_found(actor, Probed::Conversation, conversation.0)
            .await);
    }
    let Some(record) = messages::find(&mut tx, message).await? else {
        drop(tx);
        return Err(domain.not_found(actor, Probed::Message, message.0).await);
    };
    if record.message.conversation_id != conversation {
        return Err(Error::NotFound("message"));
    }
    if !runs::unfinished(&mut tx, conversation).await?.is_empty() {
        return Err(conflict(
            "run_active",
            "An answer is still being written. Stop it, or wait until it is done.",
        ));
    }
    Ok(Place { tx, record })
}

fn conflict(code: &'static str, detail: &str) -> Error {
    Error::Conflict {
        code,
        detail: detail.to_owned(),
    }
}

/// Leaves a message and everything after it; it has to be one that is shown.
async fn leave(place: &mut Place) -> Result<(), Error> {
    if !place.record.active {
        return Err(conflict(
            "not_shown",
            "Another version of this message is shown. Go to this one first.",
        ));
    }
    let conversation = place.record.message.conversation_id;
    let left = versions::leave(&mut place.tx, conversation, place.record.position).await?;
    let left = i64::try_from(left).unwrap_or(0);
    conversations::count_messages(&mut place.tx, conversation, -left).await?;
    Ok(())
}

async fn next_position(tx: &mut Tx, conversation: ConversationId, count: i32) -> Result<i32, Error> {
    conversations::reserve_positions(tx, conversation, count)
        .await?
        .ok_or(Error::NotFound("conversation"))
}

pub(super) async fn edit(
    domain: &Domain,
    actor: &Actor,
    conversation: ConversationId,
    message: MessageId,
    content: &str,
    key: Option<&str>,
) -> Result<SentMessage, Error> {
    let draft = Draft::check(Some(message.0), content, key)?;
    send_once(domain, actor, &draft, async || {
        let mut place = place(domain, actor, conversation, message).await?;
        if place.record.message.role != Role::User {
            return Err(conflict("not_yours", "Only messages of your own can be edited."));
        }
        leave(&mut place).await?;
        let position = next_position(&mut place.tx, conversation, 2).await?;
        let stored = store_exchange(domain, &mut place.tx, actor, conversation, position, &draft).await?;
        place.tx.commit().await?;
        Ok(stored)
    })
    .await
}

pub(super) async fn regenerate(
    domain: &Domain,
    actor: &Actor,
    conversation: ConversationId,
    message: MessageId,
) -> Result<SentMessage, Error> {
    let mut place = place(domain, actor, conversation, message).await?;
    if place.record.message.role != Role::Assistant {
        return Err(conflict("not_an_answer", "Only answers can be asked for again."));
    }
    leave(&mut place).await?;
    let question = question_of(&mut place)
        .await?
        .ok_or_else(|| conflict("nothing_to_answer", "There is no message before this answer."))?;
    domain.inner.sends.take(actor.user_id(), Instant::now())?;
    let position = next_position(&mut place.tx, conversation, 1).await?;
    let (sent, started) = store_answer(
        domain,
        &mut place.tx,
        actor,
        question,
        position,
        Uuid::now_v7().into(),
    )
    .await?;
    place.tx.commit().await?;
    if let Some(run) = started {
        domain.work_on(run, sent.assistant_message.clone());
    }
    Ok(sent)
}

/// What an answer answers. One that was tried again may stand behind other messages; an imported one has no run.
async fn question_of(place: &mut Place) -> Result<Option<Message>, Error> {
    let answer = &place.record;
    if let Some(run) = answer.message.run_id
        && let Some(run) = runs::find(&mut place.tx, run).await?
        && let Some(asked) = messages::find(&mut place.tx, run.user_message_id).await?
        && asked.active
    {
        return Ok(Some(asked.message));
    }
    let conversation = answer.message.conversation_id;
    Ok(messages::question_before(&mut place.tx, conversation, answer.position).await?)
}

pub(super) async fn activate(
    domain: &Domain,
    actor: &Actor,
    conversation: ConversationId,
    message: MessageId,
) -> Result<Message, Error> {
    let mut place = place(domain, actor, conversation, message).await?;
    let tx = &mut place.tx;
    if !place.record.active {
        let fork = versions::fork_of(tx, message).await?;
        let left = versions::leave(tx, conversation, fork + 1).await?;
        let shown = versions::show(tx, message).await?;
        let change = i64::try_from(shown).unwrap_or(0) - i64::try_from(left).unwrap_or(0);
        conversations::count_messages(tx, conversation, change).await?;
        let newest = messages::list(tx, conversation, Range::Newest, 1).await?.pop();
        let words = newest.and_then(|newest| match newest.message.role {
            Role::User => Some(excerpt(&newest.message.content, PREVIEW_CHARS)),
            Role::Assistant => preview(&newest.message),
        });
        conversations::touch(tx, conversation, words.as_deref()).await?;
    }
    let mut records: Vec<_> = messages::find(tx, message).await?.into_iter().collect();
    versions::fill(tx, &mut records).await?;
    let record = records.pop().ok_or(Error::NotFound("message"))?;
    place.tx.commit().await?;
    Ok(record.message)
}
