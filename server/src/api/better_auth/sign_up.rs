//! `POST /api/auth/sign-up/email`

use axum::response::{IntoResponse, Response};
use domain::accounts::SignUp;
use serde_json::json;

use super::Call;
use super::body::{Fields, check_callback};
use super::error::{DoorError, sign_up_error};
use super::wire::send_session;

const IMAGE_CHARS: usize = 2_048;

/// What is wrong with a picture's address, if anything is.
pub(super) fn image_issue(image: &str) -> Option<String> {
    if image.contains('\0') {
        return Some("[body.image] Invalid string: must not contain NUL characters".into());
    }
    (image.chars().count() > IMAGE_CHARS)
        .then(|| format!("[body.image] Too big: expected string to have <={IMAGE_CHARS} characters"))
}

/// Makes an account and signs in.
pub(super) async fn email(call: Call) -> Result<Response, DoorError> {
    let Call {
        state,
        context,
        request,
    } = call;
    let address = &context.client.ip_address;
    if let Err(retry_after) = state.auth_limiter.check(address) {
        return Err(domain::Error::RateLimited { retry_after }.into());
    }
    let mut fields = Fields::read(request).await?;
    let sign_up = SignUp {
        name: fields.text("name"),
        email: fields.text("email"),
        password: fields.text("password"),
        image: fields.optional_text("image").filter(|image| !image.is_empty()),
        remember_me: fields.flag("rememberMe", true),
    };
    let callback = fields.optional_text("callbackURL");
    if let Some(issue) = sign_up.image.as_deref().and_then(image_issue) {
        fields.issue(issue);
    }
    fields.check()?;
    if sign_up.password.is_empty() {
        fields.issue("[body.password] Too small: expected string to have >=1 characters");
        fields.check()?;
    }
    check_callback(&state.settings, callback.as_deref())?;

    let signed_in = state
        .domain
        .accounts()
        .sign_up(sign_up, &context.client)
        .await
        .map_err(sign_up_error)?;
    let mut response = axum::Json(json!({
        "token": signed_in.token,
        "user": signed_in.user,
    }))
    .into_response();
    send_session(
        &state,
        &context,
        &signed_in.token,
        signed_in.session.remembered,
        response.headers_mut(),
    );
    Ok(response)
}
