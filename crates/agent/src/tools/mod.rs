//! Tools: the trait, the registry and the built-in ones, one file each.
//!
//! To add a tool, write its file (schema, `impl Tool`, tests) and one line in
//! [`Registry::built_in`]. [`arguments`] reads what models send, with patience for what they get
//! wrong.

mod add_task;
pub mod arguments;
mod complete_task;
mod delete_task;
pub mod due;
mod list_tasks;
mod redo_last_change;
mod registry;
#[cfg(test)]
mod testing;
mod turns;
mod undo_last_change;
mod update_task;

use async_trait::async_trait;
use protocol::limits::{TASK_TITLE_CHARS, excerpt};
use protocol::{Overwrite, Task, TaskId, TaskPriority, TaskStatus, Timestamp, ToolCallId};
use serde_json::{Value, json};

use crate::llm::{Clock, ToolDefinition};

pub use arguments::Arguments;
pub(crate) use list_tasks::may_be_cut;
pub use registry::Registry;

/// What a tool may reach: the actor's own tasks, inside the transaction of its call. `domain`
/// implements it and journals every change (before and after), so a tool need not.
#[async_trait]
pub trait TaskPort: Send {
    /// Adds a task.
    async fn add(&mut self, task: NewTask) -> Result<Task, ToolError>;

    /// Lists tasks, in the order in which the tasks page shows them: the open ones by due date (none last), those of
    /// one moment as they were arranged by hand, else by priority (high first) and age; then the done ones, the newest
    /// first.
    async fn list(&mut self, filter: TaskFilter) -> Result<Vec<Task>, ToolError>;

    /// The task with this id; `None` also for somebody else's and a deleted one.
    async fn find(&mut self, id: TaskId) -> Result<Option<Task>, ToolError>;

    /// Changes a task. `None` when [`Self::find`] would give none.
    async fn update(&mut self, id: TaskId, patch: TaskPatch) -> Result<Option<TaskChange>, ToolError>;

    /// Deletes a task and returns it as it was. `None` when [`Self::find`] would give none.
    async fn delete(&mut self, id: TaskId) -> Result<Option<Task>, ToolError>;

    /// Takes back the newest change that the assistant made in this conversation and that still stands; with
    /// `overwrite` also where the task was changed since.
    async fn undo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError>;

    /// Makes the change of this conversation that was taken back last again; with `overwrite` also where the task was
    /// changed since.
    async fn redo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError>;
}

/// A task to be added; texts already trimmed and within their limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewTask {
    pub title: String,
    pub description: String,
    pub due_at: Option<Timestamp>,
    pub priority: TaskPriority,
}

/// Which tasks to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    pub status: Option<TaskStatus>,
    /// Part of the title or description, in any case.
    pub q: Option<String>,
    /// At most this many, 1–200.
    pub limit: Option<u32>,
}

/// Changes to a task; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskPatch {
    pub title: Option<String>,
    pub description: Option<String>,
    /// `Some(None)` takes the date away.
    pub due_at: Option<Option<Timestamp>>,
    pub priority: Option<TaskPriority>,
    pub status: Option<TaskStatus>,
}

/// A task before and after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChange {
    pub before: Task,
    pub after: Task,
}

/// What came of taking a change back, or of making it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnOutcome {
    /// There is none.
    Nothing,
    /// It was done; the call's summary as it was ("Created task: Milk").
    Turned {
        call_id: ToolCallId,
        summary: String,
        /// What was changed since and is overwritten by it, if that was to be.
        overwrote: Vec<Overwrite>,
    },
    /// It was not done, since it would overwrite what was changed since.
    Conflict {
        summary: String,
        overwrites: Vec<Overwrite>,
    },
}

/// Why a tool did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// Something the model can do better next time.
    #[error("{}", .0.told)]
    Respond(Refusal),
    /// The run cannot go on.
    #[error("the tool's host failed")]
    Fatal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a call was refused, for each of the two who have to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the model: what was wrong and how to do better. People find it in the badge's details.
    pub told: String,
    /// For a person, on the badge: one short sentence without fields, ids or names of tools.
    pub summary: String,
}

impl ToolError {
    /// Refuses a call: what the model is told, and what a person sees.
    pub fn respond(told: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::Respond(Refusal {
            told: told.into(),
            summary: summary.into(),
        })
    }
}

/// What a tool did.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutput {
    /// For the model and for "details" on the badge: a task as `{"task": …}`, a list as
    /// `{"tasks": […], "count": n}` (and `"truncated": true` when there are more), an undone change as
    /// `{"undone": {"call_id", "summary"}}` or `{"undone": null}`. At most 64 KiB as JSON.
    pub result: Value,
    /// One line for a person: "Created task: Review Q4 report".
    pub summary: String,
}

/// What a tool is given besides its arguments.
pub struct ToolContext<'a> {
    pub tasks: &'a mut dyn TaskPort,
    pub clock: &'a Clock,
}

/// What a call of a tool does at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changes.
    Reads,
    /// Something is added or changed.
    Changes,
    /// Something is gone afterwards.
    Destroys,
}

/// A capability of the assistant.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Name, description and JSON Schema of the arguments.
    fn definition(&self) -> ToolDefinition;

    /// What it does at most, as long as [`Tool::effect_of`] says nothing else; whether a person is asked first goes by it.
    fn effect(&self) -> Effect;

    /// What it does at most with these arguments.
    fn effect_of(&self, _arguments: &Arguments) -> Effect {
        self.effect()
    }

    /// Other names under which models know it.
    fn aliases(&self) -> &[&str] {
        &[]
    }

    /// Does it.
    ///
    /// # Errors
    /// [`ToolError::Respond`] for what the model got wrong.
    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError>;
}

/// A task's one-line summary: "Created task: Review Q4 report".
fn summary(what: &str, task: &Task) -> String {
    format!("{what}: {}", excerpt(&task.title, TASK_TITLE_CHARS))
}

fn task_id_schema() -> Value {
    json!({
        "type": "string",
        "format": "uuid",
        "description": "The task's id, exactly as a tool result gave it. Never make one up.",
    })
}
