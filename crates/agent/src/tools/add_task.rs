//! `add_task`: puts a task on the list.

use async_trait::async_trait;
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};
use serde_json::json;

use super::{Arguments, Effect, NewTask, Tool, ToolContext, ToolError, ToolOutput, due, summary};
use crate::llm::ToolDefinition;

pub(super) struct AddTask;

#[async_trait]
impl Tool for AddTask {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "add_task".into(),
            description:
                "Adds one task to the user's list and returns it with its id. Call it once for each task the \
                          user wants; do not add a task the user did not ask for."
                    .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "title": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": TASK_TITLE_CHARS,
                        "description": "What is to be done, short and in the user's own words and language, without \
                                        the due date or priority.",
                    },
                    "description": {
                        "type": "string",
                        "maxLength": TASK_DESCRIPTION_CHARS,
                        "description": "Details the user gave that do not belong in the title. Leave out if none.",
                    },
                    "due_at": {
                        "type": "string",
                        "description": format!("{} Leave out if the user named no date.", due::DESCRIPTION),
                    },
                    "priority": {
                        "type": "string",
                        "enum": ["low", "normal", "high"],
                        "description": "How much it matters; normal unless the user says so.",
                    },
                },
                "required": ["title"],
                "additionalProperties": false,
            }),
        }
    }

    fn aliases(&self) -> &[&str] {
        &["create_task"]
    }

    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let title = arguments.title()?.ok_or_else(|| {
            ToolError::respond(
                "`title` is missing: say what is to be done.",
                "The title was missing",
            )
        })?;
        let task = context
            .tasks
            .add(NewTask {
                title,
                description: arguments.description()?.unwrap_or_default(),
                due_at: arguments.due_at(context.clock)?.flatten(),
                priority: arguments.priority()?.unwrap_or_default(),
            })
            .await?;
        Ok(ToolOutput {
            summary: summary("Created task", &task),
            result: json!({ "task": task }),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use protocol::TaskPriority;

    use super::super::testing::Desk;

    #[tokio::test]
    async fn a_task_is_added_with_all_its_fields() {
        let mut desk = Desk::new();
        let output = desk
            .call(
                "add_task",
                r#"{"title":" Review Q4 report ","description":"Figures","due_at":"2026-11-22","priority":"High","color":"red"}"#,
            )
            .await
            .unwrap();
        assert_eq!(output.summary, "Created task: Review Q4 report");
        let task = desk.tasks()[0].clone();
        assert_eq!(output.result, serde_json::json!({ "task": task }));
        assert_eq!(
            (task.title.as_str(), task.description.as_str()),
            ("Review Q4 report", "Figures")
        );
        assert_eq!(task.priority, TaskPriority::High);
        assert_eq!(task.due_at.unwrap().to_string(), "2026-11-22T22:59:59.000Z");
    }

    #[tokio::test]
    async fn create_task_is_another_name_for_it() {
        let mut desk = Desk::new();
        desk.call("create_task", r#"{"title":"Milk"}"#).await.unwrap();
        assert_eq!(desk.tasks()[0].title, "Milk");
    }

    #[tokio::test]
    async fn without_a_usable_title_nothing_is_added() {
        let mut desk = Desk::new();
        assert!(
            desk.refusal("add_task", "{}")
                .await
                .starts_with("`title` is missing")
        );
        assert!(
            desk.refusal("add_task", r#"{"title":"  "}"#)
                .await
                .contains("must not be empty")
        );
        let late = desk
            .refusal("add_task", r#"{"title":"Milk","due_at":"soon"}"#)
            .await;
        assert!(
            late.starts_with("`due_at` must be a date such as 2026-11-21"),
            "{late}"
        );
        assert!(desk.tasks().is_empty());
    }
}
