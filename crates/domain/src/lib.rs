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
pub mod conversations;
mod error;
pub mod runs;
pub mod tasks;
pub mod tool_calls;

use std::sync::Arc;

use agent::context::WindowLimits;
use agent::llm::Provider;
use store::Store;

pub use actor::Actor;
pub use error::{AccountError, Error};

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

/// The handle to everything; cheap to clone.
#[derive(Clone)]
pub struct Domain {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    config: DomainConfig,
}

impl Domain {
    /// Starts the domain on a migrated database; also takes up runs whose server died.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn start(store: Store, config: DomainConfig) -> Result<Self, Error> {
        Ok(Self {
            inner: Arc::new(Inner { store, config }),
        })
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

    /// The task list.
    pub fn tasks(&self) -> tasks::Tasks<'_> {
        tasks::Tasks::new(self)
    }

    /// What the assistant did, and taking it back.
    pub fn tool_calls(&self) -> tool_calls::ToolCalls<'_> {
        tool_calls::ToolCalls::new(self)
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
        unimplemented!()
    }

    /// Stops taking new work and ends or hands over the runs of this server.
    pub async fn shut_down(&self) {
        unimplemented!()
    }
}
