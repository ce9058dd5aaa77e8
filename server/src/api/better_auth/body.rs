//! Bodies at Better Auth's door: JSON, or a plain form where it takes one.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde_json::{Map, Value};

use super::error::DoorError;
use crate::config::Origin;
use crate::extract::{body_error, is_json};
use crate::middleware::origin::is_trusted_origin;
use crate::state::Settings;

/// The fields of a body, and what is wrong with them so far.
pub(super) struct Fields {
    values: Map<String, Value>,
    issues: Vec<String>,
}

impl Fields {
    /// Reads a body of JSON, or a form.
    pub(super) async fn read(request: Request) -> Result<Self, DoorError> {
        let is_json = is_json(request.headers());
        let is_form = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| {
                kind.trim_start()
                    .to_ascii_lowercase()
                    .starts_with("application/x-www-form-urlencoded")
            });
        let bytes = Bytes::from_request(request, &()).await.map_err(body_error)?;
        let values = if is_form {
            url::form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect()
        } else if bytes.is_empty() {
            Map::new()
        } else if !is_json {
            return Err(DoorError::unsupported_media_type());
        } else {
            match serde_json::from_slice(&bytes) {
                Ok(Value::Object(values)) => values,
                Ok(other) => {
                    let kind = kind_of(Some(&other));
                    return Err(DoorError::validation(&[format!(
                        "[body] Invalid input: expected object, received {kind}"
                    )]));
                }
                Err(_) => return Err(DoorError::bad_request()),
            }
        };
        Ok(Self {
            values,
            issues: vec![],
        })
    }

    /// A text that has to be there.
    pub(super) fn text(&mut self, name: &str) -> String {
        match self.values.remove(name) {
            Some(Value::String(text)) => text,
            other => {
                self.wrong_type(name, "string", other.as_ref());
                String::new()
            }
        }
    }

    /// A text that may be absent or null.
    pub(super) fn optional_text(&mut self, name: &str) -> Option<String> {
        match self.values.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            other => {
                self.wrong_type(name, "string", other.as_ref());
                None
            }
        }
    }

    /// A yes or no; a form sends it as text.
    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.values.remove(name) {
            None => default,
            Some(Value::Bool(flag)) => flag,
            Some(Value::String(text)) if matches!(text.as_str(), "true" | "on" | "1") => true,
            Some(Value::String(text)) if matches!(text.as_str(), "false" | "off" | "0" | "") => false,
            other => {
                self.wrong_type(name, "boolean", other.as_ref());
                default
            }
        }
    }

    /// Whether a field was sent, whatever it holds.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Adds something that is wrong.
    pub(super) fn issue(&mut self, issue: impl Into<String>) {
        self.issues.push(issue.into());
    }

    /// Ends the look at the fields.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with everything that is wrong.
    pub(super) fn check(&self) -> Result<(), DoorError> {
        match self.issues.as_slice() {
            [] => Ok(()),
            issues => Err(DoorError::validation(issues)),
        }
    }

    fn wrong_type(&mut self, name: &str, wanted: &str, found: Option<&Value>) {
        let found = kind_of(found);
        self.issues.push(format!(
            "[body.{name}] Invalid input: expected {wanted}, received {found}"
        ));
    }
}

fn kind_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

/// Holds a `callbackURL` against where a browser may be sent: a path of this site, or an address on
/// a trusted origin.
///
/// # Errors
/// `INVALID_CALLBACK_URL`.
pub(super) fn check_callback(settings: &Settings, url: Option<&str>) -> Result<(), DoorError> {
    match url {
        None | Some("") => Ok(()),
        Some(url) if is_own_path(url) => Ok(()),
        Some(url) => url::Url::parse(url)
            .ok()
            .filter(|parsed| {
                parsed.as_str().is_ascii() && !url.contains('\\') && !url.chars().any(char::is_control)
            })
            .as_ref()
            .and_then(Origin::of)
            .filter(|origin| is_trusted_origin(settings, origin))
            .map(|_| ())
            .ok_or_else(DoorError::invalid_callback_url),
    }
}

// An encoded slash or backslash at the beginning turns into another site's address in some clients.
fn is_own_path(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    app::server_context::local_path(url).is_some() && !lower.contains("%2f") && !lower.contains("%5c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PublicUrl;

    #[test]
    fn callbacks_stay_on_trusted_ground() {
        let settings = Settings {
            public_url: PublicUrl {
                origin: Origin::parse("https://todo.example").unwrap(),
                is_set: true,
            },
            cors_origins: vec![],
            auth_per_minute: 1,
            requests_per_minute: 0,
        };
        for url in [
            None,
            Some(""),
            Some("/dashboard?tab=1"),
            Some("https://todo.example/x"),
        ] {
            assert!(check_callback(&settings, url).is_ok(), "{url:?}");
        }
        for url in [
            "//evil.example",
            "/\\evil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "https://evil.example",
            "https://todo.example.evil.example/",
            "https://todo.example@evil.example/",
            "javascript:alert(1)",
            "/a\nb",
            "dashboard",
        ] {
            assert!(check_callback(&settings, Some(url)).is_err(), "{url}");
        }
    }
}
