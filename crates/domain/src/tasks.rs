//! The task list, as its owner works on it. (The assistant works on it through tools.)

use protocol::api::{CreateTask, TaskPage, UpdateTask};
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS, TASKS_PAGE, checked_text};
use protocol::{Task, TaskId, TaskPriority, TaskStatus, Timestamp};
use store::conversations::Probed;
use store::tasks::{Moments, NewTask, Side, TaskQuery};
use store::{Scope, tasks};
use uuid::Uuid;

use crate::{Actor, Domain, Error, clock, page};

/// Tasks of a [`Domain`].
pub struct Tasks<'a> {
    domain: &'a Domain,
}

/// Which tasks to list.
#[derive(Debug, Clone, Default)]
pub struct ListTasks {
    pub status: Option<TaskStatus>,
    /// Part of the title or description, in any case.
    pub q: Option<String>,
    pub due: Option<Due>,
    pub priority: Option<TaskPriority>,
    /// Only what was done since Monday.
    pub done_this_week: bool,
    /// 1–200, 50 unless said.
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// A window of due dates, in the actor's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Overdue,
    Today,
    /// The next seven days, today included.
    Week,
    None,
}

impl Due {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Week => "week",
            Self::None => "none",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Overdue, Self::Today, Self::Week, Self::None]
            .into_iter()
            .find(|due| due.as_str() == text)
    }
}

/// The numbers on the dashboard and beside the list's filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    pub open: u32,
    pub done: u32,
    pub overdue: u32,
    pub due_today: u32,
    /// As [`Due::Week`].
    pub due_week: u32,
    /// Open and without a date.
    pub no_due: u32,
    /// Open, by priority.
    pub high: u32,
    pub normal: u32,
    pub low: u32,
    pub done_this_week: u32,
}

/// A week of the actor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday, 0:00.
    pub start: Timestamp,
    /// Tasks done in it.
    pub done: u32,
    /// Tasks added in it.
    pub added: u32,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Lists tasks: the open ones by due date (none last), those of one moment as they were arranged by hand, else by
    /// priority (high first) and age; then the done ones, the newest first.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a broken cursor.
    pub async fn list(&self, actor: &Actor, query: ListTasks) -> Result<TaskPage, Error> {
        let limit = page::limit(query.limit, TASKS_PAGE)?;
        let after = query.cursor.as_deref().map(page::read_task).transpose()?;
        let mut wanted = TaskQuery {
            status: query.status,
            pattern: page::pattern(query.q.as_deref()),
            priority: query.priority,
            done_from: query.done_this_week.then(|| clock::week_start(actor, 0)),
            after,
            ..TaskQuery::default()
        };
        // What is done is not overdue any more.
        if (query.due, query.status) == (Some(Due::Overdue), Some(TaskStatus::Done)) {
            return Ok(TaskPage {
                tasks: vec![],
                next_cursor: None,
            });
        }
        let (today, tomorrow) = clock::day(actor, 0);
        match query.due {
            Some(Due::Overdue) => {
                wanted.due_before = Some(clock::now());
                wanted.status = Some(TaskStatus::Open);
            }
            Some(Due::Today) => (wanted.due_from, wanted.due_before) = (Some(today), Some(tomorrow)),
            Some(Due::Week) => {
                (wanted.due_from, wanted.due_before) = (Some(today), Some(clock::day(actor, 7).0));
            }
            Some(Due::None) => wanted.no_due = true,
            None => {}
        }
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let (records, next) = tasks::page(&mut tx, actor.user_id(), &wanted, limit).await?;
        tx.commit().await?;
        Ok(TaskPage {
            tasks: records.into_iter().map(|record| record.task).collect(),
            next_cursor: next.map(page::write_task),
        })
    }

    /// How many tasks there are of each kind.
    pub async fn counts(&self, actor: &Actor) -> Result<TaskCounts, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let (today, tomorrow) = clock::day(actor, 0);
        let moments = Moments {
            now: clock::now(),
            today,
            tomorrow,
            next_week: clock::day(actor, 7).0,
            since: clock::week_start(actor, 0),
        };
        let counts = tasks::counts(&mut tx, actor.user_id(), &moments).await?;
        tx.commit().await?;
        Ok(TaskCounts {
            open: number(counts.open),
            done: number(counts.done),
            overdue: number(counts.overdue),
            due_today: number(counts.due_today),
            due_week: number(counts.due_week),
            no_due: number(counts.no_due),
            high: number(counts.high),
            normal: number(counts.normal),
            low: number(counts.low),
            done_this_week: number(counts.done_since),
        })
    }

    /// The last weeks, the present one last; weeks begin as the actor's do.
    pub async fn weeks(&self, actor: &Actor, count: u8) -> Result<Vec<Week>, Error> {
        let starts: Vec<Timestamp> = (0..i32::from(count))
            .rev()
            .map(|ago| clock::week_start(actor, -ago))
            .collect();
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let spans = tasks::spans(&mut tx, actor.user_id(), &starts).await?;
        tx.commit().await?;
        let weeks = (1..).zip(starts).map(|(nth, start)| {
            let span = spans
                .iter()
                .find(|span| span.nth == nth)
                .copied()
                .unwrap_or_default();
            Week {
                start,
                done: number(span.done),
                added: number(span.added),
            }
        });
        Ok(weeks.collect())
    }

    /// One task.
    pub async fn get(&self, actor: &Actor, id: TaskId) -> Result<Task, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let found = tasks::find(&mut tx, id).await?;
        tx.commit().await?;
        match found {
            Some(record) => Ok(record.task),
            None => Err(self.domain.not_found(actor, Probed::Task, id.0).await),
        }
    }

    /// Reads a line such as "Call mum tomorrow 5pm !high" as a task to be created.
    pub fn read_line(&self, actor: &Actor, line: &str) -> CreateTask {
        let now = jiff::Zoned::now().with_time_zone(actor.time_zone.clone());
        let read = agent::offline::read_task_line(line, &now);
        CreateTask {
            title: read.title,
            description: read.description,
            due_at: read.due_at,
            priority: read.priority.unwrap_or_default(),
        }
    }

    /// Adds a task.
    ///
    /// # Errors
    /// `Invalid` for texts over their limits.
    pub async fn create(&self, actor: &Actor, request: CreateTask) -> Result<Task, Error> {
        let title = title(&request.title)?;
        let description = description(&request.description)?;
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let new = NewTask {
            id: Uuid::now_v7().into(),
            user: actor.user_id(),
            title: &title,
            description: &description,
            due_at: request.due_at,
            priority: request.priority,
        };
        let record = tasks::insert(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(record.task)
    }

    /// Changes a task; ticking it is `status: done`.
    ///
    /// # Errors
    /// `Invalid` for texts over their limits, and for a neighbour that it cannot stand beside.
    pub async fn update(&self, actor: &Actor, id: TaskId, request: UpdateTask) -> Result<Task, Error> {
        let new_title = request.title.as_deref().map(title).transpose()?;
        let new_description = request.description.as_deref().map(description).transpose()?;
        let neighbour = neighbour(&request)?;
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        // In one order, or two that put each other's tasks would wait for each other.
        let mut ids = vec![id];
        ids.extend(neighbour.map(|(_, _, other)| other));
        ids.sort();
        let mut found = vec![];
        for wanted in ids {
            match tasks::find_for_update(&mut tx, wanted).await? {
                Some(record) if !record.deleted => found.push(record.task),
                _ => {
                    drop(tx);
                    return Err(self.domain.not_found(actor, Probed::Task, wanted.0).await);
                }
            }
        }
        let Some(before) = found.iter().find(|task| task.id == id) else {
            return Err(Error::NotFound("task"));
        };
        let mut task = before.clone();
        task.title = new_title.unwrap_or(task.title);
        task.description = new_description.unwrap_or(task.description);
        task.due_at = request.due_at.unwrap_or(task.due_at);
        task.priority = request.priority.unwrap_or(task.priority);
        set_status(&mut task, request.status);
        // A move alone is no change of the task.
        if neighbour.is_none() || task != *before {
            task = tasks::save(&mut tx, &task, false)
                .await?
                .ok_or(Error::NotFound("task"))?
                .task;
        }
        if let Some((field, side, other)) = neighbour {
            let beside = found.iter().find(|beside| beside.id == other && other != id);
            let fits = |beside: &Task| {
                [beside.status, task.status] == [TaskStatus::Open; 2] && beside.due_at == task.due_at
            };
            if !beside.is_some_and(fits) {
                return Err(Error::invalid(
                    field,
                    "must be another open task with the same due date",
                ));
            }
            task = tasks::put(&mut tx, id, side, other)
                .await?
                .ok_or(Error::NotFound("task"))?
                .task;
        }
        tx.commit().await?;
        Ok(task)
    }

    /// Deletes a task.
    pub async fn delete(&self, actor: &Actor, id: TaskId) -> Result<(), Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let Some(record) = tasks::find_for_update(&mut tx, id)
            .await?
            .filter(|record| !record.deleted)
        else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Task, id.0).await);
        };
        tasks::save(&mut tx, &record.task, true).await?;
        Ok(tx.commit().await?)
    }

    /// Brings a deleted task back, where it stood; one that is not deleted stays as it is.
    pub async fn restore(&self, actor: &Actor, id: TaskId) -> Result<Task, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let Some(record) = tasks::find_for_update(&mut tx, id).await? else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Task, id.0).await);
        };
        if !record.deleted {
            return Ok(record.task);
        }
        let saved = tasks::save(&mut tx, &record.task, false)
            .await?
            .ok_or(Error::NotFound("task"))?;
        tx.commit().await?;
        Ok(saved.task)
    }
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The field that names a neighbour, the side of it, and which.
fn neighbour(request: &UpdateTask) -> Result<Option<(&'static str, Side, TaskId)>, Error> {
    Ok(match (request.before, request.after) {
        (None, None) => None,
        (Some(other), None) => Some(("before", Side::Before, other)),
        (None, Some(other)) => Some(("after", Side::After, other)),
        (Some(_), Some(_)) => return Err(Error::invalid("before", "cannot be given together with after")),
    })
}

fn title(text: &str) -> Result<String, Error> {
    checked_text(text, 1, TASK_TITLE_CHARS).map_err(|message| Error::invalid("title", message))
}

fn description(text: &str) -> Result<String, Error> {
    checked_text(text, 0, TASK_DESCRIPTION_CHARS).map_err(|message| Error::invalid("description", message))
}

/// Ticks or unticks a task; one that is done already keeps the time at which it was.
pub(crate) fn set_status(task: &mut Task, status: Option<TaskStatus>) {
    if let Some(status) = status
        && status != task.status
    {
        task.status = status;
        task.completed_at = (status == TaskStatus::Done).then(clock::now);
    }
}
