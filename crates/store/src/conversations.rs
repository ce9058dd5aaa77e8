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
    /// The status of the run that is at work or rests, if there is one.
    active: Option<String>,
    unread: bool,
}

/// A conversation that was deleted and can be brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedConversation {
    /// As it was.
    pub conversation: Conversation,
    /// When it was deleted.
    pub deleted_at: Timestamp,
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
            running: row.active.as_deref() == Some("running"),
            waiting: row.active.as_deref() == Some("awaiting_approval"),
            unread: row.unread,
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

impl ListPosition {
    /// Before the first row.
    pub const START: Self = Self {
        updated_at: Timestamp::MAX,
        id: ConversationId(Uuid::max()),
    };
}

/// A place in the sidebar's list, which has the pinned ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SidebarPosition {
    /// Whether the row is pinned.
    pub pinned: bool,
    /// Where it is among its like.
    pub within: ListPosition,
}

impl SidebarPosition {
    /// Before the first row.
    pub const START: Self = Self {
        pinned: true,
        within: ListPosition::START,
    };
}

/// Where a title is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitleSource {
    /// Cut from the first message.
    Auto,
    /// The model's suggestion.
    Model,
    /// The owner wrote it.
    User,
}

impl TitleSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Model => "model",
            Self::User => "user",
        }
    }
}

/// Stores an empty conversation.
pub async fn insert(
    tx: &mut Tx,
    id: ConversationId,
    user: &UserId,
    title: &str,
    source: TitleSource,
) -> Result<Conversation, Error> {
    let row: ConversationRow = sqlx::query_as(
        "INSERT INTO conversations (id, user_id, title, title_source) VALUES ($1, $2, $3, $4)
         RETURNING id, title, pinned, created_at, updated_at, message_count, last_message_preview,
                   unread, NULL AS active",
    )
    .bind(id.0)
    .bind(user.as_str())
    .bind(title)
    .bind(source.as_str())
    .fetch_one(&mut **tx)
    .await?;
    tx.note(Changed::Conversation(id));
    Ok(row.into())
}

/// A conversation that is not deleted.
pub async fn find(tx: &mut Tx, id: ConversationId) -> Result<Option<Conversation>, Error> {
    let row: Option<ConversationRow> = sqlx::query_as(
        "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview, unread,
                (SELECT runs.status FROM runs WHERE runs.conversation_id = conversations.id
                        AND runs.status IN ('running', 'awaiting_approval')) AS active
         FROM conversations WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// A page of the actor's conversations, newest `updated_at` first, at most `limit`; only those among
/// `ids` if given.
pub async fn list(
    tx: &mut Tx,
    user: &UserId,
    after: ListPosition,
    ids: Option<&[ConversationId]>,
    limit: u32,
) -> Result<Vec<Conversation>, Error> {
    // Two statements: one for both could not use the index of either.
    let statement = if ids.is_some() {
        "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview, unread,
                (SELECT runs.status FROM runs WHERE runs.conversation_id = conversations.id
                        AND runs.status IN ('running', 'awaiting_approval')) AS active
         FROM conversations
         WHERE user_id = $1 AND deleted_at IS NULL AND (updated_at, id) < ($2, $3) AND id = ANY($5)
         ORDER BY updated_at DESC, id DESC LIMIT $4"
    } else {
        LIST
    };
    let mut query = sqlx::query_as::<_, ConversationRow>(statement)
        .bind(user.as_str())
        .bind(time::to_sql(after.updated_at))
        .bind(after.id.0)
        .bind(i64::from(limit));
    if let Some(ids) = ids {
        query = query.bind(ids.iter().map(|id| id.0).collect::<Vec<_>>());
    }
    let rows = query.fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The statement of [`list`]: user, `updated_at`, id, limit.
pub const LIST: &str =
    "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview, unread,
            (SELECT runs.status FROM runs WHERE runs.conversation_id = conversations.id
                    AND runs.status IN ('running', 'awaiting_approval')) AS active
     FROM conversations
     WHERE user_id = $1 AND deleted_at IS NULL AND (updated_at, id) < ($2, $3)
     ORDER BY updated_at DESC, id DESC LIMIT $4";

/// A page in the sidebar's order: pinned ones first, each kind newest `updated_at` first.
pub async fn sidebar(
    tx: &mut Tx,
    user: &UserId,
    after: SidebarPosition,
    limit: u32,
) -> Result<Vec<Conversation>, Error> {
    let rows: Vec<ConversationRow> = sqlx::query_as(SIDEBAR)
        .bind(user.as_str())
        .bind(after.pinned)
        .bind(time::to_sql(after.within.updated_at))
        .bind(after.within.id.0)
        .bind(i64::from(limit))
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The statement of [`sidebar`]: user, pinned, `updated_at`, id, limit.
pub const SIDEBAR: &str =
    "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview, unread,
            (SELECT runs.status FROM runs WHERE runs.conversation_id = conversations.id
                    AND runs.status IN ('running', 'awaiting_approval')) AS active
     FROM conversations
     WHERE user_id = $1 AND deleted_at IS NULL AND (pinned, updated_at, id) < ($2, $3, $4)
     ORDER BY pinned DESC, updated_at DESC, id DESC LIMIT $5";

/// A page of what was deleted within the last thirty days, latest first; `after` is the place of the
/// last one of the page before, with `deleted_at` as its time.
pub async fn deleted(
    tx: &mut Tx,
    user: &UserId,
    after: ListPosition,
    limit: u32,
) -> Result<Vec<DeletedConversation>, Error> {
    let rows = sqlx::query(DELETED)
        .bind(user.as_str())
        .bind(time::to_sql(after.updated_at))
        .bind(after.id.0)
        .bind(i64::from(limit))
        .fetch_all(&mut **tx)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(DeletedConversation {
                conversation: ConversationRow::from_row(row)?.into(),
                deleted_at: time::from_sql(row.try_get("deleted_at")?),
            })
        })
        .collect()
}

/// The statement of [`deleted`]: user, `deleted_at`, id, limit.
pub const DELETED: &str =
    "SELECT id, title, pinned, created_at, updated_at, message_count, last_message_preview, unread,
            NULL AS active, deleted_at
     FROM conversations
     WHERE user_id = $1 AND deleted_at > now() - interval '30 days' AND (deleted_at, id) < ($2, $3)
     ORDER BY deleted_at DESC, id DESC LIMIT $4";

/// The owner looks at it.
pub async fn mark_read(tx: &mut Tx, id: ConversationId) -> Result<(), Error> {
    let done = sqlx::query("UPDATE conversations SET unread = false WHERE id = $1 AND unread")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    if done.rows_affected() > 0 {
        tx.note(Changed::Conversation(id));
    }
    Ok(())
}

/// An answer ended that the owner may not have seen.
pub async fn mark_unread(tx: &mut Tx, id: ConversationId) -> Result<(), Error> {
    sqlx::query("UPDATE conversations SET unread = true WHERE id = $1 AND NOT unread")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    tx.note(Changed::Conversation(id));
    Ok(())
}

/// Puts another title in the place of an automatic one. Returns false when the title is none (any
/// more).
pub async fn replace_auto_title(
    tx: &mut Tx,
    id: ConversationId,
    title: &str,
    source: TitleSource,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET title = $2, title_source = $3
         WHERE id = $1 AND title_source = 'auto' AND deleted_at IS NULL",
    )
    .bind(id.0)
    .bind(title)
    .bind(source.as_str())
    .execute(&mut **tx)
    .await?;
    let replaced = done.rows_affected() == 1;
    if replaced {
        tx.note(Changed::Conversation(id));
    }
    Ok(replaced)
}

/// Whether a conversation still has the title that was cut from its first message.
pub async fn has_auto_title(tx: &mut Tx, id: ConversationId) -> Result<bool, Error> {
    let found: Option<bool> = sqlx::query_scalar(
        "SELECT title_source = 'auto' FROM conversations WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.unwrap_or(false))
}

/// Removes conversations that were deleted thirty days ago, with all that hangs on them, at most
/// `limit`; in scope `Worker`. Returns how many.
pub async fn purge(tx: &mut Tx, limit: u32) -> Result<u64, Error> {
    tx.take_time().await?;
    let done = sqlx::query(
        "DELETE FROM conversations WHERE id IN (
             SELECT id FROM conversations WHERE deleted_at < now() - interval '30 days'
             ORDER BY deleted_at LIMIT $1)",
    )
    .bind(i64::from(limit))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
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
        "UPDATE conversations SET title = coalesce($2, title), pinned = coalesce($3, pinned),
                title_source = CASE WHEN $2 IS NULL THEN title_source ELSE 'user' END
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

/// Marks a conversation deleted or brings it back, within thirty days. Returns false when there is none
/// to change.
pub async fn set_deleted(tx: &mut Tx, id: ConversationId, deleted: bool) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE conversations SET deleted_at = CASE WHEN $2 THEN now() END
         WHERE id = $1 AND (deleted_at IS NULL OR $2 = false AND deleted_at > now() - interval '30 days')",
    )
    .bind(id.0)
    .bind(deleted)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Conversation(id));
    Ok(done.rows_affected() == 1)
}

/// Locks a conversation for adding `count` messages and returns the position of the first; `None`
/// when there is none. Whoever comes second waits for the first's commit. With `count` 0 it only locks.
pub async fn reserve_positions(tx: &mut Tx, id: ConversationId, count: i32) -> Result<Option<i32>, Error> {
    let next: Option<i32> = sqlx::query_scalar(
        "UPDATE conversations
         SET next_position = next_position + $2, message_count = message_count + $2,
             updated_at = CASE WHEN $2 > 0 THEN greatest(now(), updated_at) ELSE updated_at END
         WHERE id = $1 AND deleted_at IS NULL RETURNING next_position",
    )
    .bind(id.0)
    .bind(count)
    .fetch_optional(&mut **tx)
    .await?;
    if next.is_some() && count > 0 {
        tx.note(Changed::Conversation(id));
    }
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
