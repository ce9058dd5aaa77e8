//! `complete_task`: ticks a task off.

use async_trait::async_trait;
use protocol::TaskStatus;
use serde_json::json;

use super::arguments::no_such_task;
use super::{Arguments, Effect, TaskPatch, Tool, ToolContext, ToolError, ToolOutput, summary};
use crate::llm::ToolDefinition;

pub(super) struct CompleteTask;

#[async_trait]
impl Tool for CompleteTask {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "complete_task".into(),
            description: "Marks one task as done. Use it when the user says that something is done, finished or can be \
                          ticked off."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": { "task_id": super::task_id_schema() },
                "required": ["task_id"],
                "additionalProperties": false,
            }),
        }
    }

    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let id = arguments.task_id()?;
        let task = context.tasks.find(id).await?.ok_or_else(|| no_such_task(id))?;
        if task.status == TaskStatus::Done {
            return Ok(ToolOutput {
                summary: summary("Already completed", &task),
                result: json!({ "task": task, "already_done": true }),
            });
        }
        let patch = TaskPatch {
            status: Some(TaskStatus::Done),
            ..TaskPatch::default()
        };
        let change = context
            .tasks
            .update(id, patch)
            .await?
            .ok_or_else(|| no_such_task(id))?;
        Ok(ToolOutput {
            summary: summary("Completed task", &change.after),
            result: json!({ "task": change.after }),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::super::testing::Desk;

    #[tokio::test]
    async fn a_task_is_completed_once() {
        let mut desk = Desk::new();
        let id = desk.add("Milk");
        let arguments = json!({ "task_id": id }).to_string();
        let output = desk.call("complete_task", &arguments).await.unwrap();
        assert_eq!(output.summary, "Completed task: Milk");
        assert_eq!(output.result["task"]["status"], "done");
        let changes = desk.changes();
        let again = desk.call("complete_task", &arguments).await.unwrap();
        assert_eq!(again.summary, "Already completed: Milk");
        assert_eq!(again.result["already_done"], true);
        assert_eq!(desk.changes(), changes, "nothing to journal the second time");
    }

    #[tokio::test]
    async fn an_unknown_task_is_explained() {
        let mut desk = Desk::new();
        for arguments in [
            "{}",
            r#"{"task_id":"Milk"}"#,
            r#"{"task_id":"0190a1b2-0000-7000-8000-000000000001"}"#,
        ] {
            assert!(
                desk.refusal("complete_task", arguments)
                    .await
                    .contains("list_tasks")
            );
        }
    }
}
