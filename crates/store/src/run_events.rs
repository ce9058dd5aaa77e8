//! The log of what happened in each run. Append-only: the role has no right to change a row.

use protocol::{RunEvent, RunId, SequencedEvent, ToolCall, UserId};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Tx};

/// Appends events in one statement.
///
/// # Errors
/// `Constraint("run_events_pkey")` when a number is taken: another server writes to this run.
pub async fn append(tx: &mut Tx, run: RunId, user: &UserId, events: &[SequencedEvent]) -> Result<(), Error> {
    let mut seqs = Vec::with_capacity(events.len());
    let mut names = Vec::with_capacity(events.len());
    let mut data = Vec::with_capacity(events.len());
    for event in events {
        seqs.push(i64::try_from(event.seq).unwrap_or(i64::MAX));
        names.push(event.event.name());
        data.push(
            event
                .event
                .data_json()
                .map_err(|error| Error::Query(sqlx::Error::Encode(error.into())))?,
        );
    }
    sqlx::query(
        "INSERT INTO run_events (run_id, user_id, seq, event, data)
         SELECT $1, $2, seq, event, data::jsonb FROM unnest($3::bigint[], $4::text[], $5::text[])
                AS new (seq, event, data)",
    )
    .bind(run.0)
    .bind(user.as_str())
    .bind(seqs)
    .bind(names)
    .bind(data)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A run's events after `after`, in order, at most `limit`.
pub async fn list(tx: &mut Tx, run: RunId, after: u64, limit: u32) -> Result<Vec<SequencedEvent>, Error> {
    let rows: Vec<(i64, String, Value)> = sqlx::query_as(
        "SELECT seq, event, data FROM run_events WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
    )
    .bind(run.0)
    .bind(i64::try_from(after).unwrap_or(i64::MAX))
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|(seq, name, data)| {
            let event = RunEvent::from_name_and_data(&name, data).map_err(|_| inconsistent(run.0))?;
            Ok(SequencedEvent {
                seq: u64::try_from(seq).map_err(|_| inconsistent(run.0))?,
                event,
            })
        })
        .collect()
}

/// The tool calls of a run as its log last told of each; the journal may know more.
pub async fn tool_calls(tx: &mut Tx, run: RunId) -> Result<Vec<ToolCall>, Error> {
    let rows: Vec<Value> = sqlx::query_scalar(
        "SELECT DISTINCT ON (data ->> 'id') data FROM run_events
         WHERE run_id = $1 AND event IN ('tool.started', 'tool.finished', 'tool.approval_required')
         ORDER BY data ->> 'id', seq DESC",
    )
    .bind(run.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|data| serde_json::from_value(data).map_err(|_| inconsistent(run.0)))
        .collect()
}

fn inconsistent(run: Uuid) -> Error {
    Error::Inconsistent {
        table: "run_events",
        column: "data",
        row: run.to_string(),
    }
}
