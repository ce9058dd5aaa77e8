//! What a worker needs before it can ask the model, and the first event of its work.

use agent::context::WindowLimits;
use agent::run::RunError;
use protocol::event::RunCreated;
use protocol::{Approval, Message, Part, RunEvent};
use store::messages::Range;
use store::runs::RunRecord;
use store::{accounts, messages, preferences};
use tokio_util::sync::CancellationToken;

use super::host::news;
use super::patience::settle;
use super::writer::{WriteError, Writer};
use crate::Actor;

/// What a worker starts from.
pub(super) struct Loaded {
    pub(super) actor: Actor,
    /// Ends with the message to be answered.
    pub(super) history: Vec<Message>,
    user_message: Message,
    /// The server's, or as many messages as the user chose.
    pub(super) limits: WindowLimits,
    /// When the user wants to be asked.
    pub(super) approval: Approval,
}

/// Loads it, and shows that the run began, or from where it is gone on with.
pub(super) async fn begin(
    writer: &Writer,
    limits: WindowLimits,
    cancel: &CancellationToken,
) -> Result<Loaded, RunError> {
    settle!(writer, cancel, try_begin(writer, limits)).map_err(RunError::Host)
}

async fn try_begin(writer: &Writer, limits: WindowLimits) -> Result<Loaded, WriteError> {
    let run = writer.run();
    let mut commit = writer.begin().await?;
    let loaded = load(&mut commit.tx, run, limits).await?;
    let events = if !commit.is_first() {
        // An earlier try stands although its answer never came.
        vec![]
    } else if run.last_seq == 0 {
        let created = RunCreated {
            run_id: run.id,
            conversation_id: run.conversation_id,
            user_message: loaded.user_message.clone(),
            assistant_message_id: run.assistant_message_id,
        };
        vec![RunEvent::RunCreated(Box::new(created))]
    } else {
        let mut events = news(&mut commit.tx, writer).await?;
        let message = writer.message_with(&[]);
        let text = whole_steps(&message);
        if writer.leaves_numbers_out() || text != message.content {
            let text = text.to_owned();
            events.push(RunEvent::TextReset { text });
        }
        events
    };
    commit.finish(events).await?;
    Ok(loaded)
}

/// The text up to the last tool call. What was said after it belongs to a step that did not end, and is said again.
fn whole_steps(message: &Message) -> &str {
    let mut length = 0;
    let mut whole = 0;
    for part in &message.parts {
        match part {
            Part::Text { text } => length += text.len(),
            Part::ToolCall { .. } => whole = length,
        }
    }
    message.content.get(..whole).unwrap_or_default()
}

/// How many steps of an answer used tools.
pub(super) fn rounds(message: &Message) -> u32 {
    let calls = message
        .parts
        .iter()
        .map(|part| matches!(part, Part::ToolCall { .. }));
    let mut before = false;
    let begun = calls.filter(|is_call| {
        let begins = *is_call && !before;
        before = *is_call;
        begins
    });
    u32::try_from(begun.count()).unwrap_or(u32::MAX)
}

async fn load(tx: &mut store::Tx, run: &RunRecord, mut limits: WindowLimits) -> Result<Loaded, store::Error> {
    let gone = store::Error::Lost("message");
    let user = accounts::find_user(tx, &run.user_id)
        .await?
        .ok_or(store::Error::Lost("user"))?;
    let Some(user_message) = messages::find(tx, run.user_message_id).await? else {
        return Err(gone);
    };
    let Some(answer) = messages::find(tx, run.assistant_message_id).await? else {
        return Err(gone);
    };
    let chosen = preferences::find(tx, &run.user_id).await?;
    if let Some(count) = chosen
        .context_messages
        .and_then(|count| usize::try_from(count).ok())
    {
        limits.messages = count;
    }
    let limit = u32::try_from(limits.messages).unwrap_or(u32::MAX).max(1);
    let records = messages::list(tx, run.conversation_id, Range::Before(answer.position), limit).await?;
    let mut history: Vec<Message> = records.into_iter().map(|record| record.message).collect();
    // A second try comes after the first one's answer: the model sees what that did, then the
    // message again.
    if history
        .last()
        .is_none_or(|last| last.id != user_message.message.id)
    {
        history.push(user_message.message.clone());
    }
    Ok(Loaded {
        actor: crate::accounts::actor_of(user),
        history,
        user_message: user_message.message,
        limits,
        approval: chosen.approval,
    })
}

#[cfg(test)]
mod tests {
    use protocol::{MessageStatus, Role, Timestamp, ToolCallId};
    use uuid::Uuid;

    use super::*;

    fn message(parts: Vec<Part>) -> Message {
        let texts = parts.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            Part::ToolCall { .. } => None,
        });
        Message {
            id: Uuid::from_u128(1).into(),
            conversation_id: Uuid::from_u128(2).into(),
            role: Role::Assistant,
            content: texts.collect(),
            tool_calls: vec![],
            status: MessageStatus::Streaming,
            created_at: Timestamp::from_millis(0),
            run_id: None,
            parts,
            failure: None,
            versions: vec![],
            feedback: None,
        }
    }

    fn text(text: &str) -> Part {
        Part::Text { text: text.into() }
    }

    fn call(number: u128) -> Part {
        Part::ToolCall {
            id: ToolCallId::from(Uuid::from_u128(number)),
        }
    }

    #[test]
    fn what_was_said_after_the_last_call_is_said_again() {
        let answer = message(vec![
            text("On it. "),
            call(3),
            call(4),
            text("Do"),
            call(5),
            text("ne."),
        ]);
        assert_eq!(whole_steps(&answer), "On it. Do");
        assert_eq!(rounds(&answer), 2);
        let only_text = message(vec![text("Half a senten")]);
        assert_eq!((whole_steps(&only_text), rounds(&only_text)), ("", 0));
    }
}
