//! Sessions, found by the hash of their token.

use ::time::OffsetDateTime;
use protocol::{Timestamp, UserId};
use sqlx::FromRow;

use crate::accounts::{UserRecord, UserRow};
use crate::{Error, Tx, time};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// 32 letters and digits.
    pub id: String,
    /// Whose it is.
    pub user_id: UserId,
    /// Not valid from then on.
    pub expires_at: Timestamp,
    /// False: ends with the browser.
    pub remembered: bool,
    /// As the sign-in's request told; empty when unknown.
    pub ip_address: String,
    /// As the sign-in's request told; empty when unknown.
    pub user_agent: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last prolonged.
    pub updated_at: Timestamp,
}

#[derive(FromRow)]
struct SessionRow {
    id: String,
    expires_at: OffsetDateTime,
    remembered: bool,
    ip_address: String,
    user_agent: String,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    #[sqlx(flatten)]
    user: UserRow,
}

/// Stores a session in its user's scope; it lives `seconds` from now.
pub async fn insert(
    tx: &mut Tx,
    session: &SessionRecord,
    token_hash: &str,
    seconds: f64,
) -> Result<SessionRecord, Error> {
    let (created_at, expires_at): (OffsetDateTime, OffsetDateTime) = sqlx::query_as(
        "INSERT INTO sessions (id, user_id, token_hash, expires_at, remembered, ip_address, user_agent)
         VALUES ($1, $2, $3, now() + make_interval(secs => $4), $5, $6, $7)
         RETURNING created_at, expires_at",
    )
    .bind(&session.id)
    .bind(session.user_id.as_str())
    .bind(token_hash)
    .bind(seconds)
    .bind(session.remembered)
    .bind(&session.ip_address)
    .bind(&session.user_agent)
    .fetch_one(&mut **tx)
    .await?;
    Ok(SessionRecord {
        created_at: time::from_sql(created_at),
        updated_at: time::from_sql(created_at),
        expires_at: time::from_sql(expires_at),
        ..session.clone()
    })
}

/// The unexpired session with this token hash and its user; in scope `Session`.
pub async fn find(tx: &mut Tx, token_hash: &str) -> Result<Option<(SessionRecord, UserRecord)>, Error> {
    let row: Option<SessionRow> = sqlx::query_as(
        "SELECT s.id, s.expires_at, s.remembered, s.ip_address, s.user_agent, s.created_at, s.updated_at,
                u.id AS user_id, u.name, u.email, u.email_verified, u.image, u.time_zone,
                u.time_zone_chosen, u.clock, u.date_order, u.first_day,
                u.created_at AS user_created_at, u.updated_at AS user_updated_at
         FROM sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.expires_at > now()",
    )
    .bind(token_hash)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let user: UserRecord = row.user.try_into()?;
    let session = SessionRecord {
        id: row.id,
        user_id: user.user.id.clone(),
        expires_at: time::from_sql(row.expires_at),
        remembered: row.remembered,
        ip_address: row.ip_address,
        user_agent: row.user_agent,
        created_at: time::from_sql(row.created_at),
        updated_at: time::from_sql(row.updated_at),
    };
    Ok(Some((session, user)))
}

/// Prolongs a session to `seconds` from now and returns the new end; in its user's scope.
pub async fn prolong(tx: &mut Tx, id: &str, seconds: f64) -> Result<Option<Timestamp>, Error> {
    let expires_at: Option<OffsetDateTime> = sqlx::query_scalar(
        "UPDATE sessions SET expires_at = now() + make_interval(secs => $2), updated_at = now()
         WHERE id = $1 RETURNING expires_at",
    )
    .bind(id)
    .bind(seconds)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(expires_at.map(time::from_sql))
}

/// The user's unexpired sessions with their tokens' hashes, newest first; in the user's scope.
pub async fn list(tx: &mut Tx, user: &UserId) -> Result<Vec<(SessionRecord, String)>, Error> {
    #[derive(FromRow)]
    struct Row {
        id: String,
        token_hash: String,
        expires_at: OffsetDateTime,
        remembered: bool,
        ip_address: String,
        user_agent: String,
        created_at: OffsetDateTime,
        updated_at: OffsetDateTime,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, token_hash, expires_at, remembered, ip_address, user_agent, created_at, updated_at
         FROM sessions WHERE user_id = $1 AND expires_at > now() ORDER BY updated_at DESC, id LIMIT 200",
    )
    .bind(user.as_str())
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let session = SessionRecord {
                id: row.id,
                user_id: user.clone(),
                expires_at: time::from_sql(row.expires_at),
                remembered: row.remembered,
                ip_address: row.ip_address,
                user_agent: row.user_agent,
                created_at: time::from_sql(row.created_at),
                updated_at: time::from_sql(row.updated_at),
            };
            (session, row.token_hash)
        })
        .collect())
}

/// Ends all sessions of the user except the one with this token hash (none: all); in the user's scope.
pub async fn delete_others(tx: &mut Tx, user: &UserId, kept: Option<&str>) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash IS DISTINCT FROM $2")
        .bind(user.as_str())
        .bind(kept)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}

/// Ends the user's session with this id or token hash; in the user's scope. Returns whether there was one.
pub async fn delete_named(tx: &mut Tx, user: &UserId, id: &str, token_hash: &str) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND (id = $2 OR token_hash = $3)")
        .bind(user.as_str())
        .bind(id)
        .bind(token_hash)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a session; in its user's scope. Returns whether there was one.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE id = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes expired sessions; in scope `Worker`. Returns how many.
pub async fn sweep(tx: &mut Tx) -> Result<u64, Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE expires_at <= now()")
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}
