//! How large a body may be.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;
use protocol::limits::{BODY_BYTES, IMPORT_BYTES};

use crate::error::ApiError;

/// How much of a larger one is read all the same: a browser that is answered before it has sent its file shows a broken
/// connection, and not what is wrong.
const IMPORT_READ_BYTES: usize = 4 * IMPORT_BYTES;

/// Where conversations are imported.
pub const IMPORT_PATH: &str = "/api/chat/conversations/import";

/// Refuses a body that says it is too large, and cuts one that turns out to be.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let limit = if request.uri().path() == IMPORT_PATH {
        IMPORT_READ_BYTES
    } else {
        BODY_BYTES
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > limit as u64) {
        return ApiError::too_large(limit).into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, limit))))
        .await
}
