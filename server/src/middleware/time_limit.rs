//! How long an answer may take to begin.

use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::{ApiError, Refusal};

/// Longer than the database's own waits together, so that those answer first and better.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Gives up on a handler that takes too long, a slowly arriving body included. Not for requests
/// that wait for a run.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(LIMIT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Refused(Box::new(Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            code: "timed_out",
            title: "Took too long",
            detail: "The request could not be answered in time; try again in a few seconds.".into(),
            errors: vec![],
            retry_after: Some(5),
        }))
        .into_response(),
    }
}
