//! Messages, with their tool calls put to them.

use std::collections::HashMap;

use ::time::OffsetDateTime;
use protocol::message::RunFailure;
use protocol::{
    ConversationId, Feedback, Message, MessageId, MessageStatus, Part, Role, RunId, Timestamp, ToolCall,
    UserId,
};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Changed, Error, Tx, time, tool_calls};

/// A message and the last event that it covers.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRecord {
    /// As everybody sees it.
    pub message: Message,
    /// Its place in the conversation, from 1.
    pub position: i32,
    /// While it streams: the last event of its run that is in it.
    pub snapshot_seq: u64,
    /// The message before it on its path; `None` for a first one.
    pub parent_id: Option<MessageId>,
    /// Whether it is on the path that is shown.
    pub active: bool,
}

#[derive(FromRow)]
struct MessageRow {
    id: Uuid,
    conversation_id: Uuid,
    position: i32,
    role: String,
    content: String,
    parts: Json<Vec<Part>>,
    snapshot_seq: i64,
    status: String,
    run_id: Option<Uuid>,
    failure: Option<Json<RunFailure>>,
    created_at: OffsetDateTime,
    parent_id: Option<Uuid>,
    active: bool,
    feedback: Option<String>,
}

impl MessageRow {
    fn into_record(self, tool_calls: Vec<ToolCall>) -> Result<MessageRecord, Error> {
        let bad = |column| Error::Inconsistent {
            table: "messages",
            column,
            row: self.id.to_string(),
        };
        let role = Role::parse(&self.role).ok_or_else(|| bad("role"))?;
        let status = MessageStatus::parse(&self.status).ok_or_else(|| bad("status"))?;
        let message = Message {
            id: self.id.into(),
            conversation_id: self.conversation_id.into(),
            role,
            content: self.content,
            tool_calls,
            status,
            created_at: time::from_sql(self.created_at),
            run_id: self.run_id.map(RunId),
            parts: self.parts.0,
            failure: self.failure.map(|failure| failure.0),
            versions: vec![],
            feedback: self.feedback.as_deref().and_then(Feedback::parse),
        };
        Ok(MessageRecord {
            message,
            position: self.position,
            snapshot_seq: u64::try_from(self.snapshot_seq).unwrap_or(0),
            parent_id: self.parent_id.map(Into::into),
            active: self.active,
        })
    }
}

/// A message to be stored.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: MessageId,
    /// Whose it is.
    pub user: &'a UserId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// From [`crate::conversations::reserve_positions`].
    pub position: i32,
    /// Who it is from.
    pub role: Role,
    /// Empty for an answer that is yet to be written.
    pub content: &'a str,
    /// Its status.
    pub status: MessageStatus,
    /// The run that answers or writes it.
    pub run_id: RunId,
    /// The sender's key and the hash of what was sent with it.
    pub idempotency: Option<(&'a str, &'a str)>,
}

/// Stores a message at the end of the path that is shown.
///
/// # Errors
/// `Constraint("messages_idempotency")` when the key was used before.
pub async fn insert(tx: &mut Tx, new: &NewMessage<'_>) -> Result<Message, Error> {
    let parts = match new.content {
        "" => vec![],
        text => vec![Part::Text {
            text: text.to_owned(),
        }],
    };
    let created_at: OffsetDateTime = sqlx::query_scalar(
        "INSERT INTO messages (id, user_id, conversation_id, position, role, content, parts, status, run_id,
                               idempotency_key, idempotency_hash, parent_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                 (SELECT id FROM messages WHERE conversation_id = $3 AND active ORDER BY position DESC LIMIT 1))
         RETURNING created_at",
    )
    .bind(new.id.0)
    .bind(new.user.as_str())
    .bind(new.conversation_id.0)
    .bind(new.position)
    .bind(new.role.as_str())
    .bind(new.content)
    .bind(Json(&parts))
    .bind(new.status.as_str())
    .bind(new.run_id.0)
    .bind(new.idempotency.map(|(key, _)| key))
    .bind(new.idempotency.map(|(_, hash)| hash))
    .fetch_one(&mut **tx)
    .await?;
    Ok(Message {
        id: new.id,
        conversation_id: new.conversation_id,
        role: new.role,
        content: new.content.to_owned(),
        tool_calls: vec![],
        status: new.status,
        created_at: time::from_sql(created_at),
        run_id: Some(new.run_id),
        parts,
        failure: None,
        versions: vec![],
        feedback: None,
    })
}

/// Which part of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// The newest.
    Newest,
    /// The newest up to this position, itself included.
    UpTo(i32),
    /// The newest before this position.
    Before(i32),
    /// The oldest after this position.
    After(i32),
    /// The oldest after this time.
    AfterTime(Timestamp),
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, conversation_id, position, role, content, parts, snapshot_seq, status, run_id, failure,
                    created_at, parent_id, active, feedback
             FROM messages ",
            $rest
        )
    };
}

/// At most `limit` messages of a conversation's shown path, oldest first.
pub async fn list(
    tx: &mut Tx,
    conversation: ConversationId,
    range: Range,
    limit: u32,
) -> Result<Vec<MessageRecord>, Error> {
    let before =
        select!("WHERE conversation_id = $1 AND active AND position < $2 ORDER BY position DESC LIMIT $3");
    let after = select!("WHERE conversation_id = $1 AND active AND position > $2 ORDER BY position LIMIT $3");
    let query = match range {
        Range::Newest => sqlx::query_as(before).bind(conversation.0).bind(i32::MAX),
        Range::UpTo(position) => sqlx::query_as(before)
            .bind(conversation.0)
            .bind(position.saturating_add(1)),
        Range::Before(position) => sqlx::query_as(before).bind(conversation.0).bind(position),
        Range::After(position) => sqlx::query_as(after).bind(conversation.0).bind(position),
        Range::AfterTime(since) => sqlx::query_as(select!(
            "WHERE conversation_id = $1 AND active AND created_at > $2
             ORDER BY created_at, position LIMIT $3"
        ))
        .bind(conversation.0)
        .bind(time::to_sql(since)),
    };
    let mut rows: Vec<MessageRow> = query.bind(i64::from(limit)).fetch_all(&mut **tx).await?;
    if !matches!(range, Range::After(_) | Range::AfterTime(_)) {
        rows.reverse();
    }
    with_tool_calls(tx, rows).await
}

/// The newest user's message on the shown path before a position.
pub async fn question_before(
    tx: &mut Tx,
    conversation: ConversationId,
    position: i32,
) -> Result<Option<Message>, Error> {
    let row: Option<MessageRow> = sqlx::query_as(select!(
        "WHERE conversation_id = $1 AND active AND position < $2 AND role = 'user'
         ORDER BY position DESC LIMIT 1"
    ))
    .bind(conversation.0)
    .bind(position)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(row.into_record(vec![])?.message)).transpose()
}

/// One message, on the shown path or off it.
pub async fn find(tx: &mut Tx, id: MessageId) -> Result<Option<MessageRecord>, Error> {
    let row: Option<MessageRow> = sqlx::query_as(select!("WHERE id = $1"))
        .bind(id.0)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(with_tool_calls(tx, vec![row]).await?.pop())
}

async fn with_tool_calls(tx: &mut Tx, rows: Vec<MessageRow>) -> Result<Vec<MessageRecord>, Error> {
    let answers: Vec<MessageId> = rows
        .iter()
        .filter(|row| row.role == "assistant")
        .map(|row| row.id.into())
        .collect();
    let mut calls: HashMap<Uuid, Vec<ToolCall>> = HashMap::new();
    if !answers.is_empty() {
        for call in tool_calls::of_messages(tx, &answers).await? {
            calls.entry(call.message_id.0).or_default().push(call.call);
        }
    }
    rows.into_iter()
        .map(|row| {
            let own = calls.remove(&row.id).unwrap_or_default();
            row.into_record(own)
        })
        .collect()
}

/// The message that was sent with an idempotency key, its hash, and the run that answers it.
pub async fn find_by_key(
    tx: &mut Tx,
    user: &UserId,
    key: &str,
) -> Result<Option<(MessageId, String, RunId)>, Error> {
    let row: Option<(Uuid, String, Uuid)> = sqlx::query_as(
        "SELECT id, idempotency_hash, run_id FROM messages WHERE user_id = $1 AND idempotency_key = $2",
    )
    .bind(user.as_str())
    .bind(key)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|(id, hash, run)| (id.into(), hash, run.into())))
}

/// Those of these idempotency keys with which the user sent a message.
pub async fn sent_keys(tx: &mut Tx, user: &UserId, keys: &[&str]) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar(
        "SELECT idempotency_key FROM messages WHERE user_id = $1 AND idempotency_key = ANY($2)",
    )
    .bind(user.as_str())
    .bind(keys)
    .fetch_all(&mut **tx)
    .await?)
}

/// Writes the snapshot of an answer: its text, parts, status and the event that it covers.
///
/// # Errors
/// `Lost` when the message is gone.
pub async fn save_snapshot(tx: &mut Tx, message: &Message, seq: u64) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE messages SET content = $2, parts = $3, status = $4, failure = $5, snapshot_seq = $6, run_id = $7
         WHERE id = $1",
    )
    .bind(message.id.0)
    .bind(&message.content)
    .bind(Json(&message.parts))
    .bind(message.status.as_str())
    .bind(message.failure.as_ref().map(Json))
    .bind(i64::try_from(seq).unwrap_or(i64::MAX))
    .bind(message.run_id.map(|id| id.0))
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Lost("message"))
    }
}

/// Keeps what the reader thinks of an answer. Returns false when there is no such answer.
pub async fn set_feedback(tx: &mut Tx, id: MessageId, feedback: Option<Feedback>) -> Result<bool, Error> {
    let conversation: Option<Uuid> = sqlx::query_scalar(
        "UPDATE messages SET feedback = $2 WHERE id = $1 AND role = 'assistant' RETURNING conversation_id",
    )
    .bind(id.0)
    .bind(feedback.map(Feedback::as_str))
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(conversation) = conversation {
        tx.note(Changed::Conversation(conversation.into()));
    }
    Ok(conversation.is_some())
}
