//! `/api/chat/runs/{id}`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::runs::Decision;
use protocol::api::{DecideCall, SentMessage};
use protocol::{RunId, ToolCall};
use serde::Deserialize;

use super::sse;
use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Json, Query, parsed};
use crate::state::AppState;

/// In which form the answer's text is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Render {
    /// As the model wrote it: `text.delta` and `text.reset`.
    Text,
    /// As patches of rendered HTML, for our own page: `text.html`.
    Html,
}

impl Render {
    pub(super) fn read(text: Option<&str>) -> Result<Self, ApiError> {
        match text {
            None | Some("" | "text") => Ok(Self::Text),
            Some("html") => Ok(Self::Html),
            Some(_) => Err(ApiError::invalid("render", "must be text or html")),
        }
    }
}

/// Query of the event stream.
#[derive(Debug, Deserialize)]
pub struct EventsQuery {
    after: Option<String>,
    render: Option<String>,
}

/// The run's events, from the start or after the one named by `Last-Event-ID` (a reconnecting
/// browser's header, so it comes first) or `?after=`; the log, then live, to the run's last event.
pub async fn events(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<RunId>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let render = Render::read(query.render.as_deref())?;
    let last = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok());
    let after = match last {
        Some(last) => last,
        None => parsed("after", query.after.as_deref())?.unwrap_or(0),
    };
    // Rendering needs the text from its beginning.
    let from = match render {
        Render::Text => after,
        Render::Html => 0,
    };
    let watch = state.watches.begin(&actor)?;
    let events = state.domain.runs().events(&actor, id, from).await?;
    Ok(sse::respond(&state, events, after, render, &actor, watch))
}

/// Stops a run; what was written stays. Also fine when it is over already.
pub async fn cancel(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<RunId>,
) -> Result<StatusCode, ApiError> {
    state.domain.runs().cancel(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers the message of a failed or cancelled run once more.
pub async fn retry(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<RunId>,
) -> Result<axum::Json<SentMessage>, ApiError> {
    Ok(axum::Json(state.domain.runs().retry(&actor, id).await?))
}

/// Allows or refuses a tool call that waits for it; the run goes on. Answers with the call.
pub async fn decide(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<RunId>,
    Json(request): Json<DecideCall>,
) -> Result<axum::Json<ToolCall>, ApiError> {
    let decision = match request.approve {
        true => Decision::Approve {
            arguments: request.arguments,
        },
        false => Decision::Deny,
    };
    let runs = state.domain.runs();
    Ok(axum::Json(
        runs.decide(&actor, id, request.call_id, decision).await?,
    ))
}
