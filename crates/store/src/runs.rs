//! Runs and their leases.

use std::collections::HashMap;
use std::time::Duration;

use ::time::OffsetDateTime;
use protocol::{ConversationId, MessageId, RunId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Changed, Error, Tx, accounts};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// Waits for an earlier run of its conversation.
    Queued,
    /// A server works on it.
    Running,
    /// Waits for a person.
    AwaitingApproval,
    /// Ended well.
    Completed,
    /// Ended badly.
    Failed,
    /// Was stopped.
    Cancelled,
}

impl RunStatus {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        use RunStatus::{AwaitingApproval, Cancelled, Completed, Failed, Queued, Running};
        [Queued, Running, AwaitingApproval, Completed, Failed, Cancelled]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Whether it is over.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// What it answers.
    pub user_message_id: MessageId,
    /// What it writes.
    pub assistant_message_id: MessageId,
    /// Where it stands.
    pub status: RunStatus,
    /// The last event in the log.
    pub last_seq: u64,
    /// The epoch of the lease; writers with another one have lost the run.
    pub lease_epoch: i32,
    /// Somebody asked for a stop.
    pub cancel_requested: bool,
    /// How often it changed hands after a server's death.
    pub takeovers: i32,
    /// For how long it has been worked on.
    pub worked: Duration,
}

/// What is read of a run.
macro_rules! columns {
    () => {
        "id, user_id, conversation_id, user_message_id, assistant_message_id, status, last_seq,
         lease_epoch, cancel_requested_at, takeovers,
         coalesce((extract(epoch FROM now() - started_at - rested) * 1000)::bigint, 0) AS worked_ms"
    };
}

#[derive(FromRow)]
struct RunRow {
    id: Uuid,
    user_id: String,
    conversation_id: Uuid,
    user_message_id: Uuid,
    assistant_message_id: Uuid,
    status: String,
    last_seq: i64,
    lease_epoch: i32,
    cancel_requested_at: Option<OffsetDateTime>,
    takeovers: i32,
    worked_ms: i64,
}

impl TryFrom<RunRow> for RunRecord {
    type Error = Error;
    fn try_from(row: RunRow) -> Result<Self, Error> {
        let status = RunStatus::parse(&row.status).ok_or_else(|| Error::Inconsistent {
            table: "runs",
            column: "status",
            row: row.id.to_string(),
        })?;
        Ok(Self {
            id: row.id.into(),
            user_id: accounts::parse_user_id(row.user_id, "runs", "user_id")?,
            conversation_id: row.conversation_id.into(),
            user_message_id: row.user_message_id.into(),
            assistant_message_id: row.assistant_message_id.into(),
            status,
            last_seq: u64::try_from(row.last_seq).unwrap_or(0),
            lease_epoch: row.lease_epoch,
            cancel_requested: row.cancel_requested_at.is_some(),
            takeovers: row.takeovers,
            worked: Duration::from_millis(u64::try_from(row.worked_ms).unwrap_or(0)),
        })
    }
}

/// A run to be stored; it begins as queued.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    /// Its id.
    pub id: RunId,
    /// Whose it is.
    pub user: &'a UserId,
    /// Where it belongs.
    pub conversation_id: ConversationId,
    /// What it answers.
    pub user_message_id: MessageId,
    /// What it writes.
    pub assistant_message_id: MessageId,
    /// The model that will be asked.
    pub model: &'a str,
}

/// Who holds a run, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lease {
    /// The server process.
    pub owner: Uuid,
    /// Seconds from now until it lapses.
    pub seconds: f64,
}

/// Stores a run as queued.
pub async fn insert(tx: &mut Tx, run: &NewRun<'_>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO runs (id, user_id, conversation_id, user_message_id, assistant_message_id, model, status)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued')",
    )
    .bind(run.id.0)
    .bind(run.user.as_str())
    .bind(run.conversation_id.0)
    .bind(run.user_message_id.0)
    .bind(run.assistant_message_id.0)
    .bind(run.model)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Run(run.id));
    Ok(())
}

/// Makes the conversation's first queued run the active one, unless another is active, and takes
/// its lease. Must run under the conversation's lock or right after the active run ended; the
/// unique index is the last word (`Constraint("runs_one_active")` means somebody was faster).
pub async fn start_next(
    tx: &mut Tx,
    conversation: ConversationId,
    lease: Lease,
) -> Result<Option<RunRecord>, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "UPDATE runs SET status = 'running', started_at = now(), lease_owner = $2,
                lease_epoch = lease_epoch + 1, lease_expires_at = now() + make_interval(secs => $3),
                heartbeat_at = now()
         WHERE id = (SELECT id FROM runs WHERE conversation_id = $1 AND status = 'queued'
                     ORDER BY created_at, id LIMIT 1 FOR UPDATE)
           AND NOT EXISTS (SELECT FROM runs WHERE conversation_id = $1
                           AND status IN ('running', 'awaiting_approval'))
         RETURNING ",
        columns!()
    ))
    .bind(conversation.0)
    .bind(lease.owner)
    .bind(lease.seconds)
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(row) = &row {
        tx.note(Changed::Run(row.id.into()));
    }
    row.map(TryInto::try_into).transpose()
}

/// One run.
pub async fn find(tx: &mut Tx, id: RunId) -> Result<Option<RunRecord>, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        "
         FROM runs WHERE id = $1"
    ))
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The runs of a conversation that are not over, oldest first.
pub async fn unfinished(tx: &mut Tx, conversation: ConversationId) -> Result<Vec<RunRecord>, Error> {
    let rows: Vec<RunRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        "
         FROM runs
         WHERE conversation_id = $1 AND status IN ('queued', 'running', 'awaiting_approval')
         ORDER BY created_at, id"
    ))
    .bind(conversation.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Moves the log's end forward, under the lease's epoch. With the events in the same transaction
/// this is what keeps a server that lost the run from writing to it.
///
/// # Errors
/// `Lost` when another server has the run or it is over.
pub async fn advance(tx: &mut Tx, id: RunId, epoch: i32, last_seq: u64) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE runs SET last_seq = $3
         WHERE id = $1 AND lease_epoch = $2 AND status = 'running' AND last_seq <= $3",
    )
    .bind(id.0)
    .bind(epoch)
    .bind(i64::try_from(last_seq).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Lost("run"))
    }
}

/// Ends a run, under the lease's epoch.
///
/// # Errors
/// `Lost` as in [`advance`].
pub async fn finish(
    tx: &mut Tx,
    id: RunId,
    epoch: i32,
    status: RunStatus,
    last_seq: u64,
) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE runs SET status = $3, last_seq = $4, ended_at = now(), lease_owner = NULL,
                lease_expires_at = NULL
         WHERE id = $1 AND lease_epoch = $2 AND status IN ('queued', 'running', 'awaiting_approval')",
    )
    .bind(id.0)
    .bind(epoch)
    .bind(status.as_str())
    .bind(i64::try_from(last_seq).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Run(id));
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Lost("run"))
    }
}

/// Lets a run rest until a person has decided; whoever works on it lets go of it. False, with nothing changed, when a
/// decision or a stop came meanwhile.
///
/// # Errors
/// `Lost` as in [`advance`].
pub async fn rest(tx: &mut Tx, id: RunId, epoch: i32, last_seq: u64, hours: i32) -> Result<bool, Error> {
    // The run's row first, as a decision takes it: of the two, one sees the other.
    advance(tx, id, epoch, last_seq).await?;
    let done = sqlx::query(
        "UPDATE runs SET status = 'awaiting_approval', lease_owner = NULL, lease_expires_at = NULL,
                heartbeat_at = now(), approval_expires_at = now() + make_interval(hours => $2)
         WHERE id = $1 AND cancel_requested_at IS NULL
           AND EXISTS (SELECT FROM tool_calls WHERE run_id = $1 AND status = 'awaiting_approval')
           AND NOT EXISTS (SELECT FROM tool_calls WHERE run_id = $1 AND status = 'running')",
    )
    .bind(id.0)
    .bind(hours)
    .execute(&mut **tx)
    .await?;
    tx.note(Changed::Run(id));
    Ok(done.rows_affected() == 1)
}

/// Goes on with a run that rested: takes its lease.
///
/// # Errors
/// `Lost` when it does not rest.
pub async fn wake(tx: &mut Tx, id: RunId, lease: Lease) -> Result<RunRecord, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "UPDATE runs SET status = 'running', lease_owner = $2, lease_epoch = lease_epoch + 1,
                lease_expires_at = now() + make_interval(secs => $3),
                rested = rested + greatest(now() - heartbeat_at, '0'), heartbeat_at = now(),
                approval_expires_at = NULL
         WHERE id = $1 AND status = 'awaiting_approval'
         RETURNING ",
        columns!()
    ))
    .bind(id.0)
    .bind(lease.owner)
    .bind(lease.seconds)
    .fetch_optional(&mut **tx)
    .await?;
    tx.note(Changed::Run(id));
    row.ok_or(Error::Lost("run"))?.try_into()
}

/// Gives a run away: any server may go on with it at once.
///
/// # Errors
/// `Lost` as in [`advance`].
pub async fn hand_over(tx: &mut Tx, id: RunId, epoch: i32, last_seq: u64) -> Result<(), Error> {
    advance(tx, id, epoch, last_seq).await?;
    sqlx::query("UPDATE runs SET lease_owner = NULL, lease_expires_at = now() WHERE id = $1")
        .bind(id.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// One run, locked until the transaction ends.
pub async fn find_for_update(tx: &mut Tx, id: RunId) -> Result<Option<RunRecord>, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        "
         FROM runs WHERE id = $1 FOR UPDATE"
    ))
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Runs about which nobody decided in time, at most `limit`; in scope `Worker`.
pub async fn expired_approvals(tx: &mut Tx, limit: u32) -> Result<Vec<(RunId, UserId)>, Error> {
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT id, user_id FROM runs WHERE status = 'awaiting_approval' AND approval_expires_at < now()
         ORDER BY approval_expires_at LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|(id, user)| Ok((id.into(), accounts::parse_user_id(user, "runs", "user_id")?)))
        .collect()
}

/// Adds a step's tokens.
///
/// # Errors
/// `Lost` when another server has the run or it is over.
pub async fn add_usage(tx: &mut Tx, id: RunId, epoch: i32, input: u64, output: u64) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE runs SET input_tokens = input_tokens + $3, output_tokens = output_tokens + $4
         WHERE id = $1 AND lease_epoch = $2 AND status = 'running'",
    )
    .bind(id.0)
    .bind(epoch)
    .bind(i64::try_from(input).unwrap_or(0))
    .bind(i64::try_from(output).unwrap_or(0))
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Lost("run"))
    }
}

/// How many of the user's runs are being written or wait for their turn, and how many wait in this conversation.
pub async fn count_pending(
    tx: &mut Tx,
    user: &UserId,
    conversation: ConversationId,
) -> Result<(u32, u32), Error> {
    let (all, queued): (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE status <> 'awaiting_approval'),
                count(*) FILTER (WHERE status = 'queued' AND conversation_id = $2)
         FROM runs WHERE user_id = $1 AND status IN ('queued', 'running', 'awaiting_approval')",
    )
    .bind(user.as_str())
    .bind(conversation.0)
    .fetch_one(&mut **tx)
    .await?;
    let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((count(all), count(queued)))
}

/// The user's runs that are not over, on whichever server.
pub async fn unfinished_of_user(tx: &mut Tx, user: &UserId) -> Result<Vec<RunId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM runs WHERE user_id = $1 AND status IN ('queued', 'running', 'awaiting_approval')",
    )
    .bind(user.as_str())
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(RunId).collect())
}

/// Asks for a stop. Returns the run, `None` if there is none. One that rests is soon among [`expired_approvals`], should
/// whoever asked not come to end it.
pub async fn request_cancel(tx: &mut Tx, id: RunId) -> Result<Option<RunRecord>, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now()),
                approval_expires_at = CASE status WHEN 'awaiting_approval'
                    THEN least(approval_expires_at, now() + interval '2 seconds') END
         WHERE id = $1
         RETURNING ",
        columns!()
    ))
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Prolongs leases under their epochs; in scope `Worker`. Returns of those that it prolonged whether a stop was asked for.
/// One that is missing is lost, or being written to in this moment: [`heartbeat`] tells.
pub async fn renew(
    tx: &mut Tx,
    held: &[(RunId, i32)],
    seconds: f64,
) -> Result<HashMap<(RunId, i32), bool>, Error> {
    let (ids, epochs): (Vec<Uuid>, Vec<i32>) = held.iter().map(|(id, epoch)| (id.0, *epoch)).unzip();
    // One run whose row somebody holds must not keep the leases of all the others waiting.
    let rows: Vec<(Uuid, i32, bool)> = sqlx::query_as(
        "WITH held AS (SELECT r.id FROM unnest($1::uuid[], $2::int[]) AS h (id, epoch)
                       JOIN runs r ON r.id = h.id AND r.lease_epoch = h.epoch
                       WHERE r.status = 'running' AND r.lease_owner IS NOT NULL
                       FOR NO KEY UPDATE OF r SKIP LOCKED)
         UPDATE runs r SET heartbeat_at = now(), lease_expires_at = now() + make_interval(secs => $3)
         FROM held h WHERE r.id = h.id
         RETURNING r.id, r.lease_epoch, r.cancel_requested_at IS NOT NULL",
    )
    .bind(ids)
    .bind(epochs)
    .bind(seconds)
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, epoch, cancel)| ((id.into(), epoch), cancel))
        .collect())
}

/// Prolongs a lease under its epoch; in the run's user's scope. Returns whether a stop was asked
/// for.
///
/// # Errors
/// `Lost` when another server has the run or it is over.
pub async fn heartbeat(tx: &mut Tx, id: RunId, epoch: i32, seconds: f64) -> Result<bool, Error> {
    // All other leases wait for this one.
    sqlx::raw_sql("SET LOCAL lock_timeout = '300ms'")
        .execute(&mut **tx)
        .await?;
    let cancel: Option<bool> = sqlx::query_scalar(
        "UPDATE runs SET heartbeat_at = now(), lease_expires_at = now() + make_interval(secs => $3)
         WHERE id = $1 AND lease_epoch = $2 AND status = 'running' AND lease_owner IS NOT NULL
         RETURNING cancel_requested_at IS NOT NULL",
    )
    .bind(id.0)
    .bind(epoch)
    .bind(seconds)
    .fetch_optional(&mut **tx)
    .await?;
    cancel.ok_or(Error::Lost("run"))
}

/// The run of a conversation that this server began or holds.
pub async fn held_by(
    tx: &mut Tx,
    conversation: ConversationId,
    owner: Uuid,
) -> Result<Option<RunRecord>, Error> {
    let row: Option<RunRow> = sqlx::query_as(concat!(
        "SELECT ",
        columns!(),
        " FROM runs WHERE conversation_id = $1 AND status = 'running' AND lease_owner = $2"
    ))
    .bind(conversation.0)
    .bind(owner)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// A run that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The run.
    pub id: RunId,
    /// Whose it is: go on in this user's scope.
    pub user_id: UserId,
    /// The new epoch.
    pub lease_epoch: i32,
    /// It was handed over: all that was shown of it is stored.
    pub given: bool,
}

/// Takes over runs whose lease has lapsed, at most `limit` and none of `ours`, which this server works on although it
/// could not say so in time; in scope `Worker`. One that was handed over does not count as taken over.
pub async fn claim_lapsed(
    tx: &mut Tx,
    lease: Lease,
    ours: &[RunId],
    limit: u32,
) -> Result<Vec<Claim>, Error> {
    let ours: Vec<Uuid> = ours.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String, i32, bool)> = sqlx::query_as(
        "WITH lapsed AS (SELECT id, lease_owner IS NULL AS given FROM runs
                         WHERE status = 'running' AND lease_expires_at <= now() AND id <> ALL($4)
                         ORDER BY lease_expires_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE runs r SET lease_owner = $1, lease_epoch = lease_epoch + 1,
                takeovers = takeovers + CASE WHEN l.given THEN 0 ELSE 1 END,
                lease_expires_at = now() + make_interval(secs => $2),
                rested = rested + greatest(now() - heartbeat_at, '0'), heartbeat_at = now()
         FROM lapsed l WHERE r.id = l.id
         RETURNING r.id, r.user_id, r.lease_epoch, l.given",
    )
    .bind(lease.owner)
    .bind(lease.seconds)
    .bind(i64::from(limit))
    .bind(ours)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|(id, user, lease_epoch, given)| {
            Ok(Claim {
                id: id.into(),
                user_id: accounts::parse_user_id(user, "runs", "user_id")?,
                lease_epoch,
                given,
            })
        })
        .collect()
}

/// Conversations whose queue stands although nothing runs in them (their server died between two
/// runs), at most `limit`; in scope `Worker`.
pub async fn stalled_queues(tx: &mut Tx, limit: u32) -> Result<Vec<(ConversationId, UserId)>, Error> {
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT DISTINCT q.conversation_id, q.user_id FROM runs q
         WHERE q.status = 'queued' AND NOT EXISTS (
               SELECT FROM runs a WHERE a.conversation_id = q.conversation_id
               AND a.status IN ('running', 'awaiting_approval'))
         LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|(id, user)| Ok((id.into(), accounts::parse_user_id(user, "runs", "user_id")?)))
        .collect()
}
