//! Models: one trait, one folder or file per vendor.

pub mod openai;
#[cfg(any(test, feature = "scripted"))]
pub mod scripted;

use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use protocol::Timestamp;
use serde_json::Value;

/// A vendor's endpoint, or the built-in offline assistant.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The vendor's short name for logs: `openai`, `offline`.
    fn name(&self) -> &str;

    /// The model it serves, as shown to people.
    fn model(&self) -> &str;

    /// Asks the model once. The stream ends after [`ProviderEvent::Finished`] or the first error;
    /// dropping it ends the request.
    ///
    /// # Errors
    /// When nothing came at all, after the adapter's own retries.
    async fn stream(
        &self,
        request: ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, LlmError>;
}

/// One request: a transcript and the tools the model may use.
#[derive(Debug, Clone)]
pub struct ChatRequest {
    /// Begins with the system prompt, ends with a user message or tool results.
    pub messages: Vec<ChatMessage>,
    pub tools: Vec<ToolDefinition>,
    /// The moment the user asked, and where they are; vendors get these in the system prompt, the
    /// offline assistant reads them here.
    pub clock: Clock,
}

/// What time it is for the user.
#[derive(Debug, Clone)]
pub struct Clock {
    pub now: Timestamp,
    pub time_zone: jiff::tz::TimeZone,
}

impl Clock {
    /// Now, on the user's wall.
    pub fn local(&self) -> jiff::Zoned {
        // The contract's years 1 to 9999 are within jiff's range, offsets included.
        jiff::Timestamp::from_millisecond(self.now.as_millis())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned(self.time_zone.clone())
    }
}

/// One entry of a transcript.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatMessage {
    System(String),
    User(String),
    Assistant {
        text: String,
        tool_calls: Vec<RequestedCall>,
    },
    /// Exactly one for each requested call, after it and before the next assistant entry.
    ToolResult {
        call_id: String,
        tool_name: String,
        content: String,
    },
}

/// A tool call as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedCall {
    /// The model's id for the call; made up by the adapter where a server gives none.
    pub call_id: String,
    pub tool_name: String,
    /// As it came; not necessarily valid JSON.
    pub arguments: String,
}

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolDefinition {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments object.
    pub parameters: Value,
}

/// One piece of a model's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderEvent {
    /// Never empty.
    Text(String),
    /// A whole call, put together from its pieces; in the order in which the model began them.
    ToolCall(RequestedCall),
    Usage(Usage),
    /// Last.
    Finished(FinishReason),
}

/// Tokens, as the server counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    Stop,
    ToolCalls,
    /// The answer hit the model's length limit.
    Length,
    /// The vendor's filter cut it.
    ContentFilter,
}

/// Why a model could not be asked or did not finish.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    #[error("the model server cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// 401 or 403: the key is missing, wrong, or may not use this model.
    #[error("the model server refused the key")]
    Unauthorized,
    /// 404: usually the model's name.
    #[error("the model server knows no model of that name")]
    UnknownModel,
    #[error("the model server is busy")]
    RateLimited { retry_after: Option<Duration> },
    /// Another answer that is no success; `detail` is the server's own sentence, cut short.
    #[error("the model server answered with status {status}")]
    Status { status: u16, detail: String },
    /// No byte for the contract's time.
    #[error("the model server went silent")]
    Silence,
    /// The stream ended before the answer did.
    #[error("the model's answer was cut off")]
    Cut(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// What came is not the protocol.
    #[error("the model server's answer could not be understood: {0}")]
    Garbage(String),
}

impl LlmError {
    /// Whether asking again at once may help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(_)
            | Self::RateLimited { .. }
            | Self::Silence
            | Self::Cut(_)
            | Self::Garbage(_) => true,
            Self::Status { status, .. } => *status >= 500 || *status == 408,
            Self::Unauthorized | Self::UnknownModel => false,
        }
    }

    /// How long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => *retry_after,
            _ => None,
        }
    }
}
