//! `/api/account`

use app::server_context::problem_of;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use protocol::Preferences;
use protocol::preferences::UpdatePreferences;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Json};
use crate::state::AppState;

/// What the actor chose.
pub async fn preferences(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<axum::Json<Preferences>, ApiError> {
    Ok(axum::Json(state.domain.preferences().get(&actor).await?))
}

/// Changes some of it; answers with all of it.
pub async fn set_preferences(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Json(request): Json<UpdatePreferences>,
) -> Result<axum::Json<Preferences>, ApiError> {
    let preferences = state.domain.preferences();
    Ok(axum::Json(preferences.update(&actor, &request).await?))
}

/// Everything that is the actor's, as one JSON document to keep. Cut off in the middle if the database fails once it has
/// begun.
pub async fn export(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Response, ApiError> {
    let mut pieces = state.domain.accounts().export(&actor)?;
    // While there still is a status to be chosen.
    let first = pieces.recv().await.transpose()?.unwrap_or_default();
    let rest = futures::stream::unfold(pieces, async |mut pieces| {
        // Logged there; the reader is left with half a document.
        let piece = pieces
            .recv()
            .await?
            .inspect_err(|error| drop(problem_of(error, "")));
        Some((piece.map(Bytes::from), pieces))
    });
    let first = futures::stream::iter([Ok(Bytes::from(first))]);
    // The compressing layer asks once more after the end.
    let pieces = first.chain(rest).fuse();
    Ok((
        [
            (header::CONTENT_TYPE, "application/json"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"greenlit-export.json\"",
            ),
        ],
        Body::from_stream(pieces),
    )
        .into_response())
}
