//! Messages and their parts.

use serde::{Deserialize, Serialize};

use crate::{ConversationId, MessageId, RunId, Timestamp, ToolCall, ToolCallId};

/// Who a message is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    User,
    Assistant,
}

impl Role {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Assistant]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// Where a message stands. A user's message is always `Complete`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    Complete,
    /// Being written, or queued behind another answer.
    Streaming,
    AwaitingApproval,
    Failed,
    Cancelled,
}

impl MessageStatus {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Streaming => "streaming",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Complete,
            Self::Streaming,
            Self::AwaitingApproval,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// Whether nothing will change any more by itself.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Streaming | Self::AwaitingApproval)
    }
}

/// A piece of a message, in the order in which it came. Tool calls are named by id; the calls
/// themselves are in [`Message::tool_calls`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    Text { text: String },
    ToolCall { id: ToolCallId },
}

/// Why an answer could not be finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFailure {
    /// A stable word for programs, such as `model_unreachable`.
    pub code: String,
    /// A sentence for a person, with what to do next.
    pub message: String,
    /// Whether asking again may help.
    pub retryable: bool,
}

/// One entry of a conversation (the contract's MessageResponse, plus `parts` and `failure`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub role: Role,
    /// All text of the message: exactly the `text.delta`s of its run one after the other.
    pub content: String,
    /// In the order in which they were made.
    pub tool_calls: Vec<ToolCall>,
    pub status: MessageStatus,
    pub created_at: Timestamp,
    /// The run that writes or wrote this message (assistant) or answers it (user).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// Text and tool calls in the order in which they came.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Set exactly while `status` is failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RunFailure>,
    /// All versions of this message, itself among them, oldest first; empty where there is only this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<MessageId>,
    /// What its reader thought of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
}

/// What a reader thought of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feedback {
    Up,
    Down,
}

impl Feedback {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Up, Self::Down]
            .into_iter()
            .find(|feedback| feedback.as_str() == text)
    }
}

impl Message {
    /// The number of this version, from 1, and how many there are.
    pub fn version(&self) -> (usize, usize) {
        match self.versions.iter().position(|id| *id == self.id) {
            Some(index) => (index + 1, self.versions.len()),
            None => (1, 1),
        }
    }

    /// The tool call with this id, if it is one of this message's.
    pub fn tool_call(&self, id: ToolCallId) -> Option<&ToolCall> {
        self.tool_calls.iter().find(|call| call.id == id)
    }
}
