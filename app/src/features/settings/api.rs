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

/// Changes the name; an empty one is fine. Answers a script with the section.
///
/// # Errors
/// `validation_failed` for a name over its limit.
#[server(prefix = "/api/fn", endpoint = "update_profile")]
pub async fn update_profile(#[server(default)] name: String) -> Result<String, AppError> {
    use super::account::profile;
    use super::card::{answer, path};
    use crate::forms::Form;
    use crate::frame::shown_name;
    use crate::server_context::{Flash, actor, domain};

    let outcome = async {
        let mut actor = actor()?;
        domain()
            .accounts()
            .update_profile(&actor, Some(&name), None)
            .await?;
        actor.user.name = name.trim().to_owned();
        Ok(answer("profile", "Your name was saved.", || {
            let shown = shown_name(&actor);
            view! {
                {profile(&actor.user.name, &actor.user.email, &Flash::default(), true)}
                <span data-into="me-name">{shown}</span>
            }
        }))
    };
    Form::new("profile")
        .keep("name", &name)
        .end(outcome.await, |_| path("profile"))
}

/// Replaces the password; with `revoke_others` everybody but this browser has to sign in anew. Answers a script with the
/// sections for password and devices.
///
/// # Errors
/// `invalid_password` (field `current_password`), the new one's rules (field `password`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "change_password")]
pub async fn change_password(
    current_password: String,
    password: String,
    #[server(default)] revoke_others: String,
) -> Result<String, AppError> {
    use super::card::{answer, card, path};
    use super::{account, sessions};
    use crate::forms::Form;
    use crate::server_context::{Flash, actor, check_auth_limit, domain, request, set_session_cookie};

    let outcome = async {
        let (actor, request, domain) = (actor()?, request(), domain());
        check_auth_limit()?;
        let change = domain::accounts::ChangePassword {
            current: current_password,
            new: password,
            revoke_others: revoke_others == "yes",
            session_token: request.session_token.clone(),
        };
        let accounts = domain.accounts();
        let signed_in = accounts.change_password(&actor, change, &request.client).await?;
        if let Some(signed_in) = &signed_in {
            set_session_cookie(signed_in);
        }
        let token = signed_in
            .map(|signed_in| signed_in.token)
            .or(request.session_token);
        let devices = accounts.list_sessions(&actor, token.as_deref()).await?;
        Ok(answer("password-change", "Your password was changed.", || {
            view! {
                {card("password-change", account::password(&Flash::default(), true))}
                {card("sessions", sessions::devices(&actor, devices))}
            }
        }))
    };
    Form::new("password").end(outcome.await, |_| path("password-change"))
}

/// Signs out one of the actor's sessions. Answers a script with the section.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<String, AppError> {
    use super::card::path;
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        let actor = actor()?;
        domain().accounts().end_session(&actor, &session).await?;
        ssr::devices_left(&actor, "That device was signed out.").await
    };
    Form::new("sessions").end(outcome.await, |_| path("sessions"))
}

/// Signs out every session of the actor's but this one. Answers a script with the section.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<String, AppError> {
    use super::card::path;
    use crate::forms::Form;
    use crate::server_context::{actor, domain, request};

    let outcome = async {
        let actor = actor()?;
        let token = request().session_token;
        domain().accounts().end_sessions(&actor, token.as_deref()).await?;
        ssr::devices_left(&actor, "All other devices were signed out.").await
    };
    Form::new("sessions").end(outcome.await, |_| path("sessions"))
}

/// Deletes the account with everything in it. `confirmation` has to be the word `delete`. Answers with where to go then.
///
/// # Errors
/// `invalid_password` (field `current_password`), `validation_failed` (field `confirmation`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "delete_account")]
pub async fn delete_account(
    #[server(default)] current_password: String,
    confirmation: String,
) -> Result<String, AppError> {
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
        Ok("/sign-in?deleted=yes".to_owned())
    };
    Form::new("delete")
        .keep("confirmation", &confirmation)
        .end(outcome.await, String::clone)
}

/// Remembers the browser's IANA time zone (`Europe/Berlin`), and how it writes times and dates (a locale such as
/// `de-DE-u-hc-h23`), in cookies; the time zone also with the account when signed in.
///
/// # Errors
/// `validation_failed` for an unknown zone and for what is no locale.
#[server(prefix = "/api/fn", endpoint = "set_time_zone")]
pub async fn set_time_zone(time_zone: String, #[server(default)] locale: String) -> Result<(), AppError> {
    use crate::server_context::{
        LOCALE_COOKIE, SessionCookies, TIME_ZONE_COOKIE, append_cookie, domain, request,
    };

    const YEAR: u32 = 365 * 24 * 60 * 60;
    let request = request();
    if jiff::tz::TimeZone::get(&time_zone).is_err() {
        return Err(
            domain::Error::invalid("time_zone", "must be an IANA time zone such as Europe/Berlin").into(),
        );
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if locale.len() > 64 || !locale.bytes().all(fits) {
        return Err(domain::Error::invalid("locale", "must be a locale such as de-DE").into());
    }
    if let Some(actor) = &request.actor {
        domain().accounts().set_time_zone(actor, &time_zone).await?;
    }
    let cookies = SessionCookies::new(request.secure);
    append_cookie(&cookies.build(TIME_ZONE_COOKIE, &time_zone, Some(YEAR)));
    if !locale.is_empty() {
        append_cookie(&cookies.build(LOCALE_COOKIE, &locale, Some(YEAR)));
    }
    Ok(())
}

/// Chooses how many messages of a conversation the model sees; an empty text for the server's setting. Answers a script
/// with the section.
///
/// # Errors
/// `validation_failed` (field `context_messages`).
#[server(prefix = "/api/fn", endpoint = "set_context")]
pub async fn set_context(#[server(default)] context_messages: String) -> Result<String, AppError> {
    use super::assistant::context;
    use super::card::{answer, path};
    use crate::forms::Form;
    use crate::server_context::{Flash, actor, domain};
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
        let sentence = "Saved. It counts from the next message on.";
        Ok(answer("context", sentence, || {
            context(count, &Flash::default(), true)
        }))
    };
    Form::new("context")
        .keep("context_messages", &context_messages)
        .end(outcome.await, |_| path("context"))
}

/// Chooses when the assistant asks before it acts: `always`, `destructive` or `never`. Answers a script with the section.
///
/// # Errors
/// `validation_failed` (field `approval`).
#[server(prefix = "/api/fn", endpoint = "set_approval")]
pub async fn set_approval(#[server(default)] approval: String) -> Result<String, AppError> {
    use super::assistant;
    use super::card::{answer, path};
    use crate::forms::Form;
    use crate::server_context::{Flash, actor, domain};
    use protocol::Approval;
    use protocol::preferences::UpdatePreferences;

    let outcome = async {
        let chosen = Approval::parse(&approval)
            .ok_or_else(|| domain::Error::invalid("approval", "must be always, destructive or never"))?;
        let request = UpdatePreferences {
            approval: Some(chosen),
            ..UpdatePreferences::default()
        };
        domain().preferences().update(&actor()?, &request).await?;
        Ok(answer("approval", "Saved.", || {
            assistant::approval(chosen, &Flash::default(), true)
        }))
    };
    Form::new("approval").end(outcome.await, |_| path("approval"))
}

/// Chooses where somebody is and how times and dates are written for them; each may be empty, which goes by the browser.
/// Answers a script with the section.
///
/// # Errors
/// `validation_failed`, naming the field.
#[server(prefix = "/api/fn", endpoint = "set_formats")]
pub async fn set_formats(
    #[server(default)] time_zone: String,
    #[server(default)] clock: String,
    #[server(default)] date_order: String,
    #[server(default)] first_day: String,
) -> Result<String, AppError> {
    use super::card::{answer, path};
    use super::formats::formats;
    use crate::forms::Form;
    use crate::server_context::{Flash, TIME_ZONE_COOKIE, actor, domain, request};
    use protocol::preferences::UpdatePreferences;
    use protocol::{Clock, DateOrder, FirstDay};

    let outcome = async {
        let (actor, domain) = (actor()?, domain());
        let change = UpdatePreferences {
            time_zone: Some(Some(time_zone.clone()).filter(|zone| !zone.is_empty())),
            clock: Some(ssr::word("clock", &clock, Clock::parse)?),
            date_order: Some(ssr::word("date_order", &date_order, DateOrder::parse)?),
            first_day: Some(ssr::word("first_day", &first_day, FirstDay::parse)?),
            ..UpdatePreferences::default()
        };
        let chosen = domain.preferences().update(&actor, &change).await?;
        // The browser's counts again at once.
        let told = request().cookies.get(TIME_ZONE_COOKIE).cloned();
        if let Some(told) = told.filter(|_| chosen.time_zone.is_none()) {
            domain.accounts().set_time_zone(&actor, &told).await.ok();
        }
        let actor = ssr::as_chosen(actor, &chosen);
        Ok(answer("formats", "Saved.", || {
            formats(&actor, &chosen, &Flash::default(), true)
        }))
    };
    Form::new("formats")
        .keep("time_zone", &time_zone)
        .end(outcome.await, |_| path("formats"))
}

#[cfg(feature = "ssr")]
pub(crate) use ssr::done;

#[cfg(feature = "ssr")]
mod ssr {
    use domain::Actor;
    use jiff::tz::TimeZone;
    use protocol::{ChosenFormats, Preferences};

    use super::super::card::answer;
    use super::super::sessions::devices;
    use crate::error::AppError;
    use crate::server_context::{Flash, TIME_ZONE_COOKIE, domain, request, set_flash};

    /// Has the settings page say what was done in a section.
    pub(crate) fn done(sentence: &str, section: &str) {
        set_flash(&Flash {
            form: format!("{section}-done"),
            message: sentence.into(),
            ..Flash::default()
        });
    }

    /// The section of devices, as it is now.
    pub(super) async fn devices_left(actor: &Actor, sentence: &str) -> Result<String, AppError> {
        let token = request().session_token;
        let sessions = domain().accounts().list_sessions(actor, token.as_deref()).await?;
        Ok(answer("sessions", sentence, || devices(actor, sessions)))
    }

    /// A choice of a form; `None` for the empty text.
    pub(super) fn word<T>(
        field: &str,
        text: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, domain::Error> {
        match text {
            "" => Ok(None),
            text => parse(text)
                .map(Some)
                .ok_or_else(|| domain::Error::invalid(field, "must be one of the choices")),
        }
    }

    /// The actor as the next request will find them.
    pub(super) fn as_chosen(actor: Actor, chosen: &Preferences) -> Actor {
        let request = request();
        let zone = chosen
            .time_zone
            .as_ref()
            .or_else(|| request.cookies.get(TIME_ZONE_COOKIE));
        let time_zone = zone
            .and_then(|zone| TimeZone::get(zone).ok())
            .unwrap_or_else(|| actor.time_zone.clone());
        let chosen_formats = ChosenFormats {
            clock: chosen.clock,
            date_order: chosen.date_order,
            first_day: chosen.first_day,
        };
        Actor {
            time_zone,
            chosen_formats,
            ..actor
        }
        .reading(request.formats)
    }
}
