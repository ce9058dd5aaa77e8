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

/// Refuses a body that says it is too large, and cuts one that turns out to be.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > BODY_BYTES as u64) {
        return ApiError::too_large(BODY_BYTES).into_response();
    }
    next.run(request.map(|body| Body::new(Limited::new(body, BODY_BYTES))))
        .await
}
