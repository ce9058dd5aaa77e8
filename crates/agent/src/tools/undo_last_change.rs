//! `undo_last_change`: takes the assistant's newest change back.

use async_trait::async_trait;
use serde_json::json;

use super::{Arguments, Effect, Tool, ToolContext, ToolError, ToolOutput, UndoOutcome};
use crate::llm::ToolDefinition;

pub(super) struct UndoLastChange;

#[async_trait]
impl Tool for UndoLastChange {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "undo_last_change".into(),
            description: "Takes back the newest change that you made to the task list in this conversation and that \
                          still stands. Call it again to take back the one before. Use it when the user says undo, take \
                          that back or that was wrong, rather than making the opposite change yourself."
                .into(),
            parameters: json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        }
    }

    async fn call(
        &self,
        _arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        match context.tasks.undo_last().await? {
            UndoOutcome::Undone { call_id, summary } => Ok(ToolOutput {
                result: json!({ "undone": { "call_id": call_id, "summary": summary } }),
                summary: format!("Undid: {summary}"),
            }),
            UndoOutcome::Nothing => Ok(ToolOutput {
                result: json!({ "undone": null }),
                summary: "Nothing to undo".into(),
            }),
            UndoOutcome::Conflict { summary } => Err(ToolError::respond(
                format!(
                    "Not undone: “{summary}”. The task was changed since, and undoing would overwrite that. Tell the \
                     user, and change the task itself if they want that."
                ),
                "Not undone, since the task was changed later",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use protocol::ToolCallId;
    use serde_json::json;

    use super::super::testing::Desk;
    use super::*;

    #[tokio::test]
    async fn every_outcome_is_told() {
        let mut desk = Desk::new();
        assert_eq!(
            desk.call("undo_last_change", "").await.unwrap().summary,
            "Nothing to undo"
        );
        let call_id = ToolCallId("0190a1b2-0000-7000-8000-000000000001".parse().unwrap());
        desk.undo = Some(UndoOutcome::Undone {
            call_id,
            summary: "Created task: Milk".into(),
        });
        let output = desk.call("undo_last_change", "{}").await.unwrap();
        assert_eq!(output.summary, "Undid: Created task: Milk");
        assert_eq!(
            output.result,
            json!({"undone": {"call_id": call_id, "summary": "Created task: Milk"}})
        );
        desk.undo = Some(UndoOutcome::Conflict {
            summary: "Updated task: Milk".into(),
        });
        let refusal = desk.refused("undo_last_change", "{}").await;
        assert!(
            refusal.told.starts_with("Not undone: “Updated task: Milk”."),
            "{refusal:?}"
        );
        assert_eq!(refusal.summary, "Not undone, since the task was changed later");
    }
}
