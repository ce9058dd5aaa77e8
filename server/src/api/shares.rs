//! `/api/chat/conversations/{id}/share`

use axum::extract::State;
use axum::http::StatusCode;
use protocol::ConversationId;
use serde::Serialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id};
use crate::state::AppState;

/// A link to a conversation.
#[derive(Debug, Serialize)]
pub struct ShareResponse {
    url: String,
    token: String,
    created_at: protocol::Timestamp,
}

/// Makes the link, or lets the one that is there show everything up to now.
pub async fn share(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
) -> Result<axum::Json<ShareResponse>, ApiError> {
    let link = state.domain.shares().share(&actor, id).await?;
    Ok(axum::Json(ShareResponse {
        url: link.url,
        token: link.token,
        created_at: link.created_at,
    }))
}

/// Takes the link back; also fine when there is none.
pub async fn revoke(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.domain.shares().revoke(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
