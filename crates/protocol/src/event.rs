//! Run events: everything that happens while an answer is written, numbered from 1. The numbers follow each other, but
//! where a server died they leave out those that may have been shown and were never stored.

use serde::{Deserialize, Serialize};

use crate::message::RunFailure;
use crate::{Conversation, ConversationId, Message, MessageId, RunId, ToolCall};

/// One change to a run. The name and the data are what the stream's `event` and `data` fields and
/// the log's columns hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data")]
pub enum RunEvent {
    /// First of every run.
    #[serde(rename = "run.created")]
    RunCreated(Box<RunCreated>),
    /// The model was asked and nothing came yet.
    #[serde(rename = "run.thinking")]
    RunThinking {},
    #[serde(rename = "text.delta")]
    TextDelta { text: String },
    /// What stands so far, after a takeover or a retry; always a beginning of what was sent.
    #[serde(rename = "text.reset")]
    TextReset { text: String },
    #[serde(rename = "tool.started")]
    ToolStarted(Box<ToolCall>),
    /// The call ended, or one that had ended was undone.
    #[serde(rename = "tool.finished")]
    ToolFinished(Box<ToolCall>),
    #[serde(rename = "tool.approval_required")]
    ToolApprovalRequired(Box<ToolCall>),
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(Box<Conversation>),
    /// Last but one event of a run that ends well.
    #[serde(rename = "message.completed")]
    MessageCompleted(Box<Message>),
    #[serde(rename = "run.completed")]
    RunCompleted {},
    #[serde(rename = "run.failed")]
    RunFailed(RunFailure),
    #[serde(rename = "run.cancelled")]
    RunCancelled {},
}

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunCreated {
    pub run_id: RunId,
    pub conversation_id: ConversationId,
    pub user_message: Message,
    pub assistant_message_id: MessageId,
}

impl RunEvent {
    /// The event's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RunCreated(_) => "run.created",
            Self::RunThinking {} => "run.thinking",
            Self::TextDelta { .. } => "text.delta",
            Self::TextReset { .. } => "text.reset",
            Self::ToolStarted(_) => "tool.started",
            Self::ToolFinished(_) => "tool.finished",
            Self::ToolApprovalRequired(_) => "tool.approval_required",
            Self::ConversationUpdated(_) => "conversation.updated",
            Self::MessageCompleted(_) => "message.completed",
            Self::RunCompleted {} => "run.completed",
            Self::RunFailed(_) => "run.failed",
            Self::RunCancelled {} => "run.cancelled",
        }
    }

    /// The event's data alone, as the stream carries it.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no value of ours does.
    pub fn data_json(&self) -> serde_json::Result<String> {
        match self {
            Self::RunCreated(data) => serde_json::to_string(data),
            Self::TextDelta { text } | Self::TextReset { text } => {
                serde_json::to_string(&serde_json::json!({ "text": text }))
            }
            Self::ToolStarted(call) | Self::ToolFinished(call) | Self::ToolApprovalRequired(call) => {
                serde_json::to_string(call)
            }
            Self::ConversationUpdated(conversation) => serde_json::to_string(conversation),
            Self::MessageCompleted(message) => serde_json::to_string(message),
            Self::RunFailed(failure) => serde_json::to_string(failure),
            Self::RunThinking {} | Self::RunCompleted {} | Self::RunCancelled {} => Ok("{}".into()),
        }
    }

    /// Builds an event from its name and data.
    ///
    /// # Errors
    /// When the name is unknown or the data does not fit it.
    pub fn from_name_and_data(name: &str, data: serde_json::Value) -> serde_json::Result<Self> {
        serde_json::from_value(serde_json::json!({ "event": name, "data": data }))
    }

    /// Whether the run is over after this event.
    pub fn is_last(&self) -> bool {
        matches!(
            self,
            Self::RunCompleted {} | Self::RunFailed(_) | Self::RunCancelled {}
        )
    }
}

/// An event with its number in its run.
#[derive(Debug, Clone, PartialEq)]
pub struct SequencedEvent {
    /// From 1, rising.
    pub seq: u64,
    pub event: RunEvent,
}
