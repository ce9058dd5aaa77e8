//! The settings' server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Chooses a theme: `dark`, `light`, or anything else for the system's. It is kept in a cookie for this browser, and with
/// the account when signed in, for the next one.
///
/// # Errors
/// `unavailable` when it could not be kept with the account.
#[server(prefix = "/api/fn", endpoint = "set_theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use super::theme::{THEME_COOKIE, Theme};
    use crate::forms::{Form, back};
    use crate::server_context::{SessionCookies, append_cookie, domain, request};

    const YEAR: u32 = 365 * 24 * 60 * 60;
    let cookies = SessionCookies::new(request().secure);
    append_cookie(&match Theme::parse(&theme) {
        Some(theme) => cookies.build(THEME_COOKIE, theme.as_str(), Some(YEAR)),
        None => cookies.build(THEME_COOKIE, "", Some(0)),
    });
    let stored = async {
        if let Some(actor) = &request().actor {
            let theme = Theme::parse(&theme).map(Theme::as_str);
            domain().preferences().set_theme(actor, theme).await?;
        }
        Ok(())
    };
    Form::new("theme").end(stored.await, |()| back())
}

/// Changes the name; an empty one is fine.
///
/// # Errors
/// `validation_failed` for a name over its limit.
#[server(prefix = "/api/fn", endpoint = "update_profile")]
pub async fn update_profile(#[server(default)] name: String) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        let accounts = domain();
        let accounts = accounts.accounts();
        Ok(accounts.update_profile(&actor()?, Some(&name), None).await?)
    };
    Form::new("profile")
        .keep("name", &name)
        .end(outcome.await, |()| done("Your name was saved.", "profile"))
}

/// Replaces the password; with `revoke_others` everybody but this browser has to sign in anew.
///
/// # Errors
/// `invalid_password` (field `current_password`), the new one's rules (field `password`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "change_password")]
pub async fn change_password(
    current_password: String,
    password: String,
    #[server(default)] revoke_others: String,
) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, check_auth_limit, domain, request, set_session_cookie};

    let outcome = async {
        let (actor, request, domain) = (actor()?, request(), domain());
        check_auth_limit()?;
        domain.accounts().refuse_common_password(&password)?;
        let change = domain::accounts::ChangePassword {
            current: current_password,
            new: password,
            revoke_others: revoke_others == "yes",
            session_token: request.session_token,
        };
        let accounts = domain.accounts();
        if let Some(signed_in) = accounts.change_password(&actor, change, &request.client).await? {
            set_session_cookie(&signed_in);
        }
        Ok(())
    };
    Form::new("password").end(outcome.await, |()| {
        done("Your password was changed.", "password-change")
    })
}

/// Signs out one of the actor's sessions.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        domain().accounts().end_session(&actor()?, &session).await?;
        Ok(())
    };
    Form::new("sessions").end(outcome.await, |()| {
        done("That device was signed out.", "sessions")
    })
}

/// Signs out every session of the actor's but this one.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain, request};

    let outcome = async {
        let token = request().session_token;
        domain()
            .accounts()
            .end_sessions(&actor()?, token.as_deref())
            .await?;
        Ok(())
    };
    Form::new("sessions").end(outcome.await, |()| {
        done("All other devices were signed out.", "sessions")
    })
}

/// Deletes the account with everything in it. `confirmation` has to be the word `delete`.
///
/// # Errors
/// `invalid_password` (field `current_password`), `validation_failed` (field `confirmation`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "delete_account")]
pub async fn delete_account(
    #[server(default)] current_password: String,
    confirmation: String,
) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, check_auth_limit, clear_session_cookies, domain};

    let outcome = async {
        let (actor, domain) = (actor()?, domain());
        check_auth_limit()?;
        if !confirmation.trim().eq_ignore_ascii_case("delete") {
            return Err(domain::Error::invalid("confirmation", "must be the word “delete”").into());
        }
        // Whoever has no password (a token's user) has only the session.
        let has_password = domain.accounts().has_password(&actor).await?;
        let password = has_password.then_some(current_password);
        domain.accounts().delete(&actor, password).await?;
        clear_session_cookies();
        Ok(())
    };
    Form::new("delete")
        .keep("confirmation", &confirmation)
        .end(outcome.await, |()| "/sign-in?deleted=yes".into())
}

/// Remembers the browser's IANA time zone (`Europe/Berlin`) in a cookie, and with the account when signed in.
///
/// # Errors
/// `validation_failed` for an unknown zone.
#[server(prefix = "/api/fn", endpoint = "set_time_zone")]
pub async fn set_time_zone(time_zone: String) -> Result<(), AppError> {
    use crate::server_context::{SessionCookies, TIME_ZONE_COOKIE, append_cookie, domain, request};

    const YEAR: u32 = 365 * 24 * 60 * 60;
    let request = request();
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        return Err(
            domain::Error::invalid("time_zone", "must be an IANA time zone such as Europe/Berlin").into(),
        );
    }
    if let Some(actor) = &request.actor {
        domain().accounts().set_time_zone(actor, &time_zone).await?;
    }
    append_cookie(&SessionCookies::new(request.secure).build(TIME_ZONE_COOKIE, &time_zone, Some(YEAR)));
    Ok(())
}

/// The settings page at a section, which says what was done.
#[cfg(feature = "ssr")]
pub(crate) fn done(sentence: &str, section: &str) -> String {
    use crate::server_context::{Flash, set_flash};

    set_flash(&Flash {
        form: format!("{section}-done"),
        message: sentence.into(),
        ..Flash::default()
    });
    format!("/dashboard/settings#{section}")
}

/// Chooses how many messages of a conversation the model sees; an empty text for the server's setting.
///
/// # Errors
/// `validation_failed` (field `context_messages`).
#[server(prefix = "/api/fn", endpoint = "set_context")]
pub async fn set_context(#[server(default)] context_messages: String) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain};
    use protocol::limits::CONTEXT_MESSAGES;

    let outcome = async {
        let count = match context_messages.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                let (least, most) = CONTEXT_MESSAGES;
                domain::Error::invalid(
                    "context_messages",
                    format!("must be a number between {least} and {most}"),
                )
            })?),
        };
        domain()
            .preferences()
            .set_context_messages(&actor()?, count)
            .await?;
        Ok(())
    };
    Form::new("context")
        .keep("context_messages", &context_messages)
        .end(outcome.await, |()| {
            done("Saved. It counts from the next message on.", "context")
        })
}
