//! Refuses what another site makes a browser send here.
//!
//! Cookies travel with a request whoever caused it, so every unsafe request has to come from a page
//! of ours: the REST API, Better Auth's door, server functions and plain forms alike. Browsers say
//! where a request comes from in `Origin`, `Referer` and `Sec-Fetch-Site`. A request that brings a
//! Bearer token and no cookies cannot be forged that way and is let through.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use crate::config::Origin;
use crate::error::{ApiError, BetterAuthForm, pending};
use crate::state::{AppState, Settings};

/// Why a request was refused; the words and codes are Better Auth's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    InvalidOrigin,
    MissingOrigin,
    CrossSiteLogin,
}

impl Refused {
    fn message(self) -> &'static str {
        match self {
            Self::InvalidOrigin => "Invalid origin",
            Self::MissingOrigin => "Missing or null Origin",
            Self::CrossSiteLogin => {
                "Cross-site navigation login blocked. This request appears to be a CSRF attack."
            }
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::InvalidOrigin => "INVALID_ORIGIN",
            Self::MissingOrigin => "MISSING_OR_NULL_ORIGIN",
            Self::CrossSiteLogin => "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
        }
    }
}

/// Checks every request that is not GET, HEAD or OPTIONS.
pub async fn check_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let path = request.uri().path();
    let is_better_auth = path.starts_with("/api/auth/");
    let is_login = !is_better_auth || path.contains("/sign-in/") || path.contains("/sign-up/");
    match check(&state.settings, request.headers(), is_login) {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            let error = ApiError::refused(
                StatusCode::FORBIDDEN,
                "invalid_origin",
                "Invalid origin",
                "This request does not come from a page of this server. If it should, set PUBLIC_URL \
                 or CORS_ALLOWED_ORIGINS to the origin that people use.",
            );
            if is_better_auth {
                let form = BetterAuthForm {
                    message: refused.message().into(),
                    code: refused.code(),
                };
                pending(error, Some(form))
            } else {
                error.into_response()
            }
        }
    }
}

/// `is_login`: whether the request is worth forging even without cookies, since it would sign its
/// victim in as somebody else.
fn check(settings: &Settings, headers: &HeaderMap, is_login: bool) -> Result<(), Refused> {
    let has_cookies = headers.contains_key(header::COOKIE);
    if !has_cookies && (!is_login || has_bearer(headers)) {
        return Ok(());
    }
    let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    let mode = text(headers, &HeaderName::from_static("sec-fetch-mode"));
    if !has_cookies && site == Some("cross-site") && mode == Some("navigate") {
        return Err(Refused::CrossSiteLogin);
    }
    let is_same_origin = site == Some("same-origin");
    let origin = text(headers, &header::ORIGIN).filter(|origin| *origin != "null");
    let source = match origin {
        Some(origin) => Some(Origin::parse(origin)),
        None if is_same_origin => return Ok(()),
        None => text(headers, &header::REFERER)
            .map(|referer| Url::parse(referer).ok().as_ref().and_then(Origin::of)),
    };
    match source {
        Some(Some(origin)) if is_trusted(settings, headers, &origin, is_same_origin) => Ok(()),
        Some(_) => Err(Refused::InvalidOrigin),
        // Nothing at all is what programs send, and no browser: fine as long as no cookie comes along.
        None if !has_cookies && site.is_none() && mode.is_none() && !headers.contains_key(header::ORIGIN) => {
            Ok(())
        }
        None => Err(Refused::MissingOrigin),
    }
}

/// Whether pages of an origin may call us: the public one, those of `CORS_ALLOWED_ORIGINS`, and the
/// host that was called itself (a page cannot choose that header), as long as `PUBLIC_URL` is not
/// set or the browser vouches for it.
fn is_trusted(settings: &Settings, headers: &HeaderMap, origin: &Origin, is_same_origin: bool) -> bool {
    *origin == settings.public_url.origin
        || settings.cors_origins.contains(origin)
        || ((is_same_origin || !settings.public_url.is_set)
            && text(headers, &header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(origin.authority())))
}

/// Whether an absolute address in a request's body may be sent a browser to.
pub(crate) fn is_trusted_origin(settings: &Settings, origin: &Origin) -> bool {
    *origin == settings.public_url.origin || settings.cors_origins.contains(origin)
}

fn has_bearer(headers: &HeaderMap) -> bool {
    text(headers, &header::AUTHORIZATION)
        .and_then(|value| value.get(..7))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PublicUrl;

    fn settings(is_set: bool) -> Settings {
        Settings {
            public_url: PublicUrl {
                origin: Origin::parse("https://todo.example").unwrap(),
                is_set,
            },
            cors_origins: vec![Origin::parse("https://app.example").unwrap()],
            auth_per_minute: 10,
            requests_per_minute: 0,
        }
    }

    fn outcome(is_set: bool, is_login: bool, pairs: &[(&str, &str)]) -> Result<(), Refused> {
        let mut headers = HeaderMap::new();
        headers.insert("host", "localhost:3000".parse().unwrap());
        for (name, value) in pairs {
            headers.insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        check(&settings(is_set), &headers, is_login)
    }

    const COOKIE: (&str, &str) = ("cookie", "a=b");
    const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");

    #[test]
    fn a_request_with_cookies_has_to_come_from_a_page_of_ours() {
        for pairs in [
            &[COOKIE, ("origin", "https://todo.example")] as &[_],
            &[COOKIE, ("origin", "https://app.example")],
            &[COOKIE, ("referer", "https://todo.example/dashboard?x=1")],
            &[COOKIE, SAME, ("origin", "http://localhost:3000")],
            &[COOKIE, SAME, ("origin", "null")],
            &[COOKIE, SAME],
        ] {
            assert_eq!(outcome(true, true, pairs), Ok(()), "{pairs:?}");
        }
        for pairs in [
            &[COOKIE, ("origin", "https://evil.example")] as &[_],
            &[COOKIE, ("origin", "https://todo.example.evil.example")],
            &[COOKIE, ("origin", "http://todo.example")],
            &[COOKIE, ("origin", "http://localhost:3000")],
            &[COOKIE, SAME, ("origin", "https://evil.example")],
            &[COOKIE, ("referer", "https://evil.example/?https://todo.example")],
            &[COOKIE, ("referer", "about:blank")],
            &[
                COOKIE,
                ("origin", "https://evil.example"),
                ("authorization", "Bearer x"),
            ],
        ] {
            assert_eq!(
                outcome(true, true, pairs),
                Err(Refused::InvalidOrigin),
                "{pairs:?}"
            );
        }
        for pairs in [
            &[COOKIE] as &[_],
            &[COOKIE, ("origin", "null")],
            &[COOKIE, ("sec-fetch-site", "cross-site"), ("origin", "null")],
        ] {
            assert_eq!(
                outcome(true, false, pairs),
                Err(Refused::MissingOrigin),
                "{pairs:?}"
            );
        }
    }

    #[test]
    fn without_a_public_url_the_host_that_was_called_counts() {
        assert_eq!(
            outcome(false, true, &[COOKIE, ("origin", "http://localhost:3000")]),
            Ok(())
        );
        assert_eq!(
            outcome(false, true, &[COOKIE, ("origin", "http://localhost:4000")]),
            Err(Refused::InvalidOrigin)
        );
    }

    #[test]
    fn without_cookies_only_a_login_is_worth_forging() {
        let evil = ("origin", "https://evil.example");
        assert_eq!(outcome(true, false, &[evil]), Ok(()));
        assert_eq!(outcome(true, true, &[evil]), Err(Refused::InvalidOrigin));
        assert_eq!(
            outcome(true, true, &[evil, ("authorization", "Bearer x")]),
            Ok(())
        );
        assert_eq!(outcome(true, true, &[]), Ok(()));
        assert_eq!(
            outcome(true, true, &[("sec-fetch-mode", "cors")]),
            Err(Refused::MissingOrigin)
        );
        assert_eq!(
            outcome(
                true,
                true,
                &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
            ),
            Err(Refused::CrossSiteLogin)
        );
    }
}
