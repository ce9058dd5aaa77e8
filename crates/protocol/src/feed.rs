//! The live feed: what changed of a user's things, whoever changed it. Unlike a run's events these are not numbered and
//! not kept; a reader that was away asks for the lists again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Conversation, ConversationId, MessageId, RunId, Task, ToolCall};

/// One change. The name and the data are what the stream's `event` and `data` fields hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", content = "data")]
pub enum FeedEvent {
    /// First of every connection. `missed` is false only if nothing changed since the stamp that the reader gave.
    #[serde(rename = "ready")]
    Ready { missed: bool },
    /// A conversation is new, changed, or back.
    #[serde(rename = "conversation.updated")]
    ConversationUpdated(Box<Conversation>),
    #[serde(rename = "conversation.deleted")]
    ConversationDeleted { id: Uuid },
    /// A conversation got a link or lost it, or its link shows more now.
    #[serde(rename = "conversation.shared")]
    ConversationShared { id: Uuid, shared: bool },
    /// A task is new, changed, or back.
    #[serde(rename = "task.updated")]
    TaskUpdated(Box<Task>),
    #[serde(rename = "task.deleted")]
    TaskDeleted { id: Uuid },
    /// A run was queued, began or ended.
    #[serde(rename = "run.updated")]
    RunUpdated(RunChange),
    /// A tool call was taken back.
    #[serde(rename = "tool.updated")]
    ToolUpdated(Box<ToolCall>),
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunChange {
    pub run_id: RunId,
    pub conversation_id: ConversationId,
    pub user_message_id: MessageId,
    pub assistant_message_id: MessageId,
    /// `queued`, `running`, `awaiting_approval`, `completed`, `failed` or `cancelled`.
    pub status: String,
}

impl FeedEvent {
    /// The event's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "ready",
            Self::ConversationUpdated(_) => "conversation.updated",
            Self::ConversationDeleted { .. } => "conversation.deleted",
            Self::ConversationShared { .. } => "conversation.shared",
            Self::TaskUpdated(_) => "task.updated",
            Self::TaskDeleted { .. } => "task.deleted",
            Self::RunUpdated(_) => "run.updated",
            Self::ToolUpdated(_) => "tool.updated",
        }
    }

    /// The event's data alone, as the stream carries it.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no value of ours does.
    pub fn data_json(&self) -> serde_json::Result<String> {
        match self {
            Self::Ready { missed } => serde_json::to_string(&serde_json::json!({ "missed": missed })),
            Self::ConversationUpdated(conversation) => serde_json::to_string(conversation),
            Self::ConversationShared { id, shared } => {
                serde_json::to_string(&serde_json::json!({ "id": id, "shared": shared }))
            }
            Self::TaskUpdated(task) => serde_json::to_string(task),
            Self::ConversationDeleted { id } | Self::TaskDeleted { id } => {
                serde_json::to_string(&serde_json::json!({ "id": id }))
            }
            Self::RunUpdated(change) => serde_json::to_string(change),
            Self::ToolUpdated(call) => serde_json::to_string(call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_data_are_those_of_the_whole() {
        let id = Uuid::from_u128(7);
        for event in [
            FeedEvent::Ready { missed: true },
            FeedEvent::TaskDeleted { id },
            FeedEvent::ConversationDeleted { id },
            FeedEvent::ConversationShared { id, shared: true },
            FeedEvent::RunUpdated(RunChange {
                run_id: id.into(),
                conversation_id: id.into(),
                user_message_id: id.into(),
                assistant_message_id: id.into(),
                status: "running".into(),
            }),
        ] {
            let whole = serde_json::to_value(&event).unwrap();
            assert_eq!(whole["event"], event.name());
            let data: serde_json::Value = serde_json::from_str(&event.data_json().unwrap()).unwrap();
            assert_eq!(whole["data"], data);
        }
    }
}
