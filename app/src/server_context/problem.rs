//! The one mapping from the domain's errors to what a client sees.

use std::time::Duration;

use domain::{AccountError, Error};
use protocol::{FieldError, Problem};

/// The problem a client sees for an error. `Internal` and `Unavailable` are logged here, so call it
/// once for an error.
pub fn problem_of(error: &Error, request_id: &str) -> Problem {
    let (status, code, title, detail): (u16, &str, &str, String) = match error {
        Error::Unauthenticated => (
            401,
            "unauthenticated",
            "Not signed in",
            "Sign in, or send a valid token, and try again.".into(),
        ),
        Error::Forbidden => (
            403,
            "forbidden",
            "Not allowed",
            "This belongs to somebody else.".into(),
        ),
        Error::NotFound(what) => (
            404,
            "not_found",
            "Not found",
            format!("There is no such {what}; it may have been deleted."),
        ),
        Error::Invalid(errors) => (422, "validation_failed", "Invalid input", sentence_of(errors)),
        Error::Conflict { code, detail } => (409, code, "Conflict", detail.clone()),
        Error::ChangedSince(_) => (
            409,
            "changed_since",
            "Changed since",
            "It was changed since, and this would overwrite that; `changes` says what. Send it with `overwrite: true` \
             if it is meant all the same."
                .into(),
        ),
        Error::RateLimited { retry_after } => (
            429,
            "rate_limited",
            "Too many requests",
            format!("Too many requests; try again in {}.", seconds(*retry_after)),
        ),
        Error::TooMany { detail, .. } => (429, "rate_limited", "Too much at once", detail.clone()),
        Error::Account(error) => (
            account_status(*error),
            account_code(*error),
            "Account refused",
            format!("{}.", error.to_string().trim_end_matches('.')),
        ),
        Error::Unavailable(source) => {
            tracing::error!(
                request.id = request_id,
                error = chain(source.as_ref()),
                "The database is not available"
            );
            (
                503,
                "unavailable",
                "Temporarily unavailable",
                if error.is_read_only() {
                    "The database takes no changes at the moment, and nothing was stored; try again in a little while."
                } else {
                    "The database cannot be reached at the moment; try again in a few seconds."
                }
                .into(),
            )
        }
        Error::Internal(source) => {
            tracing::error!(
                request.id = request_id,
                error = chain(source.as_ref()),
                "A request failed"
            );
            (
                500,
                "internal_error",
                "Internal error",
                "Something went wrong on our side; the request's id helps whoever runs this server to find out what.".into(),
            )
        }
    };
    Problem {
        kind: "about:blank".into(),
        title: title.into(),
        status,
        detail,
        code: code.into(),
        request_id: request_id.into(),
        errors: match error {
            Error::Invalid(errors) => errors.clone(),
            Error::Account(error) => account_field(*error).into_iter().collect(),
            _ => vec![],
        },
        changes: match error {
            Error::ChangedSince(changes) => changes.clone(),
            _ => vec![],
        },
    }
}

/// Whole seconds for `Retry-After`; `None` for errors that waiting does not mend.
pub fn retry_after_of(error: &Error) -> Option<u64> {
    match error {
        Error::RateLimited { retry_after } | Error::TooMany { retry_after, .. } => {
            Some(whole_seconds(*retry_after))
        }
        Error::Unavailable(_) if error.is_read_only() => Some(30),
        Error::Unavailable(_) => Some(5),
        _ => None,
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    (duration.as_secs() + u64::from(duration.subsec_nanos() > 0)).max(1)
}

fn seconds(duration: Duration) -> String {
    match whole_seconds(duration) {
        1 => "1 second".into(),
        seconds => format!("{seconds} seconds"),
    }
}

fn sentence_of(errors: &[FieldError]) -> String {
    let sentences: Vec<String> = errors
        .iter()
        .map(|error| format!("{} {}", error.field, error.message))
        .collect();
    format!("{}.", sentences.join("; "))
}

fn account_status(error: AccountError) -> u16 {
    match error {
        AccountError::InvalidCredentials => 401,
        AccountError::EmailTaken => 422,
        AccountError::InvalidEmail
        | AccountError::PasswordTooShort
        | AccountError::PasswordTooLong
        | AccountError::PasswordCommon
        | AccountError::InvalidPassword
        | AccountError::NoPassword => 400,
    }
}

fn account_code(error: AccountError) -> &'static str {
    match error {
        AccountError::EmailTaken => "email_taken",
        AccountError::InvalidCredentials => "invalid_email_or_password",
        AccountError::InvalidEmail => "invalid_email",
        AccountError::PasswordTooShort => "password_too_short",
        AccountError::PasswordTooLong => "password_too_long",
        AccountError::PasswordCommon => "password_common",
        AccountError::InvalidPassword => "invalid_password",
        AccountError::NoPassword => "no_password",
    }
}

fn account_field(error: AccountError) -> Option<FieldError> {
    let (field, message) = match error {
        AccountError::EmailTaken => (
            "email",
            "has an account already; sign in, or use another address".into(),
        ),
        AccountError::InvalidCredentials | AccountError::NoPassword => return None,
        AccountError::InvalidPassword => ("current_password", "is not right".into()),
        AccountError::InvalidEmail => ("email", "must be an address such as mia@example.com".into()),
        AccountError::PasswordTooShort => (
            "password",
            format!(
                "must have at least {} characters",
                protocol::limits::PASSWORD_MIN_UNITS
            ),
        ),
        AccountError::PasswordCommon => (
            "password",
            "is one of those that are tried first; choose another, such as a few words in a row".into(),
        ),
        AccountError::PasswordTooLong => (
            "password",
            format!(
                "must have at most {} characters",
                protocol::limits::PASSWORD_MAX_UNITS
            ),
        ),
    };
    Some(FieldError {
        field: field.into(),
        message,
    })
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internals_stay_inside() {
        for error in [
            Error::Internal("password authentication failed for role \"owner\"".into()),
            Error::Unavailable("SELECT secret".into()),
        ] {
            let problem = problem_of(&error, "r1");
            assert!(problem.status >= 500);
            assert_eq!(problem.request_id, "r1");
            assert!(!problem.detail.contains("owner") && !problem.detail.contains("SELECT"));
        }
    }

    #[test]
    fn wrong_fields_are_named_with_their_limit() {
        let error = Error::invalid("content", "must have at most 10000 characters, but has 10001");
        let problem = problem_of(&error, "r1");
        assert_eq!(problem.status, 422);
        assert_eq!(
            problem.detail,
            "content must have at most 10000 characters, but has 10001."
        );
        assert_eq!(problem.errors.len(), 1);
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_rounded_up() {
        let error = Error::RateLimited {
            retry_after: Duration::from_millis(1200),
        };
        assert_eq!(retry_after_of(&error), Some(2));
        assert!(problem_of(&error, "").detail.ends_with("in 2 seconds."));
    }
}
