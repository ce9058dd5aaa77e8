//! What people do with their own account: `POST /api/auth/update-user`, `/change-password`, `/revoke-session`,
//! `/revoke-other-sessions`, `/revoke-sessions`, `/delete-user`, `GET /api/auth/list-sessions`

use axum::response::{IntoResponse, Response};
use domain::accounts::{ChangePassword, CurrentSession};
use serde_json::json;

use super::Call;
use super::body::Fields;
use super::error::DoorError;
use super::session::{find, find_token};
use super::sign_up::image_issue;
use super::wire::{SessionBody, clear_session, send_session};

/// How long a session counts as fresh (Better Auth's `freshAge`).
const FRESH_MS: i64 = 24 * 60 * 60 * 1000;

/// A call with the session that makes it.
struct Own {
    call: Call,
    token: String,
    found: CurrentSession,
}

impl Own {
    /// Only who sends the session's cookies again may have it prolonged: a browser forgets at the old end what it is not
    /// told anew.
    async fn of(call: Call, refresh: bool) -> Result<Self, DoorError> {
        let token = find_token(&call.state, &call.context, call.request.headers());
        let found = find(&call.state, &call.context, token.as_deref(), refresh).await?;
        match token.zip(found) {
            Some((token, found)) => Ok(Self { call, token, found }),
            None => Err(DoorError::unauthorized()),
        }
    }

    fn is_fresh(&self) -> bool {
        let now = now_ms();
        now - self.found.session.created_at.as_millis() < FRESH_MS
    }

    fn limit(&self) -> Result<(), DoorError> {
        self.call
            .state
            .auth_limiter
            .check(&self.call.context.client.ip_address)
            .map_err(|retry_after| domain::Error::RateLimited { retry_after }.into())
    }
}

fn now_ms() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |passed| i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
}

fn done() -> Response {
    axum::Json(json!({ "status": true })).into_response()
}

/// Changes the name or the picture; the session's cookie is sent again.
pub(super) async fn update_user(call: Call) -> Result<Response, DoorError> {
    let Own { call, token, found } = Own::of(call, true).await?;
    let mut fields = Fields::read(call.request).await?;
    if fields.has("email") {
        return Err(DoorError::email_can_not_be_updated());
    }
    let name = fields.optional_text("name");
    let image = fields
        .has("image")
        .then(|| fields.optional_text("image").filter(|image| !image.is_empty()));
    if let Some(issue) = image.as_ref().and_then(|image| image_issue(image.as_deref()?)) {
        fields.issue(issue);
    }
    fields.check()?;
    if name.is_none() && image.is_none() {
        return Err(DoorError::no_fields_to_update());
    }
    let image = image.as_ref().map(Option::as_deref);
    let accounts = call.state.domain.accounts();
    accounts
        .update_profile(&found.actor, name.as_deref(), image)
        .await?;
    let mut response = done();
    let remembered = found.session.remembered;
    send_session(
        &call.state,
        &call.context,
        &token,
        remembered,
        response.headers_mut(),
    );
    Ok(response)
}

/// Replaces the password. `token` is null, or with `revokeOtherSessions` the one session's that is left.
pub(super) async fn change_password(call: Call) -> Result<Response, DoorError> {
    let own = Own::of(call, false).await?;
    own.limit()?;
    let Own { call, token, found } = own;
    let mut fields = Fields::read(call.request).await?;
    let request = ChangePassword {
        current: fields.text("currentPassword"),
        new: fields.text("newPassword"),
        revoke_others: fields.flag("revokeOtherSessions", false),
        session_token: Some(token),
    };
    fields.check()?;
    let accounts = call.state.domain.accounts();
    let signed_in = accounts
        .change_password(&found.actor, request, &call.context.client)
        .await?;
    let body = json!({
        "token": signed_in.as_ref().map(|signed_in| &signed_in.token),
        "user": found.actor.user,
    });
    let mut response = axum::Json(body).into_response();
    if let Some(signed_in) = signed_in {
        let remembered = signed_in.session.remembered;
        let headers = response.headers_mut();
        send_session(&call.state, &call.context, &signed_in.token, remembered, headers);
    }
    Ok(response)
}

/// The user's sessions. Only hashes of tokens are stored, so `token` is the real one for the present session and the id
/// for the others: `/revoke-session` takes either, and neither opens somebody else's browser.
pub(super) async fn list_sessions(call: Call) -> Result<Response, DoorError> {
    let own = Own::of(call, false).await?;
    if !own.is_fresh() {
        return Err(DoorError::session_not_fresh());
    }
    let accounts = own.call.state.domain.accounts();
    let sessions: Vec<SessionBody> = accounts
        .list_sessions(&own.found.actor, Some(&own.token))
        .await?
        .into_iter()
        .map(|listed| {
            let token = if listed.current {
                own.token.clone()
            } else {
                listed.session.id.clone()
            };
            SessionBody::new(listed.session, token)
        })
        .collect();
    Ok(axum::Json(sessions).into_response())
}

/// Ends one session of the user's; no error for an unknown one.
pub(super) async fn revoke_session(call: Call) -> Result<Response, DoorError> {
    let Own { call, token, found } = Own::of(call, false).await?;
    let mut fields = Fields::read(call.request).await?;
    let named = fields.text("token");
    fields.check()?;
    call.state
        .domain
        .accounts()
        .end_session(&found.actor, &named)
        .await?;
    let mut response = done();
    if named == token || named == found.session.id {
        clear_session(&call.context, response.headers_mut());
    }
    Ok(response)
}

/// Ends every session but the one that asks.
pub(super) async fn revoke_other_sessions(call: Call) -> Result<Response, DoorError> {
    let Own { call, token, found } = Own::of(call, false).await?;
    Fields::read(call.request).await?;
    let accounts = call.state.domain.accounts();
    accounts.end_sessions(&found.actor, Some(&token)).await?;
    Ok(done())
}

/// Ends every session.
pub(super) async fn revoke_sessions(call: Call) -> Result<Response, DoorError> {
    let Own { call, found, .. } = Own::of(call, false).await?;
    Fields::read(call.request).await?;
    call.state
        .domain
        .accounts()
        .end_sessions(&found.actor, None)
        .await?;
    let mut response = done();
    clear_session(&call.context, response.headers_mut());
    Ok(response)
}

/// Deletes the account with everything in it. Without a password only a fresh session may.
pub(super) async fn delete_user(call: Call) -> Result<Response, DoorError> {
    let own = Own::of(call, false).await?;
    own.limit()?;
    let is_fresh = own.is_fresh();
    let Own { call, found, .. } = own;
    let mut fields = Fields::read(call.request).await?;
    let password = fields.optional_text("password");
    fields.check()?;
    if password.is_none() && !is_fresh {
        return Err(DoorError::session_expired());
    }
    call.state
        .domain
        .accounts()
        .delete(&found.actor, password)
        .await?;
    let mut response = axum::Json(json!({ "success": true, "message": "User deleted" })).into_response();
    clear_session(&call.context, response.headers_mut());
    Ok(response)
}
