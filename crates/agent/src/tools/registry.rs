//! Finds the tool for a call and hands it its arguments.

use protocol::limits::{TOOL_RESULT_BYTES, excerpt};
use serde_json::{Value, json};

use super::add_task::AddTask;
use super::complete_task::CompleteTask;
use super::delete_task::DeleteTask;
use super::list_tasks::ListTasks;
use super::redo_last_change::RedoLastChange;
use super::undo_last_change::UndoLastChange;
use super::update_task::UpdateTask;
use super::{Arguments, Effect, Tool, ToolContext, ToolError, ToolOutput};
use crate::llm::ToolDefinition;

/// The tools an agent has.
pub struct Registry {
    tools: Vec<Entry>,
}

struct Entry {
    definition: ToolDefinition,
    tool: Box<dyn Tool>,
}

impl Registry {
    /// The built-in task tools.
    pub fn built_in() -> Self {
        Self::new(vec![
            Box::new(AddTask),
            Box::new(ListTasks),
            Box::new(CompleteTask),
            Box::new(UpdateTask),
            Box::new(DeleteTask),
            Box::new(UndoLastChange),
            Box::new(RedoLastChange),
        ])
    }

    /// These tools, in this order; of two with one name the first counts.
    pub fn new(tools: Vec<Box<dyn Tool>>) -> Self {
        let entry = |tool: Box<dyn Tool>| Entry {
            definition: tool.definition(),
            tool,
        };
        Self {
            tools: tools.into_iter().map(entry).collect(),
        }
    }

    /// What a model is told.
    pub fn definitions(&self) -> Vec<ToolDefinition> {
        self.tools.iter().map(|entry| entry.definition.clone()).collect()
    }

    /// Finds the tool (an alias counts), reads the arguments and calls it. A result over 64 KiB is
    /// cut to `{"truncated": true, "text": …}`.
    ///
    /// # Errors
    /// [`ToolError::Respond`] for an unknown tool, arguments that are no JSON object or do not fit.
    pub async fn dispatch(
        &self,
        name: &str,
        arguments: &str,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let Some(entry) = self.find(name) else {
            let names: Vec<&str> = self
                .tools
                .iter()
                .map(|entry| entry.definition.name.as_str())
                .collect();
            let name = excerpt(name, 60);
            return Err(ToolError::respond(
                format!(
                    "There is no tool named \"{name}\". The tools are: {}.",
                    names.join(", ")
                ),
                format!("There is no tool called {name}"),
            ));
        };
        let arguments = Arguments::parse(&entry.definition.name, arguments)?;
        let output = entry.tool.call(arguments, context).await?;
        Ok(ToolOutput {
            result: within_limit(output.result),
            summary: output.summary,
        })
    }

    /// The tool's own name for a name or alias; `None` for a tool that does not exist.
    pub fn canonical_name(&self, name: &str) -> Option<&str> {
        self.find(name).map(|entry| entry.definition.name.as_str())
    }

    /// What a call with these arguments does at most; nothing where there is no such tool.
    pub fn effect(&self, name: &str, arguments: &str) -> Effect {
        self.find(name).map_or(Effect::Reads, |entry| {
            match Arguments::parse(&entry.definition.name, arguments) {
                Ok(arguments) => entry.tool.effect_of(&arguments),
                // It will be refused.
                Err(_) => entry.tool.effect(),
            }
        })
    }

    /// The names of the tools that do more than read.
    pub fn changing(&self) -> Vec<&str> {
        self.tools
            .iter()
            .filter(|entry| entry.tool.effect() != Effect::Reads)
            .map(|entry| entry.definition.name.as_str())
            .collect()
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        let name = name.trim();
        let own = |entry: &&Entry| entry.definition.name == name;
        let alias = |entry: &&Entry| entry.tool.aliases().contains(&name);
        self.tools
            .iter()
            .find(own)
            .or_else(|| self.tools.iter().find(alias))
    }
}

fn within_limit(result: Value) -> Value {
    let text = result.to_string();
    if text.len() <= TOOL_RESULT_BYTES {
        return result;
    }
    // Quotes and backslashes double when the text becomes a string itself; control characters are
    // escaped already, so half is always enough.
    let text = &text[..text.floor_char_boundary(TOOL_RESULT_BYTES / 2 - 64)];
    json!({ "truncated": true, "text": text })
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use pretty_assertions::assert_eq;

    use super::super::testing::Desk;
    use super::*;

    #[test]
    fn schemas_are_closed_objects_with_described_names() {
        let definitions = Registry::built_in().definitions();
        let names: Vec<&str> = definitions.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "add_task",
                "list_tasks",
                "complete_task",
                "update_task",
                "delete_task",
                "undo_last_change",
                "redo_last_change"
            ]
        );
        for tool in &definitions {
            assert_eq!(tool.parameters["type"], "object");
            assert_eq!(tool.parameters["additionalProperties"], false);
            let properties = tool.parameters["properties"].as_object().unwrap();
            for required in tool.parameters["required"].as_array().unwrap_or(&vec![]) {
                assert!(properties.contains_key(required.as_str().unwrap()));
            }
            assert!(tool.description.ends_with('.'), "{}", tool.name);
        }
    }

    #[test]
    fn names_and_aliases_lead_to_the_same_tool() {
        let registry = Registry::built_in();
        assert_eq!(registry.canonical_name("create_task"), Some("add_task"));
        assert_eq!(registry.canonical_name("add_task"), Some("add_task"));
        assert_eq!(registry.canonical_name("Add_Task"), None);
        assert_eq!(registry.canonical_name("launch_rocket"), None);
    }

    #[test]
    fn overwriting_is_destroying() {
        let registry = Registry::built_in();
        for tool in ["undo_last_change", "redo_last_change"] {
            for arguments in ["", "{}", r#"{"overwrite": false}"#, "{\"overwrite\""] {
                assert_eq!(registry.effect(tool, arguments), Effect::Changes, "{arguments}");
            }
            for arguments in [
                r#"{"overwrite": true}"#,
                r#"{"overwrite": "Yes"}"#,
                r#""{\"overwrite\": 1}""#,
            ] {
                assert_eq!(registry.effect(tool, arguments), Effect::Destroys, "{arguments}");
            }
        }
        assert_eq!(registry.effect("delete_task", "{}"), Effect::Destroys);
        assert_eq!(registry.effect("launch_rocket", "{}"), Effect::Reads);
    }

    #[tokio::test]
    async fn an_unknown_tool_is_answered_with_the_list() {
        let refusal = Desk::new().refused("launch_rocket", "{}").await;
        assert_eq!(refusal.summary, "There is no tool called launch_rocket");
        assert_eq!(
            refusal.told,
            "There is no tool named \"launch_rocket\". The tools are: add_task, list_tasks, complete_task, \
             update_task, delete_task, undo_last_change, redo_last_change."
        );
    }

    #[tokio::test]
    async fn bad_arguments_are_told_before_the_tool_is_asked() {
        let mut desk = Desk::new();
        let told = desk.refusal("create_task", r#"{"title": "Mil"#).await;
        assert!(
            told.starts_with("The arguments of add_task are not valid JSON"),
            "{told}"
        );
        assert!(desk.tasks().is_empty());
    }

    struct Huge;

    #[async_trait]
    impl Tool for Huge {
        fn effect(&self) -> Effect {
            Effect::Reads
        }

        fn definition(&self) -> ToolDefinition {
            ToolDefinition {
                name: "huge".into(),
                description: String::new(),
                parameters: Value::Null,
            }
        }

        async fn call(&self, _: Arguments, _: &mut ToolContext<'_>) -> Result<ToolOutput, ToolError> {
            Ok(ToolOutput {
                result: json!({ "text": "\"é\\".repeat(50_000) }),
                summary: "Huge".into(),
            })
        }
    }

    #[tokio::test]
    async fn no_result_is_over_the_limit() {
        let mut desk = Desk::with(Registry::new(vec![Box::new(Huge)]));
        let output = desk.call("huge", "").await.unwrap();
        assert_eq!(output.result["truncated"], true);
        let bytes = output.result.to_string().len();
        assert!(
            (TOOL_RESULT_BYTES / 3..=TOOL_RESULT_BYTES).contains(&bytes),
            "{bytes}"
        );
    }
}
