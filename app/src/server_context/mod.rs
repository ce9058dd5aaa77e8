//! What server functions and pages may ask of the server around them (ssr only).
//!
//! The server's middleware finds out who is asking and puts a [`RequestContext`] into the request's
//! extensions; [`request`] and [`actor`] read it there, for pages and for server functions alike.
//! [`Domain`], [`SiteAssets`] and [`AuthLimiter`] are given as Leptos contexts by the router.
//!
//! `App` also runs once at start, without a request, to collect its routes. [`request`] answers with
//! an anonymous default then; [`domain`] is there also at that time.

mod auth_limit;
mod cookies;
mod flash;
mod problem;

use std::collections::HashMap;

use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use domain::accounts::{Client, SignedIn};
use domain::{Actor, Domain, Formats};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use protocol::{MessageId, Problem};

pub use auth_limit::AuthLimiter;
pub use cookies::{LOCALE_COOKIE, SessionCookies, TIME_ZONE_COOKIE, parse_cookies};
pub use flash::{Flash, flash_cookie, set_flash, take_flash};
pub use problem::{problem_of, retry_after_of};

use crate::error::AppError;

/// Who asks, and how; one for each request, made by the server's middleware.
#[derive(Clone, Default)]
pub struct RequestContext {
    /// Who is asking, from a verified session or token; `None` when signed out.
    pub actor: Option<Actor>,
    /// The session's secret, when a session cookie spoke for the actor.
    pub session_token: Option<String>,
    /// Address, browser and time zone, as kept with sessions.
    pub client: Client,
    /// How the browser writes times and dates, as it told or as its languages have it.
    pub formats: Formats,
    /// As in `X-Request-Id`.
    pub request_id: String,
    /// Whether people use this server over https (by `PUBLIC_URL`).
    pub secure: bool,
    /// A navigation or a plain form, which wants a page or a redirect rather than data.
    pub accepts_html: bool,
    /// Cookies by name, percent-decoded; the first of a name counts.
    pub cookies: HashMap<String, String>,
    /// What was asked for, such as `/dashboard/tasks?status=open`.
    pub path_and_query: String,
}

/// Addresses of the site's files, with their hashes; empty strings while the site is not built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteAssets {
    /// `/pkg/greenlit.<hash>.js`
    pub js: String,
    /// `/pkg/greenlit.<hash>.wasm`
    pub wasm: String,
    /// `/pkg/greenlit.<hash>.css`
    pub css: String,
    /// `/sw.js?v=<hash>`
    pub worker: String,
}

/// The domain.
///
/// # Panics
/// Outside the server's router, which gives it to every page and server function.
pub fn domain() -> Domain {
    expect_context::<Domain>()
}

/// The present request; an anonymous default when there is none (while routes are collected).
pub fn request() -> RequestContext {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<RequestContext>().cloned())
        .unwrap_or_default()
}

/// How the text of a message's part is rendered: the same in a page and in the event stream that
/// carries it on, so that ids and anchors stay. `part` is its index in [`protocol::Message::parts`].
pub fn markdown_options(message: MessageId, part: usize) -> markdown::Options {
    markdown::Options::new(format!("m{}-{part}-", message.0.simple()))
}

/// Who is asking.
///
/// # Errors
/// The problem `unauthenticated` when signed out.
pub fn actor() -> Result<Actor, AppError> {
    request()
        .actor
        .ok_or_else(|| AppError::from(domain::Error::Unauthenticated))
}

/// Counts one sign-in or sign-up against the caller's address; call it before looking at passwords.
///
/// # Errors
/// The problem `rate_limited` when there were too many within the last minute.
pub fn check_auth_limit() -> Result<(), AppError> {
    expect_context::<AuthLimiter>()
        .check(&request().client.ip_address)
        .map_err(|retry_after| AppError::from(domain::Error::RateLimited { retry_after }))
}

/// Sends the session's cookie along with the answer.
pub fn set_session_cookie(signed_in: &SignedIn) {
    let request = request();
    let domain = domain();
    let cookies = SessionCookies::new(request.secure);
    let value = domain.accounts().sign_cookie(&signed_in.token);
    let forget = domain.accounts().sign_cookie("true");
    let remembered = signed_in.session.remembered;
    let [session, mark] = cookies.set(&value, remembered, &forget);
    append_cookie(&session);
    // Nothing has to be taken away from a browser that never had it.
    if !remembered || request.cookies.contains_key(cookies.dont_remember()) {
        append_cookie(&mark);
    }
}

/// Takes the session's cookies away with the answer.
pub fn clear_session_cookies() {
    for cookie in SessionCookies::new(request().secure).clear() {
        append_cookie(&cookie);
    }
}

/// Adds a `Set-Cookie` header to the answer. Has no effect once the answer's headers are sent, so
/// call it in server functions and blocking resources only.
pub fn append_cookie(set_cookie: &str) {
    append_header(header::SET_COOKIE, set_cookie);
}

/// Adds a header to the answer, under the same condition as [`append_cookie`].
pub fn append_header(name: HeaderName, value: &str) {
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(value)) {
        response.append_header(name, value);
    }
}

/// Sets the answer's status, under the same condition as [`append_cookie`].
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Gives the answer the status of a page's problem, and says when to come back if it passes; under the same condition as
/// [`append_cookie`].
pub fn set_problem(problem: &Problem) {
    set_status(problem.status);
    if problem.status == 503 {
        append_header(header::RETRY_AFTER, "5");
    }
}

/// Sends the browser to a path of this site; any other address becomes `/`.
pub fn redirect_local(path: &str) {
    leptos_axum::redirect(local_path(path).unwrap_or("/"));
}

/// The path, if it leads to a page of this site and nowhere else: one leading `/`, no backslash, no
/// control character, nothing but ASCII (the rest has to be percent-encoded).
pub fn local_path(path: &str) -> Option<&str> {
    let mut rest = path.strip_prefix('/')?.chars();
    let fits = |letter: char| letter.is_ascii_graphic() && letter != '\\';
    match rest.next() {
        Some('/') => None,
        Some(first) if !fits(first) => None,
        _ => rest.all(fits).then_some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_paths_of_this_site_are_local() {
        for path in ["/", "/dashboard/chat", "/sign-in?next=%2Fdashboard", "/a//b"] {
            assert_eq!(local_path(path), Some(path), "{path}");
        }
        for path in [
            "",
            "dashboard",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/é",
            "/a\\b",
        ] {
            assert_eq!(local_path(path), None, "{path}");
        }
    }
}
