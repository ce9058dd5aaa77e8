//! Everything that is stored of a user, table by table, as the user may have it.
//!
//! The tables come from the catalogue: one that is added later is in the export without anybody remembering it.

use futures::Stream;
use protocol::UserId;
use sqlx::AssertSqlSafe;

use crate::{Error, Tx};

/// What is left out: how answers were made, event by event, says nothing that the messages do not.
const LEFT_OUT: [&str; 2] = ["runs", "run_events"];

/// The names of the tables that hold rows of users, the user's own first.
pub async fn tables(tx: &mut Tx) -> Result<Vec<String>, Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'greenlit'::regnamespace AND c.relkind IN ('r', 'p')
           AND has_table_privilege(c.oid, 'SELECT')
         ORDER BY c.relname",
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(std::iter::once("users".to_owned())
        .chain(
            names
                .into_iter()
                .filter(|name| !LEFT_OUT.contains(&name.as_str())),
        )
        .collect())
}

/// The user's rows of one of [`tables`], each a JSON object, with times as everywhere on the wire. What only the server
/// may know (hashes, secrets) is not in them, and neither is what follows from the rest (ranks, words to search).
///
/// # Errors
/// When the database is away.
pub async fn statement(tx: &mut Tx, table: &str) -> Result<String, Error> {
    // Names come from the catalogue and are quoted by it.
    let (name, secret, times, by_conversation): (String, Vec<String>, Option<String>, bool) = sqlx::query_as(
        "SELECT quote_ident($1),
                coalesce(array_agg(attname::text) FILTER (WHERE attname ~ '(_hash|^token|secret|_key)$'
                    OR attname = 'user_id' OR attgenerated <> ''), '{}'),
                string_agg(format('%L, to_char(t.%I AT TIME ZONE ''UTC'', ''YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'')',
                                  attname, attname), ', ')
                    FILTER (WHERE atttypid = 'timestamptz'::regtype AND attgenerated = ''),
                coalesce(bool_or(attname = 'conversation_id' AND attnotnull), false)
         FROM pg_attribute
         WHERE attrelid = format('greenlit.%I', $1)::regclass AND attnum > 0 AND NOT attisdropped",
    )
    .bind(table)
    .fetch_one(&mut **tx)
    .await?;
    let hidden = secret
        .iter()
        .map(|name| format!("'{}'", name.replace('\'', "''")))
        .collect::<Vec<_>>()
        .join(", ");
    let owner = if table == "users" { "id" } else { "user_id" };
    // Rows of conversations are indexed by those, not by their user.
    let within = if by_conversation {
        "t.conversation_id IN (SELECT id FROM conversations WHERE user_id = $1) AND "
    } else {
        ""
    };
    let times = times.unwrap_or_default();
    Ok(format!(
        "SELECT ((to_jsonb(t) - ARRAY[{hidden}]::text[]) || jsonb_build_object({times}))::text
         FROM {name} t WHERE {within}t.{owner} = $1"
    ))
}

/// Runs a [`statement`]; rows come as they are read, so that no more than a few are in memory.
pub fn rows<'a>(
    tx: &'a mut Tx,
    statement: String,
    user: &'a UserId,
) -> impl Stream<Item = Result<String, sqlx::Error>> + 'a {
    sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(user.as_str())
        .fetch(&mut **tx)
}
