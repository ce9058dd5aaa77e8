//! The loop: ask, run what the model asked for, tell it what came of it, until it stops.
//!
//! One pass is a step: one request to the provider, its text passed on as it comes, then its tool
//! calls, one after the other and in the order in which the model made them. They are not run side by
//! side because they change one task list: their effects, their journal and their events would
//! otherwise depend on who was quicker.

mod failure;
mod steps;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use protocol::limits;
use tokio_util::sync::CancellationToken;

use crate::llm::{
    ChatMessage, Clock, FinishReason, LlmError, Provider, RequestedCall, ToolDefinition, Usage,
};

/// Where a run's happenings go. `domain` implements it: it numbers, stores and publishes events,
/// and runs tools together with their journal in one transaction.
///
/// A call into the host, once begun, is always awaited to its end: a cancelled or overdue run stops
/// before the next one. So a host need not be safe to drop in the middle, but should answer in
/// reasonable time.
#[async_trait]
pub trait RunHost: Send + Sync {
    /// The model was asked and nothing came yet; once for each step.
    async fn thinking(&self) -> Result<(), HostError>;

    /// More text of the answer, never empty; the answer's content is exactly these texts one after the
    /// other. Must be quick: the model's stream waits meanwhile.
    async fn text(&self, delta: &str) -> Result<(), HostError>;

    /// Takes down all calls of a step before the first of them is run, so that a run that is taken up again knows what is
    /// left of the step.
    ///
    /// # Errors
    /// Only when the run cannot go on.
    async fn plan(&self, calls: &[RequestedCall]) -> Result<(), HostError>;

    /// Runs one planned tool call. A refusal, bad arguments or an unknown tool are also something the model is told: they
    /// are `Ok`.
    ///
    /// # Errors
    /// Only when the run cannot go on.
    async fn call_tool(&self, call: &RequestedCall) -> Result<Called, HostError>;

    /// What a step cost.
    async fn usage(&self, usage: Usage) -> Result<(), HostError>;
}

/// What came of a tool call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// What the model is told.
    Told(String),
    /// A person has to allow it first. The step's other calls are run, and then the run rests.
    Waits,
}

/// The run cannot go on: the database is away, or another node took the run.
#[derive(Debug, thiserror::Error)]
#[error("the run's host cannot go on")]
pub struct HostError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a run starts from, or goes on from.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// From [`crate::context::window`]: the system prompt first; the user's message last, or what this answer's steps
    /// did before the run was taken up again.
    pub messages: Vec<ChatMessage>,
    /// How much text the answer has already, in characters.
    pub chars: usize,
    pub tools: Vec<ToolDefinition>,
    pub clock: Clock,
    pub limits: RunLimits,
}

/// How long a run may go on. The default is the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    /// Steps that may ask for tools; one more follows without.
    pub tool_rounds: u32,
    /// From the first request to the end.
    pub total: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self {
            tool_rounds: limits::TOOL_ROUNDS,
            total: Duration::from_secs(limits::RUN_SECONDS),
        }
    }
}

/// How a run ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunOutcome {
    /// `Stop`, `Length` or `ContentFilter`; the latter two cut the answer short.
    Completed(FinishReason),
    /// The model still wanted tools after the last allowed round; it was told to sum up without.
    StepLimit,
    /// A person has to decide about calls of the last step; another run goes on from there.
    Waiting,
    Cancelled,
}

/// How a run ended badly. [`RunError::failure`] is what a person and a program are told of it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Llm(#[from] LlmError),
    #[error(transparent)]
    Host(#[from] HostError),
    /// Neither text nor a tool call, also when asked once more.
    #[error("the model said nothing")]
    SaidNothing(FinishReason),
    /// The run took longer than the contract's ten minutes.
    #[error("the run took too long")]
    TimedOut,
}

/// Runs one answer to its end: at most [`RunLimits::tool_rounds`] steps with tools, then one without
/// in which the model sums up. Ends as cancelled soon after `cancel`: a tool call that was begun is
/// finished, the ones after it are not begun.
///
/// # Errors
/// As [`RunError`] says; what was handed to the host by then stands.
pub async fn run(
    provider: &dyn Provider,
    request: RunRequest,
    host: &dyn RunHost,
    cancel: &CancellationToken,
) -> Result<RunOutcome, RunError> {
    steps::Steps::new(provider, request, host, cancel)
        .finish_run()
        .await
}
