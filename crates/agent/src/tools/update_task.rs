//! `update_task`: changes a task's fields.

use async_trait::async_trait;
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};
use protocol::{Task, TaskStatus};
use serde_json::json;

use super::arguments::no_such_task;
use super::{
    Arguments, Effect, TaskChange, TaskPatch, Tool, ToolContext, ToolError, ToolOutput, due, summary,
};
use crate::llm::ToolDefinition;

pub(super) struct UpdateTask;

#[async_trait]
impl Tool for UpdateTask {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "update_task".into(),
            description: "Changes one task: renames it, describes it, moves or removes its due date, sets its priority, \
                          or opens a done task again. Give only the fields that change; the rest stays."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "task_id": super::task_id_schema(),
                    "title": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": TASK_TITLE_CHARS,
                        "description": "The new title.",
                    },
                    "description": {
                        "type": "string",
                        "maxLength": TASK_DESCRIPTION_CHARS,
                        "description": "The new description, which replaces the old one. Empty removes it.",
                    },
                    "due_at": {
                        "type": "string",
                        "description": format!("{} Empty removes the due date.", due::DESCRIPTION),
                    },
                    "priority": { "type": "string", "enum": ["low", "normal", "high"] },
                    "status": {
                        "type": "string",
                        "enum": ["open", "done"],
                        "description": "open puts a done task back on the list. To complete a task use complete_task.",
                    },
                },
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
        let patch = TaskPatch {
            title: arguments.title()?,
            description: arguments.description()?,
            due_at: arguments.due_at(context.clock)?,
            priority: arguments.priority()?,
            status: arguments.status()?,
        };
        if patch == TaskPatch::default() {
            return Err(ToolError::respond(
                "Nothing to change was given. Give at least one of title, description, due_at, priority or status.",
                "There was nothing to change",
            ));
        }
        let change = context
            .tasks
            .update(id, patch)
            .await?
            .ok_or_else(|| no_such_task(id))?;
        Ok(ToolOutput {
            summary: summary(what_happened(&change), &change.after),
            result: json!({ "task": change.after }),
        })
    }
}

fn what_happened(TaskChange { before, after }: &TaskChange) -> &'static str {
    let with_status_and_time_of = |task: &Task| Task {
        status: after.status,
        completed_at: after.completed_at,
        updated_at: after.updated_at,
        ..task.clone()
    };
    if with_status_and_time_of(before) != *after {
        return "Updated task";
    }
    match (before.status, after.status) {
        (TaskStatus::Open, TaskStatus::Done) => "Completed task",
        (TaskStatus::Done, TaskStatus::Open) => "Reopened task",
        _ => "Unchanged task",
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use protocol::TaskPriority;
    use serde_json::{Value, json};

    use super::super::testing::Desk;

    fn with(id: impl ToString, mut fields: Value) -> String {
        fields["task_id"] = json!(id.to_string());
        fields.to_string()
    }

    #[tokio::test]
    async fn only_what_is_given_changes() {
        let mut desk = Desk::new();
        let id = desk.add("Milk");
        desk.last().description = "2 litres".into();
        let output = desk
            .call(
                "update_task",
                &with(
                    id,
                    json!({"title": "Oat milk", "priority": "LOW", "due_at": "2026-11-22T15:00"}),
                ),
            )
            .await
            .unwrap();
        assert_eq!(output.summary, "Updated task: Oat milk");
        let task = desk.tasks()[0].clone();
        assert_eq!(output.result, json!({ "task": task }));
        assert_eq!(task.description, "2 litres");
        assert_eq!(task.priority, TaskPriority::Low);
        assert_eq!(task.due_at.unwrap().to_string(), "2026-11-22T14:00:00.000Z");
    }

    #[tokio::test]
    async fn null_and_empty_take_the_date_away() {
        let mut desk = Desk::new();
        for nothing in [Value::Null, json!("")] {
            let id = desk.add("Milk");
            desk.last().due_at = Some("2026-11-22T14:00:00Z".parse().unwrap());
            desk.call("update_task", &with(id, json!({ "due_at": nothing })))
                .await
                .unwrap();
            assert_eq!(desk.last().due_at, None);
        }
    }

    #[tokio::test]
    async fn the_summary_says_what_became_of_it() {
        let mut desk = Desk::new();
        let id = desk.add("Milk");
        for (fields, expected) in [
            (json!({"status": "done"}), "Completed task: Milk"),
            (json!({"status": "open"}), "Reopened task: Milk"),
            (json!({"title": "Milk"}), "Unchanged task: Milk"),
        ] {
            assert_eq!(
                desk.call("update_task", &with(id, fields)).await.unwrap().summary,
                expected
            );
        }
    }

    #[tokio::test]
    async fn what_does_not_fit_changes_nothing() {
        let mut desk = Desk::new();
        let id = desk.add("Milk");
        let told = desk
            .refusal("update_task", &with(id, json!({"colour": "red"})))
            .await;
        assert!(told.starts_with("Nothing to change"), "{told}");
        let told = desk.refusal("update_task", &with(id, json!({"title": ""}))).await;
        assert_eq!(told, "`title` must not be empty.");
        let stranger = "0190a1b2-0000-7000-8000-000000000001";
        let told = desk
            .refusal("update_task", &with(stranger, json!({"title": "Bread"})))
            .await;
        assert!(told.contains(stranger) && told.contains("list_tasks"), "{told}");
        assert_eq!(desk.tasks()[0].title, "Milk");
        assert_eq!(desk.changes(), 0);
    }
}
