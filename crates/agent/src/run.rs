//! The loop: ask, run what the model asked for, tell it what came of it, until it stops.

use async_trait::async_trait;
use protocol::message::RunFailure;
use tokio_util::sync::CancellationToken;

use crate::llm::{
    ChatMessage, ChatRequest, Clock, FinishReason, LlmError, Provider, RequestedCall, ToolDefinition, Usage,
};

/// Where a run's happenings go. `domain` implements it: it numbers, stores and publishes events,
/// and runs tools together with their journal in one transaction.
#[async_trait]
pub trait RunHost: Send + Sync {
    /// The model was asked and nothing came yet; once for each step.
    async fn thinking(&self) -> Result<(), HostError>;

    /// More text of the answer. Must be quick: the model's stream waits meanwhile.
    async fn text(&self, delta: &str) -> Result<(), HostError>;

    /// Runs one tool call and returns what the model is told. A refusal, bad arguments or an
    /// unknown tool are also something the model is told: they are `Ok`.
    ///
    /// # Errors
    /// Only when the run cannot go on.
    async fn call_tool(&self, call: &RequestedCall) -> Result<String, HostError>;

    /// What a step cost.
    async fn usage(&self, usage: Usage) -> Result<(), HostError>;
}

/// The run cannot go on: the database is away, or another node took the run.
#[derive(Debug, thiserror::Error)]
#[error("the run's host cannot go on")]
pub struct HostError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a run starts from.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// From [`crate::context::window`]: the system prompt first, the user's message last.
    pub messages: Vec<ChatMessage>,
    pub tools: Vec<ToolDefinition>,
    pub clock: Clock,
}

/// How a run ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    Completed(FinishReason),
    /// The model still wanted tools after the last allowed round; it was told to sum up without.
    StepLimit,
    Cancelled,
}

/// How a run ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Llm(#[from] LlmError),
    #[error(transparent)]
    Host(#[from] HostError),
    /// The run took longer than the contract's ten minutes.
    #[error("the run took too long")]
    TimedOut,
}

impl RunError {
    /// The sentence and code for a person and a program.
    pub fn failure(&self) -> RunFailure {
        unimplemented!()
    }
}

/// Runs one answer to its end.
///
/// # Errors
/// As [`RunError`] says; what was handed to the host by then stands.
pub async fn run(
    _provider: &dyn Provider,
    _request: RunRequest,
    _host: &dyn RunHost,
    _cancel: &CancellationToken,
) -> Result<RunOutcome, RunError> {
    unimplemented!()
}
