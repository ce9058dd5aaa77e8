//! A model server for tests: it speaks OpenAI's chat-completions protocol over real HTTP and
//! misbehaves on request.
//!
//! What it answers is chosen, in this order, by
//! - the script: replies handed in with [`FakeOpenAi::script`] or `POST /script`, one for each request;
//! - a scenario's name in brackets in the last user message (`[cut] Hello`);
//! - a scenario's name as the request's model;
//! - the default scenario, `auto`.
//!
//! [`scenarios::NAMES`] lists the scenarios. Every request is recorded and held against the
//! protocol's invariants ([`check`]); one that breaks them is answered with 400 and the reasons.
//! A stream can be held in the middle ([`Step::Hold`]) until it is released, so that no test needs to
//! sleep.
//!
//! Besides `/v1/chat/completions` and `/v1/models` it answers for its tests: `POST /script`
//! `{"replies": […]}`, `GET /requests`, `DELETE /requests`, `GET /held?count=1` (waits until so many
//! holds were reached), `POST /release` `{"count": 1}`.

pub mod check;
mod reply;
pub mod scenarios;
mod server;
mod state;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use reply::{Reply, Step};
pub use state::Recorded;
use state::State;

/// A running server; it stops when this is dropped.
pub struct FakeOpenAi {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl FakeOpenAi {
    /// Starts a server on a free port of this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> std::io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)), "auto").await
    }

    /// Starts a server on an address, with the scenario for requests that name none.
    ///
    /// # Errors
    /// When the address is taken.
    pub async fn start_on(address: SocketAddr, default_scenario: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(default_scenario));
        let router = server::router(Arc::clone(&state));
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("fake-openai: {error}");
            }
        });
        Ok(Self { address, state, task })
    }

    /// For `OPENAI_BASE_URL`: `http://127.0.0.1:4010/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds replies; each answers one request, in order, before any scenario does.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state.script(replies);
    }

    /// The requests so far, retries included.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.requests()
    }

    /// The bodies of the requests so far.
    pub fn bodies(&self) -> Vec<Value> {
        self.requests().into_iter().map(|request| request.body).collect()
    }

    /// What broke the protocol's invariants so far; a test that is about something else asserts that
    /// it is empty.
    pub fn violations(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .flat_map(|request| request.violations)
            .collect()
    }

    /// Waits until so many [`Step::Hold`]s were reached in all.
    pub async fn held(&self, count: usize) {
        self.state.held(count).await;
    }

    /// Lets one hold go on, or the next one that comes.
    pub fn release(&self) {
        self.state.release(1);
    }

    /// Waits for the server's end, which comes only with an error.
    pub async fn wait(mut self) {
        // A join error means that the task panicked, and then there is nothing left to wait for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for FakeOpenAi {
    fn drop(&mut self) {
        self.task.abort();
    }
}
