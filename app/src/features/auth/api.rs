//! The account's server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Makes an account and signs in; leads on to `next`, a path of this site, and answers with where that is.
///
/// # Errors
/// `email_taken`, `invalid_email`, `password_too_short`, `password_too_long`, `password_common`,
/// `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "sign_up")]
pub async fn sign_up(
    #[server(default)] name: String,
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<String, AppError> {
    use crate::forms::Form;
    use crate::server_context::{check_auth_limit, domain, request, set_session_cookie};

    let done = async {
        check_auth_limit()?;
        let sign_up = domain::accounts::SignUp {
            name: name.clone(),
            email: email.clone(),
            password,
            image: None,
            remember_me: true,
        };
        let signed_in = domain().accounts().sign_up(sign_up, &request().client).await?;
        set_session_cookie(&signed_in);
        Ok(ssr::after_sign_in(&next))
    };
    Form::new("sign-up")
        .keep("name", &name)
        .keep("email", &email)
        .end(done.await, String::clone)
}

/// Signs in; leads on to `next`, a path of this site, and answers with where that is.
///
/// # Errors
/// `invalid_email_or_password`, `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: String,
) -> Result<String, AppError> {
    use crate::forms::Form;
    use crate::server_context::{check_auth_limit, domain, request, set_session_cookie};

    let done = async {
        check_auth_limit()?;
        let sign_in = domain::accounts::SignIn {
            email: email.clone(),
            password,
            remember_me: true,
        };
        let signed_in = domain().accounts().sign_in(sign_in, &request().client).await?;
        set_session_cookie(&signed_in);
        ssr::bring_theme(&signed_in.token)
            .await
            .inspect_err(|error| tracing::warn!(error = %error, "the theme stays as it is"))
            .ok();
        Ok(ssr::after_sign_in(&next))
    };
    Form::new("sign-in")
        .keep("email", &email)
        .end(done.await, String::clone)
}

/// Ends the session.
///
/// # Errors
/// `unavailable` when the database is away: the session then still stands.
#[server(prefix = "/api/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{clear_session_cookies, domain, request};

    let done = async {
        if let Some(token) = request().session_token {
            domain().accounts().sign_out(&token).await?;
        }
        clear_session_cookies();
        Ok(())
    };
    Form::new("sign-out").end(done.await, |()| "/sign-in".into())
}

#[cfg(feature = "ssr")]
pub(crate) mod ssr {
    use crate::features::settings::theme::THEME_COOKIE;
    use crate::server_context::{SessionCookies, append_cookie, domain, local_path, request};

    const YEAR: u32 = 365 * 24 * 60 * 60;

    /// The theme that was chosen in another browser is this one's too.
    pub(crate) async fn bring_theme(token: &str) -> Result<(), domain::Error> {
        let domain = domain();
        let Some(session) = domain.accounts().find_session(token, false).await? else {
            return Ok(());
        };
        if let Some(theme) = domain.preferences().get(&session.actor).await?.theme {
            let cookies = SessionCookies::new(request().secure);
            append_cookie(&cookies.build(THEME_COOKIE, &theme, Some(YEAR)));
        }
        Ok(())
    }

    /// Where a fresh session leads: the wished page if it is one of this site, else the chat.
    pub(crate) fn after_sign_in(next: &str) -> String {
        local_path(next)
            .filter(|path| !path.starts_with("/api/"))
            .unwrap_or("/dashboard/chat")
            .to_owned()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::ssr::after_sign_in;

    #[test]
    fn signing_in_leads_nowhere_else() {
        for (next, path) in [
            ("/dashboard/tasks?x=1", "/dashboard/tasks?x=1"),
            ("", "/dashboard/chat"),
            ("https://evil.example/", "/dashboard/chat"),
            ("//evil.example", "/dashboard/chat"),
            ("/api/auth/sign-out", "/dashboard/chat"),
        ] {
            assert_eq!(after_sign_in(next), path);
        }
    }
}
