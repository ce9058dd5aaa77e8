//! A connection whose every statement ends in time.
//!
//! A database whose machine is gone, or that a network no longer reaches, says nothing at all: no error, no end. sqlx
//! waits for it for as long as the kernel does, a quarter of an hour. Here a silence is an error before long, and a
//! connection that was silent is not used again.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, stream};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Connection, Describe, Either, Error, Execute, Executor, Postgres, SqlStr};
use tokio::time::timeout;

/// How long a connection that is given back may take to answer.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// A pooled connection within a transaction. Dropped before it is committed, it is rolled back.
pub struct Link {
    /// `None` once it is given back.
    live: Option<PoolConnection<Postgres>>,
    /// Between BEGIN and COMMIT.
    open: bool,
    /// It did not answer in time.
    silent: bool,
    /// How long it may say nothing.
    longest: Duration,
}

fn silence() -> Error {
    Error::Io(std::io::Error::new(
        std::io::ErrorKind::TimedOut,
        "the database did not answer in time",
    ))
}

/// Whether an error is that of a connection which did not answer in time.
pub(crate) fn is_silence(error: &Error) -> bool {
    matches!(error, Error::Io(error) if error.kind() == std::io::ErrorKind::TimedOut)
}

impl Link {
    /// Takes a connection and begins a transaction with `begin`, which may take `soon`; what follows may be silent for
    /// `longest`.
    pub(crate) async fn begin(
        pool: &PgPool,
        begin: String,
        soon: Duration,
        longest: Duration,
    ) -> Result<Self, Error> {
        let mut link = Self {
            live: Some(pool.acquire().await?),
            open: true,
            silent: false,
            longest: soon,
        };
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut link).await?;
        link.longest = longest;
        Ok(link)
    }

    /// Makes the transaction stand.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        sqlx::raw_sql("COMMIT").execute(&mut self).await?;
        self.open = false;
        Ok(())
    }

    /// Has statements prepared anew; for tests that look at what is.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn clear_cached_statements(&mut self) -> Result<(), Error> {
        let (live, ..) = self.parts()?;
        live.clear_cached_statements().await
    }

    /// Lets what follows take longer.
    pub(crate) fn take_time(&mut self, longest: Duration) {
        self.longest = longest;
    }

    /// The connection, how long it may say nothing, and where to note that it was silent.
    fn parts(&mut self) -> Result<(&mut PoolConnection<Postgres>, Duration, &mut bool), Error> {
        match &mut self.live {
            Some(live) if !self.silent => Ok((live, self.longest, &mut self.silent)),
            _ => Err(silence()),
        }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let Some(mut live) = self.live.take() else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if self.silent {
            // Nothing can be said to it any more, not even good-bye.
            drop(live.detach());
            return;
        }
        let open = self.open;
        // The pool would wait for its answers for ever, and have a place less meanwhile.
        runtime.spawn(async move {
            if open {
                let undone = timeout(GIVEN_BACK, sqlx::raw_sql("ROLLBACK").execute(&mut *live)).await;
                if !matches!(undone, Ok(Ok(_))) {
                    drop(live.detach());
                    return;
                }
            }
            let _ = timeout(GIVEN_BACK, live.return_to_pool()).await;
        });
    }
}

impl<'c> Executor<'c> for &'c mut Link {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let (live, longest, silent) = match self.parts() {
            Ok(parts) => parts,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        let rows = (&mut **live).fetch_many(query);
        stream::unfold((rows, silent), move |(mut rows, silent)| async move {
            if *silent {
                return None;
            }
            match timeout(longest, rows.next()).await {
                Ok(row) => row.map(|row| (row, (rows, silent))),
                Err(_) => {
                    *silent = true;
                    Some((Err(silence()), (rows, silent)))
                }
            }
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        async move {
            let (live, longest, silent) = self.parts()?;
            let row = timeout(longest, (&mut **live).fetch_optional(query)).await;
            row.unwrap_or_else(|_| {
                *silent = true;
                Err(silence())
            })
        }
        .boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        async move {
            let (live, longest, silent) = self.parts()?;
            let prepared = timeout(longest, (&mut **live).prepare_with(sql, parameters)).await;
            prepared.unwrap_or_else(|_| {
                *silent = true;
                Err(silence())
            })
        }
        .boxed()
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        async move {
            let (live, longest, silent) = self.parts()?;
            let described = timeout(longest, (&mut **live).describe(sql)).await;
            described.unwrap_or_else(|_| {
                *silent = true;
                Err(silence())
            })
        }
        .boxed()
    }
}
