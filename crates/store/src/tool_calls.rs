//! The journal of tool calls.

use ::time::OffsetDateTime;
use protocol::{ConversationId, MessageId, RunId, Task, ToolCall, ToolCallId, ToolCallStatus, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::{Changed, Error, Tx, time};

/// What a call did to one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// `None` for an added task.
    pub before: Option<Task>,
    /// `None` for a deleted task.
    pub after: Option<Task>,
}

/// A call in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolCallRecord {
    /// As everybody sees it.
    pub call: ToolCall,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// Which run asked for it; `None` for an imported one.
    pub run_id: Option<RunId>,
    /// Which answer shows it.
    pub message_id: MessageId,
    /// What it changed.
    pub changes: Vec<Change>,
    /// What the last undo or redo of it changed; `None` when there was none.
    pub turn: Option<Vec<Change>>,
}

#[derive(FromRow)]
struct ToolCallRow {
    id: Uuid,
    conversation_id: Uuid,
    run_id: Option<Uuid>,
    message_id: Uuid,
    tool_name: String,
    arguments: Value,
    result: Value,
    status: String,
    summary: String,
    changes: Json<Vec<Change>>,
    started_at: OffsetDateTime,
    duration_ms: Option<i32>,
    turn: Option<Json<Vec<Change>>>,
}

impl TryFrom<ToolCallRow> for ToolCallRecord {
    type Error = Error;
    fn try_from(row: ToolCallRow) -> Result<Self, Error> {
        let status = ToolCallStatus::parse(&row.status).ok_or_else(|| Error::Inconsistent {
            table: "tool_calls",
            column: "status",
            row: row.id.to_string(),
        })?;
        Ok(Self {
            call: ToolCall {
                id: row.id.into(),
                tool_name: row.tool_name,
                arguments: row.arguments,
                result: row.result,
                status,
                summary: row.summary,
                timestamp: time::from_sql(row.started_at),
                duration_ms: row.duration_ms.and_then(|ms| u32::try_from(ms).ok()),
                undoable: status == ToolCallStatus::Success && !row.changes.is_empty(),
                redoable: status == ToolCallStatus::Undone && !row.changes.is_empty(),
            },
            conversation_id: row.conversation_id.into(),
            run_id: row.run_id.map(Into::into),
            message_id: row.message_id.into(),
            changes: row.changes.0,
            turn: row.turn.map(|turn| turn.0),
        })
    }
}

/// A call that begins.
#[derive(Debug, Clone)]
pub struct NewToolCall<'a> {
    /// Its id.
    pub id: ToolCallId,
    /// Whose it is.
    pub user: &'a UserId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// Which run asked for it.
    pub run_id: RunId,
    /// Which answer shows it.
    pub message_id: MessageId,
    /// From 1 within the answer.
    pub position: i32,
    /// The model's own id for it.
    pub provider_call_id: &'a str,
    /// The tool.
    pub tool_name: &'a str,
    /// What the model gave.
    pub arguments: &'a Value,
    /// Running, or awaiting approval.
    pub status: ToolCallStatus,
    /// What it would do, where it waits to be allowed; else empty.
    pub summary: &'a str,
}

/// Stores a call that begins. `None` if it is there already.
pub async fn insert(tx: &mut Tx, new: &NewToolCall<'_>) -> Result<Option<ToolCall>, Error> {
    let row: Option<ToolCallRow> = sqlx::query_as(
        "INSERT INTO tool_calls (id, user_id, conversation_id, run_id, message_id, position, provider_call_id,
                                 tool_name, arguments, status, summary)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO NOTHING
         RETURNING id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                   changes, started_at, duration_ms, turn",
    )
    .bind(new.id.0)
    .bind(new.user.as_str())
    .bind(new.conversation_id.0)
    .bind(new.run_id.0)
    .bind(new.message_id.0)
    .bind(new.position)
    .bind(new.provider_call_id)
    .bind(new.tool_name)
    .bind(new.arguments)
    .bind(new.status.as_str())
    .bind(new.summary)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(ToolCallRecord::try_from(row)?.call)).transpose()
}

/// How a call ended.
#[derive(Debug, Clone)]
pub struct Finished<'a> {
    /// Success or error.
    pub status: ToolCallStatus,
    /// At most 64 KiB.
    pub result: &'a Value,
    /// One line.
    pub summary: &'a str,
    /// What it changed.
    pub changes: &'a [Change],
    /// How long it took.
    pub duration_ms: u32,
}

/// Ends a running call.
///
/// # Errors
/// `Lost` when it is not running any more.
pub async fn finish(tx: &mut Tx, id: ToolCallId, finished: &Finished<'_>) -> Result<ToolCall, Error> {
    let row: Option<ToolCallRow> = sqlx::query_as(
        "UPDATE tool_calls SET status = $2, result = $3, summary = $4, changes = $5, duration_ms = $6,
                finished_at = clock_timestamp()
         WHERE id = $1 AND status = 'running'
         RETURNING id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                   changes, started_at, duration_ms, turn",
    )
    .bind(id.0)
    .bind(finished.status.as_str())
    .bind(finished.result)
    .bind(finished.summary)
    .bind(Json(finished.changes))
    .bind(i32::try_from(finished.duration_ms).unwrap_or(i32::MAX))
    .fetch_optional(&mut **tx)
    .await?;
    match row {
        Some(row) => Ok(ToolCallRecord::try_from(row)?.call),
        None => Err(Error::Lost("tool call")),
    }
}

/// All calls of a run, in the order in which they were made, locked until the transaction ends.
pub async fn of_run_for_update(tx: &mut Tx, run: RunId) -> Result<Vec<ToolCallRecord>, Error> {
    let rows: Vec<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls WHERE run_id = $1 ORDER BY position FOR UPDATE",
    )
    .bind(run.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The calls of a run that wait for a person's decision, in the order in which they were made, locked until the
/// transaction ends. The others are left alone: a worker that runs one may wait for another of them.
pub async fn waiting_of_run_for_update(tx: &mut Tx, run: RunId) -> Result<Vec<ToolCallRecord>, Error> {
    let rows: Vec<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls WHERE run_id = $1 AND status = 'awaiting_approval' ORDER BY position FOR UPDATE",
    )
    .bind(run.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How many calls of a run to these tools were done without a person having been asked.
pub async fn unasked_changes(tx: &mut Tx, run: RunId, tools: &[&str]) -> Result<u32, Error> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM tool_calls
         WHERE run_id = $1 AND decided_at IS NULL AND status IN ('success', 'undone') AND tool_name = ANY($2)",
    )
    .bind(run.0)
    .bind(tools)
    .fetch_one(&mut **tx)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A person's decision about a call that waits: it may run, with other arguments if there are any, or it is refused
/// and `told` is its result.
#[derive(Debug, Clone)]
pub enum Decision<'a> {
    /// It may run.
    Approve {
        /// In the place of those that the model gave.
        arguments: Option<&'a Value>,
    },
    /// It may not.
    Deny {
        /// For the model.
        told: &'a Value,
        /// For a person.
        summary: &'a str,
    },
}

/// Notes a decision.
///
/// # Errors
/// `Lost` when the call does not wait any more.
pub async fn decide(tx: &mut Tx, id: ToolCallId, decision: &Decision<'_>) -> Result<ToolCall, Error> {
    let (status, arguments, told, summary) = match decision {
        Decision::Approve { arguments } => (ToolCallStatus::Running, *arguments, None, None),
        Decision::Deny { told, summary } => (ToolCallStatus::Denied, None, Some(*told), Some(*summary)),
    };
    let row: Option<ToolCallRow> = sqlx::query_as(
        "UPDATE tool_calls SET status = $2, decided_at = now(),
                asked_arguments = CASE WHEN $3::jsonb IS NULL THEN asked_arguments ELSE arguments END,
                arguments = coalesce($3, arguments), result = coalesce($4, result),
                summary = coalesce($5, summary),
                finished_at = CASE WHEN $2 = 'denied' THEN clock_timestamp() END
         WHERE id = $1 AND status = 'awaiting_approval'
         RETURNING id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                   changes, started_at, duration_ms, turn",
    )
    .bind(id.0)
    .bind(status.as_str())
    .bind(arguments)
    .bind(told)
    .bind(summary)
    .fetch_optional(&mut **tx)
    .await?;
    row.map_or(Err(Error::Lost("tool call")), |row| {
        Ok(ToolCallRecord::try_from(row)?.call)
    })
}

/// Ends the calls of a run that never got to run; they had no effect.
pub async fn interrupt_running(tx: &mut Tx, run: RunId) -> Result<(), Error> {
    sqlx::query(
        "UPDATE tool_calls SET status = 'error', finished_at = now(),
                summary = $2 || coalesce(nullif(summary, ''), tool_name)
         WHERE run_id = $1 AND status IN ('running', 'awaiting_approval')",
    )
    .bind(run.0)
    .bind(protocol::INTERRUPTED)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The calls of some messages, in the order in which they were made.
pub async fn of_messages(tx: &mut Tx, messages: &[MessageId]) -> Result<Vec<ToolCallRecord>, Error> {
    let ids: Vec<Uuid> = messages.iter().map(|id| id.0).collect();
    let rows: Vec<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls WHERE message_id = ANY($1) ORDER BY message_id, position",
    )
    .bind(ids)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A call that changed something, and the conversation in which it did.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRecord {
    /// The call.
    pub record: ToolCallRecord,
    /// The conversation's title; `None` when it is deleted.
    pub conversation_title: Option<String>,
}

#[derive(FromRow)]
struct ChangeRow {
    #[sqlx(flatten)]
    call: ToolCallRow,
    conversation_title: Option<String>,
}

/// The actor's calls that changed something, undone ones too, the newest first; the page begins behind `after`.
pub async fn changes(
    tx: &mut Tx,
    user: &UserId,
    after: Option<ToolCallId>,
    limit: u32,
) -> Result<Vec<ChangeRecord>, Error> {
    let rows: Vec<ChangeRow> = sqlx::query_as(
        "SELECT t.id, t.conversation_id, t.run_id, t.message_id, t.tool_name, t.arguments, t.result, t.status,
                t.summary, t.changes, t.started_at, t.duration_ms, t.turn, c.title AS conversation_title
         FROM tool_calls t
         LEFT JOIN conversations c ON c.id = t.conversation_id AND c.deleted_at IS NULL
         WHERE t.user_id = $1 AND t.changes <> '[]' AND t.id < $2
         ORDER BY t.id DESC LIMIT $3",
    )
    .bind(user.as_str())
    .bind(after.map_or(Uuid::max(), |id| id.0))
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ChangeRecord {
                record: row.call.try_into()?,
                conversation_title: row.conversation_title,
            })
        })
        .collect()
}

/// One call, locked until the transaction ends.
pub async fn find_for_update(tx: &mut Tx, id: ToolCallId) -> Result<Option<ToolCallRecord>, Error> {
    let row: Option<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls WHERE id = $1 FOR UPDATE",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// One call.
pub async fn find(tx: &mut Tx, id: ToolCallId) -> Result<Option<ToolCallRecord>, Error> {
    let row: Option<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls WHERE id = $1",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The call of a conversation whose change came to stand last, locked.
pub async fn newest_undoable(
    tx: &mut Tx,
    conversation: ConversationId,
) -> Result<Option<ToolCallRecord>, Error> {
    newest(
        tx,
        conversation,
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls
         WHERE conversation_id = $1 AND status = 'success' AND changes <> '[]'
         ORDER BY coalesce(redone_at, finished_at) DESC, id DESC LIMIT 1 FOR UPDATE",
    )
    .await
}

/// The call of a conversation whose change was undone last, locked.
pub async fn newest_redoable(
    tx: &mut Tx,
    conversation: ConversationId,
) -> Result<Option<ToolCallRecord>, Error> {
    newest(
        tx,
        conversation,
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls
         WHERE conversation_id = $1 AND status = 'undone' AND changes <> '[]'
         ORDER BY undone_at DESC, id LIMIT 1 FOR UPDATE",
    )
    .await
}

/// How often the newest call is looked for where somebody else turns each one that was found.
const LOOKS: usize = 4;

async fn newest(
    tx: &mut Tx,
    conversation: ConversationId,
    statement: &'static str,
) -> Result<Option<ToolCallRecord>, Error> {
    // A row that had to be waited for and is not of that status any more comes back as none at all.
    for _ in 0..LOOKS {
        let row: Option<ToolCallRow> = sqlx::query_as(statement)
            .bind(conversation.0)
            .fetch_optional(&mut **tx)
            .await?;
        if let Some(row) = row {
            return Ok(Some(row.try_into()?));
        }
    }
    Ok(None)
}

/// The calls of an answer whose changes stand, or those whose changes were undone, in the order in which they were made.
/// Locks both kinds, in that order, and looks at their status only then: one that another transaction is turning counts
/// as what it became.
pub async fn of_answer_for_update(
    tx: &mut Tx,
    message: MessageId,
    status: ToolCallStatus,
) -> Result<Vec<ToolCallRecord>, Error> {
    let rows: Vec<ToolCallRow> = sqlx::query_as(
        "SELECT id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                changes, started_at, duration_ms, turn
         FROM tool_calls
         WHERE message_id = $1 AND status IN ('success', 'undone') AND changes <> '[]'
         ORDER BY position FOR UPDATE",
    )
    .bind(message.0)
    .fetch_all(&mut **tx)
    .await?;
    let records = rows.into_iter().map(ToolCallRecord::try_from);
    records
        .filter(|record| {
            record
                .as_ref()
                .map_or(true, |record| record.call.status == status)
        })
        .collect()
}

/// Marks a standing call as undone, or an undone one as standing, and keeps what that changed.
///
/// # Errors
/// `Lost` when its status was another one.
pub async fn turn(
    tx: &mut Tx,
    id: ToolCallId,
    to: ToolCallStatus,
    turn: &[Change],
) -> Result<ToolCallRecord, Error> {
    let row: Option<ToolCallRow> = sqlx::query_as(
        "UPDATE tool_calls SET status = $2, turn = $3,
                undone_at = CASE WHEN $2 = 'undone' THEN clock_timestamp() END,
                redone_at = CASE WHEN $2 = 'success' THEN clock_timestamp() END
         WHERE id = $1 AND status IN ('success', 'undone') AND status <> $2
         RETURNING id, conversation_id, run_id, message_id, tool_name, arguments, result, status, summary,
                   changes, started_at, duration_ms, turn",
    )
    .bind(id.0)
    .bind(to.as_str())
    .bind(Json(turn))
    .fetch_optional(&mut **tx)
    .await?;
    tx.note(Changed::ToolCall(id));
    row.ok_or(Error::Lost("tool call"))?.try_into()
}
