//! Finds out who is asking, once for each request.
//!
//! A session cookie counts first, then a Bearer token (HS256 under `BETTER_AUTH_SECRET`). The result
//! is the [`RequestContext`] in the request's extensions; rights are checked in `domain`, not here.

use std::collections::HashMap;

use app::server_context::{LOCALE_COOKIE, RequestContext, SessionCookies, parse_cookies};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use domain::Formats;
use domain::accounts::CurrentSession;

use super::client::client_of;
use super::observe::RequestId;
use super::rate_limit::limit_refused;
use crate::error::ApiError;
use crate::state::AppState;

/// Puts the [`RequestContext`] into the request; on the API a bad Bearer token ends it with 401.
pub async fn identify(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut context = describe(&state, &parts);
    let path = parts.uri.path();
    let is_api = path.starts_with("/api/");
    let mut refreshed = None;
    // Better Auth's door reads its sessions itself, and files and probes are for everybody.
    if asks_who(path) {
        match find_actor(&state, &mut context, &parts.headers, is_api).await {
            Ok(session) => refreshed = session.filter(|session| session.refreshed),
            Err(error) => return limit_refused(&state, &context, path, error),
        }
    }
    let token = context.session_token.clone();
    let is_signed_in = context.actor.is_some();
    parts.extensions.insert(context);
    let mut response = next.run(Request::from_parts(parts, body)).await;

    if let (Some(session), Some(token)) = (refreshed, token) {
        resend_cookie(&state, &session, &token, response.headers_mut());
    }
    keep_cookies_private(response.headers_mut());
    if is_signed_in && !is_api {
        // A page that shows somebody's things must not stand in a shared browser's cache.
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

fn asks_who(path: &str) -> bool {
    let is_open = path.starts_with("/api/auth/")
        || path.starts_with("/pkg/")
        || matches!(path, "/healthz" | "/readyz" | "/metrics");
    !is_open
}

fn describe(state: &AppState, parts: &Parts) -> RequestContext {
    let cookies = parse_cookies(
        parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()),
    );
    RequestContext {
        actor: None,
        session_token: None,
        client: client_of(parts, &cookies),
        formats: formats_of(&parts.headers, &cookies),
        request_id: parts
            .extensions
            .get::<RequestId>()
            .map(|id| id.0.clone())
            .unwrap_or_default(),
        secure: state.settings.public_url.is_secure(),
        accepts_html: accepts_html(&parts.headers),
        cookies,
        path_and_query: parts
            .uri
            .path_and_query()
            .map(|path| path.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// As the page's script told, else as the browser's first language has it.
fn formats_of(headers: &HeaderMap, cookies: &HashMap<String, String>) -> Formats {
    if let Some(locale) = cookies.get(LOCALE_COOKIE) {
        return Formats::of_locale(locale);
    }
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(Formats::of_accept_language)
        .unwrap_or_default()
}

/// Whether a page or a plain form asked, in the way Leptos tells it.
pub(super) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/html"))
}

async fn find_actor(
    state: &AppState,
    context: &mut RequestContext,
    headers: &HeaderMap,
    is_api: bool,
) -> Result<Option<CurrentSession>, ApiError> {
    let accounts = state.domain.accounts();
    let cookies = SessionCookies::new(context.secure);
    let token = context
        .cookies
        .get(cookies.session_token())
        .and_then(|value| accounts.verify_cookie(value));
    if let Some(token) = token
        && let Some(session) = accounts.find_session(&token, true).await?
    {
        context.actor = Some(session.actor.clone().reading(context.formats));
        context.session_token = Some(token);
        return Ok(Some(session));
    }
    if is_api && let Some(token) = bearer(headers) {
        context.actor = Some(accounts.actor_of_jwt(token).await?.reading(context.formats));
    }
    Ok(None)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

// What everybody may have from a shared cache must not have somebody's session with it.
fn keep_cookies_private(headers: &mut HeaderMap) {
    let is_public = headers
        .get(header::CACHE_CONTROL)
        .and_then(|value| value.to_str().ok())
        .is_none_or(|value| value.contains("public"));
    if is_public && headers.contains_key(header::SET_COOKIE) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

// Unless the handler itself signed somebody in or out meanwhile.
fn resend_cookie(state: &AppState, session: &CurrentSession, token: &str, headers: &mut HeaderMap) {
    let cookies = SessionCookies::new(state.settings.public_url.is_secure());
    let is_set = headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|value| value.as_bytes().starts_with(cookies.session_token().as_bytes()));
    if is_set {
        return;
    }
    let accounts = state.domain.accounts();
    let [cookie, _] = cookies.set(
        &accounts.sign_cookie(token),
        session.session.remembered,
        &accounts.sign_cookie("true"),
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}
