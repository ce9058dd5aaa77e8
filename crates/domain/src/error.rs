use std::time::Duration;

use protocol::{FieldError, Overwrite};

/// After how long there may be room again, where nobody can know.
const ROOM_SOON: Duration = Duration::from_secs(5);

/// Why something was not done. Doors map it to their own form; `Internal` and `Unavailable` are
/// logged there once and reach nobody in words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session or token, or one that is not valid (any more).
    #[error("not signed in")]
    Unauthenticated,
    /// It exists and is somebody else's.
    #[error("this belongs to somebody else")]
    Forbidden,
    /// It does not exist or was deleted. The word says what: "conversation".
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// What was given does not fit; one entry for each wrong field.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// It cannot be done as things stand. `code` is for programs, `detail` for people.
    #[error("{detail}")]
    Conflict { code: &'static str, detail: String },
    /// An undo or a redo would overwrite what was changed since: these fields.
    #[error("tasks were changed since")]
    ChangedSince(Vec<Overwrite>),
    /// Too often; again after this long.
    #[error("too many requests")]
    RateLimited { retry_after: Duration },
    /// More of something at once than one user may have; again when some of it is over. The sentence names the limit.
    #[error("{detail}")]
    TooMany { detail: String, retry_after: Duration },
    /// Signing up or in was refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The database is away or overloaded; again soon.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why an account could not be made or opened. The codes are Better Auth's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    #[error("User already exists. Use another email.")]
    EmailTaken,
    /// Unknown address and wrong password alike.
    #[error("Invalid email or password")]
    InvalidCredentials,
    #[error("Invalid email")]
    InvalidEmail,
    #[error("Password too short")]
    PasswordTooShort,
    #[error("Password too long")]
    PasswordTooLong,
    /// It is one of those that everybody's first guesses hold.
    #[error("Password is one of those that are tried first. Please choose a different password.")]
    PasswordCommon,
    /// Somebody signed in gave a password that is not theirs.
    #[error("Invalid password")]
    InvalidPassword,
    /// Somebody who signs in elsewhere has no password here.
    #[error("Credential account not found")]
    NoPassword,
}

impl AccountError {
    /// Better Auth's UPPER_SNAKE word.
    pub fn code(self) -> &'static str {
        match self {
            Self::EmailTaken => "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
            Self::InvalidCredentials => "INVALID_EMAIL_OR_PASSWORD",
            Self::InvalidEmail => "INVALID_EMAIL",
            Self::PasswordTooShort => "PASSWORD_TOO_SHORT",
            Self::PasswordTooLong => "PASSWORD_TOO_LONG",
            Self::PasswordCommon => "PASSWORD_COMPROMISED",
            Self::InvalidPassword => "INVALID_PASSWORD",
            Self::NoPassword => "CREDENTIAL_ACCOUNT_NOT_FOUND",
        }
    }
}

impl Error {
    /// Whether Postgres ended the transaction for the sake of another one.
    fn is_deadlock(&self) -> bool {
        match self {
            Self::Unavailable(source) => source
                .downcast_ref::<store::Error>()
                .is_some_and(store::Error::is_deadlock),
            _ => false,
        }
    }

    /// Whether the database takes no changes at the moment, and can be read.
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::Unavailable(source) => source
                .downcast_ref::<store::Error>()
                .is_some_and(store::Error::is_read_only),
            _ => false,
        }
    }

    /// Over a limit of what may be at once.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::TooMany {
            detail: detail.into(),
            retry_after: ROOM_SOON,
        }
    }

    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }
}

/// How often work is done again that others' transactions were in the way of.
const AGAIN: u32 = 2;

/// Does some work that is one transaction, again as a whole where Postgres ended it for the sake of another.
pub(crate) async fn again<T, F>(work: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut left = AGAIN;
    loop {
        match work().await {
            Err(error) if left > 0 && error.is_deadlock() => left -= 1,
            outcome => return outcome,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(_) | store::Error::Contended(_) => Self::Unavailable(Box::new(error)),
            _ => Self::Internal(Box::new(error)),
        }
    }
}
