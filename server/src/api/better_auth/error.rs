//! Errors at Better Auth's door: its `message` and `code` on top of our problem.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::{AccountError, Error};

use crate::error::{ApiError, BetterAuthForm, pending};

/// An error with Better Auth's words.
#[derive(Debug)]
pub(super) struct DoorError {
    error: ApiError,
    message: String,
    code: &'static str,
}

impl DoorError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            error: ApiError::refused(status, "auth_refused", "Request refused", message.clone()),
            message,
            code,
        }
    }

    /// 401: there is no session.
    pub(super) fn unauthorized() -> Self {
        Self {
            error: Error::Unauthenticated.into(),
            message: "Unauthorized".into(),
            code: "UNAUTHORIZED",
        }
    }

    /// 400: missing or mistyped fields; `issues` in Better Auth's form, `[body.email] …`.
    pub(super) fn validation(issues: &[String]) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", issues.join("; "))
    }

    /// 400: the body is no JSON.
    pub(super) fn bad_request() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "BAD_REQUEST",
            "Invalid JSON in request body",
        )
    }

    /// 415: neither JSON nor, where it is taken, a form.
    pub(super) fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "Content-Type is not allowed; use application/json",
        )
    }

    /// 403: the browser would be sent to another site.
    pub(super) fn invalid_callback_url() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "INVALID_CALLBACK_URL",
            "Invalid callbackURL",
        )
    }

    /// 400: addresses are changed elsewhere.
    pub(super) fn email_can_not_be_updated() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "EMAIL_CAN_NOT_BE_UPDATED",
            "Email can not be updated",
        )
    }

    /// 400: nothing was given.
    pub(super) fn no_fields_to_update() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "NO_FIELDS_TO_UPDATE",
            "No fields to update",
        )
    }

    /// 403: signed in too long ago to look at sessions.
    pub(super) fn session_not_fresh() -> Self {
        Self::new(StatusCode::FORBIDDEN, "SESSION_NOT_FRESH", "Session is not fresh")
    }

    /// 400: signed in too long ago to delete the account without its password.
    pub(super) fn session_expired() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "SESSION_EXPIRED",
            "Session expired. Re-authenticate to perform this action.",
        )
    }

    /// 405: this server refreshes sessions on GET.
    pub(super) fn deferred_session() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
            "POST method requires deferSessionRefresh to be enabled in session config",
        )
    }
}

impl From<Error> for DoorError {
    fn from(error: Error) -> Self {
        let (message, code) = match &error {
            Error::Account(account) => (account.to_string(), account.code()),
            Error::Invalid(errors) => {
                let issues: Vec<String> = errors
                    .iter()
                    .map(|error| format!("[body.{}] {}", error.field, error.message))
                    .collect();
                return Self::validation(&issues);
            }
            Error::Unauthenticated => return Self::unauthorized(),
            Error::RateLimited { .. } | Error::TooMany { .. } => (
                "Too many requests. Please try again later.".into(),
                "TOO_MANY_REQUESTS",
            ),
            Error::Unavailable(_) => ("Service unavailable".into(), "SERVICE_UNAVAILABLE"),
            Error::Forbidden
            | Error::NotFound(_)
            | Error::Conflict { .. }
            | Error::ChangedSince(_)
            | Error::Internal(_) => ("Internal server error".into(), "INTERNAL_SERVER_ERROR"),
        };
        Self {
            error: error.into(),
            message,
            code,
        }
    }
}

impl From<ApiError> for DoorError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Domain(error) => error.into(),
            ApiError::Refused(refusal) => {
                let code = match refusal.status {
                    StatusCode::PAYLOAD_TOO_LARGE => "PAYLOAD_TOO_LARGE",
                    _ => "BAD_REQUEST",
                };
                Self {
                    message: refusal.title.into(),
                    code,
                    error: ApiError::Refused(refusal),
                }
            }
        }
    }
}

impl IntoResponse for DoorError {
    fn into_response(self) -> Response {
        pending(
            self.error,
            Some(BetterAuthForm {
                message: self.message,
                code: self.code,
            }),
        )
    }
}

/// Better Auth checks a new account's address with the rest of the body, a known one's by itself.
pub(super) fn sign_up_error(error: Error) -> DoorError {
    match error {
        Error::Account(AccountError::InvalidEmail) => {
            DoorError::validation(&["[body.email] Invalid email address".into()])
        }
        error => error.into(),
    }
}
