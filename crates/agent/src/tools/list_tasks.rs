//! `list_tasks`: what is on the list.

use async_trait::async_trait;
use protocol::limits::{TASK_TITLE_CHARS, TASKS_PAGE, TOOL_RESULT_BYTES};
use protocol::{Task, TaskId};
use serde_json::{Value, json};

use super::{Arguments, Effect, TaskFilter, Tool, ToolContext, ToolError, ToolOutput};
use crate::llm::ToolDefinition;

/// How much of a description a list shows.
const DESCRIPTION_CHARS: usize = 200;
/// The end of one that was cut.
const CUT: char = '…';

pub(super) struct ListTasks;

#[async_trait]
impl Tool for ListTasks {
    fn effect(&self) -> Effect {
        Effect::Reads
    }

    fn definition(&self) -> ToolDefinition {
        ToolDefinition {
            name: "list_tasks".into(),
            description: "Lists the user's tasks with their ids, as they are now: the open ones by due date (none last), \
                          then the done ones, the newest first. Call it before you answer anything about the list, and \
                          before you complete, change or delete a task whose id you do not have from a tool result. \
                          Times in it are UTC. `truncated` means that there are more. A description that ends in “…” \
                          is cut; ask for the task by its id before you replace it."
                .into(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "status": {
                        "type": "string",
                        "enum": ["open", "done"],
                        "description": "Only open or only done tasks. Leave out for both.",
                    },
                    "q": {
                        "type": "string",
                        "maxLength": TASK_TITLE_CHARS,
                        "description": "Only tasks with this text in their title or description, in any case. One \
                                        telling word finds more than a whole sentence. A task's id gives that task \
                                        with its whole description.",
                    },
                    "limit": {
                        "type": "integer",
                        "minimum": 1,
                        "maximum": TASKS_PAGE.1,
                        "description": format!("At most this many; {} if left out.", TASKS_PAGE.0),
                    },
                },
                "additionalProperties": false,
            }),
        }
    }

    async fn call(
        &self,
        arguments: Arguments,
        context: &mut ToolContext<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let limit = arguments.limit()?;
        let filter = TaskFilter {
            status: arguments.status()?,
            q: arguments.query()?,
            // One more tells whether there are more, where the port's own limit allows to ask for it.
            limit: Some((limit + 1).min(TASKS_PAGE.1)),
        };
        if let Some(id) = filter.q.as_deref().and_then(|q| q.parse::<TaskId>().ok())
            && let Some(task) = context.tasks.find(id).await?
        {
            return Ok(ToolOutput {
                result: json!({ "tasks": [task], "count": 1 }),
                summary: "Found 1 task".into(),
            });
        }
        let mut tasks = context.tasks.list(filter).await?;
        let limit = limit as usize;
        let more = tasks.len() > limit || tasks.len() == TASKS_PAGE.1 as usize;
        tasks.truncate(limit);
        let summary = match tasks.len() {
            0 => "No tasks found".into(),
            found if more => format!("Found {found}+ tasks"),
            1 => "Found 1 task".into(),
            found => format!("Found {found} tasks"),
        };
        Ok(ToolOutput {
            result: within_limit(tasks, more),
            summary,
        })
    }
}

fn cut(description: &mut String) {
    if description.chars().count() > DESCRIPTION_CHARS {
        *description = description
            .chars()
            .take(DESCRIPTION_CHARS - 1)
            .chain([CUT])
            .collect();
    }
}

/// Whether a task in a list may lack the rest of its description.
pub(crate) fn may_be_cut(task: &Task) -> bool {
    task.description.ends_with(CUT) && task.description.chars().count() == DESCRIPTION_CHARS
}

/// The list as JSON of at most 64 KiB, its end left out where needed.
fn within_limit(tasks: Vec<Task>, more: bool) -> Value {
    // For the object around the list.
    let mut left = TOOL_RESULT_BYTES - 64;
    let found = tasks.len();
    let mut shown = Vec::with_capacity(found);
    for mut task in tasks {
        cut(&mut task.description);
        let task = json!(task);
        let bytes = task.to_string().len() + 1;
        if bytes > left {
            break;
        }
        left -= bytes;
        shown.push(task);
    }
    let count = shown.len();
    if more || count < found {
        json!({ "tasks": shown, "count": count, "truncated": true })
    } else {
        json!({ "tasks": shown, "count": count })
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::super::testing::Desk;
    use super::*;

    #[tokio::test]
    async fn summaries_count_in_words() {
        let mut desk = Desk::new();
        for expected in ["No tasks found", "Found 1 task", "Found 2 tasks"] {
            let output = desk.call("list_tasks", "").await.unwrap();
            assert_eq!(output.summary, expected);
            assert_eq!(output.result["count"], json!(desk.tasks().len()));
            assert_eq!(output.result.get("truncated"), None);
            desk.add("Milk");
        }
    }

    #[tokio::test]
    async fn filters_reach_the_list_and_a_limit_is_told() {
        let mut desk = Desk::new();
        for title in ["Milk", "Bread", "Oat milk"] {
            desk.add(title);
        }
        let output = desk
            .call("list_tasks", r#"{"q":"MILK","status":"open","limit":"5"}"#)
            .await
            .unwrap();
        assert_eq!(output.summary, "Found 2 tasks");
        let output = desk.call("list_tasks", r#"{"limit":2}"#).await.unwrap();
        assert_eq!(output.summary, "Found 2+ tasks");
        assert_eq!(output.result["count"], json!(2));
        assert_eq!(output.result["truncated"], json!(true));
        assert_eq!(
            desk.call("list_tasks", r#"{"limit":3}"#).await.unwrap().summary,
            "Found 3 tasks"
        );
    }

    #[tokio::test]
    async fn an_id_gives_the_task_with_its_whole_description() {
        let mut desk = Desk::new();
        desk.add("Bread");
        let id = desk.add("Milk");
        desk.last().description = "x".repeat(2000);
        let output = desk
            .call("list_tasks", &json!({ "q": id }).to_string())
            .await
            .unwrap();
        let [task] = &serde_json::from_value::<Vec<Task>>(output.result["tasks"].clone()).unwrap()[..] else {
            panic!("{}", output.result);
        };
        assert_eq!((task.id, task.description.len()), (id, 2000));
        let stranger = "0190a1b2-0000-7000-8000-000000000001";
        let output = desk
            .call("list_tasks", &json!({ "q": stranger }).to_string())
            .await
            .unwrap();
        assert_eq!(output.summary, "No tasks found");
    }

    #[tokio::test]
    async fn long_descriptions_are_cut_and_the_whole_stays_within_64_kib() {
        let mut desk = Desk::new();
        for _ in 0..200 {
            desk.add(&"😀".repeat(200));
            desk.last().description = "\u{1}".repeat(2000);
        }
        let output = desk.call("list_tasks", r#"{"limit":200}"#).await.unwrap();
        let text = output.result.to_string();
        assert!(
            (TOOL_RESULT_BYTES - 4096..=TOOL_RESULT_BYTES).contains(&text.len()),
            "{}",
            text.len()
        );
        assert_eq!(output.result["truncated"], json!(true));
        let tasks: Vec<Task> = serde_json::from_value(output.result["tasks"].clone()).unwrap();
        assert_eq!(json!(tasks.len()), output.result["count"]);
        assert_eq!(tasks[0].description.chars().count(), DESCRIPTION_CHARS);
        assert!(tasks[0].description.ends_with('…'));
    }
}
