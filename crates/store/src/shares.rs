//! Links by which anybody may read a conversation.

use ::time::OffsetDateTime;
use protocol::{
    ConversationId, MessageId, MessageStatus, Part, Role, Timestamp, ToolCallId, ToolCallStatus, UserId,
};
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Changed, Error, Tx, time};

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRecord {
    /// What the link's token is a signature of.
    pub id: Uuid,
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The link of a conversation.
pub async fn find(tx: &mut Tx, conversation: ConversationId) -> Result<Option<ShareRecord>, Error> {
    let row: Option<(Uuid, String, OffsetDateTime)> =
        sqlx::query_as("SELECT id, token_hash, created_at FROM shares WHERE conversation_id = $1")
            .bind(conversation.0)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.map(|(id, token_hash, created_at)| ShareRecord {
        id,
        token_hash,
        created_at: time::from_sql(created_at),
    }))
}

/// Stores a conversation's link, in the place of another one, and lets it show what the conversation shows now.
pub async fn put(
    tx: &mut Tx,
    user: &UserId,
    conversation: ConversationId,
    id: Uuid,
    token_hash: &str,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO shares (conversation_id, user_id, id, token_hash, up_to_position)
         VALUES ($1, $2, $3, $4,
                 coalesce((SELECT position FROM messages WHERE conversation_id = $1 AND active
                           ORDER BY position DESC LIMIT 1), 0))
         ON CONFLICT (conversation_id) DO UPDATE SET up_to_position = excluded.up_to_position,
                created_at = CASE WHEN shares.id = excluded.id THEN shares.created_at ELSE now() END,
                id = excluded.id, token_hash = excluded.token_hash",
    )
    .bind(conversation.0)
    .bind(user.as_str())
    .bind(id)
    .bind(token_hash)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Share(conversation));
    Ok(())
}

/// Takes a conversation's link away. Returns false when there is none.
pub async fn remove(tx: &mut Tx, conversation: ConversationId) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM shares WHERE conversation_id = $1")
        .bind(conversation.0)
        .execute(&mut **tx)
        .await?;
    let removed = done.rows_affected() == 1;
    if removed {
        tx.note(Changed::Share(conversation));
    }
    Ok(removed)
}

/// The conversation that the presented link shows, with its title; in scope `Share`.
pub async fn shared_conversation(tx: &mut Tx) -> Result<Option<(ConversationId, String)>, Error> {
    let row: Option<(Uuid, String)> = sqlx::query_as("SELECT id, title FROM conversations")
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|(id, title)| (id.into(), title)))
}

/// A message as a shared page shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedMessage {
    /// Its id.
    pub id: MessageId,
    /// Who it is from.
    pub role: Role,
    /// Text and tool calls in the order in which they came.
    pub parts: Vec<Part>,
    /// Its status.
    pub status: MessageStatus,
    /// When it was sent or begun.
    pub created_at: Timestamp,
    /// What the tools did, in a line each.
    pub tool_calls: Vec<SharedToolCall>,
}

/// A tool call as a shared page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedToolCall {
    /// Its id.
    pub id: ToolCallId,
    /// The tool.
    pub tool_name: String,
    /// Where it stands.
    pub status: ToolCallStatus,
    /// What it did, in a line.
    pub summary: String,
}

#[derive(FromRow)]
struct SharedRow {
    id: Uuid,
    role: String,
    parts: Json<Vec<Part>>,
    status: String,
    created_at: OffsetDateTime,
}

/// The messages of the presented link's conversation after one of them, oldest first; in scope `Share`.
pub async fn shared_messages(
    tx: &mut Tx,
    conversation: ConversationId,
    after: Option<MessageId>,
    limit: u32,
) -> Result<Vec<SharedMessage>, Error> {
    let rows: Vec<SharedRow> = sqlx::query_as(
        "SELECT id, role, parts, status, created_at FROM messages
         WHERE conversation_id = $1 AND active
           AND position > coalesce((SELECT position FROM messages WHERE id = $2), 0)
         ORDER BY position LIMIT $3",
    )
    .bind(conversation.0)
    .bind(after.map(|id| id.0))
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let calls: Vec<(Uuid, Uuid, String, String, String)> = sqlx::query_as(
        "SELECT message_id, id, tool_name, status, summary FROM tool_calls
         WHERE message_id = ANY($1) ORDER BY message_id, position",
    )
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    let bad = |table, column, row: Uuid| Error::Inconsistent {
        table,
        column,
        row: row.to_string(),
    };
    rows.into_iter()
        .map(|row| {
            let own = calls.iter().filter(|(message, ..)| *message == row.id);
            let tool_calls = own.map(|(_, id, tool_name, status, summary)| {
                Ok(SharedToolCall {
                    id: (*id).into(),
                    tool_name: tool_name.clone(),
                    status: ToolCallStatus::parse(status).ok_or_else(|| bad("tool_calls", "status", *id))?,
                    summary: summary.clone(),
                })
            });
            Ok(SharedMessage {
                id: row.id.into(),
                role: Role::parse(&row.role).ok_or_else(|| bad("messages", "role", row.id))?,
                status: MessageStatus::parse(&row.status).ok_or_else(|| bad("messages", "status", row.id))?,
                created_at: time::from_sql(row.created_at),
                tool_calls: tool_calls.collect::<Result<_, Error>>()?,
                parts: row.parts.0,
            })
        })
        .collect()
}
