//! The settings' server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Chooses a theme: `dark`, `light`, or anything else for the system's.
///
/// # Errors
/// None of its own.
#[server(prefix = "/api/fn", endpoint = "set_theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use super::theme::{THEME_COOKIE, Theme};
    use crate::forms::{Form, back};
    use crate::server_context::{SessionCookies, append_cookie, request};

    const YEAR: u32 = 365 * 24 * 60 * 60;
    let cookies = SessionCookies::new(request().secure);
    append_cookie(&match Theme::parse(&theme) {
        Some(theme) => cookies.build(THEME_COOKIE, theme.as_str(), Some(YEAR)),
        None => cookies.build(THEME_COOKIE, "", Some(0)),
    });
    Form::new("theme").end(Ok(()), |()| back())
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
