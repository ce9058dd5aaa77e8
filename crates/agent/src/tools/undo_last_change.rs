//! `undo_last_change`: takes the assistant's newest change back.

use async_trait::async_trait;

use super::turns::{Words, effect_of, parameters, told};
use super::{Arguments, Effect, Tool, ToolContext, ToolError, ToolOutput};
use crate::llm::ToolDefinition;

const WORDS: Words = Words {
    done: "undone",
    doing: "undoing",
    tool: "undo_last_change",
};

pub(super) struct UndoLastChange;

#[async_trait]
impl Tool for UndoLastChange {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn effect_of(&self, arguments: &Arguments) -> Effect {
        effect_of(arguments)
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: WORDS.tool.into(),
            description: "Takes back the newest change that you made to the task list in this conversation and that \
                          still stands. Call it again to take back the one before. Use it when the user says undo, take \
                          that back or that was wrong, rather than making the opposite change yourself."
                .into(),
            parameters: parameters(),
        }
    }

    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let outcome = context.tasks.undo_last(arguments.overwrite()?).await?;
        let (result, undone) = told(outcome, &WORDS, context.clock)?;
        Ok(ToolOutput {
            result,
            summary: undone.map_or_else(|| "Nothing to undo".into(), |undone| format!("Undid: {undone}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use protocol::{Overwrite, ToolCallId};
    use serde_json::json;

    use super::super::TurnOutcome;
    use super::super::testing::Desk;

    #[tokio::test]
    async fn every_outcome_is_told() {
        let mut desk = Desk::new();
        assert_eq!(
            desk.call("undo_last_change", "").await.unwrap().summary,
            "Nothing to undo"
        );
        let call_id = ToolCallId("0190a1b2-0000-7000-8000-000000000001".parse().unwrap());
        let turned = TurnOutcome::Turned {
            call_id,
            summary: "Created task: Milk".into(),
            overwrote: vec![],
        };
        for (tool, done, summary) in [
            ("undo_last_change", "undone", "Undid: Created task: Milk"),
            ("redo_last_change", "redone", "Redid: Created task: Milk"),
        ] {
            desk.turn = Some(turned.clone());
            let output = desk.call(tool, "{}").await.unwrap();
            assert_eq!(output.summary, summary);
            assert_eq!(
                output.result,
                json!({ done: { "call_id": call_id, "summary": "Created task: Milk" } })
            );
        }
        let conflict = TurnOutcome::Conflict {
            summary: "Updated task: Milk".into(),
            overwrites: vec![Overwrite {
                task_id: "0190a1b2-0000-7000-8000-000000000002".parse().unwrap(),
                title: "Milk".into(),
                field: "due_at".into(),
                now: "2026-11-22T22:59:59.000Z".into(),
                then: json!(null),
            }],
        };
        desk.turn = Some(conflict.clone());
        let refusal = desk.refused("undo_last_change", "{}").await;
        assert!(
            refusal.told.starts_with(
                "Not undone: “Updated task: Milk”. Since then the due date was changed to Sunday, 22 November 2026, \
                 23:59, and undoing would overwrite that."
            ),
            "{refusal:?}"
        );
        assert_eq!(refusal.summary, "Not undone, since the task was changed later");
        // The desk overwrites what it is told to.
        desk.turn = Some(conflict);
        let output = desk
            .call("undo_last_change", "{\"overwrite\": true}")
            .await
            .unwrap();
        assert_eq!(
            output.summary,
            "Undid: Updated task: Milk, although since then the due date was changed to Sunday, 22 November 2026, 23:59"
        );
        assert_eq!(output.result["undone"]["summary"], "Updated task: Milk");
    }
}
