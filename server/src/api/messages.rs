//! `/api/chat/conversations/{id}/messages`

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Actor;
use domain::conversations::{ListMessages, Since};
use domain::runs::Send;
use protocol::api::{Exchange, GiveFeedback, MessagePage, SendMessage, SentMessage};
use protocol::{ConversationId, Message, MessageId};
use serde::Deserialize;

use super::runs::Render;
use super::sse;
use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Ids, Json, Query, idempotency_key, parsed};
use crate::state::AppState;
use crate::watches::Watch;

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
        around: None,
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
/// for the run's end, or until it asks for a permission, and answers with both messages.
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
    // Before the message stands: who may not watch its answer has not sent it.
    let watch = state.watches.begin(&actor)?;
    let sent = state.domain.runs().send(&actor, send).await?;
    answer(&state, &actor, sent, StatusCode::OK, render, &headers, watch).await
}

/// Puts another text in a message's place. Answers like [`send`], with 201: the edited message is a new one.
pub async fn edit(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Ids(id, message): Ids<ConversationId, MessageId>,
    Query(query): Query<SendQuery>,
    headers: HeaderMap,
    Json(request): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let render = Render::read(query.render.as_deref())?;
    let key = idempotency_key(&headers)?;
    let watch = state.watches.begin(&actor)?;
    let runs = state.domain.runs();
    let sent = runs
        .edit(&actor, id, message, &request.content, key.as_deref())
        .await?;
    answer(&state, &actor, sent, StatusCode::CREATED, render, &headers, watch).await
}

/// Asks for an answer once more. Answers like [`edit`].
pub async fn regenerate(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Ids(id, message): Ids<ConversationId, MessageId>,
    Query(query): Query<SendQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let render = Render::read(query.render.as_deref())?;
    let watch = state.watches.begin(&actor)?;
    let sent = state.domain.runs().regenerate(&actor, id, message).await?;
    answer(&state, &actor, sent, StatusCode::CREATED, render, &headers, watch).await
}

/// Shows another version of a message, and answers with it.
pub async fn activate(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Ids(id, message): Ids<ConversationId, MessageId>,
) -> Result<axum::Json<Message>, ApiError> {
    Ok(axum::Json(
        state.domain.runs().activate(&actor, id, message).await?,
    ))
}

/// Keeps what the actor thinks of an answer, and answers with it.
pub async fn feedback(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Ids(id, message): Ids<ConversationId, MessageId>,
    Json(request): Json<GiveFeedback>,
) -> Result<axum::Json<Message>, ApiError> {
    let conversations = state.domain.conversations();
    Ok(axum::Json(
        conversations
            .give_feedback(&actor, id, message, request.value)
            .await?,
    ))
}

async fn answer(
    state: &AppState,
    actor: &Actor,
    sent: SentMessage,
    status: StatusCode,
    render: Render,
    headers: &HeaderMap,
    watch: Watch,
) -> Result<Response, ApiError> {
    let runs = state.domain.runs();
    if wants_stream(headers) {
        let events = runs.events(actor, sent.run_id, 0).await?;
        let mut response = sse::respond(state, events, 0, render, actor, watch);
        *response.status_mut() = status;
        return Ok(response);
    }
    let assistant_message = runs.wait(actor, sent.run_id).await?;
    drop(watch);
    let exchange = Exchange {
        user_message: sent.user_message,
        assistant_message,
    };
    Ok((status, axum::Json(exchange)).into_response())
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
