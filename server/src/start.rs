//! Starting and stopping, in order: settings, logs, Postgres, migrations, domain, listening; then
//! the same backwards.

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use agent::llm::Provider;
use agent::llm::openai::OpenAiConfigError;
use domain::{Domain, DomainConfig};
use store::{Bounds, Store, StoreConfig};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::cli::{self, Command};
use crate::config::{Config, ConfigError, Environment, Origin, Secret, find_or_make_secret};
use crate::database::Database;
use crate::listen::{listen, serve_connections};
use crate::router::build_router;
use crate::signals::Signals;
use crate::site::Site;
use crate::state::{AppState, Settings};
use crate::{model, telemetry};

/// Connections to Postgres at once. A request holds one for milliseconds, and small installations'
/// Postgres allows a hundred in all.
const POOL_CONNECTIONS: u32 = 16;

/// How long running answers may go on once the server was told to stop.
const RUNS: Duration = Duration::from_secs(6);

/// How long requests may take to end after that.
const DRAIN: Duration = Duration::from_secs(2);

/// Why the server does not start. Each is shown as one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}. Try `greenlit --help`")]
    Arguments(lexopt::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(
        "the secret cannot be kept in the data folder: {0}. Set BETTER_AUTH_SECRET, or GREENLIT_DATA_DIR to a folder that can be written"
    )]
    Secret(#[source] io::Error),
    #[error("{0}")]
    PrivatePostgres(#[source] local_postgres::Error),
    #[error(transparent)]
    Database(#[from] store::ConnectError),
    #[error("the database failed: {0}")]
    Domain(#[source] domain::Error),
    #[error("cannot listen on {address}: {reason}. Set LEPTOS_SITE_ADDR to another address and port")]
    Listen { address: SocketAddr, reason: String },
    #[error(transparent)]
    Model(#[from] OpenAiConfigError),
    #[error("the system refused: {0}")]
    Runtime(#[source] io::Error),
}

impl StartError {
    /// 2 for what was asked wrongly, 1 for what went wrong.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Arguments(_) | Self::Config(_) | Self::Model(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The whole program.
pub fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("greenlit: {error}");
            error.exit_code()
        }
    }
}

fn run() -> Result<(), StartError> {
    let command = cli::parse(lexopt::Parser::from_env()).map_err(StartError::Arguments)?;
    match command {
        Command::Help => print!("{}", cli::HELP),
        Command::Version => println!("greenlit {}", env!("CARGO_PKG_VERSION")),
        Command::Serve | Command::Migrate | Command::Testimonials(_) => {
            let config = Config::read(&Environment::load()?)?;
            telemetry::start(&config.log);
            // Fails only where a provider is set already, which is then ours.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let runtime = tokio::runtime::Runtime::new().map_err(StartError::Runtime)?;
            runtime.block_on(async {
                match command {
                    Command::Migrate => migrate(&config).await,
                    Command::Testimonials(change) => look_at_testimonials(&config, change).await,
                    _ => serve(config).await,
                }
            })?;
        }
    }
    Ok(())
}

async fn migrate(config: &Config) -> Result<(), StartError> {
    let database = Database::open(config).await?;
    let outcome = store::migrate(database.direct_url.reveal()).await;
    database.stop().await;
    outcome?;
    println!("The database is up to date.");
    Ok(())
}

/// Lists what stands on the first page, or hides one of it or shows it again.
async fn look_at_testimonials(config: &Config, change: Option<(Uuid, bool)>) -> Result<(), StartError> {
    let (database, is_in_use) = Database::open_beside(config).await?;
    let outcome = async {
        // A server that is running has done so.
        if !is_in_use {
            store::migrate(database.direct_url.reveal()).await?;
        }
        testimonials(&database, change).await
    };
    let outcome = outcome.await;
    database.stop().await;
    outcome
}

async fn testimonials(database: &Database, change: Option<(Uuid, bool)>) -> Result<(), StartError> {
    let store = Store::connect(&StoreConfig {
        url: database.url.reveal().to_owned(),
        direct_url: database.direct_url.reveal().to_owned(),
        max_connections: 1,
        bounds: Bounds::default(),
    })
    .await?;
    if let Some((id, hidden)) = change {
        let found = domain::testimonials::moderate(&store, id, hidden)
            .await
            .map_err(StartError::Domain)?;
        println!(
            "{}",
            if found {
                "Done."
            } else {
                "There is no such testimonial."
            }
        );
        return Ok(());
    }
    let published = domain::testimonials::published(&store)
        .await
        .map_err(StartError::Domain)?;
    for said in published {
        let line = format!("{}: {}", said.display_name, said.text);
        println!("{}  {}", said.id, for_terminal(&line));
    }
    let hidden = domain::testimonials::hidden(&store)
        .await
        .map_err(StartError::Domain)?;
    for (id, since) in hidden {
        println!("{id}  (hidden since {since})");
    }
    Ok(())
}

/// What strangers wrote, on one line, without what a terminal would take for orders or would turn around.
fn for_terminal(text: &str) -> String {
    let is_order = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_order(c) { ' ' } else { c }).collect()
}

async fn serve(config: Config) -> Result<(), StartError> {
    let provider = model::provider(&config)?;
    for setting in config.without_effect() {
        tracing::warn!("{setting} is set and has no effect in this version");
    }
    // Before the database is made and started, which takes its time, only to be told this.
    drop(listen(config.listen).await?);
    let database = Database::open(&config).await?;
    let outcome = serve_on(&config, provider, &database).await;
    database.stop().await;
    outcome
}

async fn serve_on(
    config: &Config,
    provider: Arc<dyn Provider>,
    database: &Database,
) -> Result<(), StartError> {
    let secret = secret(config)?;
    store::migrate(database.direct_url.reveal()).await?;
    let store = Store::connect(&StoreConfig {
        url: database.url.reveal().to_owned(),
        direct_url: database.direct_url.reveal().to_owned(),
        max_connections: POOL_CONNECTIONS,
        bounds: Bounds::default(),
    })
    .await?;
    let listener = listen(config.listen).await?;
    let address = listener.local_addr().map_err(StartError::Runtime)?;
    let settings = settings(config, address);
    let domain_config = DomainConfig {
        secret: secret.reveal().as_bytes().to_vec(),
        public_origin: settings.public_url.origin.to_string(),
        provider,
        window: config.window,
        messages_per_minute: config.messages_per_minute,
    };
    let domain = Domain::start(store, domain_config)
        .await
        .map_err(StartError::Domain)?;
    let origin = settings.public_url.origin.clone();
    let state = AppState::new(domain, settings, Site::embedded());
    if state.site.assets().js.is_empty() {
        tracing::warn!("This binary holds no built site: pages work without scripts and styles only");
    }
    tracing::info!(%address, model = state.domain.model(), "Listening");
    answer(listener, state, &origin).await
}

/// Answers requests until the process is told to end, then lets them finish.
async fn answer(listener: TcpListener, state: AppState, origin: &Origin) -> Result<(), StartError> {
    let domain = state.domain.clone();
    let (stopping, closing) = (state.stopping.clone(), state.closing.clone());
    let mut signals = Signals::listen().map_err(StartError::Runtime)?;
    let serving = tokio::spawn(serve_connections(listener, build_router(state), stopping.clone()));
    println!("Greenlit is ready: {origin}");
    let name = signals.next().await;
    tracing::info!(signal = name, "Stopping");
    stopping.cancel();
    let drained = async {
        // Event streams stay open meanwhile, to show how the runs end.
        domain.shut_down(RUNS).await;
        closing.cancel();
        tokio::time::timeout(DRAIN, serving).await
    };
    tokio::select! {
        outcome = drained => match outcome {
            Ok(_) => tracing::info!("Stopped"),
            Err(_) => tracing::warn!("Stopped with requests still open"),
        },
        name = signals.next() => tracing::warn!(signal = name, "Stopped at once"),
    }
    Ok(())
}

fn secret(config: &Config) -> Result<Secret, StartError> {
    if let Some(secret) = &config.secret {
        return Ok(secret.clone());
    }
    let folder = local_postgres::create_data_dir(&config.data_dir).map_err(StartError::PrivatePostgres)?;
    let (secret, is_new) = find_or_make_secret(&folder).map_err(StartError::Secret)?;
    if is_new {
        tracing::warn!(
            folder = %folder.display(),
            "BETTER_AUTH_SECRET is not set: one was made and is kept in the data folder. Set it yourself \
             where several servers share a database or another program makes tokens"
        );
    }
    Ok(secret)
}

/// With port 0 the system chose the port, and only now it is known.
fn settings(config: &Config, address: SocketAddr) -> Settings {
    let mut settings = Settings::from(config);
    if config.listen.port() == 0 && !settings.public_url.is_set {
        let host = if address.ip().is_unspecified() {
            format!("localhost:{}", address.port())
        } else {
            address.to_string()
        };
        if let Some(origin) = Origin::parse(&format!("http://{host}")) {
            settings.public_url.origin = origin;
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_give_the_terminal_no_orders() {
        assert_eq!(
            for_terminal("Ann\u{1b}]0;owned\u{7}: \u{9b}2Jfine\nreally \u{202e}txt"),
            "Ann ]0;owned :  2Jfine really  txt"
        );
        assert_eq!(for_terminal("Zażółć 🎉"), "Zażółć 🎉");
    }
}
