//! Errors as answers.
//!
//! A handler returns [`ApiError`]; it becomes a response with a status, an empty body and the error
//! in its extensions. The outermost middleware ([`crate::middleware::observe`]) knows the request's
//! id, makes the problem there and writes the body, so that it is logged and worded in one place.

use std::sync::Arc;

use app::features::settings::theme::Theme;
use app::server_context::{problem_of, retry_after_of};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{FieldError, Problem};

use crate::pages::problem_page;
use crate::site::PLAIN_PAGE;

/// Why a request was not done.
#[derive(Debug)]
pub enum ApiError {
    /// The domain said no.
    Domain(domain::Error),
    /// The door itself did: what came is no request it knows.
    Refused(Box<Refusal>),
}

/// A problem that arises before the domain is asked.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub status: StatusCode,
    pub code: &'static str,
    pub title: &'static str,
    pub detail: String,
    pub errors: Vec<FieldError>,
    /// Seconds.
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// A refusal without field errors.
    pub fn refused(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::Refused(Box::new(Refusal {
            status,
            code,
            title,
            detail: detail.into(),
            errors: vec![],
            retry_after: None,
        }))
    }

    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Domain(domain::Error::invalid(field, message))
    }

    /// Nothing is at this address.
    pub fn no_such_address() -> Self {
        Self::refused(
            StatusCode::NOT_FOUND,
            "not_found",
            "Not found",
            "There is nothing at this address.",
        )
    }

    /// The address is right and the method is not.
    pub fn method_not_allowed() -> Self {
        Self::refused(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Method not allowed",
            "This address does not take this method; the Allow header lists those it takes.",
        )
    }

    /// The body is larger than any request of ours.
    pub fn too_large(limit_bytes: usize) -> Self {
        Self::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            "Body too large",
            format!("The body must have at most {limit_bytes} bytes."),
        )
    }

    /// Not our day: a handler panicked.
    pub fn panicked() -> Self {
        Self::Domain(domain::Error::Internal("a handler panicked".into()))
    }

    /// The problem a client sees; logs what is our fault, so call it once.
    pub fn problem(&self, request_id: &str) -> Problem {
        match self {
            Self::Domain(error) => problem_of(error, request_id),
            Self::Refused(refusal) => Problem {
                kind: "about:blank".into(),
                title: refusal.title.into(),
                status: refusal.status.as_u16(),
                detail: refusal.detail.clone(),
                code: refusal.code.into(),
                request_id: request_id.into(),
                errors: refusal.errors.clone(),
                changes: vec![],
            },
        }
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Domain(error) => retry_after_of(error),
            Self::Refused(refusal) => refusal.retry_after,
        }
    }
}

impl From<domain::Error> for ApiError {
    fn from(error: domain::Error) -> Self {
        Self::Domain(error)
    }
}

/// Better Auth's own members of an error, added to the problem at its door.
#[derive(Debug, Clone)]
pub struct BetterAuthForm {
    pub message: String,
    pub code: &'static str,
}

#[derive(Clone)]
struct Pending {
    error: Arc<ApiError>,
    better_auth: Option<BetterAuthForm>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        pending(self, None)
    }
}

/// A response that [`write_pending`] turns into a problem.
pub(crate) fn pending(error: ApiError, better_auth: Option<BetterAuthForm>) -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Pending {
        error: Arc::new(error),
        better_auth,
    });
    response
}

/// A navigation, which is shown a problem as a page.
pub(crate) struct Navigation {
    /// The theme that its reader chose.
    pub theme: Option<Theme>,
    /// Asking for the page again is harmless: no form was sent.
    pub may_repeat: bool,
}

/// Writes the problem of a response made by [`pending`]; leaves any other as it is.
pub(crate) fn write_pending(
    mut response: Response,
    request_id: &str,
    navigation: Option<Navigation>,
) -> Response {
    let Some(Pending { error, better_auth }) = response.extensions_mut().remove::<Pending>() else {
        return response;
    };
    let problem = error.problem(request_id);
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(seconds) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, seconds.into());
        if better_auth.is_some() {
            headers.insert("x-retry-after", seconds.into());
        }
    }
    if matches!(*error, ApiError::Domain(domain::Error::Unauthenticated)) {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let (kind, body) = match (better_auth, navigation) {
        (None, Some(navigation)) => (
            "text/html; charset=utf-8",
            problem_page(&problem, &navigation, error.retry_after()),
        ),
        (form, _) => ("application/problem+json", problem_json(&problem, form)),
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if kind.starts_with("text/html") {
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(PLAIN_PAGE),
        );
    }
    *response.body_mut() = Body::from(body);
    response
}

fn problem_json(problem: &Problem, better_auth: Option<BetterAuthForm>) -> String {
    let mut value = serde_json::to_value(problem).unwrap_or_default();
    if let Some(form) = better_auth {
        value["message"] = form.message.into();
        value["code"] = form.code.into();
    }
    value.to_string()
}
