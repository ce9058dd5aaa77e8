//! Bodies of requests and answers that are not one of the things themselves.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Conversation, Feedback, Message, RunId, Task, TaskId, TaskPriority, Testimonial, Timestamp, ToolCall,
    ToolCallId,
};

/// Body of `POST /api/chat/conversations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateConversation {
    pub title: Option<String>,
    /// Sent as the first message, if given.
    pub message: Option<String>,
}

/// Body of `PUT /api/chat/conversations/{id}`; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateConversation {
    pub title: Option<String>,
    pub pinned: Option<bool>,
}

/// Answer of `GET /api/chat/conversations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationPage {
    pub conversations: Vec<Conversation>,
    /// Opaque; null on the last page.
    pub next_cursor: Option<String>,
}

/// Answer of `GET /api/chat/conversations/{id}/messages`, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessagePage {
    pub messages: Vec<Message>,
    pub total_count: u32,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
}

/// Body of `POST /api/chat/conversations/{id}/messages`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    pub content: String,
}

/// Body of `PUT …/messages/{message_id}/feedback`; null takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveFeedback {
    pub value: Option<Feedback>,
}

/// Body of `POST /api/chat/runs/{id}/approvals`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecideCall {
    /// A call that waits.
    pub call_id: ToolCallId,
    /// Whether it may run.
    pub approve: bool,
    /// In the place of the model's, if it may: an object that the tool takes.
    #[serde(default)]
    pub arguments: Option<Value>,
}

/// A message that stands, and the run that will answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SentMessage {
    pub conversation: Conversation,
    pub user_message: Message,
    /// Still empty.
    pub assistant_message: Message,
    pub run_id: RunId,
}

/// Answer of `POST …/messages` without streaming.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub user_message: Message,
    pub assistant_message: Message,
}

/// Body of `POST /api/tasks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateTask {
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub due_at: Option<Timestamp>,
    #[serde(default)]
    pub priority: TaskPriority,
}

/// Body of `PATCH /api/tasks/{id}`; what is absent stays, and `due_at: null` takes the date away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateTask {
    pub title: Option<String>,
    pub description: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub due_at: Option<Option<Timestamp>>,
    pub priority: Option<TaskPriority>,
    pub status: Option<crate::TaskStatus>,
    /// Puts it right before this task, which must be open and have the same due date, as the task itself then.
    pub before: Option<TaskId>,
    /// Puts it right behind this task, likewise. At most one of the two.
    pub after: Option<TaskId>,
}

pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Answer of `GET /api/tasks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskPage {
    pub tasks: Vec<Task>,
    /// Opaque; null on the last page.
    pub next_cursor: Option<String>,
}

/// Body of `POST /api/testimonials`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitTestimonial {
    /// 10–500 characters, without links.
    pub text: String,
    /// How the author wants to be called; the account's name if absent.
    #[serde(default)]
    pub display_name: Option<String>,
}

/// Answer of `GET /api/testimonials`, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestimonialPage {
    pub testimonials: Vec<Testimonial>,
    /// Opaque; null on the last page.
    pub next_cursor: Option<String>,
}

/// `POST …/undo` and `POST …/redo`; the body may be left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// Also where tasks were changed since; without it such changes are answered with 409 and named.
    #[serde(default)]
    pub overwrite: bool,
}

/// The calls of an answer that were undone or redone, in the order in which they were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnedCalls {
    pub tool_calls: Vec<ToolCall>,
}
