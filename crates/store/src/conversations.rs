//! Conversations.

use ::time::OffsetDateTime;
use protocol::{Conversation, ConversationId, Timestamp, UserId};
use sqlx::{FromRow, Row};
use uuid::Uuid;

use crate::{Changed, Error, Owner, Scope, Store, Tx, time};

#[derive(FromRow)]
struct ConversationRow {
    id: Uuid,
    title: String,
    pinned: bool,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    message_count: i32,
    last_message_preview: Option<String>,
    running: bool,
}

impl From<ConversationRow> for Conversation {
    fn from(row: ConversationRow) -> Self {
        Self {
            id: row.id.into(),
            title: row.title,
            pinned: row.pinned,
            created_at: time::from_sql(row.created_at),
            updated_at: time::from_sql(row.updated_at),
            message_count: u32::try_from(row.message_count).unwrap_or(0),
            last_message_preview: row.last_message_preview,
            running: row.running,
        }
    }
}

/// A place in the list: the page after it begins behind this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPosition {
    /// The row's `updated_at`.
    pub updated_at: Timestamp,
    /// The row's id.
    pub id: ConversationId,
}

/// Stores an empty conversation.
pub async fn insert(
    tx: &mut Tx,
    id: ConversationId,
    user: &UserId,
    title: &str,
) -> Result<Conversation, Error> {
    let row: ConversationRow = sqlx::query_as(
        "INSERT INTO conversations (id, user_id, title) VALUES ($1, $2, $3)
         RETURNING id, title, pinned, created_at, updated_at, message_count, last_message_preview,
                   false AS running",
    )
    .bind(id.0)
    .bind(user.as_str())
    .bind(title)
    .fetch_one(&mut **tx)
    .await?;
    tx.note(Changed::Conversation(id));
    Ok(row.into())
}

/// A conversation that is not deleted.
pub async fn find(tx: &mut Tx, id: ConversationId) -> Result<Option<Conversation>, Error> {
    let row: Option<ConversationRow> = sqlx::query_as(
        "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview,
                EXISTS (SELECT FROM runs WHERE runs.conversation_id = conversations.id
                        AND runs.status IN ('running', 'awaiting_approval')) AS running
         FROM conversations WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// A page of the actor's conversations, newest `updated_at` first, at most `limit`; `pattern` is an
/// ILIKE pattern for titles and messages.
pub async fn list(
    tx: &mut Tx,
    user: &UserId,
    after: Option<ListPosition>,
    pattern: Option<&str>,
    limit: u32,
) -> Result<Vec<Conversation>, Error> {
    let rows: Vec<ConversationRow> = sqlx::query_as(
        "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview,
                EXISTS (SELECT FROM runs WHERE runs.conversation_id = conversations.id
                        AND runs.status IN ('running', 'awaiting_approval')) AS running
         FROM conversations
         WHERE user_id = $1 AND deleted_at IS NULL
           AND ($2::timestamptz IS NULL OR (updated_at, id) < ($2, $3))
           AND ($4::text IS NULL OR title ILIKE $4 OR EXISTS (
                SELECT FROM messages WHERE messages.conversation_id = conversations.id AND active AND content ILIKE $4))
         ORDER BY updated_at DESC, id DESC LIMIT $5",
    )
    .bind(user.as_str())
    .bind(after.map(|position| time::to_sql(position.updated_at)))
    .bind(after.map(|position| position.id.0))
    .bind(pattern)
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Changes title and pin; `None` leaves one as it is. `None` comes back when there is no such
/// conversation. Neither counts as activity, so `updated_at` stays.
pub async fn update(
    tx: &mut Tx,
    id: ConversationId,
    title: Option<&str>,
    pinned: Option<bool>,
) -> Result<Option<Conversation>, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET title = coalesce($2, title), pinned = coalesce($3, pinned)
         WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id.0)
    .bind(title)
    .bind(pinned)
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 0 {
        Ok(None)
    } else {
        tx.note(Changed::Conversation(id));
        find(tx, id).await
    }
}

/// Marks a conversation deleted or brings it back. Returns false when there is none to change.
pub async fn set_deleted(tx: &mut Tx, id: ConversationId, deleted: bool) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET deleted_at = CASE WHEN $2 THEN now() END
         WHERE id = $1 AND ($2 = false OR deleted_at IS NULL)",
    )
    .bind(id.0)
    .bind(deleted)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Conversation(id));
    Ok(done.rows_affected() == 1)
}

/// Locks a conversation for adding `count` messages and returns the position of the first; `None`
/// when there is none. Whoever comes second waits for the first's commit.
pub async fn reserve_positions(tx: &mut Tx, id: ConversationId, count: i32) -> Result<Option<i32>, Error> {
    let next: Option<i32> = sqlx::query_scalar(
        "UPDATE conversations
         SET next_position = next_position + $2, message_count = message_count + $2,
             updated_at = greatest(now(), updated_at)
         WHERE id = $1 AND deleted_at IS NULL RETURNING next_position",
    )
    .bind(id.0)
    .bind(count)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(next.map(|next| next - count))
}

/// Counts messages that came onto the shown path (or, negative, left it). The conversation must be locked.
pub async fn count_messages(tx: &mut Tx, id: ConversationId, change: i64) -> Result<(), Error> {
    sqlx::query("UPDATE conversations SET message_count = message_count + $2::int WHERE id = $1")
        .bind(id.0)
        .bind(change)
        .execute(&mut **tx)
        .await?;
    tx.note(Changed::Conversation(id));
    Ok(())
}

/// Shows a new last message in the list.
pub async fn touch(tx: &mut Tx, id: ConversationId, preview: Option<&str>) -> Result<(), Error> {
    sqlx::query(
        "UPDATE conversations SET last_message_preview = coalesce($2, last_message_preview),
                                  updated_at = greatest(now(), updated_at)
         WHERE id = $1",
    )
    .bind(id.0)
    .bind(preview)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Conversation(id));
    Ok(())
}

/// A table whose rows can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probed {
    /// `conversations`
    Conversation,
    /// `messages`
    Message,
    /// `runs`
    Run,
    /// `tasks`
    Task,
    /// `tool_calls`
    ToolCall,
}

impl Store {
    /// Whose a row is that the actor did not find.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn owner_of(&self, table: Probed, id: Uuid, actor: &UserId) -> Result<Owner, Error> {
        let statement = match table {
            Probed::Conversation => "SELECT user_id FROM conversations WHERE id = $1 AND deleted_at IS NULL",
            Probed::Message => "SELECT user_id FROM messages WHERE id = $1",
            Probed::Run => "SELECT user_id FROM runs WHERE id = $1",
            Probed::Task => "SELECT user_id FROM tasks WHERE id = $1 AND deleted_at IS NULL",
            Probed::ToolCall => "SELECT user_id FROM tool_calls WHERE id = $1",
        };
        let mut tx = self.begin(Scope::Probe(id)).await?;
        let row = sqlx::query(statement).bind(id).fetch_optional(&mut *tx).await?;
        let owner: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
        Ok(match owner {
            Some(owner) if owner != actor.as_str() => Owner::SomebodyElse,
            _ => Owner::Nobody,
        })
    }
}
