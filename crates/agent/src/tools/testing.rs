//! A task list in memory, for the tools' tests.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use protocol::{Task, TaskId, TaskStatus, Timestamp};
use uuid::Uuid;

use super::{
    NewTask, Refusal, Registry, TaskChange, TaskFilter, TaskPatch, TaskPort, ToolContext, ToolError,
    ToolOutput, TurnOutcome,
};
use crate::llm::Clock;

/// The registry, a list, and a clock in Berlin at 2026-11-21T10:00Z.
pub(super) struct Desk {
    registry: Registry,
    clock: Clock,
    list: List,
    /// What the next undo or redo comes to; `None` for nothing to turn.
    pub(super) turn: Option<TurnOutcome>,
}

#[derive(Default)]
struct List {
    tasks: Vec<Task>,
    added: u128,
    changes: usize,
    turn: Option<TurnOutcome>,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::with(Registry::built_in())
    }

    pub(super) fn with(registry: Registry) -> Self {
        Self {
            registry,
            clock: Clock {
                now: "2026-11-21T10:00:00Z".parse().unwrap(),
                time_zone: TimeZone::get("Europe/Berlin").unwrap(),
            },
            list: List::default(),
            turn: None,
        }
    }

    pub(super) async fn call(&mut self, name: &str, arguments: &str) -> Result<ToolOutput, ToolError> {
        self.list.turn = self.turn.take();
        let mut context = ToolContext {
            tasks: &mut self.list,
            clock: &self.clock,
        };
        self.registry.dispatch(name, arguments, &mut context).await
    }

    /// What the model is told of a call that must fail.
    pub(super) async fn refusal(&mut self, name: &str, arguments: &str) -> String {
        self.refused(name, arguments).await.told
    }

    /// Why a call that must fail was refused.
    pub(super) async fn refused(&mut self, name: &str, arguments: &str) -> Refusal {
        match self.call(name, arguments).await {
            Err(ToolError::Respond(refusal)) => refusal,
            other => panic!("{name} {arguments} must be refused, but: {other:?}"),
        }
    }

    pub(super) fn add(&mut self, title: &str) -> TaskId {
        self.list
            .insert(NewTask {
                title: title.into(),
                ..NewTask::default()
            })
            .id
    }

    pub(super) fn tasks(&self) -> &[Task] {
        &self.list.tasks
    }

    pub(super) fn last(&mut self) -> &mut Task {
        self.list.tasks.last_mut().unwrap()
    }

    /// How many updates reached the list.
    pub(super) fn changes(&self) -> usize {
        self.list.changes
    }
}

impl List {
    fn insert(&mut self, new: NewTask) -> Task {
        self.added += 1;
        let now = Timestamp::from_millis(self.added as i64);
        self.tasks.push(Task {
            id: Uuid::from_u128(self.added).into(),
            title: new.title,
            description: new.description,
            status: TaskStatus::Open,
            priority: new.priority,
            due_at: new.due_at,
            completed_at: None,
            created_at: now,
            updated_at: now,
        });
        self.tasks[self.tasks.len() - 1].clone()
    }
}

#[async_trait]
impl TaskPort for List {
    async fn add(&mut self, task: NewTask) -> Result<Task, ToolError> {
        Ok(self.insert(task))
    }

    async fn list(&mut self, filter: TaskFilter) -> Result<Vec<Task>, ToolError> {
        let q = filter.q.unwrap_or_default().to_lowercase();
        let limit = filter.limit.unwrap();
        assert!((1..=200).contains(&limit));
        let wanted = |task: &&Task| {
            filter.status.is_none_or(|status| task.status == status) && task.title.to_lowercase().contains(&q)
        };
        Ok(self
            .tasks
            .iter()
            .filter(wanted)
            .take(limit as usize)
            .cloned()
            .collect())
    }

    async fn find(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        Ok(self.tasks.iter().find(|task| task.id == id).cloned())
    }

    async fn update(&mut self, id: TaskId, patch: TaskPatch) -> Result<Option<TaskChange>, ToolError> {
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) else {
            return Ok(None);
        };
        let before = task.clone();
        task.title = patch.title.unwrap_or_else(|| before.title.clone());
        task.description = patch.description.unwrap_or_else(|| before.description.clone());
        task.due_at = patch.due_at.unwrap_or(before.due_at);
        task.priority = patch.priority.unwrap_or(before.priority);
        task.status = patch.status.unwrap_or(before.status);
        task.completed_at = (task.status == TaskStatus::Done).then_some(task.created_at);
        task.updated_at = task.updated_at.plus_millis(1);
        self.changes += 1;
        Ok(Some(TaskChange {
            before,
            after: task.clone(),
        }))
    }

    async fn delete(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        let at = self.tasks.iter().position(|task| task.id == id);
        Ok(at.map(|at| self.tasks.remove(at)))
    }

    async fn undo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError> {
        Ok(match self.turn.take() {
            Some(TurnOutcome::Conflict { summary, overwrites }) if overwrite => TurnOutcome::Turned {
                call_id: overwrites[0].task_id.0.into(),
                summary,
                overwrote: overwrites,
            },
            outcome => outcome.unwrap_or(TurnOutcome::Nothing),
        })
    }

    async fn redo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError> {
        self.undo_last(overwrite).await
    }
}
