//! Connecting and migrating.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::ConnectError;
use crate::changes::Listeners;

/// The migrations, built in.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// A pool of connections to a migrated database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    /// A few connections that requests cannot take, for what must not wait for them.
    pub(crate) reserved: PgPool,
    pub(crate) bounds: Bounds,
    /// Who hears of what changes.
    pub(crate) listeners: Arc<Listeners>,
    /// For LISTEN; as the pool where there is no other way.
    pub(crate) direct: Option<PgConnectOptions>,
}

/// Where the database is and how much of it to use.
#[derive(Clone)]
pub struct StoreConfig {
    /// `DATABASE_URL`.
    pub url: String,
    /// `DATABASE_DIRECT_URL`: not through a transaction pooler.
    pub direct_url: String,
    /// Most connections at once; there are three more, for leases, signals and LISTEN.
    pub max_connections: u32,
    /// How long it may say nothing.
    pub bounds: Bounds,
}

/// After which silence the database counts as away.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Postgres stops a statement that takes longer.
    pub statement: Duration,
    /// A connection that says nothing for this long is given up.
    pub silence: Duration,
    /// How often a server says to all that it is there, itself included: LISTEN is had anew where it does not hear that.
    pub hello: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(10),
            silence: Duration::from_secs(12),
            hello: Duration::from_secs(10),
        }
    }
}

/// For leases, sweeps, signals, and what a run needs to be taken up. Once open they stay open, since others may take all
/// that Postgres has.
const RESERVED: u32 = 4;

/// Reads a database address. A pooler in transaction mode forgets prepared statements between
/// transactions, so none are kept where the address looks like one.
fn options_of(url: &str) -> Result<PgConnectOptions, ConnectError> {
    let mut parsed = url::Url::parse(url)
        .map_err(|error| ConnectError::BadUrl(sqlx::Error::Configuration(error.into())))?;
    // Neon writes channel_binding into its addresses; the TLS layer decides about it by itself.
    let kept: Vec<(String, String)> = parsed
        .query_pairs()
        .filter(|(key, _)| key != "channel_binding" && key != "pgbouncer")
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let through_pooler = parsed
        .query_pairs()
        .any(|(key, value)| key == "pgbouncer" && value == "true")
        || parsed.host_str().is_some_and(|host| host.contains("-pooler."))
        || parsed.port() == Some(6432);
    parsed.set_query(None);
    if !kept.is_empty() {
        parsed.query_pairs_mut().extend_pairs(kept);
    }
    let options = PgConnectOptions::from_str(parsed.as_str())
        .map_err(ConnectError::BadUrl)?
        .application_name("greenlit")
        // Statements hold message text in their parameters, never in themselves; still, a slow one
        // is worth a line and a normal one is not.
        .log_statements(tracing::log::LevelFilter::Trace)
        .log_slow_statements(tracing::log::LevelFilter::Warn, Duration::from_secs(1));
    Ok(if through_pooler {
        options.statement_cache_capacity(0)
    } else {
        options
    })
}

impl Store {
    /// Connects and checks that the server is new enough and the application's role can be taken.
    ///
    /// # Errors
    /// One line for the operator; see [`ConnectError`].
    pub async fn connect(config: &StoreConfig) -> Result<Self, ConnectError> {
        let options = options_of(&config.url)?;
        let pool = |most| {
            PgPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(Duration::from_secs(5))
                // A ping before every use would be a round trip for each request; `begin` copes with a
                // dead connection instead.
                .test_before_acquire(false)
        };
        check(&mut connect(&options).await?).await?;
        // Not by a least number of connections: where the database is away, sqlx waits ever longer between tries to keep to
        // that, and nobody else gets those places meanwhile.
        let reserved = pool(RESERVED)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone());
        open(&reserved).await;
        Ok(Self {
            direct: Some(options_of(&config.direct_url)?),
            reserved,
            bounds: config.bounds,
            ..Self::from_pool(
                pool(config.max_connections)
                    .idle_timeout(Duration::from_secs(300))
                    .connect_lazy_with(options),
            )
        })
    }

    /// A store on an existing pool; for tests, which get theirs from `#[sqlx::test]`.
    pub fn from_pool(pool: PgPool) -> Self {
        Self {
            reserved: pool.clone(),
            pool,
            bounds: Bounds::default(),
            listeners: Arc::default(),
            direct: None,
        }
    }

    /// Whether the database answers and all of this binary's migrations have run.
    pub async fn is_ready(&self) -> bool {
        let newest = MIGRATOR
            .iter()
            .map(|migration| migration.version)
            .max()
            .unwrap_or(0);
        let applied = sqlx::query_scalar::<_, i64>(
            "SELECT coalesce(max(version), 0) FROM public._sqlx_migrations WHERE success",
        )
        .fetch_one(&self.pool);
        let applied = tokio::time::timeout(self.bounds.silence, applied).await;
        matches!(applied, Ok(Ok(applied)) if applied >= newest)
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        self.reserved.close().await;
        self.pool.close().await;
    }
}

/// Opens all connections of a pool. What fails is tried again when it is needed.
async fn open(pool: &PgPool) {
    let mut held = vec![];
    for _ in 0..RESERVED {
        held.push(pool.acquire().await.ok());
    }
}

/// Brings the database to this binary's schema, under an advisory lock so that several servers may
/// start at once.
///
/// # Errors
/// One line for the operator; see [`ConnectError`].
pub async fn migrate(url: &str) -> Result<(), ConnectError> {
    let options = options_of(url)?;
    let mut connection = connect(&options).await?;
    check_version(&mut connection).await?;
    // A user named like our schema finds that schema first, once it is there; the list of what has
    // run must be in the same place before and after.
    sqlx::raw_sql("SET search_path = public")
        .execute(&mut connection)
        .await
        .map_err(refused)?;
    MIGRATOR
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => refused(source),
            other => ConnectError::Migration(other),
        })?;
    let _ = connection.close().await;
    Ok(())
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, ConnectError> {
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let attempt = tokio::time::timeout(Duration::from_secs(10), options.connect());
    let Ok(result) = attempt.await else {
        return Err(ConnectError::Unreachable {
            host,
            source: sqlx::Error::PoolTimedOut,
        });
    };
    result.map_err(|error| {
        match error
            .as_database_error()
            .and_then(|error| error.code())
            .as_deref()
        {
            Some("28P01" | "28000") => ConnectError::WrongPassword { host },
            Some("3D000") => ConnectError::UnknownDatabase { host },
            Some("42501") => refused(error),
            _ => ConnectError::Unreachable { host, source: error },
        }
    })
}

async fn check_version(connection: &mut PgConnection) -> Result<(), ConnectError> {
    let (number, name): (String, String) =
        sqlx::query_as("SELECT current_setting('server_version_num'), current_setting('server_version')")
            .fetch_one(connection)
            .await
            .map_err(ConnectError::Other)?;
    match number.parse::<u32>() {
        Ok(number) if number >= 140_000 => Ok(()),
        _ => Err(ConnectError::TooOld { found: name }),
    }
}

async fn check(connection: &mut PgConnection) -> Result<(), ConnectError> {
    check_version(connection).await?;
    for statement in [
        "SET ROLE greenlit_worker",
        "SET ROLE greenlit_guest",
        "SET ROLE greenlit_app",
    ] {
        sqlx::raw_sql(statement)
            .execute(&mut *connection)
            .await
            .map_err(refused)?;
    }
    Ok(())
}

fn refused(error: sqlx::Error) -> ConnectError {
    match error.as_database_error() {
        Some(database) if matches!(database.code().as_deref(), Some("42501" | "22023")) => {
            ConnectError::NoRights {
                detail: database.message().to_owned(),
            }
        }
        _ => ConnectError::Other(error),
    }
}
