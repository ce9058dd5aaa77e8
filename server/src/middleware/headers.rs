//! Headers that make browsers careful, on every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::AppState;

const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A plain form needs its Referer to find back; other sites learn no more than the origin.
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// For what is no page; pages bring their own policy with a nonce.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// A year; other servers under this name are not ours to speak for.
const HSTS: &str = "max-age=31536000";

/// Adds what is not there yet. What the API answers is private unless it says otherwise.
pub async fn secure_headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        or_insert(headers, name, value);
    }
    or_insert(headers, header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    if state.settings.public_url.is_secure() {
        or_insert(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if is_api {
        or_insert(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

fn or_insert(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
