//! `/api/chat/conversations`

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::conversations::ListConversations;
use domain::runs::Send;
use protocol::api::{ConversationPage, CreateConversation, UpdateConversation};
use protocol::limits::{CONVERSATION_TITLE_CHARS, checked_text};
use protocol::{Conversation, ConversationId};
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Json, Query, idempotency_key, parsed};
use crate::state::AppState;

/// Query of the list.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
    q: Option<String>,
}

/// Makes a conversation, with a first message if one is given; its answer is then begun.
pub async fn create(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    headers: HeaderMap,
    Json(request): Json<CreateConversation>,
) -> Result<Response, ApiError> {
    let conversations = state.domain.conversations();
    let conversation = match request.message {
        None => conversations.create(&actor, request).await?,
        Some(content) => {
            // Looked at before the message is sent, so that a bad title leaves nothing behind.
            if let Some(title) = &request.title {
                checked_text(title, 1, CONVERSATION_TITLE_CHARS)
                    .map_err(|message| ApiError::invalid("title", message))?;
            }
            let send = Send {
                conversation_id: None,
                content,
                idempotency_key: idempotency_key(&headers)?,
            };
            let sent = state
                .domain
                .runs()
                .send(&actor, send)
                .await
                .map_err(name_message)?;
            match request.title {
                None => sent.conversation,
                Some(title) => {
                    let update = UpdateConversation {
                        title: Some(title),
                        pinned: None,
                    };
                    conversations.update(&actor, sent.conversation.id, update).await?
                }
            }
        }
    };
    let location = HeaderValue::try_from(format!("/api/chat/conversations/{}", conversation.id)).ok();
    let mut response = (StatusCode::CREATED, axum::Json(conversation)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

// Here the field is `message`; the domain knows it as a message's `content`.
fn name_message(error: domain::Error) -> ApiError {
    match error {
        domain::Error::Invalid(mut errors) => {
            for error in &mut errors {
                if error.field == "content" {
                    error.field = "message".into();
                }
            }
            domain::Error::Invalid(errors).into()
        }
        error => error.into(),
    }
}

/// Lists the actor's conversations.
pub async fn list(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<ConversationPage>, ApiError> {
    let query = ListConversations {
        limit: parsed("limit", query.limit.as_deref())?,
        cursor: query.cursor.filter(|cursor| !cursor.is_empty()),
        q: query.q.filter(|q| !q.trim().is_empty()),
    };
    let page = state.domain.conversations().list(&actor, query).await?;
    Ok(axum::Json(page))
}

/// One conversation.
pub async fn get(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(state.domain.conversations().get(&actor, id).await?))
}

/// Renames or pins.
pub async fn update(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
    Json(request): Json<UpdateConversation>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(
        state.domain.conversations().update(&actor, id, request).await?,
    ))
}

/// Deletes, softly.
pub async fn delete(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, ApiError> {
    state.domain.conversations().delete(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a deleted one back.
pub async fn restore(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(
        state.domain.conversations().restore(&actor, id).await?,
    ))
}
