//! The steps of one run.

use std::collections::HashSet;
use std::future::Future;

use futures::StreamExt;
use protocol::limits::{ANSWER_CHARS, TOOL_CALLS_PER_STEP};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Called, RunError, RunHost, RunOutcome, RunRequest};
use crate::llm::{ChatMessage, ChatRequest, FinishReason, LlmError, Provider, ProviderEvent, RequestedCall};

/// Added to the system prompt of the last request, which has no tools. (A system message of its own
/// at the end would be refused by some models' templates.)
const SUM_UP: &str = "\n\n## This answer\nYou have used your tools as often as one answer may, and cannot use them any more \
     now. Tell the user in a few sentences what you did, what is still missing, and that they can ask you to go on.";

/// A run on its way.
pub(super) struct Steps<'a> {
    provider: &'a dyn Provider,
    host: &'a dyn RunHost,
    cancel: &'a CancellationToken,
    request: RunRequest,
    deadline: Instant,
    call_ids: HashSet<String>,
    has_text: bool,
    /// How much text there is by now, in characters.
    chars: usize,
}

/// Why a run stops in the middle.
enum Stop {
    Cancelled,
    Waiting,
    /// There is as much text as an answer may have.
    Full,
    Failed(RunError),
}

impl<E: Into<RunError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What one request brought.
struct Answer {
    text: String,
    calls: Vec<RequestedCall>,
    finish: FinishReason,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        provider: &'a dyn Provider,
        request: RunRequest,
        host: &'a dyn RunHost,
        cancel: &'a CancellationToken,
    ) -> Self {
        let call_ids = request
            .messages
            .iter()
            .flat_map(|message| match message {
                ChatMessage::Assistant { tool_calls, .. } => tool_calls.as_slice(),
                _ => &[],
            })
            .map(|call| call.call_id.clone())
            .collect();
        Self {
            provider,
            host,
            cancel,
            deadline: Instant::now() + request.limits.total,
            has_text: request.chars > 0,
            chars: request.chars,
            request,
            call_ids,
        }
    }

    pub(super) async fn finish_run(mut self) -> Result<RunOutcome, RunError> {
        match self.steps().await {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Cancelled) => Ok(RunOutcome::Cancelled),
            Err(Stop::Waiting) => Ok(RunOutcome::Waiting),
            Err(Stop::Full) => Ok(RunOutcome::Completed(FinishReason::Length)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    async fn steps(&mut self) -> Result<RunOutcome, Stop> {
        for _ in 0..self.request.limits.tool_rounds {
            let answer = self.step(true).await?;
            if answer.calls.is_empty() {
                return Ok(RunOutcome::Completed(match answer.finish {
                    FinishReason::ToolCalls => FinishReason::Stop,
                    finish => finish,
                }));
            }
            self.call_tools(answer).await?;
        }
        match self.request.messages.first_mut() {
            Some(ChatMessage::System(prompt)) => prompt.push_str(SUM_UP),
            _ => self
                .request
                .messages
                .insert(0, ChatMessage::System(SUM_UP.trim_start().into())),
        }
        self.step(false).await?;
        Ok(RunOutcome::StepLimit)
    }

    /// Asks once, and once more if nothing at all comes.
    async fn step(&mut self, with_tools: bool) -> Result<Answer, Stop> {
        self.go_on()?;
        self.host.thinking().await?;
        let mut finish = FinishReason::Stop;
        for _ in 0..2 {
            let mut answer = self.ask(with_tools).await?;
            if !with_tools {
                answer.calls.clear();
            }
            if !answer.text.is_empty() || !answer.calls.is_empty() {
                return Ok(answer);
            }
            finish = answer.finish;
            if finish == FinishReason::ContentFilter {
                break;
            }
        }
        Err(RunError::SaidNothing(finish).into())
    }

    async fn ask(&mut self, with_tools: bool) -> Result<Answer, Stop> {
        let request = ChatRequest {
            messages: self.request.messages.clone(),
            tools: if with_tools {
                self.request.tools.clone()
            } else {
                Vec::new()
            },
            clock: self.request.clock.clone(),
        };
        let mut stream = self.unless_stopped(self.provider.stream(request)).await??;
        let mut text = StepText::default();
        let mut calls = Vec::new();
        loop {
            let Some(event) = self.unless_stopped(stream.next()).await? else {
                // A provider always ends with `Finished` or an error.
                return Err(LlmError::Cut(None).into());
            };
            match event? {
                ProviderEvent::Text(delta) => {
                    if let Some(delta) = text.push(&delta, self.has_text) {
                        self.has_text = true;
                        self.say(&delta).await?;
                    }
                }
                ProviderEvent::ToolCall(call) if calls.len() < TOOL_CALLS_PER_STEP => {
                    calls.push(self.with_unique_id(call));
                }
                ProviderEvent::ToolCall(_) => {}
                ProviderEvent::Usage(usage) => self.host.usage(usage).await?,
                ProviderEvent::Finished(finish) => {
                    return Ok(Answer {
                        text: text.said,
                        calls,
                        finish,
                    });
                }
            }
        }
    }

    /// Passes text on, as far as an answer may have more of it.
    async fn say(&mut self, delta: &str) -> Result<(), Stop> {
        let room = ANSWER_CHARS.saturating_sub(self.chars);
        let (fits, is_all) = match delta.char_indices().nth(room) {
            Some((end, _)) => (&delta[..end], false),
            None => (delta, true),
        };
        self.chars += fits.chars().count();
        if !fits.is_empty() {
            self.host.text(fits).await?;
        }
        if is_all { Ok(()) } else { Err(Stop::Full) }
    }

    /// Runs the calls one after the other and adds them to the transcript with what came of them.
    async fn call_tools(&mut self, answer: Answer) -> Result<(), Stop> {
        let mut results = Vec::with_capacity(answer.calls.len());
        self.go_on()?;
        self.host.plan(&answer.calls).await?;
        let mut waits = false;
        for call in &answer.calls {
            self.go_on()?;
            match self.host.call_tool(call).await? {
                Called::Told(content) => results.push(ChatMessage::ToolResult {
                    call_id: call.call_id.clone(),
                    tool_name: call.tool_name.clone(),
                    content,
                }),
                Called::Waits => waits = true,
            }
        }
        if waits {
            return Err(Stop::Waiting);
        }
        self.request.messages.push(ChatMessage::Assistant {
            text: answer.text,
            tool_calls: answer.calls,
        });
        self.request.messages.append(&mut results);
        Ok(())
    }

    /// Some servers count their calls anew in every answer, but a transcript needs each id once.
    fn with_unique_id(&mut self, mut call: RequestedCall) -> RequestedCall {
        if call.call_id.is_empty() {
            call.call_id.push_str("call");
        }
        let given = call.call_id.clone();
        let mut number = 2;
        while !self.call_ids.insert(call.call_id.clone()) {
            call.call_id = format!("{given}-{number}");
            number += 1;
        }
        call
    }

    fn go_on(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            Err(Stop::Cancelled)
        } else if Instant::now() >= self.deadline {
            Err(Stop::Failed(RunError::TimedOut))
        } else {
            Ok(())
        }
    }

    async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Result<T, Stop> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Stop::Cancelled),
            () = tokio::time::sleep_until(self.deadline) => Err(Stop::Failed(RunError::TimedOut)),
            value = future => Ok(value),
        }
    }
}

/// The text of one step. Blank lines before its first word are dropped, and a step that follows text
/// of an earlier one begins a new paragraph.
#[derive(Default)]
struct StepText {
    said: String,
    blank: String,
}

impl StepText {
    /// What to pass on of this delta.
    fn push(&mut self, delta: &str, after_text: bool) -> Option<String> {
        if !self.said.is_empty() {
            self.said.push_str(delta);
            return Some(delta.to_owned()).filter(|delta| !delta.is_empty());
        }
        self.blank.push_str(delta);
        let word = self.blank.find(|c: char| !c.is_whitespace())?;
        // The first line keeps its indentation, which means something in Markdown.
        let line = self.blank[..word].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        self.said = self.blank.split_off(line);
        Some(if after_text {
            format!("\n\n{}", self.said)
        } else {
            self.said.clone()
        })
    }
}
