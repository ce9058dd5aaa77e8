//! Turns stored messages into what a model is shown.

use protocol::{Message, MessageStatus, Part, Role, ToolCall, ToolCallStatus};
use serde_json::Value;

use super::estimated_tokens;
use crate::llm::{ChatMessage, RequestedCall};

/// Stands at the end of a text that was cut.
pub(super) const CUT: &str = " … (shortened)";

/// A tool result keeps at least this much, in bytes.
const LEAST_RESULT: usize = 160;

/// One stored message as the model sees it: an answer with tools is several transcript entries.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) role: Role,
    pub(super) messages: Vec<ChatMessage>,
}

/// The history as entries, in order; no two answers and no two questions follow each other unless an
/// answer's tool results stand between.
pub(super) fn entries(history: &[Message]) -> Vec<Entry> {
    let asked_after = |at: usize| history[at + 1..].iter().any(|later| later.role == Role::User);
    let begun: Vec<&Message> = history
        .iter()
        .enumerate()
        .filter(|(at, message)| !is_unwritten(message) || asked_after(*at))
        .map(|(_, message)| message)
        .collect();
    let mut entries: Vec<Entry> = Vec::with_capacity(begun.len());
    for (at, message) in begun.iter().enumerate() {
        let messages = match message.role {
            Role::User => vec![ChatMessage::User(message.content.clone())],
            Role::Assistant => {
                let taken_up_again = begun.get(at + 1).is_none_or(|next| next.role == Role::Assistant);
                answer(message, taken_up_again)
            }
        };
        if !messages.is_empty() {
            entries.push(Entry {
                role: message.role,
                messages,
            });
        }
    }
    entries
}

fn is_unwritten(message: &Message) -> bool {
    message.status == MessageStatus::Streaming
        && message.content.is_empty()
        && message.parts.is_empty()
        && message.tool_calls.is_empty()
}

/// An answer that another try follows (or will follow) keeps what its tools did and loses what it
/// said after that: the next try says it again.
fn answer(message: &Message, taken_up_again: bool) -> Vec<ChatMessage> {
    let mut messages = Vec::new();
    let mut text = String::new();
    let mut calls: Vec<&ToolCall> = Vec::new();
    for part in parts(message) {
        match part {
            Part::Text { text: more } => {
                if !calls.is_empty() {
                    push_step(&mut messages, &mut text, &mut calls);
                }
                text.push_str(&more);
            }
            Part::ToolCall { id } => calls.extend(message.tool_call(id)),
        }
    }
    if !taken_up_again || !calls.is_empty() {
        push_step(&mut messages, &mut text, &mut calls);
    }
    if messages.is_empty() && !taken_up_again {
        messages.push(ChatMessage::Assistant {
            text: match message.status {
                MessageStatus::Streaming => "(not answered yet)".into(),
                MessageStatus::Cancelled => "(stopped by the user before anything was written)".into(),
                _ => "(no answer: something went wrong)".into(),
            },
            tool_calls: Vec::new(),
        });
    }
    messages
}

/// The message's parts, and what they do not name.
fn parts(message: &Message) -> Vec<Part> {
    let mut parts = message.parts.clone();
    if !parts.iter().any(|part| matches!(part, Part::Text { .. })) {
        parts.insert(
            0,
            Part::Text {
                text: message.content.clone(),
            },
        );
    }
    let unnamed = message.tool_calls.iter().filter(|call| {
        let named = Part::ToolCall { id: call.id };
        !message.parts.contains(&named)
    });
    parts.extend(unnamed.map(|call| Part::ToolCall { id: call.id }));
    parts
}

fn push_step(messages: &mut Vec<ChatMessage>, text: &mut String, calls: &mut Vec<&ToolCall>) {
    let said = std::mem::take(text).trim().to_owned();
    let calls = std::mem::take(calls);
    if said.is_empty() && calls.is_empty() {
        return;
    }
    messages.push(ChatMessage::Assistant {
        text: said,
        tool_calls: calls.iter().map(|call| requested(call)).collect(),
    });
    messages.extend(calls.into_iter().map(|call| ChatMessage::ToolResult {
        call_id: call.id.to_string(),
        tool_name: call.tool_name.clone(),
        content: told(call),
    }));
}

fn requested(call: &ToolCall) -> RequestedCall {
    RequestedCall {
        call_id: call.id.to_string(),
        tool_name: call.tool_name.clone(),
        arguments: as_text(&call.arguments),
    }
}

/// What the model is told came of a call.
pub fn told(call: &ToolCall) -> String {
    match call.status {
        ToolCallStatus::Success => as_text(&call.result),
        ToolCallStatus::Error if !call.result.is_null() => as_text(&call.result),
        ToolCallStatus::Error if !call.summary.is_empty() => call.summary.clone(),
        ToolCallStatus::Error => "The call failed and did nothing.".into(),
        ToolCallStatus::Denied => "The user did not allow this call; it did nothing.".into(),
        ToolCallStatus::Undone => format!(
            "This was done (“{}”) and has been undone since; it no longer stands.",
            call.summary
        ),
        ToolCallStatus::Running => "The call was interrupted before it did anything.".into(),
        ToolCallStatus::AwaitingApproval => {
            "The call still waits for the user's approval; it did nothing so far.".into()
        }
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

impl Entry {
    /// The estimated tokens of all of it.
    pub(super) fn tokens(&self) -> usize {
        self.messages.iter().map(estimated_tokens).sum()
    }

    /// Shortens the tool results, longest first, so that the whole takes at most `tokens`; leaves them
    /// alone where that cannot be reached.
    pub(super) fn shorten(&mut self, tokens: usize) {
        let mut shortened = self.clone();
        shortened.shorten_as_possible(tokens);
        if shortened.tokens() <= tokens {
            *self = shortened;
        }
    }

    /// As [`Self::shorten`], but as near to the limit as it goes.
    pub(super) fn shorten_as_possible(&mut self, tokens: usize) {
        let mut excess = self.tokens().saturating_sub(tokens) * 4;
        while excess > 0 {
            let mut results: Vec<&mut String> = self.results().collect();
            results.sort_by_key(|content| std::cmp::Reverse(content.len()));
            let next = results.get(1).map_or(0, |content| content.len());
            let Some(longest) = results.first_mut() else { break };
            // Down to the next longest and a little below, so that each round makes progress.
            let target = longest
                .len()
                .saturating_sub(excess + CUT.len() + 4)
                .max(next.saturating_sub(1024))
                .max(LEAST_RESULT);
            if longest.len() <= target + CUT.len() {
                break;
            }
            longest.truncate(longest.floor_char_boundary(target));
            longest.push_str(CUT);
            excess = self.tokens().saturating_sub(tokens) * 4;
        }
    }

    fn results(&mut self) -> impl Iterator<Item = &mut String> {
        self.messages.iter_mut().filter_map(|message| match message {
            ChatMessage::ToolResult { content, .. } => Some(content),
            _ => None,
        })
    }
}
