//! A provider that plays a script, for the tests of this crate and of those that run agents
//! (feature `scripted`).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use tokio::sync::{Semaphore, watch};

use super::{ChatMessage, ChatRequest, FinishReason, LlmError, Provider, ProviderEvent, RequestedCall};

/// One thing that a scripted answer does.
#[derive(Debug)]
pub enum Act {
    Event(ProviderEvent),
    /// Ends the answer.
    Fail(LlmError),
    /// Waits for [`Scripted::release`].
    Hold,
}

/// Plays one list of acts for each request, in order; a cheap handle that can be cloned to watch it.
#[derive(Clone)]
pub struct Scripted {
    state: Arc<State>,
}

struct State {
    answers: Mutex<VecDeque<Vec<Act>>>,
    requests: Mutex<Vec<ChatRequest>>,
    title: Mutex<Option<String>>,
    gate: Semaphore,
    held: watch::Sender<usize>,
}

/// Text, then the end.
pub fn says(text: &str) -> Vec<Act> {
    vec![
        Act::Event(ProviderEvent::Text(text.into())),
        Act::Event(ProviderEvent::Finished(FinishReason::Stop)),
    ]
}

/// Tool calls as (id, name, arguments), then the end.
pub fn calls(calls: &[(&str, &str, &str)]) -> Vec<Act> {
    let event = |(id, name, arguments): &(&str, &str, &str)| {
        Act::Event(ProviderEvent::ToolCall(RequestedCall {
            call_id: (*id).into(),
            tool_name: (*name).into(),
            arguments: (*arguments).into(),
        }))
    };
    let end = Act::Event(ProviderEvent::Finished(FinishReason::ToolCalls));
    calls.iter().map(event).chain([end]).collect()
}

impl Scripted {
    /// A provider that gives these answers, one for each request.
    pub fn new(answers: impl IntoIterator<Item = Vec<Act>>) -> Self {
        Self {
            state: Arc::new(State {
                answers: Mutex::new(answers.into_iter().collect()),
                requests: Mutex::default(),
                title: Mutex::default(),
                gate: Semaphore::new(0),
                held: watch::Sender::new(0),
            }),
        }
    }

    /// Answers requests for a conversation's title; until then they fail.
    pub fn gives_title(&self, title: &str) {
        *lock(&self.state.title) = Some(title.to_owned());
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<ChatRequest> {
        lock(&self.state.requests).clone()
    }

    /// Waits until so many [`Act::Hold`]s were reached in all.
    pub async fn held(&self, times: usize) {
        // The sender lives in `self.state`, so the channel cannot close meanwhile.
        let _ = self.state.held.subscribe().wait_for(|held| *held >= times).await;
    }

    /// Lets one hold go on, or the next one that comes.
    pub fn release(&self) {
        self.state.gate.add_permits(1);
    }
}

#[async_trait]
impl Provider for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn model(&self) -> &str {
        "Script"
    }

    /// # Panics
    /// When the transcript breaks the rule of one result for each call, or the script is at its end.
    async fn stream(
        &self,
        request: ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, LlmError> {
        check(&request.messages);
        // A title is asked for beside a conversation: it takes no answer from the script and is not among the requests.
        if crate::title::is_asked(&request) {
            let title = lock(&self.state.title).clone();
            let title = title.ok_or(LlmError::UnknownModel)?;
            let events = [
                Ok(ProviderEvent::Text(title)),
                Ok(ProviderEvent::Finished(FinishReason::Stop)),
            ];
            return Ok(Box::pin(futures::stream::iter(events)));
        }
        lock(&self.state.requests).push(request);
        let Some(acts) = lock(&self.state.answers).pop_front() else {
            panic!("one request more than the script has answers");
        };
        let state = Arc::clone(&self.state);
        let mut acts = acts.into_iter().peekable();
        if let Some(Act::Fail(error)) = acts.next_if(|act| matches!(act, Act::Fail(_))) {
            return Err(error);
        }
        Ok(Box::pin(async_stream::stream! {
            for act in acts {
                match act {
                    Act::Event(event) => yield Ok(event),
                    Act::Fail(error) => yield Err(error),
                    Act::Hold => {
                        state.held.send_modify(|held| *held += 1);
                        if let Ok(permit) = state.gate.acquire().await {
                            permit.forget();
                        }
                    }
                }
            }
        }))
    }
}

fn check(messages: &[ChatMessage]) {
    let mut open: Vec<&str> = Vec::new();
    for message in messages {
        match message {
            ChatMessage::ToolResult { call_id, .. } => {
                let at = open.iter().position(|id| id == call_id);
                open.remove(at.unwrap_or_else(|| panic!("the result {call_id} has no call before it")));
            }
            ChatMessage::Assistant { tool_calls, .. } => {
                assert!(open.is_empty(), "calls without a result: {open:?}");
                for call in tool_calls {
                    assert!(!open.contains(&call.call_id.as_str()), "{} twice", call.call_id);
                    open.push(&call.call_id);
                }
            }
            ChatMessage::System(_) | ChatMessage::User(_) => {
                assert!(open.is_empty(), "calls without a result: {open:?}");
            }
        }
    }
    assert!(open.is_empty(), "calls without a result: {open:?}");
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
