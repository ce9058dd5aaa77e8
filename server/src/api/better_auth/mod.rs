//! `/api/auth/*`: Better Auth's protocol, so that its unmodified client works against this server.
//!
//! Paths, statuses, bodies, cookies and codes are Better Auth's (1.7); errors carry the problem's
//! members as well, which its client hands on. What it does not know is a 404 with an empty body.

mod body;
mod error;
mod own;
mod session;
mod sign_in;
mod sign_up;
mod wire;

use app::server_context::RequestContext;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::state::AppState;
use error::DoorError;

/// An error in the form that this door has for it.
pub fn refusal(error: domain::Error) -> Response {
    DoorError::from(error).into_response()
}

/// What every endpoint is given.
struct Call {
    state: AppState,
    context: RequestContext,
    request: Request,
}

/// Every request under `/api/auth`.
pub async fn door(State(state): State<AppState>, request: Request) -> Response {
    let context = request
        .extensions()
        .get::<RequestContext>()
        .cloned()
        .unwrap_or_default();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let endpoint = path.strip_prefix("/api/auth").unwrap_or_default();
    let call = Call {
        state,
        context,
        request,
    };
    let answer = match (method, endpoint) {
        (Method::POST, "/sign-up/email") => sign_up::email(call).await,
        (Method::POST, "/sign-in/email") => sign_in::email(call).await,
        (Method::POST, "/sign-out") => session::sign_out(call).await,
        (Method::GET, "/get-session") => session::get(call).await,
        (Method::POST, "/get-session") => Err(DoorError::deferred_session()),
        (Method::GET, "/token") => session::token(call).await,
        (Method::POST, "/update-user") => own::update_user(call).await,
        (Method::POST, "/change-password") => own::change_password(call).await,
        (Method::GET, "/list-sessions") => own::list_sessions(call).await,
        (Method::POST, "/revoke-session") => own::revoke_session(call).await,
        (Method::POST, "/revoke-other-sessions") => own::revoke_other_sessions(call).await,
        (Method::POST, "/revoke-sessions") => own::revoke_sessions(call).await,
        (Method::POST, "/delete-user") => own::delete_user(call).await,
        (Method::GET, "/ok") => Ok(axum::Json(serde_json::json!({ "ok": true })).into_response()),
        _ => Ok(StatusCode::NOT_FOUND.into_response()),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}
