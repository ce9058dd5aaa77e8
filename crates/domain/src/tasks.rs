//! The task list, as its owner works on it. (The assistant works on it through tools.)

use protocol::api::{CreateTask, TaskPage, UpdateTask};
use protocol::{Task, TaskId, TaskStatus};

use crate::{Actor, Domain, Error};

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
    pub async fn list(&self, _actor: &Actor, _query: ListTasks) -> Result<TaskPage, Error> {
        unimplemented!()
    }

    /// The dashboard's numbers.
    pub async fn counts(&self, _actor: &Actor) -> Result<TaskCounts, Error> {
        unimplemented!()
    }

    /// One task.
    pub async fn get(&self, _actor: &Actor, _id: TaskId) -> Result<Task, Error> {
        unimplemented!()
    }

    /// Adds a task.
    pub async fn create(&self, _actor: &Actor, _request: CreateTask) -> Result<Task, Error> {
        unimplemented!()
    }

    /// Changes a task; ticking it is `status: done`.
    pub async fn update(&self, _actor: &Actor, _id: TaskId, _request: UpdateTask) -> Result<Task, Error> {
        unimplemented!()
    }

    /// Deletes a task.
    pub async fn delete(&self, _actor: &Actor, _id: TaskId) -> Result<(), Error> {
        unimplemented!()
    }
}
