//! The words of Greenlit as types: ids, conversations, messages, runs, tasks, their limits, and the
//! errors a client may see.
//!
//! This is the one crate of ours that is compiled into the browser as well, so it holds serde types
//! and pure functions and nothing else: no clock, no randomness, no IO. The shapes are those of the
//! public contract; field names here are field names on the wire.
//!
//! Start at [`message`] for what a conversation is made of and at [`event`] for how it changes:
//! [`Message::apply`] is the one reducer that the server's snapshot and the page's live view share.

pub mod api;
pub mod conversation;
pub mod event;
pub mod feed;
mod fold;
pub mod html;
pub mod ids;
pub mod limits;
pub mod message;
pub mod preferences;
pub mod problem;
pub mod task;
pub mod testimonial;
pub mod time;
pub mod tool_call;
pub mod user;

pub use conversation::Conversation;
pub use event::{RunEvent, SequencedEvent};
pub use ids::{ConversationId, MessageId, RunId, TaskId, ToolCallId, UserId};
pub use message::{Feedback, Message, MessageStatus, Part, Role};
pub use preferences::{Approval, ChosenFormats, Clock, DateOrder, FirstDay, Preferences};
pub use problem::{FieldError, Problem};
pub use task::{Overwrite, Task, TaskPriority, TaskStatus};
pub use testimonial::Testimonial;
pub use time::Timestamp;
pub use tool_call::{INTERRUPTED, ToolCall, ToolCallStatus};
pub use user::User;
