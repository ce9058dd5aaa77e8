//! Which other origins' pages may call us, with cookies.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::rate_limit::{LIMIT, REMAINING, RESET};
use crate::config::Origin;

/// The layer for `CORS_ALLOWED_ORIGINS`.
pub fn cors(origins: &[Origin]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok())
        .collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::LOCATION,
            header::RETRY_AFTER,
            LIMIT,
            REMAINING,
            RESET,
            HeaderName::from_static("set-auth-jwt"),
            HeaderName::from_static("set-auth-token"),
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("x-retry-after"),
        ])
        .max_age(Duration::from_secs(600))
}
