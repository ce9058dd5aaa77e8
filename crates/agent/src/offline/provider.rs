//! The provider: one request in, words or tool calls out.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::script::Call;
use super::session::{self, Step};
use super::transcript;
use crate::llm::{ChatMessage, ChatRequest, FinishReason, LlmError, Provider, ProviderEvent, RequestedCall};

/// A provider without a model: it understands everyday English about tasks, works on the list with
/// the same tools as a model would, and answers in Markdown.
///
/// It keeps nothing between requests; what "it" or "the second one" means is read from the
/// transcript.
#[derive(Debug, Clone)]
pub struct OfflineAssistant {
    pace: Duration,
}

/// How long the words of one answer take together at most.
const LONGEST: Duration = Duration::from_millis(1500);

impl OfflineAssistant {
    /// With a pace at which one can watch an answer being written.
    pub fn new() -> Self {
        Self::with_pace(Duration::from_millis(12))
    }

    /// With a pause of this length before each word, shorter in long answers so that none takes more
    /// than 1.5 seconds. Zero gives everything at once.
    pub fn with_pace(pace: Duration) -> Self {
        Self { pace }
    }
}

impl Default for OfflineAssistant {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Provider for OfflineAssistant {
    fn name(&self) -> &str {
        "offline"
    }

    fn model(&self) -> &str {
        "Offline assistant"
    }

    async fn stream(
        &self,
        request: ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, LlmError> {
        let turns = transcript::turns(&request.messages);
        let has_tool = |name: &str| request.tools.iter().any(|tool| tool.name == name);
        Ok(match session::step(&turns, &request.clock, &has_tool) {
            Step::Say(text) => self.words(&text),
            Step::Calls(calls) => stream::iter(requested(calls, &request.messages)).map(Ok).boxed(),
        })
    }
}

impl OfflineAssistant {
    /// The text word by word, then the end.
    fn words(&self, text: &str) -> BoxStream<'static, Result<ProviderEvent, LlmError>> {
        let words: Vec<String> = text
            .split_inclusive(char::is_whitespace)
            .map(str::to_owned)
            .collect();
        let count = u32::try_from(words.len()).unwrap_or(u32::MAX).max(1);
        let pace = self.pace.min(LONGEST / count);
        stream::iter(words)
            .then(move |word| async move {
                if !pace.is_zero() {
                    tokio::time::sleep(pace).await;
                }
                Ok(ProviderEvent::Text(word))
            })
            .chain(stream::iter([Ok(ProviderEvent::Finished(FinishReason::Stop))]))
            .boxed()
    }
}

/// The calls with ids that the transcript does not have yet.
fn requested(calls: Vec<Call>, messages: &[ChatMessage]) -> Vec<ProviderEvent> {
    let number = |call_id: &str| {
        call_id
            .strip_prefix("call-")
            .and_then(|number| number.parse::<usize>().ok())
    };
    let made = messages.iter().flat_map(|message| match message {
        ChatMessage::Assistant { tool_calls, .. } => tool_calls.as_slice(),
        _ => &[],
    });
    // The window may tell of earlier calls under other ids; counting those too keeps a run's ids apart
    // when it is taken over.
    let used = made
        .clone()
        .filter_map(|call| number(&call.call_id))
        .fold(made.count(), usize::max);
    let mut events: Vec<ProviderEvent> = calls
        .into_iter()
        .zip(used + 1..)
        .map(|(call, number)| {
            ProviderEvent::ToolCall(RequestedCall {
                call_id: format!("call-{number}"),
                tool_name: call.tool_name.to_owned(),
                arguments: call.arguments.to_string(),
            })
        })
        .collect();
    events.push(ProviderEvent::Finished(FinishReason::ToolCalls));
    events
}
