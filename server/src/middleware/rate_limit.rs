//! How many requests somebody may make: each user, and each address of those who are not signed in.

use std::time::{Duration, Instant};

use app::server_context::RequestContext;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Error;
use domain::rate_limit::{Left, RateLimit, Wait, network};
use protocol::UserId;

use crate::api::better_auth;
use crate::error::ApiError;
use crate::state::AppState;

/// How many requests there are at once and in a minute.
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// How many are left at once.
pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// In how many seconds all of them are there again; with a 429 in how many there is one.
pub const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// Who is counted.
#[derive(Hash)]
enum Asker {
    User(UserId),
    Address(String),
}

/// Counts requests; each server for itself.
pub struct RequestLimiter(Option<RateLimit<Asker>>);

impl RequestLimiter {
    /// `per_minute` is `RATE_LIMIT_REQUESTS_PER_MINUTE`; 0: no limit.
    pub fn new(per_minute: u32) -> Self {
        Self((per_minute > 0).then(|| RateLimit::per_minute(per_minute)))
    }
}

/// Counts a request before anything is done for it. Files and probes are not counted, and a stream is one request however
/// long it lasts.
pub async fn limit_requests(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let Some(limit) = state.requests.0.as_ref().filter(|_| is_counted(&state, path)) else {
        return next.run(request).await;
    };
    let is_api = path.starts_with("/api/");
    let asker = request
        .extensions()
        .get::<RequestContext>()
        .map_or_else(|| Asker::Address(String::new()), asker_of);
    let left = match limit.take(&asker, Instant::now()) {
        Ok(left) => left,
        Err(wait) => return refused(path, limit, wait),
    };
    let mut response = next.run(request).await;
    // Another limit's refusal has its own wait.
    if is_api && response.status() != StatusCode::TOO_MANY_REQUESTS {
        tell(&mut response, limit, left);
    }
    response
}

/// What is answered to somebody whose token is not good: that, or that it is one too many from the address.
pub(super) fn limit_refused(
    state: &AppState,
    context: &RequestContext,
    path: &str,
    error: ApiError,
) -> Response {
    let is_unknown = matches!(error, ApiError::Domain(Error::Unauthenticated));
    match &state.requests.0 {
        Some(limit) if is_unknown => match limit.take(&asker_of(context), Instant::now()) {
            Ok(left) => {
                let mut response = error.into_response();
                tell(&mut response, limit, left);
                response
            }
            Err(wait) => refused(path, limit, wait),
        },
        _ => error.into_response(),
    }
}

fn is_counted(state: &AppState, path: &str) -> bool {
    let is_open = path.starts_with("/pkg/") || matches!(path, "/healthz" | "/readyz" | "/metrics");
    !is_open && !state.site.has(path)
}

fn asker_of(context: &RequestContext) -> Asker {
    match &context.actor {
        Some(actor) => Asker::User(actor.user_id().clone()),
        None => Asker::Address(network(&context.client.ip_address)),
    }
}

fn refused(path: &str, limit: &RateLimit<Asker>, wait: Wait) -> Response {
    let mut response = if path.starts_with("/api/auth/") {
        better_auth::refusal(wait.into())
    } else {
        ApiError::from(Error::from(wait)).into_response()
    };
    let left = Left {
        remaining: 0,
        full_in: wait.0,
    };
    tell(&mut response, limit, left);
    response
}

fn tell(response: &mut Response, limit: &RateLimit<Asker>, left: Left) {
    let headers = response.headers_mut();
    headers.insert(LIMIT, limit.size().into());
    headers.insert(REMAINING, left.remaining.into());
    headers.insert(RESET, whole_seconds(left.full_in).into());
}

fn whole_seconds(time: Duration) -> u64 {
    (time.as_secs() + u64::from(time.subsec_nanos() > 0)).max(1)
}
