//! Every request's id, log line and count; and the body of every problem.

use std::time::Instant;

use app::features::settings::theme::{THEME_COOKIE, Theme};
use app::server_context::parse_cookies;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::identity::accepts_html;
use crate::error::{Navigation, write_pending};
use crate::state::AppState;

/// A request's id, in its extensions and in `X-Request-Id` of the answer.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

const NAME: HeaderName = HeaderName::from_static("x-request-id");

/// Takes the request's id over from the proxy in front or makes one, then logs method, path
/// template, status and time. No query strings and no bodies: they hold what people write.
pub async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = id_of(request.headers()).unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(no such address)", MatchedPath::as_str)
        .to_owned();
    request.extensions_mut().insert(RequestId(id.clone()));

    let is_ours = |path: &str| !path.starts_with("/api/") || path.starts_with("/api/fn/");
    let navigation = (accepts_html(request.headers()) && is_ours(request.uri().path())).then(|| Navigation {
        theme: theme_of(request.headers()),
        may_repeat: method.is_safe(),
    });

    let mut response = write_pending(next.run(request).await, &id, navigation);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(NAME, value);
    }
    let status = response.status();
    state.metrics.count_request(status);
    let duration_ms = started.elapsed().as_millis() as u64;
    let status = status.as_u16();
    // Files and probes come by the dozen and say little.
    if path.starts_with("/pkg/") || matches!(path.as_str(), "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(%method, path, status, duration_ms, request.id = id, "Answered");
    } else {
        tracing::info!(%method, path, status, duration_ms, request.id = id, "Answered");
    }
    response
}

fn theme_of(headers: &HeaderMap) -> Option<Theme> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let cookies = parse_cookies(cookies.filter_map(|value| value.to_str().ok()));
    Theme::parse(cookies.get(THEME_COOKIE)?)
}

fn id_of(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(NAME)?.to_str().ok()?;
    let fits = (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fits.then(|| id.to_owned())
}
