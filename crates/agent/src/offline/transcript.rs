//! The transcript as turns: what was asked, which tools ran, what was answered.

use protocol::Task;
use serde_json::Value;

use crate::llm::{ChatMessage, RequestedCall};

/// A user's message and what followed it up to the next one.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    pub(super) asked: String,
    pub(super) records: Vec<Record>,
    pub(super) said: String,
}

/// A tool call and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub(super) tool_name: String,
    pub(super) arguments: Value,
    pub(super) outcome: Outcome,
}

/// What came of a tool call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// A task was added, changed, completed or deleted.
    Task {
        task: Box<Task>,
        unchanged: bool,
    },
    List {
        tasks: Vec<Task>,
        truncated: bool,
    },
    /// The summary of what was taken back or made again; `None` when there was nothing.
    Turned(Option<String>),
    /// It was done and has been undone since.
    Reverted,
    /// It never ran: the answer was interrupted before.
    Interrupted,
    /// Why it was not done, or what could not be read.
    Refused(String),
}

impl Record {
    /// Whether it changed something and that still stands.
    pub(super) fn stands(&self) -> bool {
        matches!(self.outcome, Outcome::Task { unchanged: false, .. })
    }

    /// Whether it took a change back.
    pub(super) fn took_back(&self) -> bool {
        self.tool_name == "undo_last_change" && matches!(self.outcome, Outcome::Turned(Some(_)))
    }
}

/// The turns of a transcript, oldest first; the last one is being answered.
pub(super) fn turns(messages: &[ChatMessage]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        match (message, turns.last_mut()) {
            (ChatMessage::User(asked), _) => turns.push(Turn {
                asked: asked.clone(),
                ..Turn::default()
            }),
            (ChatMessage::Assistant { text, tool_calls }, Some(turn)) => {
                turn.said.push_str(text);
                turn.records
                    .extend(tool_calls.iter().filter_map(|call| record(call, &messages[at..])));
            }
            _ => {}
        }
    }
    turns
}

fn record(call: &RequestedCall, after: &[ChatMessage]) -> Option<Record> {
    let content = after.iter().find_map(|message| match message {
        ChatMessage::ToolResult { call_id, content, .. } if *call_id == call.call_id => Some(content),
        _ => None,
    })?;
    Some(Record {
        tool_name: call.tool_name.clone(),
        arguments: serde_json::from_str(&call.arguments).unwrap_or(Value::Null),
        outcome: outcome(content),
    })
}

fn outcome(content: &str) -> Outcome {
    // The context window tells of calls that were interrupted or undone in these words.
    if content.starts_with("The call was interrupted") || content.starts_with("The call still waits") {
        return Outcome::Interrupted;
    }
    if content.starts_with("This was done (") {
        return Outcome::Reverted;
    }
    let Ok(Value::Object(mut result)) = serde_json::from_str(content) else {
        return match beginning_of_list(content) {
            tasks if tasks.is_empty() => Outcome::Refused(content.to_owned()),
            tasks => Outcome::List {
                tasks,
                truncated: true,
            },
        };
    };
    let flag = |name: &str| result.get(name).and_then(Value::as_bool).unwrap_or(false);
    let (truncated, unchanged) = (flag("truncated"), flag("already_done") || flag("unchanged"));
    if let Some(turned) = result.get("undone").or(result.get("redone")) {
        return Outcome::Turned(turned.get("summary").and_then(Value::as_str).map(str::to_owned));
    }
    if let Some(Value::Array(tasks)) = result.remove("tasks") {
        return Outcome::List {
            tasks: tasks
                .into_iter()
                .filter_map(|task| serde_json::from_value(task).ok())
                .collect(),
            truncated,
        };
    }
    match result.remove("task").map(serde_json::from_value::<Task>) {
        Some(Ok(task)) => Outcome::Task {
            task: Box::new(task),
            unchanged,
        },
        _ => Outcome::Refused("The tool's answer could not be read.".into()),
    }
}

/// The whole tasks at the beginning of a list that was cut to fit the context window.
fn beginning_of_list(content: &str) -> Vec<Task> {
    let mut tasks = Vec::new();
    let Some((_, mut rest)) = content.split_once("\"tasks\":[") else {
        return tasks;
    };
    loop {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Task>();
        let Some(Ok(task)) = stream.next() else {
            return tasks;
        };
        rest = rest[stream.byte_offset()..].trim_start_matches(',');
        tasks.push(task);
    }
}
