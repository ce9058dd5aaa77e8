//! `/api/chat/tool-calls/{id}`, and all calls of an answer at once.

use axum::extract::State;
use protocol::api::{Turn, TurnedCalls};
use protocol::{MessageId, ToolCall, ToolCallId};

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, OptionalJson};
use crate::state::AppState;

/// Takes back what a call changed.
pub async fn undo(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ToolCallId>,
    OptionalJson(Turn { overwrite }): OptionalJson<Turn>,
) -> Result<axum::Json<ToolCall>, ApiError> {
    let calls = state.domain.tool_calls();
    Ok(axum::Json(calls.undo(&actor, id, overwrite).await?))
}

/// Does again what an undone call had changed.
pub async fn redo(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ToolCallId>,
    OptionalJson(Turn { overwrite }): OptionalJson<Turn>,
) -> Result<axum::Json<ToolCall>, ApiError> {
    let calls = state.domain.tool_calls();
    Ok(axum::Json(calls.redo(&actor, id, overwrite).await?))
}

/// Takes back all that an answer changed and that stands.
pub async fn undo_answer(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<MessageId>,
    OptionalJson(Turn { overwrite }): OptionalJson<Turn>,
) -> Result<axum::Json<TurnedCalls>, ApiError> {
    let tool_calls = state
        .domain
        .tool_calls()
        .undo_answer(&actor, id, overwrite)
        .await?;
    Ok(axum::Json(TurnedCalls { tool_calls }))
}

/// Does again all that was taken back of an answer.
pub async fn redo_answer(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<MessageId>,
    OptionalJson(Turn { overwrite }): OptionalJson<Turn>,
) -> Result<axum::Json<TurnedCalls>, ApiError> {
    let tool_calls = state
        .domain
        .tool_calls()
        .redo_answer(&actor, id, overwrite)
        .await?;
    Ok(axum::Json(TurnedCalls { tool_calls }))
}
