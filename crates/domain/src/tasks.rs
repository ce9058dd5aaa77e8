//! The task list, as its owner works on it. (The assistant works on it through tools.)

use protocol::api::{CreateTask, TaskPage, UpdateTask};
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS, TASKS_PAGE, checked_text};
use protocol::{Task, TaskId, TaskStatus};
use store::conversations::Probed;
use store::tasks::{NewTask, TaskQuery};
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

/// The numbers on the dashboard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    pub open: u32,
    pub done: u32,
    pub overdue: u32,
    pub due_today: u32,
    pub done_this_week: u32,
}

impl<'a> Tasks<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Lists tasks: open before done, then by due date (none last), priority (high first), age.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a broken cursor.
    pub async fn list(&self, actor: &Actor, query: ListTasks) -> Result<TaskPage, Error> {
        let limit = page::limit(query.limit, TASKS_PAGE)?;
        let after = match query.cursor.as_deref() {
            Some(cursor) => Some(page::read_id(cursor)?.into()),
            None => None,
        };
        let mut wanted = TaskQuery {
            status: query.status,
            pattern: page::pattern(query.q.as_deref()),
            after,
            ..TaskQuery::default()
        };
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
        let records = tasks::list(&mut tx, actor.user_id(), &wanted, limit + 1).await?;
        tx.commit().await?;
        let mut found: Vec<Task> = records.into_iter().map(|record| record.task).collect();
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_cursor = found
            .last()
            .filter(|_| more)
            .map(|task| page::write_id(task.id.0));
        Ok(TaskPage {
            tasks: found,
            next_cursor,
        })
    }

    /// The dashboard's numbers.
    pub async fn counts(&self, actor: &Actor) -> Result<TaskCounts, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let today = clock::day(actor, 0);
        let counts = tasks::counts(
            &mut tx,
            actor.user_id(),
            clock::now(),
            today,
            clock::week_start(actor),
        )
        .await?;
        tx.commit().await?;
        let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(TaskCounts {
            open: number(counts.open),
            done: number(counts.done),
            overdue: number(counts.overdue),
            due_today: number(counts.due_today),
            done_this_week: number(counts.done_since),
        })
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
    /// `Invalid` for texts over their limits.
    pub async fn update(&self, actor: &Actor, id: TaskId, request: UpdateTask) -> Result<Task, Error> {
        let new_title = request.title.as_deref().map(title).transpose()?;
        let new_description = request.description.as_deref().map(description).transpose()?;
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let Some(record) = tasks::find_for_update(&mut tx, id)
            .await?
            .filter(|record| !record.deleted)
        else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Task, id.0).await);
        };
        let mut task = record.task;
        if let Some(title) = new_title {
            task.title = title;
        }
        if let Some(description) = new_description {
            task.description = description;
        }
        task.due_at = request.due_at.unwrap_or(task.due_at);
        task.priority = request.priority.unwrap_or(task.priority);
        set_status(&mut task, request.status);
        let saved = tasks::save(&mut tx, &task, false)
            .await?
            .ok_or(Error::NotFound("task"))?;
        tx.commit().await?;
        Ok(saved.task)
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
