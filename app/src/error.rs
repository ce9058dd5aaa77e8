//! The one error of server functions: a problem, as every API answers it.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use protocol::Problem;
use serde::{Deserialize, Serialize};

/// Why a server function did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppError(pub Box<Problem>);

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    // The inner sentences are for programmers (and may quote input), so none of them is shown.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let (status, code, title, detail) = match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => (
                422,
                "validation_failed",
                "Invalid input",
                "What was sent does not fit this form; reload the page and try again.",
            ),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => (
                503,
                "unreachable",
                "No connection",
                "The server could not be reached; check the connection and try again.",
            ),
            _ => (
                500,
                "internal_error",
                "Internal error",
                "Something went wrong on our side; try again.",
            ),
        };
        Self(Box::new(Problem {
            kind: "about:blank".into(),
            title: title.into(),
            status,
            detail: detail.into(),
            code: code.into(),
            request_id: String::new(),
            errors: vec![],
            changes: vec![],
        }))
    }
}

/// Makes the problem of a domain error and gives the answer its status and `Retry-After`, unless a
/// plain form asked: that is redirected, and a status would override the redirect.
#[cfg(feature = "ssr")]
impl From<domain::Error> for AppError {
    fn from(error: domain::Error) -> Self {
        use crate::server_context::{append_header, problem_of, request, retry_after_of, set_status};

        let request = request();
        let problem = problem_of(&error, &request.request_id);
        if !request.accepts_html {
            set_status(problem.status);
            if let Some(seconds) = retry_after_of(&error) {
                append_header(axum::http::header::RETRY_AFTER, &seconds.to_string());
            }
        }
        Self(Box::new(problem))
    }
}
