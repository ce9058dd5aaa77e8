//! Tasks.

use ::time::OffsetDateTime;
use protocol::{Task, TaskId, TaskPriority, TaskStatus, Timestamp, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Error, Tx, time};

/// A task and whether it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRecord {
    /// As everybody sees it.
    pub task: Task,
    /// Whether it is deleted.
    pub deleted: bool,
}

#[derive(FromRow)]
struct TaskRow {
    id: Uuid,
    title: String,
    description: String,
    status: String,
    priority: String,
    due_at: Option<OffsetDateTime>,
    completed_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    deleted_at: Option<OffsetDateTime>,
}

impl TryFrom<TaskRow> for TaskRecord {
    type Error = Error;
    fn try_from(row: TaskRow) -> Result<Self, Error> {
        let bad = |column| Error::Inconsistent {
            table: "tasks",
            column,
            row: row.id.to_string(),
        };
        Ok(Self {
            task: Task {
                id: row.id.into(),
                status: TaskStatus::parse(&row.status).ok_or_else(|| bad("status"))?,
                priority: TaskPriority::parse(&row.priority).ok_or_else(|| bad("priority"))?,
                title: row.title,
                description: row.description,
                due_at: row.due_at.map(time::from_sql),
                completed_at: row.completed_at.map(time::from_sql),
                created_at: time::from_sql(row.created_at),
                updated_at: time::from_sql(row.updated_at),
            },
            deleted: row.deleted_at.is_some(),
        })
    }
}

/// A task to be stored.
#[derive(Debug, Clone)]
pub struct NewTask<'a> {
    /// Its id.
    pub id: TaskId,
    /// Whose it is.
    pub user: &'a UserId,
    /// 1–200 characters.
    pub title: &'a str,
    /// Up to 2,000 characters.
    pub description: &'a str,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// How much it matters.
    pub priority: TaskPriority,
}

/// Stores an open task.
pub async fn insert(tx: &mut Tx, new: &NewTask<'_>) -> Result<TaskRecord, Error> {
    let row: TaskRow = sqlx::query_as(
        "INSERT INTO tasks (id, user_id, title, description, due_at, priority)
         VALUES ($1, $2, $3, $4, $5, $6)
         RETURNING id, title, description, status, priority, due_at, completed_at, created_at, updated_at,
                   deleted_at",
    )
    .bind(new.id.0)
    .bind(new.user.as_str())
    .bind(new.title)
    .bind(new.description)
    .bind(new.due_at.map(time::to_sql))
    .bind(new.priority.as_str())
    .fetch_one(&mut **tx)
    .await?;
    row.try_into()
}

/// One task, deleted ones too, locked until the transaction ends: what is read here can be changed
/// without somebody else changing it in between.
pub async fn find_for_update(tx: &mut Tx, id: TaskId) -> Result<Option<TaskRecord>, Error> {
    let row: Option<TaskRow> = sqlx::query_as(
        "SELECT id, title, description, status, priority, due_at, completed_at, created_at, updated_at,
                deleted_at
         FROM tasks WHERE id = $1 FOR UPDATE",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// One task that is not deleted.
pub async fn find(tx: &mut Tx, id: TaskId) -> Result<Option<TaskRecord>, Error> {
    let row: Option<TaskRow> = sqlx::query_as(
        "SELECT id, title, description, status, priority, due_at, completed_at, created_at, updated_at,
                deleted_at
         FROM tasks WHERE id = $1 AND deleted_at IS NULL",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Writes a task's fields as they are in `task` (ids, creation and change time aside) and whether it
/// is deleted. `completed_at` is taken as given.
pub async fn save(tx: &mut Tx, task: &Task, deleted: bool) -> Result<Option<TaskRecord>, Error> {
    let row: Option<TaskRow> = sqlx::query_as(
        "UPDATE tasks SET title = $2, description = $3, status = $4, priority = $5, due_at = $6,
                completed_at = $7, updated_at = now(),
                deleted_at = CASE WHEN $8 THEN coalesce(deleted_at, now()) END
         WHERE id = $1
         RETURNING id, title, description, status, priority, due_at, completed_at, created_at, updated_at,
                   deleted_at",
    )
    .bind(task.id.0)
    .bind(&task.title)
    .bind(&task.description)
    .bind(task.status.as_str())
    .bind(task.priority.as_str())
    .bind(task.due_at.map(time::to_sql))
    .bind(task.completed_at.map(time::to_sql))
    .bind(deleted)
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Which tasks to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskQuery {
    /// Open or done only.
    pub status: Option<TaskStatus>,
    /// An ILIKE pattern for title or description.
    pub pattern: Option<String>,
    /// Due at this time or later.
    pub due_from: Option<Timestamp>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// Without a date only.
    pub no_due: bool,
    /// The page begins behind this task.
    pub after: Option<TaskId>,
}

/// A page of the actor's tasks in the list's order, at most `limit`.
pub async fn list(
    tx: &mut Tx,
    user: &UserId,
    query: &TaskQuery,
    limit: u32,
) -> Result<Vec<TaskRecord>, Error> {
    let rows: Vec<TaskRow> = sqlx::query_as(
        "SELECT t.id, t.title, t.description, t.status, t.priority, t.due_at, t.completed_at, t.created_at,
                t.updated_at, t.deleted_at
         FROM tasks t
         WHERE t.user_id = $1 AND t.deleted_at IS NULL
           AND ($2::text IS NULL OR t.status = $2)
           AND ($3::text IS NULL OR t.title ILIKE $3 OR t.description ILIKE $3)
           AND ($4::timestamptz IS NULL OR t.due_at >= $4)
           AND ($5::timestamptz IS NULL OR t.due_at < $5)
           AND (NOT $6 OR t.due_at IS NULL)
           AND ($7::uuid IS NULL OR (t.list_rank, t.due_rank, t.priority_rank, t.created_at, t.id) >
                (SELECT a.list_rank, a.due_rank, a.priority_rank, a.created_at, a.id FROM tasks a WHERE a.id = $7))
         ORDER BY t.list_rank, t.due_rank, t.priority_rank, t.created_at, t.id LIMIT $8",
    )
    .bind(user.as_str())
    .bind(query.status.map(TaskStatus::as_str))
    .bind(&query.pattern)
    .bind(query.due_from.map(time::to_sql))
    .bind(query.due_before.map(time::to_sql))
    .bind(query.no_due)
    .bind(query.after.map(|id| id.0))
    .bind(i64::from(limit))
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The dashboard's numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Not done.
    pub open: i64,
    /// Done.
    pub done: i64,
    /// Open and past their date.
    pub overdue: i64,
    /// Open and due in the given day.
    pub due_today: i64,
    /// Done since the given time.
    pub done_since: i64,
}

/// Counts the actor's tasks; the day and the week's start are given in the actor's time zone.
pub async fn counts(
    tx: &mut Tx,
    user: &UserId,
    now: Timestamp,
    today: (Timestamp, Timestamp),
    since: Timestamp,
) -> Result<Counts, Error> {
    let (open, done, overdue, due_today, done_since): (i64, i64, i64, i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE status = 'open'),
                count(*) FILTER (WHERE status = 'done'),
                count(*) FILTER (WHERE status = 'open' AND due_at < $2),
                count(*) FILTER (WHERE status = 'open' AND due_at >= $3 AND due_at < $4),
                count(*) FILTER (WHERE status = 'done' AND completed_at >= $5)
         FROM tasks WHERE user_id = $1 AND deleted_at IS NULL",
    )
    .bind(user.as_str())
    .bind(time::to_sql(now))
    .bind(time::to_sql(today.0))
    .bind(time::to_sql(today.1))
    .bind(time::to_sql(since))
    .fetch_one(&mut **tx)
    .await?;
    Ok(Counts {
        open,
        done,
        overdue,
        due_today,
        done_since,
    })
}
