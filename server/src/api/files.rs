//! Conversations as files: `/api/chat/conversations/{id}/export` and `/api/chat/conversations/import`

use app::forms::sign_in_path;
use app::server_context::{Flash, RequestContext, flash_cookie};
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::export::Format;
use domain::import::{ImportConversation, ImportHeader};
use futures::StreamExt;
use protocol::limits::IMPORT_BYTES;
use protocol::{Conversation, ConversationId, Problem};
use serde::Deserialize;

use crate::error::ApiError;
use crate::extract::{CurrentActor, Id, Query, body_unreadable, from_json, is_json, multipart_file};
use crate::state::AppState;

/// The page with the form for imports.
const FORM_PAGE: &str = "/dashboard/chat";

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

/// Makes a conversation of a JSON export: the body itself, or the file of a plain form. The form's browser is led to the
/// conversation, or back to the form, which says what is wrong.
pub async fn import(
    State(state): State<AppState>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let made = import_body(&state, &context, &headers, body).await;
    if context.accepts_html {
        return Ok(match made {
            Ok(made) => Redirect::to(&format!("{FORM_PAGE}/{}", made.id)).into_response(),
            Err(error) => back_to_form(&state, &context, &error.problem(&context.request_id)),
        });
    }
    let made = made?;
    let location = HeaderValue::try_from(format!("/api/chat/conversations/{}", made.id)).ok();
    let mut response = (StatusCode::CREATED, axum::Json(made)).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn import_body(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    body: Body,
) -> Result<Conversation, ApiError> {
    // Before anything is read.
    let actor = context
        .actor
        .as_ref()
        .ok_or(ApiError::Domain(domain::Error::Unauthenticated))?;
    let body = read(body).await?;
    let json = if is_json(headers) {
        &body[..]
    } else {
        multipart_file(headers, &body)?
    };
    // First, since what another program or version wrote need not have our fields.
    from_json::<ImportHeader>(json)?.check()?;
    let request: ImportConversation = from_json(json)?;
    Ok(state.domain.conversations().import(actor, request).await?)
}

/// A whole body. One that is too large is read to its end, and not kept.
async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let mut pieces = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        // The middleware ends bodies that are larger by far.
        let Ok(piece) = piece else {
            return Err(if length > IMPORT_BYTES {
                ApiError::too_large(IMPORT_BYTES)
            } else {
                body_unreadable()
            });
        };
        length += piece.len();
        if length > IMPORT_BYTES {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&piece);
        }
    }
    if length > IMPORT_BYTES {
        return Err(ApiError::too_large(IMPORT_BYTES));
    }
    Ok(bytes)
}

fn back_to_form(state: &AppState, context: &RequestContext, problem: &Problem) -> Response {
    if problem.status == 401 {
        return Redirect::to(&sign_in_path(FORM_PAGE)).into_response();
    }
    let flash = Flash {
        form: "import".into(),
        message: sentence(problem),
        ..Flash::default()
    };
    let mut response = Redirect::to(FORM_PAGE).into_response();
    let cookie = flash_cookie(&state.domain, context.secure, &flash);
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What is wrong with a file, for somebody who knows nothing of its fields.
fn sentence(problem: &Problem) -> String {
    let Some(error) = problem.errors.first() else {
        return match problem.code.as_str() {
            "malformed_json" => {
                "This file is damaged or is no JSON. Export the conversation again and choose that file."
                    .into()
            }
            "payload_too_large" => format!(
                "This file is too large: a conversation has at most {} MB.",
                IMPORT_BYTES / 1024 / 1024
            ),
            _ => problem.detail.clone(),
        };
    };
    match error.field.as_str() {
        "file" => "Choose a file first.".into(),
        field if matches!(field, "body" | "format") || field.starts_with('[') => {
            "This is not a conversation that was exported from Greenlit as JSON.".into()
        }
        "version" => format!(
            "This file was written by another version of Greenlit: its version {}.",
            error.message
        ),
        field => format!("This file cannot be imported: {field} {}.", error.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_said_in_a_sentence() {
        let said = |error: ApiError| sentence(&error.problem("r"));
        let read =
            |json: &str| from_json::<ImportHeader>(json.as_bytes()).and_then(|header| Ok(header.check()?));
        for (json, words) in [
            ("", "damaged"),
            (r#"{"format": "greenlit.conv"#, "damaged"),
            ("\u{89}PNG", "damaged"),
            ("[]", "not a conversation"),
            (r#"{"version": 1}"#, "not a conversation"),
            (r#"{"format": 7, "version": 1}"#, "not a conversation"),
            (r#"{"format": "other", "version": 1}"#, "not a conversation"),
            (
                r#"{"format": "greenlit.conversation", "version": 2}"#,
                "its version must be 1",
            ),
        ] {
            let said = said(read(json).unwrap_err());
            assert!(said.contains(words), "{json}: {said}");
        }
        assert!(said(ApiError::too_large(IMPORT_BYTES)).contains("16 MB"));
        assert_eq!(
            said(ApiError::invalid(
                "messages[3].content",
                "must have at most 5 characters"
            )),
            "This file cannot be imported: messages[3].content must have at most 5 characters."
        );
    }

    #[test]
    fn a_file_name_is_plain() {
        assert_eq!(file_name("Q4 report: \"draft\"/../é", "md"), "q4-report-draft.md");
        assert_eq!(file_name("日本", "json"), "conversation.json");
    }
}
