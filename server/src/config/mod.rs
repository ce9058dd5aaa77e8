//! Settings: what the environment says, checked once at start.
//!
//! [`Config::read`] looks at nothing but the variables it is given, so every rule is tested without
//! touching the process. To add a setting: a field here, a line in [`Config::read`], `.env.example`,
//! `docs/CONFIGURATION.md`, a row in the table test.

mod environment;
mod origin;
mod reader;
mod secret;

use std::net::SocketAddr;
use std::path::PathBuf;

use agent::context::WindowLimits;
use url::Url;

pub use environment::Environment;
pub use origin::Origin;
pub use reader::ConfigError;
pub use secret::{Secret, find_or_make_secret};

use reader::Reader;

/// Every setting, checked. Secrets do not show in `Debug`.
#[derive(Debug, Clone)]
pub struct Config {
    /// `LEPTOS_SITE_ADDR`.
    pub listen: SocketAddr,
    /// `PUBLIC_URL`.
    pub public_url: PublicUrl,
    /// `DATABASE_URL` and `DATABASE_DIRECT_URL`; `None`: a private Postgres.
    pub database: Option<DatabaseUrls>,
    /// `GREENLIT_DATA_DIR`.
    pub data_dir: PathBuf,
    /// `BETTER_AUTH_SECRET`, if set.
    pub secret: Option<Secret>,
    /// `BETTER_AUTH_JWKS_URL`.
    pub jwks_url: Option<Url>,
    /// `OPENAI_*`; `None`: the offline assistant.
    pub model: Option<ModelConfig>,
    /// `CONTEXT_MESSAGES` and `CONTEXT_TOKENS`.
    pub window: WindowLimits,
    /// `RATE_LIMIT_MESSAGES_PER_MINUTE`, per user.
    pub messages_per_minute: u32,
    /// `RATE_LIMIT_AUTH_PER_MINUTE`, per address.
    pub auth_per_minute: u32,
    /// `RATE_LIMIT_REQUESTS_PER_MINUTE`, per user, per address of the others; 0: no limit.
    pub requests_per_minute: u32,
    /// `CORS_ALLOWED_ORIGINS`.
    pub cors_origins: Vec<Origin>,
    /// `MCP_SERVERS`.
    pub mcp_servers: Option<PathBuf>,
    /// `RUST_LOG`.
    pub log: String,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub otlp_endpoint: Option<Url>,
}

/// The origin people use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// Scheme, host and port.
    pub origin: Origin,
    /// Whether it was set, or made up from the address.
    pub is_set: bool,
}

impl PublicUrl {
    /// Whether people use this server over https.
    pub fn is_secure(&self) -> bool {
        self.origin.is_secure()
    }
}

/// Where an outside database is.
#[derive(Debug, Clone)]
pub struct DatabaseUrls {
    /// For everything but migrations and LISTEN; may lead through a pooler.
    pub url: Secret,
    /// For migrations and LISTEN.
    pub direct_url: Secret,
}

/// An OpenAI-compatible server.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// None for servers that ask for no key.
    pub api_key: Option<Secret>,
    /// Up to `/v1`, without a slash at the end.
    pub base_url: Url,
    pub model: String,
}

const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";
const OPENAI_MODEL: &str = "gpt-5-mini";

/// Postgres' notices say that what exists exists, at every start.
const LOG: &str = "info,sqlx::postgres::notice=warn";

impl Config {
    /// Reads every setting.
    ///
    /// # Errors
    /// For the first bad value, in one line that names the setting and what it wants.
    pub fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let reader = Reader::new(environment);
        let listen = reader.address("LEPTOS_SITE_ADDR", SocketAddr::from(([127, 0, 0, 1], 3000)))?;
        Ok(Self {
            listen,
            public_url: public_url(&reader, listen)?,
            database: database(&reader)?,
            data_dir: data_dir(&reader)?,
            secret: secret(&reader)?,
            jwks_url: reader.url("BETTER_AUTH_JWKS_URL", &["http", "https"])?,
            model: model(&reader)?,
            window: WindowLimits {
                messages: reader.number("CONTEXT_MESSAGES", 50, 1, 1_000)?,
                tokens: reader.number("CONTEXT_TOKENS", 16_000, 500, 2_000_000)?,
            },
            messages_per_minute: reader.number("RATE_LIMIT_MESSAGES_PER_MINUTE", 30, 1, 1_000_000)?,
            auth_per_minute: reader.number("RATE_LIMIT_AUTH_PER_MINUTE", 10, 1, 1_000_000)?,
            requests_per_minute: reader.number("RATE_LIMIT_REQUESTS_PER_MINUTE", 6_000, 0, 1_000_000)?,
            cors_origins: cors_origins(&reader)?,
            mcp_servers: mcp_servers(&reader)?,
            log: log_filter(&reader)?,
            otlp_endpoint: reader.url("OTEL_EXPORTER_OTLP_ENDPOINT", &["http", "https"])?,
        })
    }

    /// Settings that are understood and have no effect in this version, for a warning.
    pub fn without_effect(&self) -> Vec<&'static str> {
        [
            ("BETTER_AUTH_JWKS_URL", self.jwks_url.is_some()),
            ("MCP_SERVERS", self.mcp_servers.is_some()),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", self.otlp_endpoint.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, is_set)| is_set.then_some(name))
        .collect()
    }
}

fn public_url(reader: &Reader<'_>, listen: SocketAddr) -> Result<PublicUrl, ConfigError> {
    const WANTS: &str = "an origin such as https://todo.example.com, without a path";
    if let Some(value) = reader.text("PUBLIC_URL") {
        let origin = Origin::parse(value).ok_or_else(|| ConfigError::new("PUBLIC_URL", WANTS, value))?;
        return Ok(PublicUrl { origin, is_set: true });
    }
    // Nobody opens http://0.0.0.0; where every interface is listened on, this machine is one way in.
    let host = if listen.ip().is_unspecified() {
        format!("localhost:{}", listen.port())
    } else {
        listen.to_string()
    };
    let origin = Origin::parse(&format!("http://{host}"))
        .ok_or_else(|| ConfigError::new("PUBLIC_URL", WANTS, &host))?;
    Ok(PublicUrl {
        origin,
        is_set: false,
    })
}

fn database(reader: &Reader<'_>) -> Result<Option<DatabaseUrls>, ConfigError> {
    let schemes = &["postgres", "postgresql"];
    let url = reader.secret_url("DATABASE_URL", schemes)?;
    let direct_url = reader.secret_url("DATABASE_DIRECT_URL", schemes)?;
    match (url, direct_url) {
        (Some(url), direct_url) => Ok(Some(DatabaseUrls {
            direct_url: direct_url.unwrap_or_else(|| url.clone()),
            url,
        })),
        (None, Some(_)) => Err(ConfigError::new(
            "DATABASE_DIRECT_URL",
            "DATABASE_URL to be set as well",
            "",
        )),
        (None, None) => Ok(None),
    }
}

fn data_dir(reader: &Reader<'_>) -> Result<PathBuf, ConfigError> {
    match reader.text("GREENLIT_DATA_DIR") {
        Some(path) => Ok(PathBuf::from(path)),
        None => local_postgres::default_data_dir().ok_or_else(|| {
            ConfigError::new(
                "GREENLIT_DATA_DIR",
                "a folder, since there is no HOME to put one into",
                "",
            )
        }),
    }
}

fn secret(reader: &Reader<'_>) -> Result<Option<Secret>, ConfigError> {
    let Some(value) = reader.text("BETTER_AUTH_SECRET") else {
        return Ok(None);
    };
    if value.len() < secret::MIN_BYTES {
        return Err(ConfigError::unshown(
            "BETTER_AUTH_SECRET",
            format!(
                "at least {} bytes (`openssl rand -base64 32` makes some); it has {}",
                secret::MIN_BYTES,
                value.len()
            ),
        ));
    }
    Ok(Some(Secret::new(value)))
}

fn model(reader: &Reader<'_>) -> Result<Option<ModelConfig>, ConfigError> {
    let api_key = reader.text("OPENAI_API_KEY").map(Secret::new);
    let base_url = reader.url("OPENAI_BASE_URL", &["http", "https"])?;
    // A model's name alone names nobody who could be asked.
    if api_key.is_none() && base_url.is_none() {
        return Ok(None);
    }
    let mut base_url = match base_url {
        Some(url) => url,
        None => Url::parse(OPENAI_BASE_URL)
            .map_err(|_| ConfigError::new("OPENAI_BASE_URL", "an http address", OPENAI_BASE_URL))?,
    };
    let path = base_url.path().trim_end_matches('/').to_owned();
    base_url.set_path(&path);
    Ok(Some(ModelConfig {
        api_key,
        base_url,
        model: reader.text("OPENAI_MODEL").unwrap_or(OPENAI_MODEL).to_owned(),
    }))
}

fn cors_origins(reader: &Reader<'_>) -> Result<Vec<Origin>, ConfigError> {
    reader
        .text("CORS_ALLOWED_ORIGINS")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            Origin::parse(part).ok_or_else(|| {
                ConfigError::new(
                    "CORS_ALLOWED_ORIGINS",
                    "origins such as https://app.example.com, separated by commas (no `*`: cookies are allowed along)",
                    part,
                )
            })
        })
        .collect()
}

fn mcp_servers(reader: &Reader<'_>) -> Result<Option<PathBuf>, ConfigError> {
    let Some(value) = reader.text("MCP_SERVERS") else {
        return Ok(None);
    };
    let path = PathBuf::from(value);
    if path.is_file() {
        Ok(Some(path))
    } else {
        Err(ConfigError::new("MCP_SERVERS", "a JSON file that exists", value))
    }
}

fn log_filter(reader: &Reader<'_>) -> Result<String, ConfigError> {
    let value = reader.text("RUST_LOG").unwrap_or(LOG);
    match value.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(value.to_owned()),
        Err(_) => Err(ConfigError::new(
            "RUST_LOG",
            "a filter such as info or info,sqlx=debug",
            value,
        )),
    }
}

#[cfg(test)]
mod tests;
