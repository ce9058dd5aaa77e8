//! Conversations as files: `/api/chat/conversations/{id}/export` and `/api/chat/conversations/import`

use app::server_context::RequestContext;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::export::Format;
use domain::import::ImportConversation;
use protocol::ConversationId;
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Query, body_error, from_json, is_json, multipart_file};
use crate::state::AppState;

/// Query of an export.
#[derive(Debug, Deserialize)]
pub struct ExportQuery {
    format: Option<String>,
}

/// The messages that a conversation shows, as a file to keep: `md` to read, `json` to import again.
pub async fn export(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Id(id): Id<ConversationId>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, ApiError> {
    let (format, kind, ending) = match query.format.as_deref() {
        None | Some("" | "md") => (Format::Markdown, "text/markdown; charset=utf-8", "md"),
        Some("json") => (Format::Json, "application/json", "json"),
        Some(_) => return Err(ApiError::invalid("format", "must be md or json")),
    };
    let export = state.domain.conversations().export(&actor, id, format).await?;
    let name = file_name(&export.title, ending);
    let mut response = Response::new(Body::from_stream(export.content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// A name that every file system takes: the title's letters and digits, the rest as hyphens.
fn file_name(title: &str, ending: &str) -> String {
    let words: Vec<&str> = title
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut name = words.join("-").to_lowercase();
    name.truncate(60);
    if name.is_empty() {
        name.push_str("conversation");
    }
    format!("{name}.{ending}")
}

/// Makes a conversation of a JSON export: the body itself, or the file of a plain form, which is then led to the
/// conversation.
pub async fn import(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, ApiError> {
    let body = body.map_err(body_error)?;
    let json = if is_json(&headers) {
        &body[..]
    } else {
        multipart_file(&headers, &body)?
    };
    let request: ImportConversation = from_json(json)?;
    let made = state.domain.conversations().import(&actor, request).await?;
    if context.accepts_html {
        return Ok(Redirect::to(&format!("/dashboard/chat/{}", made.id)).into_response());
    }
    let location = HeaderValue::try_from(format!("/api/chat/conversations/{}", made.id)).ok();
    let mut response = (StatusCode::CREATED, axum::Json(made)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_plain() {
        assert_eq!(file_name("Q4 report: \"draft\"/../é", "md"), "q4-report-draft.md");
        assert_eq!(file_name("日本", "json"), "conversation.json");
    }
}
