//! How a server function ends when a plain form called it: a redirect, and on failure the form's state with it.

use std::str::FromStr;

use axum::http::header::REFERER;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::AppError;
use crate::server_context::{Flash, local_path, redirect_local, request, set_flash};

/// Which form called, and what of it may be shown again.
pub struct Form {
    name: &'static str,
    values: Vec<(String, String)>,
}

impl Form {
    /// A form by the name under which its page asks for its state.
    pub fn new(name: &'static str) -> Self {
        Self { name, values: vec![] }
    }

    /// Keeps what was typed into a field. Never a password.
    pub fn keep(mut self, field: &str, value: &str) -> Self {
        self.values.push((field.to_owned(), value.to_owned()));
        self
    }

    /// Ends a server function. A call from a script gets the result as it is. A plain form's browser is sent to the page
    /// that `next` names, or on failure back to where it came from, with the form's state.
    pub fn end<T>(self, result: Result<T, AppError>, next: impl FnOnce(&T) -> String) -> Result<T, AppError> {
        if !request().accepts_html {
            return result;
        }
        match &result {
            Ok(value) => redirect_local(&next(value)),
            Err(AppError(problem)) if problem.status == 401 && problem.code == "unauthenticated" => {
                redirect_local(&sign_in_path(&back()));
            }
            Err(AppError(problem)) => {
                set_flash(&Flash {
                    form: self.name.to_owned(),
                    values: self.values,
                    errors: problem.errors.clone(),
                    message: problem.detail.clone(),
                });
                redirect_local(&back());
            }
        }
        result
    }
}

/// An id that a form sent; `NotFound` if it is none, as for one that does not exist.
///
/// # Errors
/// `NotFound` of `what`.
pub fn id<T: FromStr>(text: &str, what: &'static str) -> Result<T, domain::Error> {
    text.parse().map_err(|_| domain::Error::NotFound(what))
}

/// The same where the empty text means none.
///
/// # Errors
/// `NotFound` of `what`.
pub fn optional_id<T: FromStr>(text: &str, what: &'static str) -> Result<Option<T>, domain::Error> {
    if text.is_empty() {
        return Ok(None);
    }
    id(text, what).map(Some)
}

/// The page from which the present form was sent, as a path of this site; the dashboard if the browser did not say.
pub fn back() -> String {
    use_context::<Parts>()
        .and_then(|parts| Some(parts.headers.get(REFERER)?.to_str().ok()?.to_owned()))
        .and_then(|referer| Some(local_path(path_of(&referer)?)?.to_owned()))
        .unwrap_or_else(|| "/dashboard".into())
}

fn path_of(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let path = &rest[rest.find('/')?..];
    Some(path.split('#').next().unwrap_or(path))
}

/// The sign-in page that leads on to a page of this site.
pub fn sign_in_path(next: &str) -> String {
    format!("/sign-in?next={}", utf8_percent_encode(next, NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_a_referer_counts() {
        assert_eq!(
            path_of("http://127.0.0.1:3000/dashboard/chat?x=1#end"),
            Some("/dashboard/chat?x=1")
        );
        assert_eq!(path_of("https://a.example//evil.example"), Some("//evil.example"));
        assert_eq!(path_of("https://a.example"), None);
        assert_eq!(path_of("about:blank"), None);
    }

    #[test]
    fn next_survives_as_one_parameter() {
        assert_eq!(
            sign_in_path("/dashboard?a=1&b=2"),
            "/sign-in?next=%2Fdashboard%3Fa%3D1%26b%3D2"
        );
    }
}
