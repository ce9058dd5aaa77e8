//! What tools reach: the tasks of the run's user, in the transaction of the call. Every change is
//! noted for the journal.

use agent::tools::{NewTask, TaskChange, TaskFilter, TaskPatch, TaskPort, ToolError, TurnOutcome};
use async_trait::async_trait;
use protocol::limits::TASKS_PAGE;
use protocol::{Task, TaskId};
use store::runs::RunRecord;
use store::tasks::TaskQuery;
use store::tool_calls::{Change, ToolCallRecord};
use store::{Tx, tasks, tool_calls};
use uuid::Uuid;

use crate::page;
use crate::tasks::set_status;
use crate::turns::{Turned, Way, turn};

/// The tasks of a run's user.
pub(super) struct Port<'a> {
    tx: &'a mut Tx,
    run: &'a RunRecord,
    changes: Vec<Change>,
}

fn fatal(error: store::Error) -> ToolError {
    ToolError::Fatal(Box::new(error))
}

impl<'a> Port<'a> {
    pub(super) fn new(tx: &'a mut Tx, run: &'a RunRecord) -> Self {
        Self {
            tx,
            run,
            changes: vec![],
        }
    }

    /// What was changed, in order.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

#[async_trait]
impl TaskPort for Port<'_> {
    async fn add(&mut self, task: NewTask) -> Result<Task, ToolError> {
        let new = tasks::NewTask {
            id: Uuid::now_v7().into(),
            user: &self.run.user_id,
            title: &task.title,
            description: &task.description,
            due_at: task.due_at,
            priority: task.priority,
        };
        let added = tasks::insert(self.tx, &new).await.map_err(fatal)?.task;
        self.changes.push(Change {
            before: None,
            after: Some(added.clone()),
        });
        Ok(added)
    }

    async fn list(&mut self, filter: TaskFilter) -> Result<Vec<Task>, ToolError> {
        let query = TaskQuery {
            status: filter.status,
            pattern: page::pattern(filter.q.as_deref()),
            ..TaskQuery::default()
        };
        let limit = filter.limit.unwrap_or(TASKS_PAGE.1).clamp(1, TASKS_PAGE.1);
        let found = tasks::list(self.tx, &self.run.user_id, &query, limit)
            .await
            .map_err(fatal)?;
        Ok(found.into_iter().map(|record| record.task).collect())
    }

    async fn find(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        Ok(tasks::find(self.tx, id)
            .await
            .map_err(fatal)?
            .map(|record| record.task))
    }

    async fn update(&mut self, id: TaskId, patch: TaskPatch) -> Result<Option<TaskChange>, ToolError> {
        let found = tasks::find_for_update(self.tx, id).await.map_err(fatal)?;
        let Some(before) = found.filter(|record| !record.deleted).map(|record| record.task) else {
            return Ok(None);
        };
        let mut task = before.clone();
        task.title = patch.title.unwrap_or(task.title);
        task.description = patch.description.unwrap_or(task.description);
        task.due_at = patch.due_at.unwrap_or(task.due_at);
        task.priority = patch.priority.unwrap_or(task.priority);
        set_status(&mut task, patch.status);
        if task == before {
            return Ok(Some(TaskChange {
                after: before.clone(),
                before,
            }));
        }
        let Some(saved) = tasks::save(self.tx, &task, false).await.map_err(fatal)? else {
            return Ok(None);
        };
        self.changes.push(Change {
            before: Some(before.clone()),
            after: Some(saved.task.clone()),
        });
        Ok(Some(TaskChange {
            before,
            after: saved.task,
        }))
    }

    async fn delete(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        let found = tasks::find_for_update(self.tx, id).await.map_err(fatal)?;
        let Some(before) = found.filter(|record| !record.deleted).map(|record| record.task) else {
            return Ok(None);
        };
        tasks::save(self.tx, &before, true).await.map_err(fatal)?;
        self.changes.push(Change {
            before: Some(before.clone()),
            after: None,
        });
        Ok(Some(before))
    }

    async fn undo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError> {
        let newest = tool_calls::newest_undoable(self.tx, self.run.conversation_id).await;
        self.turn(newest.map_err(fatal)?, Way::Undo, overwrite).await
    }

    async fn redo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError> {
        let newest = tool_calls::newest_redoable(self.tx, self.run.conversation_id).await;
        self.turn(newest.map_err(fatal)?, Way::Redo, overwrite).await
    }
}

impl Port<'_> {
    async fn turn(
        &mut self,
        record: Option<ToolCallRecord>,
        way: Way,
        overwrite: bool,
    ) -> Result<TurnOutcome, ToolError> {
        let Some(record) = record else {
            return Ok(TurnOutcome::Nothing);
        };
        let (call_id, summary) = (record.call.id, record.call.summary.clone());
        Ok(
            match turn(self.tx, &[record], way, overwrite).await.map_err(fatal)? {
                Turned::Done { overwrote, .. } => TurnOutcome::Turned {
                    call_id,
                    summary,
                    overwrote,
                },
                Turned::Conflict(overwrites) => TurnOutcome::Conflict { summary, overwrites },
            },
        )
    }
}
