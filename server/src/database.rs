//! Which database, and the private one's life.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use local_postgres::LocalPostgres;
use tokio::sync::oneshot;

use crate::config::{Config, Secret};
use crate::start::StartError;

/// How often it is checked that the private Postgres still runs.
const WATCH: Duration = Duration::from_secs(1);

/// The database to use. A private one is stopped by [`Database::stop`], or when dropped.
pub(crate) struct Database {
    /// For the pool.
    pub(crate) url: Secret,
    /// For migrations.
    pub(crate) direct_url: Secret,
    private: Option<PrivatePostgres>,
}

struct PrivatePostgres {
    /// Dropped to stop it.
    stop: Option<mpsc::Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Database {
    /// The database of `DATABASE_URL`, or a private Postgres in the data folder, made and started.
    ///
    /// # Errors
    /// When the private one cannot be made or started; an outside one is not looked at yet.
    pub(crate) async fn open(config: &Config) -> Result<Self, StartError> {
        if let Some(urls) = &config.database {
            return Ok(Self {
                url: urls.url.clone(),
                direct_url: urls.direct_url.clone(),
                private: None,
            });
        }
        let (private, url) = PrivatePostgres::start(local_postgres::Config::new(&config.data_dir)).await?;
        Ok(Self {
            direct_url: url.clone(),
            url,
            private: Some(private),
        })
    }

    /// The database of a server that may be running: as [`Database::open`], but the private Postgres of another process is
    /// used as it is. Also returns whether it is another process's.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub(crate) async fn open_beside(config: &Config) -> Result<(Self, bool), StartError> {
        match Self::open(config).await {
            Err(StartError::PrivatePostgres(local_postgres::Error::InUse { .. })) => {}
            opened => return Ok((opened?, false)),
        }
        let config = local_postgres::Config::new(&config.data_dir);
        let url = LocalPostgres::attach(&config).map_err(StartError::PrivatePostgres)?;
        let url = Secret::new(url);
        let attached = Self {
            direct_url: url.clone(),
            url,
            private: None,
        };
        Ok((attached, true))
    }

    /// Stops a private Postgres in order; returns when it has ended.
    pub(crate) async fn stop(self) {
        if self.private.is_some() {
            // Waiting for it would hold up a worker thread.
            let _ = tokio::task::spawn_blocking(move || drop(self)).await;
        }
    }
}

impl PrivatePostgres {
    async fn start(config: local_postgres::Config) -> Result<(Self, Secret), StartError> {
        let (started, outcome) = oneshot::channel();
        let (stop, stopped) = mpsc::channel();
        // One thread makes it, watches it and stops it: all of that blocks.
        let keeper = std::thread::Builder::new()
            .name("private-postgres".into())
            .spawn(move || keep(&config, started, &stopped))
            .map_err(StartError::Runtime)?;
        let private = Self {
            stop: Some(stop),
            keeper: Some(keeper),
        };
        match outcome.await {
            Ok(Ok(url)) => Ok((private, url)),
            Ok(Err(error)) => Err(StartError::PrivatePostgres(error)),
            Err(_) => Err(StartError::Runtime(std::io::Error::other(
                "the thread of the private Postgres ended",
            ))),
        }
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // A panic there has been printed already.
            let _ = keeper.join();
        }
    }
}

fn keep(
    config: &local_postgres::Config,
    started: oneshot::Sender<Result<Secret, local_postgres::Error>>,
    stopped: &mpsc::Receiver<()>,
) {
    let mut progress = |line: &str| eprintln!("{line}");
    let mut postgres = match LocalPostgres::start(config, &mut progress) {
        Ok(postgres) => postgres,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    if started.send(Ok(Secret::new(postgres.url()))).is_err() {
        return;
    }
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(WATCH) {
        let mut progress = |line: &str| tracing::warn!("{line}");
        match postgres.restart_if_dead(&mut progress) {
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "The private Postgres could not be started again"),
        }
    }
    if let Err(error) = postgres.stop() {
        tracing::error!(%error, "The private Postgres did not stop in order");
    }
}
