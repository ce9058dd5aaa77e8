//! Users and how they sign in.

use ::time::OffsetDateTime;
use protocol::{ChosenFormats, Clock, DateOrder, FirstDay, Timestamp, User, UserId};
use sqlx::FromRow;

use crate::{Error, Tx, time};

/// A user with what only the server needs to know.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// As others may see them.
    pub user: User,
    /// IANA name.
    pub time_zone: String,
    /// It was chosen by hand, not told by a browser.
    pub time_zone_chosen: bool,
    /// How they want times and dates written.
    pub formats: ChosenFormats,
}

/// A user to be stored.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Must be the actor of the transaction.
    pub id: UserId,
    /// May be empty.
    pub name: String,
    /// Lower case; `None` for a token's user without one.
    pub email: Option<String>,
    /// An address, or `None`.
    pub image: Option<String>,
    /// IANA name.
    pub time_zone: String,
}

#[derive(FromRow)]
pub(crate) struct UserRow {
    pub(crate) user_id: String,
    name: String,
    email: Option<String>,
    email_verified: bool,
    image: Option<String>,
    time_zone: String,
    time_zone_chosen: bool,
    clock: Option<String>,
    date_order: Option<String>,
    first_day: Option<String>,
    user_created_at: OffsetDateTime,
    user_updated_at: OffsetDateTime,
}

impl TryFrom<UserRow> for UserRecord {
    type Error = Error;
    fn try_from(row: UserRow) -> Result<Self, Error> {
        let id = parse_user_id(row.user_id, "users", "id")?;
        let formats = ChosenFormats {
            clock: chosen(&id, "clock", row.clock.as_deref(), Clock::parse)?,
            date_order: chosen(&id, "date_order", row.date_order.as_deref(), DateOrder::parse)?,
            first_day: chosen(&id, "first_day", row.first_day.as_deref(), FirstDay::parse)?,
        };
        Ok(Self {
            user: User {
                id,
                name: row.name,
                email: row.email.unwrap_or_default(),
                email_verified: row.email_verified,
                image: row.image,
                created_at: time::from_sql(row.user_created_at),
                updated_at: time::from_sql(row.user_updated_at),
            },
            time_zone: row.time_zone,
            time_zone_chosen: row.time_zone_chosen,
            formats,
        })
    }
}

fn chosen<T>(
    id: &UserId,
    column: &'static str,
    word: Option<&str>,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    word.map(|word| {
        parse(word).ok_or_else(|| Error::Inconsistent {
            table: "users",
            column,
            row: id.to_string(),
        })
    })
    .transpose()
}

pub(crate) fn parse_user_id(id: String, table: &'static str, column: &'static str) -> Result<UserId, Error> {
    id.parse().map_err(|_| Error::Inconsistent {
        table,
        column,
        row: id,
    })
}

/// Stores a user.
///
/// # Errors
/// `Constraint("users_email_key")` for a taken address, `Constraint("users_pkey")` for a taken id.
pub async fn insert_user(tx: &mut Tx, user: &NewUser) -> Result<UserRecord, Error> {
    let row: UserRow = sqlx::query_as(
        "INSERT INTO users (id, name, email, image, time_zone) VALUES ($1, $2, $3, $4, $5)
         RETURNING id AS user_id, name, email, email_verified, image, time_zone,
                   time_zone_chosen, clock, date_order, first_day,
                   created_at AS user_created_at, updated_at AS user_updated_at",
    )
    .bind(user.id.as_str())
    .bind(&user.name)
    .bind(&user.email)
    .bind(&user.image)
    .bind(&user.time_zone)
    .fetch_one(&mut **tx)
    .await?;
    row.try_into()
}

/// The user whose scope this is.
pub async fn find_user(tx: &mut Tx, id: &UserId) -> Result<Option<UserRecord>, Error> {
    let row: Option<UserRow> = sqlx::query_as(
        "SELECT id AS user_id, name, email, email_verified, image, time_zone,
                time_zone_chosen, clock, date_order, first_day,
                created_at AS user_created_at, updated_at AS user_updated_at
         FROM users WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Remembers where a user's browser says that they are, unless they chose by hand.
pub async fn set_time_zone(tx: &mut Tx, id: &UserId, time_zone: &str) -> Result<(), Error> {
    sqlx::query("UPDATE users SET time_zone = $2, updated_at = now() WHERE id = $1 AND NOT time_zone_chosen")
        .bind(id.as_str())
        .bind(time_zone)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Chooses a time zone by hand; `None` goes by the browser again.
pub async fn choose_time_zone(tx: &mut Tx, id: &UserId, time_zone: Option<&str>) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET time_zone = coalesce($2, time_zone), time_zone_chosen = $2 IS NOT NULL, updated_at = now()
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(time_zone)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Chooses how times and dates are written.
pub async fn set_formats(tx: &mut Tx, id: &UserId, formats: ChosenFormats) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET clock = $2, date_order = $3, first_day = $4, updated_at = now() WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(formats.clock.map(Clock::as_str))
    .bind(formats.date_order.map(DateOrder::as_str))
    .bind(formats.first_day.map(FirstDay::as_str))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a password's hash (PHC form) as the user's way to sign in.
pub async fn insert_password(tx: &mut Tx, account_id: &str, user: &UserId, hash: &str) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO accounts (id, user_id, provider_id, account_id, password_hash)
         VALUES ($1, $2, 'credential', $2, $3)",
    )
    .bind(account_id)
    .bind(user.as_str())
    .bind(hash)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Changes what is given of a user's name and picture (`Some(None)` takes the picture away).
pub async fn set_profile(
    tx: &mut Tx,
    id: &UserId,
    name: Option<&str>,
    image: Option<Option<&str>>,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE users SET name = coalesce($2, name), image = CASE WHEN $3 THEN $4 ELSE image END,
                          updated_at = now()
         WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(name)
    .bind(image.is_some())
    .bind(image.flatten())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The hash of the user's password; `None` for somebody who has none.
pub async fn password_of(tx: &mut Tx, user: &UserId) -> Result<Option<String>, Error> {
    let hash: Option<Option<String>> = sqlx::query_scalar(
        "SELECT password_hash FROM accounts WHERE user_id = $1 AND provider_id = 'credential'",
    )
    .bind(user.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hash.flatten())
}

/// Replaces a password's hash, if it still is `old`. Returns whether it was.
pub async fn replace_password(tx: &mut Tx, user: &UserId, old: &str, new: &str) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE accounts SET password_hash = $3, updated_at = now()
         WHERE user_id = $1 AND provider_id = 'credential' AND password_hash = $2",
    )
    .bind(user.as_str())
    .bind(old)
    .bind(new)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a user and with them, by the foreign keys, everything that is theirs.
pub async fn delete_user(tx: &mut Tx, id: &UserId) -> Result<bool, Error> {
    tx.take_time().await?;
    let done = sqlx::query("DELETE FROM users WHERE id = $1")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The user with an address and their password's hash; in scope `Email`.
pub async fn find_password(tx: &mut Tx, email: &str) -> Result<Option<(UserId, String)>, Error> {
    let row: Option<(String, Option<String>)> = sqlx::query_as(
        "SELECT users.id, accounts.password_hash FROM users
         JOIN accounts ON accounts.user_id = users.id AND accounts.provider_id = 'credential'
         WHERE users.email = $1",
    )
    .bind(email)
    .fetch_optional(&mut **tx)
    .await?;
    match row {
        Some((id, Some(hash))) => Ok(Some((parse_user_id(id, "users", "id")?, hash))),
        _ => Ok(None),
    }
}

/// The database's own clock, for what several servers must agree on.
pub async fn now(tx: &mut Tx) -> Result<Timestamp, Error> {
    let now: OffsetDateTime = sqlx::query_scalar("SELECT now()::timestamptz(3)")
        .fetch_one(&mut **tx)
        .await?;
    Ok(time::from_sql(now))
}
