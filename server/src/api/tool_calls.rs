//! `/api/chat/tool-calls/{id}`

use axum::extract::State;
use protocol::{ToolCall, ToolCallId};

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id};
use crate::state::AppState;

/// Takes back what a call changed.
pub async fn undo(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ToolCallId>,
) -> Result<axum::Json<ToolCall>, ApiError> {
    Ok(axum::Json(state.domain.tool_calls().undo(&actor, id).await?))
}
