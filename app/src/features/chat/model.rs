//! What the server hands to the chat page's islands.

use protocol::{ConversationId, Message, MessageId, MessageStatus, RunId, ToolCallId};
use serde::{Deserialize, Serialize};

/// What a sent message became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub conversation_id: ConversationId,
    /// The conversation's title.
    pub title: String,
    /// The answer's message, still empty.
    pub message_id: MessageId,
    /// The run that writes it.
    pub run_id: RunId,
    /// What can be done with the message that was sent, as HTML.
    pub question_actions: String,
}

/// A piece of the conversation that is not finished when the page is made, or comes after one that is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryData {
    Mine {
        id: MessageId,
        text: String,
        /// What can be done with it, as HTML.
        actions: String,
    },
    Answer(AnswerData),
}

/// An answer of the assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerData {
    pub message_id: MessageId,
    pub run_id: Option<RunId>,
    /// The last event of its run that `parts` covers.
    pub seq: u64,
    pub parts: Vec<PartData>,
    pub status: AnswerStatus,
    /// The model owes the next piece.
    pub waiting: bool,
    /// What can be done with it, as HTML; empty until it has ended.
    pub actions: String,
}

/// A part of an answer as HTML; the order and the number are those of [`Message::parts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartData {
    /// Rendered Markdown, one piece for each top-level block.
    Text(Vec<String>),
    /// A tool call's badge.
    Tool {
        id: ToolCallId,
        /// It waits to be allowed.
        asks: bool,
        html: String,
    },
}

/// Where an answer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerStatus {
    /// Being written, or waiting for the answer above.
    Live,
    Done,
    /// Why, as a sentence.
    Failed(String),
    Cancelled,
}

impl AnswerStatus {
    /// Where a stored message stands.
    pub fn of(message: &Message) -> Self {
        match message.status {
            MessageStatus::Complete => Self::Done,
            MessageStatus::Streaming | MessageStatus::AwaitingApproval => Self::Live,
            MessageStatus::Cancelled => Self::Cancelled,
            MessageStatus::Failed => Self::Failed(match &message.failure {
                Some(failure) => failure.message.clone(),
                None => "The answer could not be finished.".into(),
            }),
        }
    }
}
