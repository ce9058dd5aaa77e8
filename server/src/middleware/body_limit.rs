//! How large a body may be.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;

use crate::error::ApiError;

/// Most bytes of any request's body: a message of 10,000 four-byte characters, written in JSON's or
/// a form's longest way, and room to spare.
pub const BODY_BYTES: usize = 256 * 1024;

/// Most bytes of an imported conversation.
pub const IMPORT_BYTES: usize = 16 * 1024 * 1024;

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
