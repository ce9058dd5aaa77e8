//! `POST /api/auth/sign-in/email`

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::accounts::SignIn;
use serde_json::json;

use super::Call;
use super::body::{Fields, check_callback};
use super::error::DoorError;
use super::wire::send_session;

/// Signs in. With a `callbackURL` the answer tells the client to go there; its status stays 200.
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
    let sign_in = SignIn {
        email: fields.text("email"),
        password: fields.text("password"),
        remember_me: fields.flag("rememberMe", true),
    };
    let callback = fields.optional_text("callbackURL").filter(|url| !url.is_empty());
    fields.check()?;
    check_callback(&state.settings, callback.as_deref())?;

    let signed_in = state.domain.accounts().sign_in(sign_in, &context.client).await?;
    let mut body = json!({
        "redirect": callback.is_some(),
        "token": signed_in.token,
        "user": signed_in.user,
    });
    let location = callback
        .as_deref()
        .and_then(|url| HeaderValue::from_str(url).ok());
    if let Some(url) = callback {
        body["url"] = url.into();
    }
    let mut response = axum::Json(body).into_response();
    let headers = response.headers_mut();
    if let Some(location) = location {
        headers.insert(header::LOCATION, location);
    }
    send_session(
        &state,
        &context,
        &signed_in.token,
        signed_in.session.remembered,
        headers,
    );
    Ok(response)
}
