//! A conversation from a JSON export. Every field is held against its limit, all of it is stored or nothing, and
//! nothing is run: what tools did elsewhere comes in as a record that cannot be undone.

use std::collections::HashMap;
use std::time::Instant;

use protocol::limits::{
    ANSWER_CHARS, CONVERSATION_TITLE_CHARS, MESSAGE_CHARS, PREVIEW_CHARS, TOOL_RESULT_BYTES, checked_text,
    excerpt,
};
use protocol::message::RunFailure;
use protocol::{
    Conversation, Feedback, Message, MessageStatus, Part, Role, Timestamp, ToolCall, ToolCallId,
    ToolCallStatus,
};
use serde::Deserialize;
use serde_json::Value;
use store::conversations::TitleSource;
use store::{Scope, conversations, imports};
use uuid::Uuid;

use crate::export::{FORMAT, VERSION};
use crate::runs::{preview, without_nul};
use crate::{Actor, Domain, Error};

/// Most messages of an imported conversation.
const MESSAGES: usize = 10_000;
/// Most tool calls of an answer.
const TOOL_CALLS: usize = 200;
/// Longest name of a tool, and longest line that says what it did.
const LINE_CHARS: usize = 500;

/// What a file says it is; look at this before the rest.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportHeader {
    format: String,
    version: u32,
}

impl ImportHeader {
    /// # Errors
    /// `Invalid` for what no export of ours of this version wrote.
    pub fn check(&self) -> Result<(), Error> {
        if self.format != FORMAT {
            return Err(Error::invalid("format", format!("must be \"{FORMAT}\"")));
        }
        if self.version != VERSION {
            return Err(Error::invalid("version", format!("must be {VERSION}")));
        }
        Ok(())
    }
}

/// Body of an import: what an export wrote. Fields that are not named here are left alone.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportConversation {
    format: String,
    version: u32,
    title: String,
    messages: Vec<Imported>,
}

#[derive(Debug, Clone, Deserialize)]
struct Imported {
    role: Role,
    content: String,
    created_at: Timestamp,
    #[serde(default = "complete")]
    status: MessageStatus,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    tool_calls: Vec<ToolCall>,
    failure: Option<RunFailure>,
    feedback: Option<Feedback>,
}

fn complete() -> MessageStatus {
    MessageStatus::Complete
}

pub(crate) async fn import(
    domain: &Domain,
    actor: &Actor,
    request: ImportConversation,
) -> Result<Conversation, Error> {
    ImportHeader {
        format: request.format,
        version: request.version,
    }
    .check()?;
    let title = checked_text(&request.title, 1, CONVERSATION_TITLE_CHARS)
        .map_err(|message| Error::invalid("title", message))?;
    if request.messages.len() > MESSAGES {
        return Err(Error::invalid(
            "messages",
            format!("must be at most {MESSAGES}, but are {}", request.messages.len()),
        ));
    }
    domain.inner.sends.take(actor.user_id(), Instant::now())?;
    let id = Uuid::now_v7().into();
    let mut checked = Vec::with_capacity(request.messages.len());
    for (index, message) in request.messages.into_iter().enumerate() {
        let message = check(message)
            .map_err(|(field, message)| Error::invalid(&format!("messages[{index}].{field}"), message))?;
        checked.push(Message {
            conversation_id: id,
            ..message
        });
    }
    let words = checked.last().and_then(|last| match last.role {
        Role::User => Some(excerpt(&last.content, PREVIEW_CHARS)),
        Role::Assistant => preview(last),
    });
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    conversations::insert(&mut tx, id, actor.user_id(), &title, TitleSource::User).await?;
    let count = i32::try_from(checked.len()).unwrap_or(i32::MAX);
    conversations::reserve_positions(&mut tx, id, count).await?;
    imports::insert(&mut tx, actor.user_id(), &checked).await?;
    conversations::touch(&mut tx, id, words.as_deref()).await?;
    let made = conversations::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound("conversation"))?;
    tx.commit().await?;
    Ok(made)
}

type Wrong = (String, String);

fn wrong(field: &str, message: impl Into<String>) -> Wrong {
    (field.to_owned(), message.into())
}

/// The message with ids of its own.
fn check(given: Imported) -> Result<Message, Wrong> {
    let is_user = given.role == Role::User;
    let (least, most) = if is_user {
        (1, MESSAGE_CHARS)
    } else {
        (0, ANSWER_CHARS)
    };
    let length = given.content.chars().count();
    if is_user {
        checked_text(&given.content, least, most).map_err(|message| wrong("content", message))?;
    }
    if length > most {
        return Err(wrong(
            "content",
            format!("must have at most {most} characters, but has {length}"),
        ));
    }
    if given.content.contains('\0') {
        return Err(wrong("content", "must not contain NUL characters"));
    }
    if is_user && !given.tool_calls.is_empty() {
        return Err(wrong("tool_calls", "belong to answers only"));
    }
    if is_user && given.feedback.is_some() {
        return Err(wrong("feedback", "can be given to answers only"));
    }
    if given.tool_calls.len() > TOOL_CALLS {
        return Err(wrong("tool_calls", format!("must be at most {TOOL_CALLS}")));
    }
    // What was still being written there is not going to be finished here.
    let status = match given.status {
        _ if is_user => MessageStatus::Complete,
        MessageStatus::Streaming | MessageStatus::AwaitingApproval => MessageStatus::Cancelled,
        status => status,
    };
    let failure = match (status, given.failure) {
        (MessageStatus::Failed, None) => return Err(wrong("failure", "is required where status is failed")),
        (MessageStatus::Failed, Some(failure)) => Some(check_failure(failure)?),
        _ => None,
    };
    let mut ids = HashMap::new();
    let mut tool_calls = Vec::with_capacity(given.tool_calls.len());
    for (index, call) in given.tool_calls.into_iter().enumerate() {
        let old = call.id;
        let call =
            check_call(call).map_err(|(field, message)| (format!("tool_calls[{index}].{field}"), message))?;
        if ids.insert(old, call.id).is_some() {
            return Err(wrong(
                &format!("tool_calls[{index}].id"),
                "must not be there twice",
            ));
        }
        tool_calls.push(call);
    }
    let parts = check_parts(given.parts, &given.content, &ids, &tool_calls)?;
    Ok(Message {
        id: Uuid::now_v7().into(),
        conversation_id: Uuid::nil().into(),
        role: given.role,
        content: given.content,
        tool_calls,
        status,
        created_at: given.created_at,
        run_id: None,
        parts,
        failure,
        versions: vec![],
        feedback: given.feedback,
    })
}

fn check_failure(failure: RunFailure) -> Result<RunFailure, Wrong> {
    let line = |field: &str, text: &str| {
        checked_text(text, 1, LINE_CHARS).map_err(|message| wrong(&format!("failure.{field}"), message))
    };
    Ok(RunFailure {
        code: line("code", &failure.code)?,
        message: line("message", &failure.message)?,
        // There is no run to try again.
        retryable: false,
    })
}

fn check_call(call: ToolCall) -> Result<ToolCall, Wrong> {
    let line = |field: &str, text: &str, least| {
        checked_text(text, least, LINE_CHARS).map_err(|message| wrong(field, message))
    };
    let value = |field: &str, value: Value| {
        let value = without_nul(value);
        if value.to_string().len() > TOOL_RESULT_BYTES {
            return Err(wrong(
                field,
                format!("must have at most {TOOL_RESULT_BYTES} bytes"),
            ));
        }
        Ok(value)
    };
    Ok(ToolCall {
        id: Uuid::now_v7().into(),
        tool_name: line("tool_name", &call.tool_name, 1)?,
        summary: line("summary", &call.summary, 0)?,
        arguments: value("arguments", call.arguments)?,
        result: value("result", call.result)?,
        status: match call.status {
            ToolCallStatus::Running | ToolCallStatus::AwaitingApproval => ToolCallStatus::Error,
            status => status,
        },
        timestamp: call.timestamp,
        duration_ms: call.duration_ms.map(|ms| ms.min(i32::MAX.unsigned_abs())),
        undoable: false,
        redoable: false,
    })
}

/// Text and tool calls in order, with the calls' new ids: as given, or without any, the calls before the text.
fn check_parts(
    given: Vec<Part>,
    content: &str,
    ids: &HashMap<ToolCallId, ToolCallId>,
    tool_calls: &[ToolCall],
) -> Result<Vec<Part>, Wrong> {
    if given.is_empty() {
        let calls = tool_calls.iter().map(|call| Part::ToolCall { id: call.id });
        let text = (!content.is_empty()).then(|| Part::Text {
            text: content.to_owned(),
        });
        return Ok(calls.chain(text).collect());
    }
    let mut parts = Vec::with_capacity(given.len());
    let mut said = String::new();
    let mut called = 0;
    for (index, part) in given.into_iter().enumerate() {
        parts.push(match part {
            Part::Text { text } => {
                said.push_str(&text);
                Part::Text { text }
            }
            Part::ToolCall { id } => {
                called += 1;
                let id = ids.get(&id).ok_or_else(|| {
                    wrong(
                        &format!("parts[{index}].id"),
                        "must be the id of one of tool_calls",
                    )
                })?;
                Part::ToolCall { id: *id }
            }
        });
    }
    if said != content {
        return Err(wrong("parts", "must together be the content"));
    }
    if called != tool_calls.len() {
        return Err(wrong("parts", "must name each of tool_calls once"));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "(\\PC|\0){0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let names = "[a-z\0]{0,6}";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((names, inner), 0..4).prop_map(|fields| fields.into_iter().collect()),
            ]
        })
    }

    /// One of the usual values of a field, or anything.
    fn field(usual: &[Value]) -> impl Strategy<Value = Value> + use<> {
        prop_oneof![9 => prop::sample::select(usual.to_vec()), 1 => any_value()]
    }

    const CALLS: [&str; 2] = [
        "0190b5a0-0000-7000-8000-000000000001",
        "0190b5a0-0000-7000-8000-000000000002",
    ];

    fn call() -> impl Strategy<Value = Value> {
        (
            field(&CALLS.map(Value::from)),
            field(&["add_task".into(), "".into(), "x".repeat(501).into()]),
            any_value(),
            any_value(),
            field(
                &[
                    "success",
                    "error",
                    "undone",
                    "denied",
                    "running",
                    "awaiting_approval",
                ]
                .map(Value::from),
            ),
        )
            .prop_map(|(id, name, arguments, result, status)| {
                json!({
                    "id": id, "tool_name": name, "arguments": arguments, "result": result, "status": status,
                    "summary": "Did it", "timestamp": "2026-01-02T03:04:05.678Z",
                })
            })
    }

    fn message() -> impl Strategy<Value = Value> {
        let part = prop_oneof![
            field(&["Hi".into(), "".into()]).prop_map(|text| json!({ "type": "text", "text": text })),
            field(&CALLS.map(Value::from)).prop_map(|id| json!({ "type": "tool_call", "id": id })),
        ];
        let failure = json!({ "code": "x", "message": "It failed", "retryable": true });
        (
            field(&["user", "assistant"].map(Value::from)),
            field(&["Hi".into(), "HiHi".into(), "".into(), " ".into(), "a\0b".into(), "x".repeat(10_001).into()]),
            field(&["complete", "streaming", "failed", "cancelled", "awaiting_approval"].map(Value::from)),
            prop::collection::vec(part, 0..4),
            prop::collection::vec(call(), 0..3),
            field(&[Value::Null, failure]),
        )
            .prop_map(|(role, content, status, parts, tool_calls, failure)| {
                json!({
                    "role": role, "content": content, "status": status, "parts": parts, "tool_calls": tool_calls,
                    "failure": failure, "created_at": "2026-01-02T03:04:05.678Z",
                })
            })
    }

    proptest! {
        #[test]
        fn what_passes_can_be_stored_and_the_rest_is_named(given in prop_oneof![9 => message(), 1 => any_value()]) {
            // What is no message at all the door refuses.
            let Ok(given) = serde_json::from_value::<Imported>(given) else { return Ok(()) };
            let message = match check(given) {
                Ok(message) => message,
                Err((field, sentence)) => {
                    prop_assert!(!field.is_empty() && !sentence.is_empty());
                    return Ok(());
                }
            };
            let stored = serde_json::to_string(&message).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(!stored.contains("\\u0000"), "{stored}");
            prop_assert!(message.content.chars().count() <= ANSWER_CHARS);
            let mut said = String::new();
            let mut called = vec![];
            for part in &message.parts {
                match part {
                    Part::Text { text } => said.push_str(text),
                    Part::ToolCall { id } => called.push(*id),
                }
            }
            prop_assert_eq!(&said, &message.content);
            let mut calls: Vec<_> = message.tool_calls.iter().map(|call| call.id).collect();
            prop_assert!(calls.iter().all(|id| !CALLS.contains(&id.to_string().as_str())), "ids of ours");
            calls.sort();
            called.sort();
            prop_assert_eq!(called, calls);
            let is_open = |status| matches!(status, ToolCallStatus::Running | ToolCallStatus::AwaitingApproval);
            prop_assert!(message.tool_calls.iter().all(|call| !is_open(call.status) && !call.undoable));
            prop_assert!(!matches!(message.status, MessageStatus::Streaming | MessageStatus::AwaitingApproval));
        }
    }
}
