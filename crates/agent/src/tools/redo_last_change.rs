//! `redo_last_change`: makes a change again that was taken back.

use async_trait::async_trait;

use super::turns::{Words, effect_of, parameters, told};
use super::{Arguments, Effect, Tool, ToolContext, ToolError, ToolOutput};
use crate::llm::ToolDefinition;

const WORDS: Words = Words {
    done: "redone",
    doing: "redoing",
    tool: "redo_last_change",
};

pub(super) struct RedoLastChange;

#[async_trait]
impl Tool for RedoLastChange {
    fn effect(&self) -> Effect {
        Effect::Changes
    }

    fn effect_of(&self, arguments: &Arguments) -> Effect {
        effect_of(arguments)
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: WORDS.tool.into(),
            description: "Makes the change of this conversation that was taken back last again. Call it again for the \
                          one that was taken back before. Use it when the user says redo or wants an undo undone, \
                          rather than making the change anew yourself."
                .into(),
            parameters: parameters(),
        }
    }

    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let outcome = context.tasks.redo_last(arguments.overwrite()?).await?;
        let (result, redone) = told(outcome, &WORDS, context.clock)?;
        Ok(ToolOutput {
            result,
            summary: redone.map_or_else(|| "Nothing to redo".into(), |redone| format!("Redid: {redone}")),
        })
    }
}
