//! Reads one setting at a time and says what is wrong with it.

use std::fmt::Display;
use std::net::SocketAddr;
use std::str::FromStr;

use url::Url;

use super::{Environment, Secret};

/// A setting with a bad value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} wants {wants}{shown}")]
pub struct ConfigError {
    setting: String,
    wants: String,
    shown: String,
}

impl ConfigError {
    /// The value is repeated, unless empty.
    pub(super) fn new(setting: &str, wants: &str, value: &str) -> Self {
        let shown = if value.is_empty() {
            String::new()
        } else {
            format!(", not `{}`", value.escape_debug())
        };
        Self {
            setting: setting.into(),
            wants: wants.into(),
            shown,
        }
    }

    /// The value stays unsaid, because it is or may hold a secret.
    pub(super) fn unshown(setting: &str, wants: String) -> Self {
        Self {
            setting: setting.into(),
            wants,
            shown: String::new(),
        }
    }
}

pub(super) struct Reader<'a> {
    environment: &'a Environment,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a Environment) -> Self {
        Self { environment }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.environment.get(name)
    }

    pub(super) fn number<T>(&self, name: &str, default: T, min: T, max: T) -> Result<T, ConfigError>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(value) = self.text(name) else {
            return Ok(default);
        };
        match value.parse() {
            Ok(number) if number >= min && number <= max => Ok(number),
            _ => Err(ConfigError::new(
                name,
                &format!("a whole number from {min} to {max}"),
                value,
            )),
        }
    }

    pub(super) fn address(&self, name: &str, default: SocketAddr) -> Result<SocketAddr, ConfigError> {
        let Some(value) = self.text(name) else {
            return Ok(default);
        };
        // The one host name that means the same everywhere.
        let numeric = match value.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}"),
            None => value.to_owned(),
        };
        numeric.parse().map_err(|_| {
            ConfigError::new(
                name,
                "an address and port such as 127.0.0.1:3000 or 0.0.0.0:8080",
                value,
            )
        })
    }

    pub(super) fn url(&self, name: &str, schemes: &[&str]) -> Result<Option<Url>, ConfigError> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        match Url::parse(value) {
            Ok(url) if schemes.contains(&url.scheme()) && url.has_host() => Ok(Some(url)),
            _ => Err(ConfigError::new(
                name,
                &format!("an address that begins with {}", begins(schemes)),
                value,
            )),
        }
    }

    /// A URL that may hold a password.
    pub(super) fn secret_url(&self, name: &str, schemes: &[&str]) -> Result<Option<Secret>, ConfigError> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        match Url::parse(value) {
            Ok(url) if schemes.contains(&url.scheme()) => Ok(Some(Secret::new(value))),
            _ => Err(ConfigError::unshown(
                name,
                format!(
                    "an address such as {}://user:password@host:5432/database",
                    schemes[0]
                ),
            )),
        }
    }
}

fn begins(schemes: &[&str]) -> String {
    let parts: Vec<String> = schemes.iter().map(|scheme| format!("{scheme}://")).collect();
    parts.join(" or ")
}
