//! `/api/chat/conversations/{id}/messages`

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use domain::conversations::{ListMessages, Since};
use domain::runs::Send;
use protocol::ConversationId;
use protocol::api::{Exchange, MessagePage, SendMessage};
use serde::Deserialize;

use super::runs::Render;
use super::sse;
use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Json, Query, idempotency_key, parsed};
use crate::state::AppState;

/// Query of the history.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    limit: Option<String>,
    since: Option<String>,
    before: Option<String>,
}

/// Query of a send.
#[derive(Debug, Deserialize)]
pub struct SendQuery {
    render: Option<String>,
}

/// A page of the history, oldest first.
pub async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<MessagePage>, ApiError> {
    let query = ListMessages {
        limit: parsed("limit", query.limit.as_deref())?,
        since: since(query.since.as_deref())?,
        before: parsed("before", query.before.as_deref())?,
    };
    Ok(axum::Json(
        state.domain.conversations().messages(&actor, id, query).await?,
    ))
}

fn since(text: Option<&str>) -> Result<Option<Since>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // A `+` of an offset, sent as it is, arrives as a space.
    let time = text.replace(' ', "+");
    match (text.parse(), time.parse()) {
        (Ok(id), _) => Ok(Some(Since::Message(id))),
        (_, Ok(time)) => Ok(Some(Since::Time(time))),
        _ => Err(ApiError::invalid(
            "since",
            "must be a message's id or a time such as 2026-01-02T03:04:05.678Z",
        )),
    }
}

/// Sends a message. With `Accept: text/event-stream` the answer is the run's events, else it waits
/// for the run's end and answers with both messages.
pub async fn send(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
    Query(query): Query<SendQuery>,
    headers: HeaderMap,
    Json(request): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let render = Render::read(query.render.as_deref())?;
    let send = Send {
        conversation_id: Some(id),
        content: request.content,
        idempotency_key: idempotency_key(&headers)?,
    };
    let runs = state.domain.runs();
    let sent = runs.send(&actor, send).await?;
    if wants_stream(&headers) {
        let events = runs.events(&actor, sent.run_id, 0).await?;
        return Ok(sse::respond(&state, events, 0, render));
    }
    let assistant_message = runs.wait(&actor, sent.run_id).await?;
    Ok(axum::Json(Exchange {
        user_message: sent.user_message,
        assistant_message,
    })
    .into_response())
}

fn wants_stream(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|kind| kind.split(';').next())
        .any(|kind| kind.trim().eq_ignore_ascii_case("text/event-stream"))
}
