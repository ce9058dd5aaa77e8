//! Accounts: users, passwords, sessions, tokens.

mod common_passwords;
mod export;
mod own;
mod password;
pub(crate) mod tokens;

pub use export::Export;
pub use own::{ChangePassword, OwnSession};

use std::time::Instant;

use jiff::tz::TimeZone;
use protocol::limits::{EMAIL_CHARS, PASSWORD_MAX_UNITS, PASSWORD_MIN_UNITS, USER_NAME_CHARS, checked_text};
use protocol::{Timestamp, User, UserId};
use store::accounts::{NewUser, UserRecord};
use store::sessions::SessionRecord;
use store::{Scope, accounts, sessions};

use crate::{AccountError, Actor, Domain, Error, Formats};

/// How long a remembered session lives, and one that is not, in seconds.
const SESSION_SECONDS: f64 = 7.0 * DAY_SECONDS;
const DAY_SECONDS: f64 = 86_400.0;
const WEEK_MS: i64 = 7 * 86_400_000;
const DAY_MS: i64 = 86_400_000;

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
    /// `Account` for a taken or malformed address and a password of the wrong length or one that everybody tries first.
    pub async fn sign_up(&self, request: SignUp, client: &Client) -> Result<SignedIn, Error> {
        let name = checked_text(&request.name, 0, USER_NAME_CHARS)
            .map_err(|message| Error::invalid("name", message))?;
        let email = checked_email(&request.email)?;
        checked_password(&request.password)?;
        let hash = password::hash(request.password).await?;
        let id: UserId = tokens::random_text(32)
            .parse()
            .map_err(|error| Error::Internal(Box::new(error)))?;
        let mut tx = self.domain.store().begin(Scope::Actor(&id)).await?;
        let new = NewUser {
            id: id.clone(),
            name,
            email: Some(email),
            image: request.image,
            time_zone: known_time_zone(client.time_zone.as_deref())
                .unwrap_or("UTC")
                .to_owned(),
        };
        let record = match accounts::insert_user(&mut tx, &new).await {
            Err(error) if error.constraint() == Some("users_email_key") => {
                return Err(AccountError::EmailTaken.into());
            }
            other => other?,
        };
        accounts::insert_password(&mut tx, &tokens::random_text(32), &id, &hash).await?;
        let (session, token) = insert_session(&mut tx, &id, request.remember_me, client).await?;
        tx.commit().await?;
        Ok(SignedIn {
            user: record.user,
            session,
            token,
        })
    }

    /// Signs in; takes the same time for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `Account(InvalidCredentials)`; `RateLimited` after too many wrong passwords for the address.
    pub async fn sign_in(&self, request: SignIn, client: &Client) -> Result<SignedIn, Error> {
        let email = checked_email(&request.email)?;
        if request.password.encode_utf16().count() > PASSWORD_MAX_UNITS {
            return Err(AccountError::PasswordTooLong.into());
        }
        let mut tx = self.domain.store().begin(Scope::Email(&email)).await?;
        let found = accounts::find_password(&mut tx, &email).await?;
        tx.commit().await?;
        let (id, hash) = found.unzip();
        let fits = self.verify(&email, request.password, hash).await?;
        let Some(id) = id.filter(|_| fits) else {
            return Err(AccountError::InvalidCredentials.into());
        };
        let mut tx = self.domain.store().begin(Scope::Actor(&id)).await?;
        let Some(record) = accounts::find_user(&mut tx, &id).await? else {
            return Err(AccountError::InvalidCredentials.into());
        };
        if let Some(zone) = known_time_zone(client.time_zone.as_deref())
            && zone != record.time_zone
        {
            accounts::set_time_zone(&mut tx, &id, zone).await?;
        }
        let (session, token) = insert_session(&mut tx, &id, request.remember_me, client).await?;
        tx.commit().await?;
        Ok(SignedIn {
            user: record.user,
            session,
            token,
        })
    }

    /// Whether a password fits, as long as not too many did not lately. `account` names what is guessed at. Counted
    /// before it is looked at, so that many guesses at once are no way around it.
    async fn verify(&self, account: &str, password: String, hash: Option<String>) -> Result<bool, Error> {
        let limit = &self.domain.inner.wrong_passwords;
        let account = account.to_owned();
        limit.take(&account, Instant::now())?;
        let fits = password::verify(password, hash).await?;
        if fits {
            limit.give_back(&account);
        }
        Ok(fits)
    }

    /// Ends the session of this token at once; no error for an unknown one.
    pub async fn sign_out(&self, token: &str) -> Result<(), Error> {
        let hash = tokens::session_hash(token);
        let mut tx = self.domain.store().begin(Scope::Session(&hash)).await?;
        let found = sessions::find(&mut tx, &hash).await?;
        tx.commit().await?;
        if let Some((session, _)) = found {
            let mut tx = self.domain.store().begin(Scope::Actor(&session.user_id)).await?;
            sessions::delete(&mut tx, &session.id).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The session of a token; `None` for an unknown or expired one. With `refresh` its life is
    /// prolonged when a day of it has passed.
    pub async fn find_session(&self, token: &str, refresh: bool) -> Result<Option<CurrentSession>, Error> {
        let hash = tokens::session_hash(token);
        let mut tx = self.domain.store().begin(Scope::Session(&hash)).await?;
        let found = sessions::find(&mut tx, &hash).await?;
        let now = accounts::now(&mut tx).await?;
        tx.commit().await?;
        let Some((mut session, record)) = found else {
            return Ok(None);
        };
        let due = session.expires_at.as_millis() - WEEK_MS + DAY_MS <= now.as_millis();
        let mut refreshed = false;
        if refresh && session.remembered && due {
            match self.prolong(&session).await {
                Ok(Some(end)) => {
                    session.expires_at = end;
                    session.updated_at = now;
                    refreshed = true;
                }
                Ok(None) => {}
                // It holds for days: a database that only reads, or has no room, is no reason to turn somebody away.
                Err(error) => tracing::warn!(error = %error, "a session could not be prolonged"),
            }
        }
        Ok(Some(CurrentSession {
            actor: actor_of(record),
            session: session_of(session),
            refreshed,
        }))
    }

    async fn prolong(&self, session: &SessionRecord) -> Result<Option<Timestamp>, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(&session.user_id)).await?;
        let end = sessions::prolong(&mut tx, &session.id, SESSION_SECONDS).await?;
        tx.commit().await?;
        Ok(end)
    }

    /// Who a Bearer token (HS256 JWT under our secret) speaks for. A valid token of an unknown user
    /// makes that user.
    ///
    /// # Errors
    /// `Unauthenticated` for any token that is not valid now.
    pub async fn actor_of_jwt(&self, token: &str) -> Result<Actor, Error> {
        let user = tokens::read_jwt(&self.domain.config().secret, token)?;
        let mut tx = self.domain.store().begin(Scope::Actor(&user.id)).await?;
        if let Some(record) = accounts::find_user(&mut tx, &user.id).await? {
            tx.commit().await?;
            return Ok(actor_of(record));
        }
        drop(tx);
        // Our own tokens name users of ours: this one was deleted since.
        if user.made_here {
            return Err(Error::Unauthenticated);
        }
        self.introduce(user).await
    }

    /// Stores the user of an outside token. An address that another account has is left out: the
    /// token's issuer has not proven to us that it is theirs.
    async fn introduce(&self, user: tokens::TokenUser) -> Result<Actor, Error> {
        let name = protocol::limits::excerpt(&user.name, USER_NAME_CHARS);
        let email = user.email.as_deref().and_then(|email| checked_email(email).ok());
        for email in [email, None] {
            let mut tx = self.domain.store().begin(Scope::Actor(&user.id)).await?;
            let new = NewUser {
                id: user.id.clone(),
                name: name.clone(),
                email,
                image: None,
                time_zone: "UTC".into(),
            };
            match accounts::insert_user(&mut tx, &new).await {
                Ok(record) => {
                    tx.commit().await?;
                    return Ok(actor_of(record));
                }
                Err(error) if error.constraint() == Some("users_email_key") => {}
                // Two first requests at once: the other one made the user.
                Err(error) if error.constraint() == Some("users_pkey") => break,
                Err(error) => return Err(error.into()),
            }
        }
        let mut tx = self.domain.store().begin(Scope::Actor(&user.id)).await?;
        let record = accounts::find_user(&mut tx, &user.id)
            .await?
            .ok_or(Error::Unauthenticated)?;
        tx.commit().await?;
        Ok(actor_of(record))
    }

    /// A JWT for the actor, good for 15 minutes.
    pub fn issue_jwt(&self, actor: &Actor) -> Result<String, Error> {
        let config = self.domain.config();
        tokens::issue_jwt(&config.secret, &config.public_origin, &actor.user)
    }

    /// The session cookie's value for a token: `<token>.<signature>`, not percent-encoded.
    pub fn sign_cookie(&self, token: &str) -> String {
        format!(
            "{token}.{}",
            tokens::signature(&self.domain.config().secret, token)
        )
    }

    /// The token in a session cookie's value (percent-decoded); `None` if the signature is not ours.
    pub fn verify_cookie(&self, value: &str) -> Option<String> {
        tokens::verified(&self.domain.config().secret, value)
    }

    /// Remembers where the user is (an IANA name such as `Europe/Berlin`).
    ///
    /// # Errors
    /// `Invalid` for an unknown name.
    pub async fn set_time_zone(&self, actor: &Actor, time_zone: &str) -> Result<(), Error> {
        let zone = known_time_zone(Some(time_zone))
            .ok_or_else(|| Error::invalid("time_zone", "must be an IANA time zone such as Europe/Berlin"))?;
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        accounts::set_time_zone(&mut tx, actor.user_id(), zone).await?;
        Ok(tx.commit().await?)
    }
}

async fn insert_session(
    tx: &mut store::Tx,
    user: &UserId,
    remember: bool,
    client: &Client,
) -> Result<(Session, String), Error> {
    let token = tokens::random_text(32);
    let new = SessionRecord {
        id: tokens::random_text(32),
        user_id: user.clone(),
        remembered: remember,
        ip_address: client.ip_address.chars().take(64).collect(),
        user_agent: client
            .user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(500)
            .collect(),
        expires_at: Timestamp::MIN,
        created_at: Timestamp::MIN,
        updated_at: Timestamp::MIN,
    };
    let seconds = if remember { SESSION_SECONDS } else { DAY_SECONDS };
    let stored = sessions::insert(tx, &new, &tokens::session_hash(&token), seconds).await?;
    Ok((session_of(stored), token))
}

fn session_of(record: SessionRecord) -> Session {
    Session {
        id: record.id,
        user_id: record.user_id,
        expires_at: record.expires_at,
        created_at: record.created_at,
        updated_at: record.updated_at,
        ip_address: record.ip_address,
        user_agent: record.user_agent,
        remembered: record.remembered,
    }
}

pub(crate) fn actor_of(record: UserRecord) -> Actor {
    let time_zone = TimeZone::get(&record.time_zone).unwrap_or(TimeZone::UTC);
    let actor = Actor {
        chosen_formats: record.formats,
        ..Actor::new(record.user, time_zone)
    };
    actor.reading(Formats::default())
}

pub(crate) fn known_time_zone(name: Option<&str>) -> Option<&str> {
    name.filter(|name| name.len() <= 64 && TimeZone::get(name).is_ok())
}

/// A password that may be taken, at whatever door it is given.
fn checked_password(password: &str) -> Result<(), AccountError> {
    match password.encode_utf16().count() {
        units if units < PASSWORD_MIN_UNITS => Err(AccountError::PasswordTooShort),
        units if units > PASSWORD_MAX_UNITS => Err(AccountError::PasswordTooLong),
        _ if common_passwords::is_common(password) => Err(AccountError::PasswordCommon),
        _ => Ok(()),
    }
}

/// The address in lower case, in the form that Better Auth accepts (`better-auth-wire`, ground
/// rules): not trimmed, an ASCII local part, a domain with a dot and a last label of letters.
fn checked_email(email: &str) -> Result<String, AccountError> {
    let email = email.to_lowercase();
    let valid = email.len() <= EMAIL_CHARS
        && email.rsplit_once('@').is_some_and(|(local, domain)| {
            let local_ok = !local.is_empty()
                && !local.starts_with('.')
                && !local.ends_with('.')
                && !local.contains("..")
                && local
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_'+-.".contains(&byte));
            let labels: Vec<&str> = domain.split('.').collect();
            let label_ok = |label: &&str| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            };
            let last_ok = labels
                .last()
                .is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic()));
            local_ok && labels.len() >= 2 && labels.iter().all(label_ok) && last_ok
        });
    if valid {
        Ok(email)
    } else {
        Err(AccountError::InvalidEmail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lowered_and_checked() {
        assert_eq!(checked_email("Mia@Example.COM").as_deref(), Ok("mia@example.com"));
        for good in ["a@b.co", "a.b+c_d'e-f@x-y.example.org"] {
            assert!(checked_email(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@localhost",
            " a@b.co",
            ".a@b.co",
            "a..b@b.co",
            "a@b.c",
            "a@-b.co",
            "a@b..co",
            "é@b.co",
            "a@b.c0m",
            "a b@c.de",
        ] {
            assert_eq!(checked_email(bad), Err(AccountError::InvalidEmail), "{bad}");
        }
    }

    #[test]
    fn passwords_are_counted_in_utf16_units() {
        assert_eq!(checked_password("1234567"), Err(AccountError::PasswordTooShort));
        assert_eq!(checked_password("😀🎉🌳🍎"), Ok(()));
        assert_eq!(
            checked_password(&"a".repeat(129)),
            Err(AccountError::PasswordTooLong)
        );
        assert_eq!(checked_password("Password123"), Err(AccountError::PasswordCommon));
    }
}
