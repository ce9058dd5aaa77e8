//! Who a transaction acts for: the one place where the role and the actor are set.

use std::fmt::Write;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::UserId;
use sqlx::postgres::PgPool;
use tokio::sync::broadcast;
use uuid::Uuid;

use crate::changes::{Changed, Changes, Listeners, Stamp};
use crate::link::{Link, is_silence};
use crate::{Error, Store};

/// For whom a transaction works.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// One user, known from a verified session or token: sees that user's rows.
    Actor(&'a UserId),
    /// A session's token hash, before its user is known: sees that session and its user.
    Session(&'a str),
    /// An e-mail address at sign-in: sees that user and how they sign in.
    Email(&'a str),
    /// Nobody in particular, who asks for what is public: sees published testimonials.
    Public,
    /// A share link's token hash: sees what that link shows, and not whose it is.
    Share(&'a str),
    /// The server itself, looking after leases and expired sessions: sees no content.
    Worker,
    /// The question whose an id is: sees that row's id and owner.
    Probe(Uuid),
}

/// Whose a row is that the actor cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It exists and is somebody else's.
    SomebodyElse,
    /// It does not exist, or was deleted.
    Nobody,
}

/// A transaction within its scope. Dropped without [`Tx::commit`] it is rolled back.
pub struct Tx {
    link: Link,
    listeners: Arc<Listeners>,
    /// Whose it is, in scope `Actor`.
    user: Option<UserId>,
    changed: Vec<Changed>,
}

const BEGIN: &str = "BEGIN";
/// How long BEGIN may take, which asks nothing of the database but to be there.
const SOON: Duration = Duration::from_secs(4);
/// A database that was started again leaves as many dead connections in the pool, each found out at once.
const MOST_DEAD: u32 = 32;
/// How long what deletes everything of somebody's may take.
const LONG: Duration = Duration::from_secs(300);

impl Store {
    /// Begins a transaction. The role and the actor are set in the same round trip as BEGIN.
    ///
    /// # Errors
    /// `Unavailable` when there is no connection to be had.
    pub async fn begin(&self, scope: Scope<'_>) -> Result<Tx, Error> {
        self.begin_as(&self.pool, BEGIN, scope).await
    }

    /// Begins a transaction that reads, and sees everything as it stands at one moment, however long it takes.
    ///
    /// # Errors
    /// `Unavailable` when there is no connection to be had.
    pub async fn begin_snapshot(&self, scope: Scope<'_>) -> Result<Tx, Error> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        self.begin_as(&self.pool, begin, scope).await
    }

    /// Begins a transaction on a connection that requests cannot take: for leases, which lapse when nobody renews them.
    ///
    /// # Errors
    /// `Unavailable` when there is no connection to be had.
    pub async fn begin_reserved(&self, scope: Scope<'_>) -> Result<Tx, Error> {
        self.begin_as(&self.reserved, BEGIN, scope).await
    }

    async fn begin_as(&self, pool: &PgPool, begin: &str, scope: Scope<'_>) -> Result<Tx, Error> {
        let longest = self.bounds.silence;
        let open = || {
            let statement = begin_statement(begin, scope, self.bounds.statement);
            Link::begin(pool, statement, SOON.min(longest), longest)
        };
        let began = Instant::now();
        let mut silences = 0;
        for _ in 0..MOST_DEAD {
            match open().await {
                Ok(link) => return Ok(self.tx(link, scope)),
                // Dead ones are found out at once; what takes longer is a database that cannot be reached.
                Err(error) if !is_dead(&error) || began.elapsed() > SOON => return Err(error.into()),
                Err(error) if is_silence(&error) && silences > 0 => return Err(error.into()),
                Err(error) => silences += u32::from(is_silence(&error)),
            }
        }
        Ok(self.tx(open().await?, scope))
    }

    fn tx(&self, link: Link, scope: Scope<'_>) -> Tx {
        let user = match scope {
            Scope::Actor(user) => Some(user.clone()),
            _ => None,
        };
        Tx {
            link,
            listeners: self.listeners.clone(),
            user,
            changed: vec![],
        }
    }

    /// Where a user's things stand. Read it before the things: what changes in between then shows.
    pub fn stamp(&self, user: &UserId) -> Stamp {
        self.listeners.stamp(user)
    }

    /// Listens to what changes of a user's from now on, through this process; `None` when `most` listen already.
    pub fn listen(&self, user: &UserId, most: usize) -> Option<broadcast::Receiver<Changes>> {
        self.listeners.listen(user, most)
    }
}

/// Whether it was a pooled connection that had died unnoticed. Another one may be alive.
fn is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // What the database said to it when it stopped.
        sqlx::Error::Database(error) => matches!(error.code().as_deref(), Some("57P01" | "57P02" | "25P03")),
        _ => false,
    }
}

impl Tx {
    /// Marks a place to go back to with [`Tx::rollback_to_savepoint`].
    ///
    /// # Errors
    /// When the database is away.
    pub async fn savepoint(&mut self) -> Result<(), Error> {
        sqlx::raw_sql("SAVEPOINT here").execute(&mut self.link).await?;
        Ok(())
    }

    /// Undoes everything since [`Tx::savepoint`]; the transaction goes on.
    ///
    /// # Errors
    /// When the database is away or there is no savepoint.
    pub async fn rollback_to_savepoint(&mut self) -> Result<(), Error> {
        sqlx::raw_sql("ROLLBACK TO SAVEPOINT here")
            .execute(&mut self.link)
            .await?;
        Ok(())
    }

    /// Lets the statements that follow take minutes.
    pub(crate) async fn take_time(&mut self) -> Result<(), Error> {
        sqlx::raw_sql("SET LOCAL statement_timeout = '290s'")
            .execute(&mut self.link)
            .await?;
        self.link.take_time(LONG);
        Ok(())
    }

    /// Makes it stand, and tells who listens what it changed.
    ///
    /// # Errors
    /// When the database did not confirm; whether it stands is then unknown.
    pub async fn commit(self) -> Result<(), Error> {
        let telling = Telling {
            listeners: self.listeners,
            user: self.user,
            changed: self.changed,
        };
        let done = self.link.commit().await;
        drop(telling);
        Ok(done?)
    }

    /// Notes that something changes with this transaction.
    pub(crate) fn note(&mut self, changed: Changed) {
        if !self.changed.contains(&changed) {
            self.changed.push(changed);
        }
    }
}

/// Tells when it is dropped: also when the database's answer was lost, and when nobody waits for it any more, since a
/// listener that looks for nothing does no harm.
struct Telling {
    listeners: Arc<Listeners>,
    user: Option<UserId>,
    changed: Vec<Changed>,
}

impl Drop for Telling {
    fn drop(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        if let Some(user) = self.user.as_ref().filter(|_| !changed.is_empty()) {
            self.listeners.tell(user, changed);
        }
    }
}

impl Deref for Tx {
    type Target = Link;
    fn deref(&self) -> &Link {
        &self.link
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

/// The statements that open a scope. The simple protocol that lets them travel together has no
/// parameters, so a value travels as hexadecimal digits, which cannot be anything but digits.
fn begin_statement(begin: &str, scope: Scope<'_>, longest: Duration) -> String {
    let (role, setting) = match scope {
        Scope::Actor(user) => ("greenlit_app", Some(("greenlit.user_id", hex(user.as_str())))),
        Scope::Session(hash) => ("greenlit_app", Some(("greenlit.session", hex(hash)))),
        Scope::Email(email) => ("greenlit_app", Some(("greenlit.email", hex(email)))),
        Scope::Public => ("greenlit_app", Some(("greenlit.public", hex("yes")))),
        Scope::Share(hash) => ("greenlit_guest", Some(("greenlit.share", hex(hash)))),
        Scope::Worker => ("greenlit_worker", None),
        Scope::Probe(id) => ("greenlit_worker", Some(("greenlit.probe", hex(&id.to_string())))),
    };
    let mut sql = format!("{begin}; SET LOCAL ROLE {role}; SET LOCAL search_path = greenlit, pg_temp");
    if begin == BEGIN {
        // Of a server that is stopped or gone without a word, nobody else has to wait for its locks.
        sql.push_str("; SET LOCAL idle_in_transaction_session_timeout = '3s'; SET LOCAL lock_timeout = '5s'");
        let _ = write!(sql, "; SET LOCAL statement_timeout = {}", longest.as_millis());
    }
    if let Some((name, value)) = setting {
        let _ = write!(
            sql,
            "; SELECT set_config('{name}', convert_from(decode('{value}', 'hex'), 'UTF8'), true)"
        );
    }
    sql
}

fn hex(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len() * 2), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_reaches_the_statement_as_text() {
        let evil: UserId = "x'; DROP TABLE users; --".parse().unwrap();
        let sql = begin_statement("BEGIN", Scope::Actor(&evil), SOON);
        assert!(!sql.contains("DROP"));
        assert!(sql.contains(&hex(evil.as_str())));
    }
}
