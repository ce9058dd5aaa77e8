//! Better Auth's shapes, cookies and headers.

use app::server_context::{RequestContext, SessionCookies};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::accounts::Session;
use protocol::{Timestamp, UserId};
use serde::Serialize;

use crate::state::AppState;

const SET_AUTH_TOKEN: HeaderName = HeaderName::from_static("set-auth-token");
const SET_AUTH_JWT: HeaderName = HeaderName::from_static("set-auth-jwt");

/// A session as its owner sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionBody {
    id: String,
    user_id: UserId,
    token: String,
    expires_at: Timestamp,
    created_at: Timestamp,
    updated_at: Timestamp,
    ip_address: String,
    user_agent: String,
}

impl SessionBody {
    pub(super) fn new(session: Session, token: String) -> Self {
        Self {
            id: session.id,
            user_id: session.user_id,
            token,
            expires_at: session.expires_at,
            created_at: session.created_at,
            updated_at: session.updated_at,
            ip_address: session.ip_address,
            user_agent: session.user_agent,
        }
    }
}

/// Sends a session's cookies, and its token for clients without a cookie jar.
pub(super) fn send_session(
    state: &AppState,
    context: &RequestContext,
    token: &str,
    remembered: bool,
    headers: &mut HeaderMap,
) {
    let accounts = state.domain.accounts();
    let cookies = SessionCookies::new(context.secure);
    let value = accounts.sign_cookie(token);
    let [session, mark] = cookies.set(&value, remembered, &accounts.sign_cookie("true"));
    append(headers, &session);
    // Nothing has to be taken away from who never had it.
    if !remembered || context.cookies.contains_key(cookies.dont_remember()) {
        append(headers, &mark);
    }
    expose(headers, SET_AUTH_TOKEN, &value);
}

/// Sends a JWT along with the session.
pub(super) fn send_jwt(jwt: &str, headers: &mut HeaderMap) {
    expose(headers, SET_AUTH_JWT, jwt);
}

/// Takes the session's cookies away.
pub(super) fn clear_session(context: &RequestContext, headers: &mut HeaderMap) {
    for cookie in SessionCookies::new(context.secure).clear() {
        append(headers, &cookie);
    }
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

fn expose(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_name(name.clone()),
        );
        headers.insert(name, value);
    }
}
