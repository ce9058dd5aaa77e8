//! Any server that speaks OpenAI's chat-completions protocol: OpenAI itself, Ollama, vLLM,
//! llama.cpp, and the many that speak it with an accent.
//!
//! The way of a request: `request` writes it, `client` sends it, `status` reads a refusal, `answer`
//! reads the stream with the help of `sse` (bytes to payloads) and `assembly` (payloads to events).
//! Protocol: <https://platform.openai.com/docs/api-reference/chat/create>, streaming chunks included.

mod answer;
mod assembly;
mod client;
mod halves;
mod pieces;
mod request;
mod sse;
mod status;
mod thoughts;

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use protocol::limits::MODEL_SILENCE_SECONDS;
use rand::Rng;
use reqwest::{Client, Response, Url};

use super::{ChatRequest, LlmError, Provider, ProviderEvent};
use request::Dialect;
use status::Refusal;
use zeroize::Zeroizing;

/// Where the model is and how patient to be with it.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// Up to `/v1`, with or without a slash at the end; a query is kept.
    pub base_url: Url,
    /// `None` for servers that ask for no key.
    pub api_key: Option<ApiKey>,
    /// As the server spells it.
    pub model: String,
    pub timing: Timing,
}

/// How patient the client is. The default is the contract's where that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// To make a connection.
    pub connect: Duration,
    /// Without a byte, before and within an answer.
    pub silence: Duration,
    /// For what follows after the model said it is done (its usage, the end mark).
    pub after_finish: Duration,
    /// Before the second try; twice that before the third.
    pub backoff: Duration,
    /// The longest wait that a server may ask for and get; a longer one ends the try.
    pub longest_retry_after: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(MODEL_SILENCE_SECONDS),
            after_finish: Duration::from_secs(5),
            backoff: Duration::from_millis(500),
            longest_retry_after: Duration::from_secs(30),
        }
    }
}

/// A key that no log shows, overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Wraps a key; white space around it is dropped.
    pub fn new(key: &str) -> Self {
        Self(Zeroizing::new(key.trim().to_owned()))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum OpenAiConfigError {
    #[error("OPENAI_BASE_URL must begin with http:// or https:// and name a host")]
    BaseUrl,
    #[error("OPENAI_API_KEY must be printable ASCII")]
    ApiKey,
    #[error("TLS could not be set up")]
    Tls(#[source] rustls::Error),
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// Tries in all, while nothing of the answer has come.
const TRIES: u32 = 3;

/// The client. Connections are kept and shared by all its requests.
pub struct OpenAi {
    client: Client,
    endpoint: Url,
    model: String,
    timing: Timing,
    /// What the server turned out to refuse, so that it is not asked in vain each time.
    dialect: AtomicU8,
}

impl OpenAi {
    /// Makes the client; asks nothing yet.
    ///
    /// # Errors
    /// For a setting that cannot be used, and when the machine lets no client be made.
    pub fn new(config: OpenAiConfig) -> Result<Self, OpenAiConfigError> {
        Ok(Self {
            endpoint: client::endpoint(&config.base_url)?,
            client: client::build(&config)?,
            model: config.model,
            timing: config.timing,
            dialect: AtomicU8::new(Dialect::Full as u8),
        })
    }

    /// Asks once and waits for the first piece of the answer.
    async fn begin(
        &self,
        request: &ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, Refusal> {
        let response = self.send_in_a_dialect(request).await?;
        let mut events = answer::events(response, self.timing).boxed();
        match events.next().await {
            Some(Ok(first)) => Ok(futures::stream::iter([Ok(first)]).chain(events).boxed()),
            Some(Err(error)) => Err(error.into()),
            None => Err(LlmError::Cut(None).into()),
        }
    }

    /// Some servers answer fields they do not know with 400; then the request goes out again without
    /// what is optional, and without tools if it is those that are refused.
    async fn send_in_a_dialect(&self, request: &ChatRequest) -> Result<Response, Refusal> {
        let mut dialect = Dialect::from_number(self.dialect.load(Ordering::Relaxed));
        let mut first_refusal = None;
        loop {
            match self.send(request, dialect).await {
                Ok(response) => {
                    if first_refusal.is_some() {
                        tracing::info!(?dialect, "The model server refuses some fields; leaving them out");
                        self.dialect.store(dialect as u8, Ordering::Relaxed);
                    }
                    return Ok(response);
                }
                Err(refusal) => match dialect.simpler(&refusal) {
                    Some(simpler) => {
                        dialect = simpler;
                        first_refusal.get_or_insert(refusal);
                    }
                    // The first refusal tells most about what is wrong.
                    None => return Err(first_refusal.unwrap_or(refusal)),
                },
            }
        }
    }

    async fn send(&self, request: &ChatRequest, dialect: Dialect) -> Result<Response, Refusal> {
        let body = request::body(&self.model, request, dialect);
        let sent = self.client.post(self.endpoint.clone()).json(&body).send();
        let response = tokio::time::timeout(self.timing.silence, sent)
            .await
            .map_err(|_| LlmError::Silence)?
            .map_err(|error| LlmError::Unreachable(error.without_url().into()))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(status::refusal(response, self.timing.silence).await)
    }

    /// How long to wait before another try; `None` if there is to be none.
    fn wait_before_next(&self, tried: u32, refusal: &Refusal) -> Option<Duration> {
        let passing = match &refusal.error {
            LlmError::Unreachable(_) | LlmError::RateLimited { .. } | LlmError::Cut(_) => true,
            LlmError::Status { status, .. } => *status >= 500 || *status == 408,
            _ => false,
        };
        if !passing || tried >= TRIES {
            return None;
        }
        // Clients that failed together should not come back together.
        let jitter = rand::rng().random_range(0.75..1.25);
        let backoff = (self.timing.backoff * 2u32.pow(tried - 1)).mul_f64(jitter);
        match refusal.retry_after {
            Some(asked) if asked > self.timing.longest_retry_after => None,
            Some(asked) => Some(asked.max(backoff)),
            None => Some(backoff),
        }
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn name(&self) -> &str {
        "openai"
    }

    fn model(&self) -> &str {
        &self.model
    }

    async fn stream(
        &self,
        request: ChatRequest,
    ) -> Result<BoxStream<'static, Result<ProviderEvent, LlmError>>, LlmError> {
        let mut tried = 1;
        loop {
            let refusal = match self.begin(&request).await {
                Ok(events) => return Ok(events),
                Err(refusal) => refusal,
            };
            let Some(wait) = self.wait_before_next(tried, &refusal) else {
                return Err(refusal.error);
            };
            tracing::warn!(
                tried,
                wait_ms = wait.as_millis() as u64,
                "{}; asking again",
                refusal.error
            );
            tokio::time::sleep(wait).await;
            tried += 1;
        }
    }
}

impl fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenAi")
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
