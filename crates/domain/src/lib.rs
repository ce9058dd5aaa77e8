//! What Greenlit does, behind every door: accounts, rights, conversations, tasks, runs.
//!
//! REST handlers, server functions and protocol doors each make one call into [`Domain`]. Every
//! method that touches a user's data takes the [`Actor`] first; rights are checked here, and again
//! by row-level security underneath. Somebody else's thing is [`Error::Forbidden`], an unknown or
//! deleted one [`Error::NotFound`].
//!
//! Start at [`runs`] for the way of a message.

pub mod accounts;
mod actor;
mod clock;
pub mod conversations;
mod error;
pub mod export;
mod fault;
pub mod feed;
mod formats;
pub mod import;
mod page;
mod plain;
pub mod preferences;
pub mod rate_limit;
pub mod runs;
pub mod search;
pub mod shares;
pub mod tasks;
pub mod testimonials;
pub mod tool_calls;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use agent::context::WindowLimits;
use agent::llm::Provider;
use agent::tools::Registry;
use futures::FutureExt;
use protocol::limits::FAILED_SIGN_INS_PER_MINUTE;
use store::conversations::Probed;
use store::{Owner, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;
use zeroize::Zeroize;

use crate::rate_limit::RateLimit;
use crate::runs::beats::Beats;
use crate::runs::hub::Hub;

pub use actor::Actor;
pub use error::{AccountError, Error};
pub use formats::Formats;

/// What the domain needs besides the database.
pub struct DomainConfig {
    /// `BETTER_AUTH_SECRET`: signs session cookies and HS256 tokens.
    pub secret: Vec<u8>,
    /// `PUBLIC_URL`'s origin: issuer and audience of the tokens made here.
    pub public_origin: String,
    /// The model to ask.
    pub provider: Arc<dyn Provider>,
    /// `CONTEXT_MESSAGES` and `CONTEXT_TOKENS`.
    pub window: WindowLimits,
    /// `RATE_LIMIT_MESSAGES_PER_MINUTE`, per user.
    pub messages_per_minute: u32,
}

impl Drop for DomainConfig {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// How long a server waits at its start for hearing the others; where LISTEN cannot be had, it looks for itself.
const HEARS: Duration = Duration::from_secs(1);
/// How long the last words of halted answers may take.
const HALT: Duration = Duration::from_secs(2);

/// The handle to everything; cheap to clone.
#[derive(Clone)]
pub struct Domain {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: DomainConfig,
    tools: Registry,
    /// Runs that this server works on; written by their workers, read by watchers.
    hub: Arc<Hub>,
    /// Those whose leases are renewed.
    beats: Beats,
    /// Everything that was spawned here; waited for at shutdown.
    tasks: TaskTracker,
    /// Cancelled when the server stops.
    stopping: CancellationToken,
    /// Cancelled when running answers may not go on.
    halting: CancellationToken,
    /// Cancelled when there is nothing more to tell the other servers.
    silent: CancellationToken,
    /// This server process, as leases name it.
    node: Uuid,
    /// Messages per user and minute.
    sends: RateLimit,
    /// Testimonials per user and minute.
    testimonials: RateLimit,
    /// Wrong passwords per account and minute, by whatever address: of accounts that are none, too.
    wrong_passwords: RateLimit<String>,
}

/// What comes of work that is done over and over: where it panics, that is logged, and the next round is done all the same.
pub(crate) async fn contained<T>(what: &'static str, work: impl Future<Output = T>) -> Option<T> {
    let outcome = std::panic::AssertUnwindSafe(work).catch_unwind().await;
    if outcome.is_err() {
        tracing::error!(
            what,
            "a round of the server's own work panicked; the next one follows"
        );
    }
    outcome.ok()
}

/// How often somebody may write or change their testimonial in a minute.
const TESTIMONIALS_PER_MINUTE: u32 = 5;

impl Domain {
    /// Starts the domain on a migrated database; also takes up runs whose server died.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn start(store: Store, config: DomainConfig) -> Result<Self, Error> {
        let sends = RateLimit::per_minute(config.messages_per_minute);
        let domain = Self {
            inner: Arc::new(Inner {
                store,
                config,
                tools: Registry::built_in(),
                hub: Arc::default(),
                beats: Beats::default(),
                tasks: TaskTracker::new(),
                stopping: CancellationToken::new(),
                halting: CancellationToken::new(),
                silent: CancellationToken::new(),
                node: Uuid::now_v7(),
                sends,
                testimonials: RateLimit::per_minute(TESTIMONIALS_PER_MINUTE),
                wrong_passwords: RateLimit::per_minute(FAILED_SIGN_INS_PER_MINUTE),
            }),
        };
        runs::takeover::sweep(&domain, true).await?;
        domain.inner.tasks.spawn(runs::takeover::watch(domain.clone()));
        // Not among those that are waited for: they go on until the last answer has ended.
        tokio::spawn(runs::beats::keep(domain.clone()));
        tokio::spawn(domain.clone().carry_signals());
        tokio::spawn(domain.clone().hear_signals());
        // Feeds that begin before it is heard what the other servers do would have to begin again.
        domain.store().until_hears(HEARS).await;
        Ok(domain)
    }

    async fn carry_signals(self) {
        let silent = &self.inner.silent;
        while !silent.is_cancelled() {
            contained("signals out", self.store().carry_signals(silent.clone())).await;
        }
    }

    async fn hear_signals(self) {
        let silent = &self.inner.silent;
        let heard = |heard| {
            if let Some(answer) = self.hub().hear(heard) {
                self.store().signal(answer);
            }
        };
        while !silent.is_cancelled() {
            contained("signals in", self.store().hear_signals(silent.clone(), heard)).await;
        }
    }

    /// Sign-up, sign-in, sessions, tokens.
    pub fn accounts(&self) -> accounts::Accounts<'_> {
        accounts::Accounts::new(self)
    }

    /// Conversations and their history.
    pub fn conversations(&self) -> conversations::Conversations<'_> {
        conversations::Conversations::new(self)
    }

    /// Sending, watching, stopping.
    pub fn runs(&self) -> runs::Runs<'_> {
        runs::Runs::new(self)
    }

    /// What changed, as it changes.
    pub fn feed(&self) -> feed::Feed<'_> {
        feed::Feed::new(self)
    }

    /// Links to conversations for people without an account.
    pub fn shares(&self) -> shares::Shares<'_> {
        shares::Shares::new(self)
    }

    /// The task list.
    pub fn tasks(&self) -> tasks::Tasks<'_> {
        tasks::Tasks::new(self)
    }

    /// What people say about the product.
    pub fn testimonials(&self) -> testimonials::Testimonials<'_> {
        testimonials::Testimonials::new(self)
    }

    /// What people chose.
    pub fn preferences(&self) -> preferences::OwnPreferences<'_> {
        preferences::OwnPreferences::new(self)
    }

    /// What the assistant did, and taking it back.
    pub fn tool_calls(&self) -> tool_calls::ToolCalls<'_> {
        tool_calls::ToolCalls::new(self)
    }

    /// The origin that people use, such as `https://todo.example`.
    pub fn public_origin(&self) -> &str {
        &self.inner.config.public_origin
    }

    /// The model's name as shown to people: "gpt-5-mini", "Offline assistant".
    pub fn model(&self) -> &str {
        self.inner.config.provider.model()
    }

    /// Whether the built-in assistant answers because no model is set.
    pub fn is_offline(&self) -> bool {
        self.inner.config.provider.name() == "offline"
    }

    /// Whether the database answers and its migrations are those of this binary.
    pub async fn is_ready(&self) -> bool {
        self.inner.store.is_ready().await
    }

    /// How many runs this server works on now.
    pub fn active_runs(&self) -> usize {
        self.inner.hub.len()
    }

    /// Stops taking new work, gives running answers `grace` to end, and hands the rest over with what they have.
    pub async fn shut_down(&self, grace: Duration) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(grace, self.inner.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(runs = self.inner.hub.len(), "some answers did not end in time");
        }
        // Also those that begin from here on, in requests on connections that are still open.
        self.inner.halting.cancel();
        let _ = tokio::time::timeout(HALT, self.inner.tasks.wait()).await;
        self.inner.silent.cancel();
    }

    /// Does work to its end, also when whoever waits for it goes away: a request's handler is dropped with its
    /// connection, and what it just stored must not wait for a sweep to be noticed.
    pub(crate) async fn see_through<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        match self.inner.tasks.spawn(work.in_current_span()).await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => Err(Error::Internal(Box::new(error))),
            },
        }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn config(&self) -> &DomainConfig {
        &self.inner.config
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.inner.hub
    }

    /// Why the actor does not find a row: it is somebody else's, or it is not there.
    pub(crate) async fn not_found(&self, actor: &Actor, table: Probed, id: Uuid) -> Error {
        let what = match table {
            Probed::Conversation => "conversation",
            Probed::Message => "message",
            Probed::Run => "run",
            Probed::Task => "task",
            Probed::ToolCall => "tool call",
        };
        match self.store().owner_of(table, id, actor.user_id()).await {
            Ok(Owner::SomebodyElse) => Error::Forbidden,
            Ok(Owner::Nobody) => Error::NotFound(what),
            Err(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn a_round_that_panics_is_not_the_last() {
        let mut done = vec![];
        for round in 0..3 {
            done.extend(
                super::contained("test", async move {
                    assert_ne!(round, 1, "as a mistake of ours would");
                    round
                })
                .await,
            );
        }
        assert_eq!(done, [0, 2]);
    }
}
