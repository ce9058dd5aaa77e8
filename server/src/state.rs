//! What every handler and middleware shares.

use std::sync::Arc;

use app::server_context::AuthLimiter;
use axum::extract::FromRef;
use domain::Domain;
use leptos::config::LeptosOptions;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Origin, PublicUrl};
use crate::metrics::Metrics;
use crate::middleware::rate_limit::RequestLimiter;
use crate::site::Site;
use crate::watches::Watches;

/// The server's parts; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Everything Greenlit does.
    pub domain: Domain,
    /// The settings that requests depend on.
    pub settings: Arc<Settings>,
    /// Counts sign-ins and sign-ups; the pages' server functions share it.
    pub auth_limiter: AuthLimiter,
    /// Counts requests.
    pub requests: Arc<RequestLimiter>,
    /// Counted by the middleware and the event streams, read by `/metrics`.
    pub metrics: Arc<Metrics>,
    /// Who watches how many answers.
    pub watches: Arc<Watches>,
    /// The built site.
    pub site: Arc<Site>,
    /// Cancelled when the server begins to stop.
    pub stopping: CancellationToken,
    /// Cancelled a little later; open event streams end then.
    pub closing: CancellationToken,
    /// For Leptos' router; made in code, so no file is read at run time.
    pub leptos: LeptosOptions,
}

/// The settings that requests depend on.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `PUBLIC_URL`.
    pub public_url: PublicUrl,
    /// `CORS_ALLOWED_ORIGINS`.
    pub cors_origins: Vec<Origin>,
    /// `RATE_LIMIT_AUTH_PER_MINUTE`.
    pub auth_per_minute: u32,
    /// `RATE_LIMIT_REQUESTS_PER_MINUTE`.
    pub requests_per_minute: u32,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            public_url: config.public_url.clone(),
            cors_origins: config.cors_origins.clone(),
            auth_per_minute: config.auth_per_minute,
            requests_per_minute: config.requests_per_minute,
        }
    }
}

impl AppState {
    /// Puts a domain, its settings and a site together.
    pub fn new(domain: Domain, settings: Settings, site: Site) -> Self {
        Self {
            domain,
            auth_limiter: AuthLimiter::new(settings.auth_per_minute),
            requests: Arc::new(RequestLimiter::new(settings.requests_per_minute)),
            settings: Arc::new(settings),
            metrics: Arc::default(),
            watches: Arc::default(),
            site: Arc::new(site),
            stopping: CancellationToken::new(),
            closing: CancellationToken::new(),
            leptos: LeptosOptions::builder().output_name("greenlit").build(),
        }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
