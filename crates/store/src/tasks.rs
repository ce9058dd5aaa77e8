//! Tasks.

use ::time::OffsetDateTime;
use protocol::{Task, TaskId, TaskPriority, TaskStatus, Timestamp, UserId};
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{Changed, Error, Tx, time};

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
    tx.note(Changed::Task(new.id));
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
    tx.note(Changed::Task(task.id));
    row.map(TryInto::try_into).transpose()
}

/// On which side of another task one is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Right before it.
    Before,
    /// Right behind it.
    After,
}

/// Puts a task next to another one that is due at the same moment and as open or done as it; what is asked of two that
/// are not has no effect on where it stands.
pub async fn put(tx: &mut Tx, id: TaskId, side: Side, other: TaskId) -> Result<Option<TaskRecord>, Error> {
    tx.note(Changed::Task(id));
    if let Some(record) = put_between(tx, id, side, other).await? {
        return Ok(Some(record));
    }
    spread(tx, other).await?;
    put_between(tx, id, side, other).await
}

/// `None` when there is no room left: the neighbours share a place (they were added in the same millisecond), or no
/// number is between them any more.
async fn put_between(
    tx: &mut Tx,
    id: TaskId,
    side: Side,
    other: TaskId,
) -> Result<Option<TaskRecord>, Error> {
    let (than, order, step) = match side {
        Side::Before => ("<", "DESC", "-"),
        Side::After => (">", "ASC", "+"),
    };
    let sql = format!(
        "WITH near AS (SELECT user_id, list_rank, sort_at, place, id FROM tasks WHERE id = $2),
              far AS (SELECT t.place FROM tasks t, near
                      WHERE t.user_id = near.user_id AND t.deleted_at IS NULL AND t.list_rank = near.list_rank
                        AND t.sort_at = near.sort_at AND (t.place, t.id) {than} (near.place, near.id) AND t.id <> $1
                      ORDER BY t.place {order}, t.id {order} LIMIT 1),
              room AS (SELECT near.place AS near, far.place AS far,
                              coalesce((near.place + far.place) / 2, near.place {step} 1) AS place
                       FROM near LEFT JOIN far ON true)
         UPDATE tasks SET hand = room.place, hand_due = due_at, hand_priority = priority, updated_at = now()
         FROM room WHERE tasks.id = $1 AND room.place <> room.near
           AND room.place IS DISTINCT FROM room.far
         RETURNING id, title, description, status, priority, due_at, completed_at, created_at, updated_at,
                   deleted_at"
    );
    let row: Option<TaskRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(id.0)
        .bind(other.0)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// Gives the tasks that are due at the same moment as this one round places again, in the order they have.
async fn spread(tx: &mut Tx, id: TaskId) -> Result<(), Error> {
    sqlx::query(
        "WITH ordered AS (
             SELECT t.id, row_number() OVER (ORDER BY t.place, t.id) - 1 AS nth, min(t.place) OVER () AS first,
                    (max(t.place) OVER () - min(t.place) OVER ()) / count(*) OVER () AS step
             FROM tasks t JOIN tasks one ON one.id = $1
             WHERE t.user_id = one.user_id AND t.deleted_at IS NULL AND t.list_rank = one.list_rank
               AND t.sort_at = one.sort_at)
         UPDATE tasks SET hand = ordered.first + ordered.nth * greatest(ordered.step, 0.001), hand_due = due_at,
                hand_priority = priority
         FROM ordered WHERE tasks.id = ordered.id",
    )
    .bind(id.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Which tasks to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskQuery {
    /// Open or done only.
    pub status: Option<TaskStatus>,
    /// An ILIKE pattern for title or description.
    pub pattern: Option<String>,
    /// Of this priority only.
    pub priority: Option<TaskPriority>,
    /// Due at this time or later.
    pub due_from: Option<Timestamp>,
    /// Due before this time.
    pub due_before: Option<Timestamp>,
    /// Without a date only.
    pub no_due: bool,
    /// Done at this time or later.
    pub done_from: Option<Timestamp>,
    /// The page begins behind this place.
    pub after: Option<TaskPlace>,
}

/// A place in the list: that of a task, which stays what it was when the task moves or goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskPlace {
    /// 0 for open, 1 for done.
    pub list_rank: i16,
    /// The moment by which it is sorted.
    pub sort_at: f64,
    /// Its place among those of the same moment.
    pub place: f64,
    /// The task's id.
    pub id: TaskId,
}

/// A moment as `sort_at` has it.
fn seconds(at: Timestamp) -> f64 {
    // Exact: milliseconds of four-digit years have 48 bits.
    at.as_millis() as f64 / 1000.0
}

/// The list's query. Only the conditions that are wanted are in it, so that each has the index it can have.
fn list_query(user: &UserId, query: &TaskQuery, limit: u32) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "SELECT t.id, t.title, t.description, t.status, t.priority, t.due_at, t.completed_at, t.created_at,
                t.updated_at, t.deleted_at, t.list_rank, t.sort_at, t.place
         FROM tasks t
         WHERE t.deleted_at IS NULL AND t.user_id = ",
    );
    sql.push_bind(user.as_str());
    let open = query.status == Some(TaskStatus::Open);
    let one_rank = query.status.is_some() || query.done_from.is_some();
    match (query.status, query.done_from) {
        (None, None) => {}
        (Some(TaskStatus::Open), _) => {
            sql.push(" AND t.list_rank = 0");
        }
        (_, done_from) => {
            sql.push(" AND t.list_rank = 1");
            if let Some(from) = done_from {
                sql.push(" AND t.sort_at <= ").push_bind(-seconds(from));
            }
        }
    }
    for (than, at) in [(" >= ", query.due_from), (" < ", query.due_before)] {
        let Some(at) = at else { continue };
        if open {
            sql.push(" AND t.sort_at").push(than).push_bind(seconds(at));
        } else {
            sql.push(" AND t.due_at").push(than).push_bind(time::to_sql(at));
        }
    }
    if query.no_due {
        sql.push(if open {
            " AND t.sort_at = 'Infinity'"
        } else {
            " AND t.due_at IS NULL"
        });
    }
    if let Some(priority) = query.priority {
        sql.push(" AND t.priority = ").push_bind(priority.as_str());
    }
    if let Some(pattern) = &query.pattern {
        sql.push(" AND (t.title ILIKE ").push_bind(pattern.as_str());
        sql.push(" OR t.description ILIKE ")
            .push_bind(pattern.as_str())
            .push(")");
    }
    if let Some(after) = query.after {
        // A column that has one value already may not be compared once more, or the index is read from that value's
        // first row on.
        if one_rank {
            sql.push(" AND t.list_rank = ")
                .push_bind(after.list_rank)
                .push(" AND (");
        } else {
            sql.push(" AND (t.list_rank, ");
        }
        sql.push("t.sort_at, t.place, t.id) > (");
        let mut place = sql.separated(", ");
        if !one_rank {
            place.push_bind(after.list_rank);
        }
        place.push_bind(after.sort_at);
        place.push_bind(after.place);
        place.push_bind(after.id.0);
        sql.push(")");
    }
    sql.push(" ORDER BY t.list_rank, t.sort_at, t.place, t.id LIMIT ")
        .push_bind(i64::from(limit));
    sql
}

#[derive(FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    task: TaskRow,
    list_rank: i16,
    sort_at: f64,
    place: f64,
}

/// A page of the actor's tasks in the list's order, at most `limit`, and the place of the last one if there are more.
pub async fn page(
    tx: &mut Tx,
    user: &UserId,
    query: &TaskQuery,
    limit: u32,
) -> Result<(Vec<TaskRecord>, Option<TaskPlace>), Error> {
    let mut rows: Vec<ListedRow> = list_query(user, query, limit.saturating_add(1))
        .build_query_as()
        .fetch_all(&mut **tx)
        .await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|last| TaskPlace {
        list_rank: last.list_rank,
        sort_at: last.sort_at,
        place: last.place,
        id: last.task.id.into(),
    });
    let records = rows.into_iter().map(|row| row.task.try_into());
    Ok((records.collect::<Result<_, _>>()?, next))
}

/// The first of the actor's tasks in the list's order, at most `limit`.
pub async fn list(
    tx: &mut Tx,
    user: &UserId,
    query: &TaskQuery,
    limit: u32,
) -> Result<Vec<TaskRecord>, Error> {
    Ok(page(tx, user, query, limit).await?.0)
}

/// The numbers of the dashboard and beside the filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub struct Counts {
    /// Not done.
    pub open: i64,
    /// Done.
    pub done: i64,
    /// Open and past their date.
    pub overdue: i64,
    /// Open and due in the given day.
    pub due_today: i64,
    /// Open and due in the given week.
    pub due_week: i64,
    /// Open and without a date.
    pub no_due: i64,
    /// Open and of high priority.
    pub high: i64,
    /// Open and of normal priority.
    pub normal: i64,
    /// Open and of low priority.
    pub low: i64,
    /// Done since the given time.
    pub done_since: i64,
}

/// The moments from which tasks are counted, in the actor's time zone.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    /// What was due before is overdue.
    pub now: Timestamp,
    /// The beginning of the day.
    pub today: Timestamp,
    /// Its end.
    pub tomorrow: Timestamp,
    /// The end of the week that begins with it.
    pub next_week: Timestamp,
    /// For [`Counts::done_since`].
    pub since: Timestamp,
}

/// Counts the actor's tasks.
pub async fn counts(tx: &mut Tx, user: &UserId, moments: &Moments) -> Result<Counts, Error> {
    Ok(sqlx::query_as(
        "SELECT count(*) FILTER (WHERE status = 'open') AS open,
                count(*) FILTER (WHERE status = 'done') AS done,
                count(*) FILTER (WHERE status = 'open' AND due_at < $2) AS overdue,
                count(*) FILTER (WHERE status = 'open' AND due_at >= $3 AND due_at < $4) AS due_today,
                count(*) FILTER (WHERE status = 'open' AND due_at >= $3 AND due_at < $5) AS due_week,
                count(*) FILTER (WHERE status = 'open' AND due_at IS NULL) AS no_due,
                count(*) FILTER (WHERE status = 'open' AND priority = 'high') AS high,
                count(*) FILTER (WHERE status = 'open' AND priority = 'normal') AS normal,
                count(*) FILTER (WHERE status = 'open' AND priority = 'low') AS low,
                count(*) FILTER (WHERE status = 'done' AND completed_at >= $6) AS done_since
         FROM tasks WHERE user_id = $1 AND deleted_at IS NULL",
    )
    .bind(user.as_str())
    .bind(time::to_sql(moments.now))
    .bind(time::to_sql(moments.today))
    .bind(time::to_sql(moments.tomorrow))
    .bind(time::to_sql(moments.next_week))
    .bind(time::to_sql(moments.since))
    .fetch_one(&mut **tx)
    .await?)
}

/// What happened in a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromRow)]
pub struct Span {
    /// Which of the spans, from 1.
    pub nth: i32,
    /// How many tasks were done in it (and still are).
    pub done: i64,
    /// How many were added.
    pub added: i64,
}

/// Counts what happened since the first of these moments, which ascend, by the one behind which it did. Spans in which
/// nothing happened are left out.
pub async fn spans(tx: &mut Tx, user: &UserId, starts: &[Timestamp]) -> Result<Vec<Span>, Error> {
    let Some(first) = starts.first() else {
        return Ok(vec![]);
    };
    let moments: Vec<OffsetDateTime> = starts.iter().copied().map(time::to_sql).collect();
    Ok(sqlx::query_as(
        "SELECT width_bucket(at, $2) AS nth, count(*) FILTER (WHERE done) AS done,
                count(*) FILTER (WHERE NOT done) AS added
         FROM (SELECT completed_at AS at, true AS done FROM tasks
               WHERE user_id = $1 AND deleted_at IS NULL AND list_rank = 1 AND sort_at <= $3
               UNION ALL
               SELECT created_at, false FROM tasks
               WHERE user_id = $1 AND deleted_at IS NULL AND created_at >= $4) happened
         GROUP BY nth ORDER BY nth",
    )
    .bind(user.as_str())
    .bind(moments)
    .bind(-seconds(*first))
    .bind(time::to_sql(*first))
    .fetch_all(&mut **tx)
    .await?)
}
