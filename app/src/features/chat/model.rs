//! What the server hands to the chat page's islands.

use protocol::{Conversation, ConversationId, Message, MessageId, MessageStatus, RunId, ToolCall};
use serde::{Deserialize, Serialize};

/// A conversation as the sidebar shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub title: String,
    /// One line of the newest message; may be empty.
    pub preview: String,
    /// When it last changed, in words.
    pub when: String,
    /// The heading under which it stands: `Pinned`, `Today`, `Yesterday`, …
    pub group: String,
    /// An answer is being written.
    pub running: bool,
}

impl ConversationRow {
    /// A conversation that changed just now.
    pub fn changed_now(conversation: Conversation) -> Self {
        Self {
            id: conversation.id,
            title: conversation.title,
            preview: conversation.last_message_preview.unwrap_or_default(),
            when: "now".into(),
            group: if conversation.pinned { "Pinned" } else { "Today" }.into(),
            running: conversation.running,
        }
    }
}

/// Puts a changed conversation where it belongs now: first of its group.
pub fn put_first(rows: &mut Vec<ConversationRow>, row: ConversationRow) {
    rows.retain(|known| known.id != row.id);
    let at = if row.group == "Pinned" {
        0
    } else {
        rows.iter().take_while(|known| known.group == "Pinned").count()
    };
    rows.insert(at, row);
}

/// What a sent message became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    pub conversation: ConversationRow,
    /// The answer's message, still empty.
    pub message_id: MessageId,
    /// The run that writes it.
    pub run_id: RunId,
}

/// A piece of the conversation that is not finished when the page is made, or comes after one that is not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EntryData {
    Mine { id: MessageId, text: String },
    Answer(AnswerData),
}

/// An answer of the assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerData {
    pub message_id: MessageId,
    pub run_id: Option<RunId>,
    /// The last event of its run that `parts` covers.
    pub seq: u64,
    pub parts: Vec<PartData>,
    pub status: AnswerStatus,
}

/// A part of an answer; the order and the number are those of [`Message::parts`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PartData {
    /// Rendered Markdown, one piece of HTML for each top-level block.
    Text(Vec<String>),
    Tool(Box<ToolCall>),
}

/// Where an answer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerStatus {
    /// Being written, or waiting for the answer above.
    Live,
    Done,
    Failed {
        sentence: String,
        retryable: bool,
    },
    Cancelled,
}

impl AnswerStatus {
    /// Where a stored message stands.
    pub fn of(message: &Message) -> Self {
        match message.status {
            MessageStatus::Complete => Self::Done,
            MessageStatus::Streaming | MessageStatus::AwaitingApproval => Self::Live,
            MessageStatus::Cancelled => Self::Cancelled,
            MessageStatus::Failed => match &message.failure {
                Some(failure) => Self::Failed {
                    sentence: failure.message.clone(),
                    retryable: failure.retryable,
                },
                None => Self::Failed {
                    sentence: "The answer could not be finished.".into(),
                    retryable: true,
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, group: &str) -> ConversationRow {
        ConversationRow {
            id: ConversationId(uuid(id)),
            title: String::new(),
            preview: String::new(),
            when: String::new(),
            group: group.into(),
            running: false,
        }
    }

    fn uuid(id: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(id)
    }

    #[test]
    fn a_changed_conversation_goes_below_the_pinned_ones() {
        let mut rows = vec![row(1, "Pinned"), row(2, "Yesterday"), row(3, "Older")];
        put_first(&mut rows, row(3, "Today"));
        let ids: Vec<_> = rows
            .iter()
            .map(|row| (row.id.0.as_u128(), row.group.as_str()))
            .collect();
        assert_eq!(ids, [(1, "Pinned"), (3, "Today"), (2, "Yesterday")]);
        put_first(&mut rows, row(1, "Pinned"));
        assert_eq!(rows[0].id.0.as_u128(), 1);
        assert_eq!(rows.len(), 3);
    }
}
