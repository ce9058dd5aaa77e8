//! Playing a turn: an answer is a function that calls tools and goes on with their results. It is
//! run from its beginning on each request; calls whose results the transcript holds return at once,
//! the first one that is missing ends the pass and is what the provider asks for.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::transcript::{Outcome, Record};

/// A tool call to be made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) tool_name: &'static str,
    pub(super) arguments: Value,
}

impl Call {
    pub(super) fn add(arguments: Value) -> Self {
        Self {
            tool_name: "add_task",
            arguments,
        }
    }

    pub(super) fn list(arguments: Value) -> Self {
        Self {
            tool_name: "list_tasks",
            arguments,
        }
    }

    pub(super) fn update(arguments: Value) -> Self {
        Self {
            tool_name: "update_task",
            arguments,
        }
    }

    pub(super) fn complete(id: protocol::TaskId) -> Self {
        Self {
            tool_name: "complete_task",
            arguments: json!({ "task_id": id }),
        }
    }

    pub(super) fn delete(id: protocol::TaskId) -> Self {
        Self {
            tool_name: "delete_task",
            arguments: json!({ "task_id": id }),
        }
    }

    pub(super) fn undo(overwrite: bool) -> Self {
        Self {
            tool_name: "undo_last_change",
            arguments: turning(overwrite),
        }
    }

    pub(super) fn redo(overwrite: bool) -> Self {
        Self {
            tool_name: "redo_last_change",
            arguments: turning(overwrite),
        }
    }
}

fn turning(overwrite: bool) -> Value {
    if overwrite {
        json!({ "overwrite": true })
    } else {
        json!({})
    }
}

/// Why a pass ended before its answer.
#[derive(Debug, PartialEq)]
pub(super) enum Pause {
    /// These calls are to be made next.
    Calls(Vec<Call>),
    /// The transcript holds other calls than this answer makes: somebody else began it.
    Lost,
}

/// The results of a turn so far.
#[derive(Debug)]
pub(super) struct Script {
    recorded: VecDeque<Record>,
}

impl Script {
    pub(super) fn new(records: &[Record]) -> Self {
        Self {
            recorded: records
                .iter()
                .filter(|record| record.outcome != Outcome::Interrupted)
                .cloned()
                .collect(),
        }
    }

    /// The results of these calls, in their order.
    ///
    /// # Errors
    /// When not all of them were made yet.
    pub(super) fn call(&mut self, calls: Vec<Call>) -> Result<Vec<Outcome>, Pause> {
        let mut outcomes = Vec::with_capacity(calls.len());
        let mut calls = calls.into_iter();
        while let Some(call) = calls.next() {
            let Some(record) = self.recorded.pop_front() else {
                let mut left = vec![call];
                left.extend(calls);
                return Err(Pause::Calls(left));
            };
            if record.tool_name != call.tool_name
                || record.arguments.get("task_id") != call.arguments.get("task_id")
            {
                return Err(Pause::Lost);
            }
            outcomes.push(record.outcome);
        }
        Ok(outcomes)
    }

    /// Whether every result was used.
    pub(super) fn is_played(&self) -> bool {
        self.recorded.is_empty()
    }
}
