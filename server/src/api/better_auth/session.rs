//! `GET /api/auth/get-session`, `GET /api/auth/token`, `POST /api/auth/sign-out`

use app::server_context::{RequestContext, SessionCookies};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::accounts::CurrentSession;
use serde_json::{Value, json};

use super::Call;
use super::body::Fields;
use super::error::DoorError;
use super::wire::{SessionBody, clear_session, send_jwt, send_session};
use crate::state::AppState;

/// The session and its user, or the JSON value `null`.
pub(super) async fn get(call: Call) -> Result<Response, DoorError> {
    let Call {
        state,
        context,
        request,
    } = call;
    let query = request.uri().query().unwrap_or_default();
    let is_frozen = url::form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| name == "disableRefresh" && value == "true");
    let token = find_token(&state, &context, request.headers());
    let found = find(&state, &context, token.as_deref(), !is_frozen).await?;
    let mut response = match (token, found) {
        (Some(token), Some(found)) => {
            let jwt = state.domain.accounts().issue_jwt(&found.actor)?;
            let remembered = found.session.remembered;
            let mut response = axum::Json(json!({
                "session": SessionBody::new(found.session, token.clone()),
                "user": found.actor.user,
            }))
            .into_response();
            if found.refreshed {
                send_session(&state, &context, &token, remembered, response.headers_mut());
            }
            send_jwt(&jwt, response.headers_mut());
            response
        }
        (token, _) => {
            let mut response = axum::Json(Value::Null).into_response();
            if token.is_some() {
                clear_session(&context, response.headers_mut());
            }
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// A JWT for the session's user.
pub(super) async fn token(call: Call) -> Result<Response, DoorError> {
    let Call {
        state,
        context,
        request,
    } = call;
    let token = find_token(&state, &context, request.headers());
    let found = find(&state, &context, token.as_deref(), true)
        .await?
        .ok_or_else(DoorError::unauthorized)?;
    let jwt = state.domain.accounts().issue_jwt(&found.actor)?;
    let mut response = axum::Json(json!({ "token": jwt })).into_response();
    if let Some(token) = token.filter(|_| found.refreshed) {
        send_session(
            &state,
            &context,
            &token,
            found.session.remembered,
            response.headers_mut(),
        );
    }
    Ok(response)
}

/// Ends the session at once; fine also without one.
pub(super) async fn sign_out(call: Call) -> Result<Response, DoorError> {
    let Call {
        state,
        context,
        request,
    } = call;
    let token = find_token(&state, &context, request.headers());
    // Nothing in it matters, but what is no JSON is refused as everywhere here.
    Fields::read(request).await?;
    if let Some(token) = token {
        state.domain.accounts().sign_out(&token).await?;
    }
    let mut response = axum::Json(json!({ "success": true })).into_response();
    clear_session(&context, response.headers_mut());
    Ok(response)
}

/// The session token of the cookie, or of a Bearer header in the cookie's form. (A JWT there does
/// not verify as one and is ignored.)
pub(super) fn find_token(state: &AppState, context: &RequestContext, headers: &HeaderMap) -> Option<String> {
    let accounts = state.domain.accounts();
    let cookie = context
        .cookies
        .get(SessionCookies::new(context.secure).session_token());
    if let Some(token) = cookie.and_then(|value| accounts.verify_cookie(value)) {
        return Some(token);
    }
    let (scheme, value) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| accounts.verify_cookie(value.trim()))
        .flatten()
}

pub(super) async fn find(
    state: &AppState,
    context: &RequestContext,
    token: Option<&str>,
    refresh: bool,
) -> Result<Option<CurrentSession>, domain::Error> {
    let Some(token) = token else { return Ok(None) };
    let accounts = state.domain.accounts();
    let is_brief = context
        .cookies
        .get(SessionCookies::new(context.secure).dont_remember())
        .is_some_and(|value| accounts.verify_cookie(value).as_deref() == Some("true"));
    accounts.find_session(token, refresh && !is_brief).await
}
