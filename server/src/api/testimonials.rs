//! `/api/testimonials`

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::api::SubmitTestimonial;
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Json, Query, parsed};
use crate::state::AppState;

/// Query of the list.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// The public ones, for everybody; kept for a minute.
pub async fn list(
    State(state): State<AppState>,
    Query(query): Query<ListQuery>,
) -> Result<Response, ApiError> {
    let limit = parsed("limit", query.limit.as_deref())?;
    let cursor = query.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let page = state.domain.testimonials().list(limit, cursor).await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], axum::Json(page)).into_response())
}

/// Writes one's own, or replaces it.
pub async fn submit(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Json(request): Json<SubmitTestimonial>,
) -> Result<Response, ApiError> {
    let saved = state.domain.testimonials().submit(&actor, request).await?;
    let status = if saved.new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, axum::Json(saved.testimonial)).into_response())
}
