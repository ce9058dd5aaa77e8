//! The context window: how much of a conversation the model sees.

use protocol::Message;

use crate::llm::{ChatMessage, Clock};

/// How much history a model sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowLimits {
    /// Newest messages kept.
    pub messages: usize,
    /// Estimated tokens kept, the system prompt left out.
    pub tokens: usize,
}

/// The system prompt and the newest messages that fit, oldest first, whole tool exchanges only.
/// The last of `history` (the message being answered) always stays. `history` is in the
/// conversation's order; answers that failed, were cancelled or are empty are told as far as they got.
pub fn window(
    _history: &[Message],
    _limits: WindowLimits,
    _clock: &Clock,
    _user_name: &str,
) -> Vec<ChatMessage> {
    unimplemented!()
}
