//! What people say about the product, one each.

use ::time::OffsetDateTime;
use protocol::{Timestamp, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Tx, time};

/// A testimonial with what its author and whoever runs the server see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestimonialRecord {
    /// Its id.
    pub id: Uuid,
    /// What is said.
    pub text: String,
    /// By whom, as they want to be called.
    pub display_name: String,
    /// `None`: withdrawn by its author.
    pub published_at: Option<Timestamp>,
    /// By whoever runs the server.
    pub hidden: bool,
    /// It was written just now, not changed.
    pub new: bool,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    text: String,
    display_name: String,
    published_at: Option<OffsetDateTime>,
    hidden: bool,
    new: bool,
}

impl From<Row> for TestimonialRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            text: row.text,
            display_name: row.display_name,
            published_at: row.published_at.map(time::from_sql),
            hidden: row.hidden,
            new: row.new,
        }
    }
}

/// Stores the user's testimonial, or replaces it, and publishes it; in the user's scope.
///
/// # Errors
/// `Constraint("testimonials_said_once")` when somebody else said the same.
pub async fn save(
    tx: &mut Tx,
    user: &UserId,
    text: &str,
    display_name: &str,
    text_key: &str,
) -> Result<TestimonialRecord, Error> {
    let row: Row = sqlx::query_as(
        "INSERT INTO testimonials (id, user_id, text, display_name, text_key) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE
         SET text = excluded.text, display_name = excluded.display_name, text_key = excluded.text_key,
             published_at = coalesce(testimonials.published_at, now()), updated_at = now()
         RETURNING id, text, display_name, published_at, hidden_at IS NOT NULL AS hidden, (id = $1) AS new",
    )
    .bind(Uuid::now_v7())
    .bind(user.as_str())
    .bind(text)
    .bind(display_name)
    .bind(text_key)
    .fetch_one(&mut **tx)
    .await?;
    Ok(row.into())
}

/// The user's own, published or not; in the user's scope.
pub async fn own(tx: &mut Tx, user: &UserId) -> Result<Option<TestimonialRecord>, Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, text, display_name, published_at, hidden_at IS NOT NULL AS hidden, false AS new
         FROM testimonials WHERE user_id = $1",
    )
    .bind(user.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Takes the user's own from the public list; its text stays with its author.
pub async fn withdraw(tx: &mut Tx, user: &UserId) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE testimonials SET published_at = NULL, updated_at = now()
         WHERE user_id = $1 AND published_at IS NOT NULL",
    )
    .bind(user.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The public ones, newest first, after a place in the list; in scope `Public`.
pub async fn list(
    tx: &mut Tx,
    after: Option<(Timestamp, Uuid)>,
    limit: u32,
) -> Result<Vec<TestimonialRecord>, Error> {
    let (at, id) = after.unwrap_or((Timestamp::MAX, Uuid::max()));
    let rows: Vec<Row> = sqlx::query_as(LIST)
        .bind(time::to_sql(at))
        .bind(id)
        .bind(i64::from(limit))
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The statement of [`list`]: `published_at`, id, limit.
pub const LIST: &str = "SELECT id, text, display_name, published_at, false AS hidden, false AS new
     FROM testimonials
     WHERE published_at IS NOT NULL AND hidden_at IS NULL AND (published_at, id) < ($1, $2)
     ORDER BY published_at DESC, id DESC LIMIT $3";

/// The ids of the hidden ones and since when they are, the newest first; in scope `Worker`, which is not shown what they
/// say.
pub async fn hidden(tx: &mut Tx, limit: u32) -> Result<Vec<(Uuid, Timestamp)>, Error> {
    let rows: Vec<(Uuid, OffsetDateTime)> = sqlx::query_as(
        "SELECT id, hidden_at FROM testimonials WHERE hidden_at IS NOT NULL
         ORDER BY hidden_at DESC, id DESC LIMIT $1",
    )
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (id, time::from_sql(since)))
        .collect())
}

/// Hides one from everybody, or shows it again; in scope `Worker`. Returns whether there is such a one.
pub async fn set_hidden(tx: &mut Tx, id: Uuid, hidden: bool) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE testimonials SET hidden_at = CASE WHEN $2 THEN now() END WHERE id = $1")
        .bind(id)
        .bind(hidden)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}
