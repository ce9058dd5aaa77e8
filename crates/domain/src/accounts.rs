//! Accounts: users, passwords, sessions, tokens.

use protocol::{Timestamp, User, UserId};

use crate::{Actor, Domain, Error};

/// Accounts of a [`Domain`].
pub struct Accounts<'a> {
    domain: &'a Domain,
}

/// What a person gives to sign up.
#[derive(Clone)]
pub struct SignUp {
    /// May be empty.
    pub name: String,
    pub email: String,
    pub password: String,
    pub image: Option<String>,
    /// False: the session ends with the browser, at the latest after a day.
    pub remember_me: bool,
}

/// What a person gives to sign in.
#[derive(Clone)]
pub struct SignIn {
    pub email: String,
    pub password: String,
    pub remember_me: bool,
}

/// From where a request came; kept with the session, so that people can tell their sessions apart.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub ip_address: String,
    pub user_agent: String,
    /// The browser's IANA time zone, if it told.
    pub time_zone: Option<String>,
}

/// A session, in Better Auth's shape without the token.
#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub user_id: UserId,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub ip_address: String,
    pub user_agent: String,
    /// False after `remember_me: false`.
    pub remembered: bool,
}

/// A fresh session.
#[derive(Clone)]
pub struct SignedIn {
    pub user: User,
    pub session: Session,
    /// The session's secret; only its hash is stored.
    pub token: String,
}

/// A session that was found.
#[derive(Clone)]
pub struct CurrentSession {
    pub actor: Actor,
    pub session: Session,
    /// Its life was prolonged just now: the cookie should be sent again.
    pub refreshed: bool,
}

impl<'a> Accounts<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Makes an account and signs in.
    ///
    /// # Errors
    /// `Account` for a taken or malformed address and a password of the wrong length.
    pub async fn sign_up(&self, _request: SignUp, _client: &Client) -> Result<SignedIn, Error> {
        unimplemented!()
    }

    /// Signs in; takes the same time for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `Account(InvalidCredentials)`.
    pub async fn sign_in(&self, _request: SignIn, _client: &Client) -> Result<SignedIn, Error> {
        unimplemented!()
    }

    /// Ends the session of this token at once; no error for an unknown one.
    pub async fn sign_out(&self, _token: &str) -> Result<(), Error> {
        unimplemented!()
    }

    /// The session of a token; `None` for an unknown or expired one. With `refresh` its life is
    /// prolonged when a day of it has passed.
    pub async fn find_session(&self, _token: &str, _refresh: bool) -> Result<Option<CurrentSession>, Error> {
        unimplemented!()
    }

    /// Who a Bearer token (HS256 JWT under our secret) speaks for. A valid token of an unknown user
    /// makes that user.
    ///
    /// # Errors
    /// `Unauthenticated` for any token that is not valid now.
    pub async fn actor_of_jwt(&self, _token: &str) -> Result<Actor, Error> {
        unimplemented!()
    }

    /// A JWT for the actor, good for 15 minutes.
    pub fn issue_jwt(&self, _actor: &Actor) -> Result<String, Error> {
        unimplemented!()
    }

    /// The session cookie's value for a token: `<token>.<signature>`, not percent-encoded.
    pub fn sign_cookie(&self, _token: &str) -> String {
        unimplemented!()
    }

    /// The token in a session cookie's value (percent-decoded); `None` if the signature is not ours.
    pub fn verify_cookie(&self, _value: &str) -> Option<String> {
        unimplemented!()
    }

    /// Remembers where the user is (an IANA name such as `Europe/Berlin`).
    ///
    /// # Errors
    /// `Invalid` for an unknown name.
    pub async fn set_time_zone(&self, _actor: &Actor, _time_zone: &str) -> Result<(), Error> {
        unimplemented!()
    }
}
