//! `delete_task`: takes a task off the list.

use async_trait::async_trait;
use serde_json::json;

use super::arguments::no_such_task;
use super::{Arguments, Effect, Tool, ToolContext, ToolError, ToolOutput, summary};
use crate::llm::ToolDefinition;

pub(super) struct DeleteTask;

#[async_trait]
impl Tool for DeleteTask {
    fn effect(&self) -> Effect {
        Effect::Destroys
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "delete_task".into(),
            description: "Deletes one task and returns it as it was. Only when the user wants it gone; a task that was \
                          done is completed, not deleted. If it is not plain which task is meant, ask first."
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
        let task = context.tasks.delete(id).await?.ok_or_else(|| no_such_task(id))?;
        Ok(ToolOutput {
            summary: summary("Deleted task", &task),
            result: json!({ "task": task }),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::super::testing::Desk;

    #[tokio::test]
    async fn a_task_is_deleted_and_shown_as_it_was() {
        let mut desk = Desk::new();
        let id = desk.add("Milk");
        let arguments = json!({ "task_id": id }).to_string();
        let output = desk.call("delete_task", &arguments).await.unwrap();
        assert_eq!(output.summary, "Deleted task: Milk");
        assert_eq!(output.result["task"]["id"], json!(id));
        assert!(desk.tasks().is_empty());
        assert!(
            desk.refusal("delete_task", &arguments)
                .await
                .contains("There is no task with the id")
        );
    }
}
