//! Tool calls: what the model asked for and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Timestamp, ToolCallId};

/// Begins the summary of a call whose run ended before it ran: it had no effect, and what follows is what it would have
/// done or, where nobody had found that out yet, its tool's name.
pub const INTERRUPTED: &str = "Interrupted: ";

/// Where a tool call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolCallStatus {
    Running,
    Success,
    Error,
    AwaitingApproval,
    Denied,
    Undone,
}

impl ToolCallStatus {
    /// The word on the wire and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Success => "success",
            Self::Error => "error",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Denied => "denied",
            Self::Undone => "undone",
        }
    }

    /// Reads the word; `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Running,
            Self::Success,
            Self::Error,
            Self::AwaitingApproval,
            Self::Denied,
            Self::Undone,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }
}

/// A tool call as every client sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    pub id: ToolCallId,
    pub tool_name: String,
    /// What the model gave; an object where it was valid JSON, else the raw text as a string.
    pub arguments: Value,
    /// What the tool answered, at most 64 KiB; null until it did.
    pub result: Value,
    pub status: ToolCallStatus,
    /// One line for a person: "Created task: Review Q4 report". Empty until there is a result.
    pub summary: String,
    /// When it began.
    pub timestamp: Timestamp,
    /// How long it ran; null until it ended.
    pub duration_ms: Option<u32>,
    /// Whether it changed something that can be taken back now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undoable: bool,
    /// Whether it was taken back and can be done again now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redoable: bool,
}
