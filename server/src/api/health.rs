//! `/healthz`, `/readyz`, `/metrics`: for whoever runs the server.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::error::ApiError;
use crate::state::AppState;

/// The process answers.
pub async fn alive() -> Response {
    fresh(axum::Json(json!({ "status": "ok" })))
}

/// The database answers and its migrations have run.
pub async fn ready(State(state): State<AppState>) -> Result<Response, ApiError> {
    if state.stopping.is_cancelled() || !state.domain.is_ready().await {
        return Err(domain::Error::Unavailable("the readiness check failed".into()).into());
    }
    Ok(fresh(axum::Json(json!({ "status": "ready" }))))
}

/// Counters and gauges in Prometheus' text form.
pub async fn metrics(State(state): State<AppState>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    fresh((
        [(header::CONTENT_TYPE, kind)],
        state.metrics.render(state.domain.active_runs()),
    ))
}

fn fresh(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}
