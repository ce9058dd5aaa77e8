use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use agent::context::WindowLimits;
use agent::llm::{ChatRequest, FinishReason, LlmError, Provider, ProviderEvent, RequestedCall};
use async_trait::async_trait;
use domain::accounts::{Client, SignUp};
use domain::runs::Send;
use domain::{Actor, Domain, DomainConfig};
use futures::StreamExt;
use futures::stream::BoxStream;
use protocol::api::SentMessage;
use protocol::{ConversationId, RunId, SequencedEvent};
use sqlx::PgPool;
use store::{Scope, Store};
use tokio::sync::Notify;

/// One thing that the scripted model does.
pub(crate) enum Beat {
    Say(&'static str),
    Call(&'static str, String),
    /// Waits until the test lets it go on.
    Hold(Arc<Notify>),
    Fail,
}

/// A model that plays one script for each request, in order.
#[derive(Default)]
pub(crate) struct Script {
    steps: Mutex<VecDeque<Vec<Beat>>>,
    pub(crate) requests: Mutex<Vec<ChatRequest>>,
    /// Given to the one request for a title.
    pub(crate) title: Mutex<Option<&'static str>>,
}

impl Script {
    pub(crate) fn step(self: &Arc<Self>, beats: Vec<Beat>) -> &Arc<Self> {
        self.steps.lock().unwrap().push_back(beats);
        self
    }

    pub(crate) fn asked(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

#[async_trait]
impl Provider for Script {
    fn name(&self) -> &str {
        "scripted"
    }

    fn model(&self) -> &str {
        "script"
    }

    async fn stream(
        &self,
        request: ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, LlmError> {
        // Beside the conversation, so not in its script.
        if agent::title::is_asked(&request) {
            let title = self.title.lock().unwrap().take().ok_or(LlmError::UnknownModel)?;
            let events = [
                Ok(ProviderEvent::Text(title.into())),
                Ok(ProviderEvent::Finished(FinishReason::Stop)),
            ];
            return Ok(futures::stream::iter(events).boxed());
        }
        let asked = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request);
            requests.len()
        };
        let beats = self
            .steps
            .lock()
            .unwrap()
            .pop_front()
            .expect("a script for every request");
        Ok(async_stream::stream! {
            let mut calls = 0;
            for beat in beats {
                match beat {
                    Beat::Say(text) => yield Ok(ProviderEvent::Text(text.into())),
                    Beat::Call(name, arguments) => {
                        calls += 1;
                        yield Ok(ProviderEvent::ToolCall(RequestedCall {
                            call_id: format!("call-{asked}-{calls}"),
                            tool_name: name.into(),
                            arguments,
                        }));
                    }
                    Beat::Hold(gate) => gate.notified().await,
                    Beat::Fail => {
                        yield Err(LlmError::Cut(None));
                        return;
                    }
                }
            }
            yield Ok(ProviderEvent::Finished(if calls > 0 { FinishReason::ToolCalls } else { FinishReason::Stop }));
        }
        .boxed())
    }
}

pub(crate) struct World {
    pub(crate) domain: Domain,
    pub(crate) store: Store,
    pub(crate) script: Arc<Script>,
    pub(crate) ada: Actor,
}

pub(crate) async fn domain(pool: PgPool, script: Arc<Script>) -> Domain {
    domain_on(Store::from_pool(pool), script).await
}

pub(crate) async fn domain_on(store: Store, script: Arc<Script>) -> Domain {
    let config = DomainConfig {
        secret: b"0123456789abcdef0123456789abcdef".to_vec(),
        public_origin: "http://127.0.0.1:3000".into(),
        provider: script,
        window: WindowLimits {
            messages: 50,
            tokens: 16_000,
        },
        messages_per_minute: 1000,
    };
    Domain::start(store, config).await.unwrap()
}

pub(crate) async fn world(pool: PgPool) -> World {
    let script = Arc::<Script>::default();
    let domain = domain(pool.clone(), script.clone()).await;
    let ada = sign_up(&domain, "ada").await;
    World {
        domain,
        store: Store::from_pool(pool),
        script,
        ada,
    }
}

pub(crate) async fn sign_up(domain: &Domain, name: &str) -> Actor {
    let request = SignUp {
        name: name.into(),
        email: format!("{name}@example.com"),
        password: "correct horse".into(),
        image: None,
        remember_me: true,
    };
    let signed_in = domain
        .accounts()
        .sign_up(request, &Client::default())
        .await
        .unwrap();
    domain
        .accounts()
        .find_session(&signed_in.token, false)
        .await
        .unwrap()
        .unwrap()
        .actor
}

impl World {
    pub(crate) async fn send(&self, conversation: Option<ConversationId>, text: &str) -> SentMessage {
        let request = Send {
            conversation_id: conversation,
            content: text.into(),
            idempotency_key: None,
        };
        self.domain.runs().send(&self.ada, request).await.unwrap()
    }

    /// Changes rows behind the domain's back, in the scope that may: row-level security binds tests too.
    pub(crate) async fn change(&self, scope: Scope<'_>, statement: &'static str) {
        let mut tx = self.store.begin(scope).await.unwrap();
        let done = sqlx::query(statement).execute(&mut *tx).await.unwrap();
        assert_ne!(done.rows_affected(), 0, "{statement}");
        tx.commit().await.unwrap();
    }

    /// Has Ada's assistant do everything without asking.
    pub(crate) async fn never_ask(&self) {
        let never = protocol::preferences::UpdatePreferences {
            approval: Some(protocol::Approval::Never),
            ..Default::default()
        };
        self.domain.preferences().update(&self.ada, &never).await.unwrap();
    }

    /// All events of a run, to its end.
    pub(crate) async fn events(&self, run: RunId, after: u64) -> Vec<SequencedEvent> {
        let stream = self.domain.runs().events(&self.ada, run, after).await.unwrap();
        stream.map(|event| event.unwrap()).collect().await
    }
}

pub(crate) fn names(events: &[SequencedEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.event.name()).collect()
}

/// Numbers from `first` on without a gap.
pub(crate) fn assert_numbered(events: &[SequencedEvent], first: u64) {
    let expected: Vec<u64> = (first..first + events.len() as u64).collect();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), expected);
}
