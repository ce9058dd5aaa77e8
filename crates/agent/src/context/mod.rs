//! The context window: how much of a conversation the model sees.
//!
//! A window is the system prompt and then a run of the newest messages without a gap. It begins with
//! a user's message, and a tool call is never without its result nor a result without its call.

mod transcript;

use protocol::limits::USER_NAME_CHARS;
use protocol::{Message, Role};

use crate::llm::{ChatMessage, Clock};
use transcript::Entry;
pub use transcript::told;

/// How much history a model sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowLimits {
    /// Newest messages kept.
    pub messages: usize,
    /// Estimated tokens kept, the system prompt left out.
    pub tokens: usize,
}

/// The contract's defaults of `CONTEXT_MESSAGES` and `CONTEXT_TOKENS`.
impl Default for WindowLimits {
    fn default() -> Self {
        Self {
            messages: 50,
            tokens: 16_000,
        }
    }
}

const SYSTEM_PROMPT: &str = include_str!("../system_prompt.md");

/// The system prompt and the newest messages that fit, oldest first, whole tool exchanges only.
///
/// `history` is in the conversation's order and ends with the message to be answered, or with what
/// earlier tries to answer it wrote. That message always stays, even over the limit, and so do the
/// tool calls of those tries: a model that does not know of them would do their work again. An
/// answer being written that has nothing yet is left out; one that failed or was cancelled is told as
/// far as it got. The newest answer has its tool results shortened where it would not fit; older ones
/// stay whole or go.
pub fn window(history: &[Message], limits: WindowLimits, clock: &Clock, user_name: &str) -> Vec<ChatMessage> {
    let entries = transcript::entries(history);
    let mut window = vec![ChatMessage::System(system_prompt(clock, user_name))];
    window.extend(
        newest(entries, limits)
            .into_iter()
            .flat_map(|entry| entry.messages),
    );
    window
}

/// How many tokens a transcript entry takes, about: a token for every four bytes (which is right for
/// English and generous for most other scripts) and a few for the frame around it. An estimate, so
/// that no model's own tokenizer is needed.
pub fn estimated_tokens(message: &ChatMessage) -> usize {
    const FRAME: usize = 4;
    let of = |text: &str| text.len().div_ceil(4);
    match message {
        ChatMessage::System(text) | ChatMessage::User(text) => of(text) + FRAME,
        ChatMessage::Assistant { text, tool_calls } => {
            let calls = tool_calls
                .iter()
                .map(|call| of(&call.call_id) + of(&call.tool_name) + of(&call.arguments) + FRAME);
            of(text) + calls.sum::<usize>() + FRAME
        }
        ChatMessage::ToolResult {
            call_id,
            tool_name,
            content,
        } => of(call_id) + of(tool_name) + of(content) + FRAME,
    }
}

fn newest(mut entries: Vec<Entry>, limits: WindowLimits) -> Vec<Entry> {
    let Some(asked) = entries.iter().rposition(|entry| entry.role == Role::User) else {
        return Vec::new();
    };
    let mut left = limits.tokens.saturating_sub(entries[asked].tokens());
    for tried in entries[asked + 1..].iter_mut().rev() {
        tried.shorten_as_possible(left);
        left = left.saturating_sub(tried.tokens());
    }
    let mut start = asked;
    let mut answer_kept = false;
    while start > 0 && entries.len() - start < limits.messages {
        let question = start.checked_sub(2).map_or(0, |at| match entries[at].role {
            Role::User => entries[at].tokens(),
            Role::Assistant => 0,
        });
        let entry = &mut entries[start - 1];
        if entry.role == Role::Assistant && !answer_kept {
            // Kept without what it answers it would be dropped again below.
            entry.shorten(left.saturating_sub(question));
            answer_kept = true;
        }
        let tokens = entry.tokens();
        if tokens > left {
            break;
        }
        left -= tokens;
        start -= 1;
    }
    // Models expect a user's message first.
    while entries[start].role == Role::Assistant {
        start += 1;
    }
    entries.split_off(start)
}

fn system_prompt(clock: &Clock, user_name: &str) -> String {
    let now = clock.local();
    let name = protocol::limits::excerpt(&user_name.replace(char::is_control, " "), USER_NAME_CHARS);
    let zone = clock.time_zone.iana_name().unwrap_or("given by the offset");
    SYSTEM_PROMPT
        .replace("{weekday}", &now.strftime("%A").to_string())
        .replace("{date}", &now.strftime("%Y-%m-%d").to_string())
        .replace("{time}", &now.strftime("%H:%M").to_string())
        .replace("{offset}", &now.strftime("%:z").to_string())
        .replace("{zone}", zone)
        // Last, so that a name cannot bring placeholders of its own.
        .replace("{user_name}", if name.is_empty() { "the user" } else { &name })
}

#[cfg(test)]
mod tests;
