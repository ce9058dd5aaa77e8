//! Imported conversations: many rows at once.

use ::time::OffsetDateTime;
use protocol::{Message, UserId};
use serde::Serialize;
use uuid::Uuid;

use crate::{Error, Tx, time};

/// Rows of one statement.
const AT_ONCE: usize = 500;

/// Stores the messages of an imported conversation with their tool calls: all of a new conversation, whose positions
/// from 1 on are reserved. No run belongs to them, and no call of theirs can be undone.
pub async fn insert(tx: &mut Tx, user: &UserId, messages: &[Message]) -> Result<(), Error> {
    let mut parent: Option<Uuid> = None;
    for (chunk, messages) in messages.chunks(AT_ONCE).enumerate() {
        let parents: Vec<Option<Uuid>> = messages
            .iter()
            .map(|message| parent.replace(message.id.0))
            .collect();
        insert_messages(tx, user, chunk * AT_ONCE, messages, parents).await?;
        insert_tool_calls(tx, user, messages).await?;
    }
    Ok(())
}

async fn insert_messages(
    tx: &mut Tx,
    user: &UserId,
    before: usize,
    messages: &[Message],
    parents: Vec<Option<Uuid>>,
) -> Result<(), Error> {
    let parts: Vec<String> = messages
        .iter()
        .map(|message| json(&message.parts))
        .collect::<Result<_, _>>()?;
    let failures: Vec<Option<String>> = messages
        .iter()
        .map(|message| message.failure.as_ref().map(json).transpose())
        .collect::<Result<_, _>>()?;
    let words = |word: fn(&Message) -> &str| messages.iter().map(word).collect::<Vec<&str>>();
    let feedback: Vec<Option<&str>> = messages
        .iter()
        .map(|message| message.feedback.map(|feedback| feedback.as_str()))
        .collect();
    let times: Vec<OffsetDateTime> = messages
        .iter()
        .map(|message| time::to_sql(message.created_at))
        .collect();
    sqlx::query(
        "INSERT INTO messages (id, user_id, conversation_id, position, role, content, parts, status, failure,
                               feedback, created_at, parent_id)
         SELECT id, $1, conversation_id, $2 + place::int, role, content, parts::jsonb, status, failure::jsonb,
                feedback, created_at, parent_id
         FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::timestamptz[], $12::uuid[]) WITH ORDINALITY
              AS new (id, conversation_id, role, content, parts, status, failure, feedback, created_at, parent_id,
                      place)",
    )
    .bind(user.as_str())
    .bind(i32::try_from(before).unwrap_or(i32::MAX))
    .bind(messages.iter().map(|message| message.id.0).collect::<Vec<_>>())
    .bind(
        messages
            .iter()
            .map(|message| message.conversation_id.0)
            .collect::<Vec<_>>(),
    )
    .bind(words(|message| message.role.as_str()))
    .bind(words(|message| &message.content))
    .bind(parts)
    .bind(words(|message| message.status.as_str()))
    .bind(failures)
    .bind(feedback)
    .bind(times)
    .bind(parents)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_tool_calls(tx: &mut Tx, user: &UserId, messages: &[Message]) -> Result<(), Error> {
    for message in messages.iter().filter(|message| !message.tool_calls.is_empty()) {
        for (call, position) in message.tool_calls.iter().zip(1..) {
            sqlx::query(
                "INSERT INTO tool_calls (id, user_id, conversation_id, message_id, position, provider_call_id,
                                         tool_name, arguments, result, status, summary, started_at, finished_at,
                                         duration_ms, undone_at)
                 VALUES ($1, $2, $3, $4, $5, 'imported', $6, $7, $8, $9, $10, $11, $11, $12,
                         CASE WHEN $9 = 'undone' THEN $11 END)",
            )
            .bind(call.id.0)
            .bind(user.as_str())
            .bind(message.conversation_id.0)
            .bind(message.id.0)
            .bind(position)
            .bind(&call.tool_name)
            .bind(&call.arguments)
            .bind(&call.result)
            .bind(call.status.as_str())
            .bind(&call.summary)
            .bind(time::to_sql(call.timestamp))
            .bind(call.duration_ms.and_then(|ms| i32::try_from(ms).ok()))
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Query(sqlx::Error::Encode(error.into())))
}
