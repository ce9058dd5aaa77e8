//! Reads an answer that is no success.

use std::time::Duration;

use jiff::Timestamp;
use protocol::limits::excerpt;
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::llm::LlmError;

/// How much of a refusal is read.
const MOST_BYTES: usize = 64 * 1024;
/// How much of it is kept for people.
const DETAIL_CHARS: usize = 500;

/// A try that came to nothing.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: LlmError,
    pub(super) retry_after: Option<Duration>,
}

impl From<LlmError> for Refusal {
    fn from(error: LlmError) -> Self {
        Self {
            retry_after: error.retry_after(),
            error,
        }
    }
}

/// What the server answered instead of an answer.
pub(super) async fn refusal(mut response: Response, silence: Duration) -> Refusal {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers(), Timestamp::now());
    let mut body = Vec::new();
    while body.len() < MOST_BYTES {
        match tokio::time::timeout(silence, response.chunk()).await {
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            _ => break,
        }
    }
    let body = String::from_utf8_lossy(&body);
    let error = match serde_json::from_str::<Value>(&body) {
        Ok(value) => error_of(&value).unwrap_or_default(),
        Err(_) if body.trim_start().starts_with('<') => Described::default(),
        Err(_) => Described {
            detail: body.into_owned(),
            ..Described::default()
        },
    };
    Refusal {
        error: error.with_status(status, retry_after),
        retry_after,
    }
}

/// An error object, as far as it is one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Described {
    pub(super) status: Option<u16>,
    code: String,
    detail: String,
}

/// The error that a JSON body or a stream's payload tells of, in any of the shapes in use:
/// `{"error": {"message", "type", "code"}}`, `{"error": "…"}`, `{"object": "error", "message"}`,
/// `{"detail": …}`.
pub(super) fn error_of(body: &Value) -> Option<Described> {
    let error = match body.get("error") {
        Some(Value::Null) | None => {
            let is_error = body.get("object").is_some_and(|object| object == "error");
            let is_detail = body.get("choices").is_none() && body.get("detail").is_some();
            if !is_error && !is_detail {
                return None;
            }
            body
        }
        Some(error) => error,
    };
    let text = |name: &str| match error.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let status = ["status", "code", "status_code"].into_iter().find_map(|name| {
        text(name)
            .parse()
            .ok()
            .filter(|status| (400..600).contains(status))
    });
    let detail = match error {
        Value::String(text) => text.clone(),
        _ => [text("message"), text("detail")]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
    };
    Some(Described {
        status,
        code: format!("{} {}", text("code"), text("type")),
        detail,
    })
}

impl Described {
    /// As the error it is, with the status that came with it.
    pub(super) fn with_status(self, status: u16, retry_after: Option<Duration>) -> LlmError {
        match status {
            401 | 403 => LlmError::Unauthorized,
            404 => LlmError::UnknownModel,
            400 if self.code.contains("model_not_found") => LlmError::UnknownModel,
            429 => LlmError::RateLimited { retry_after },
            _ => LlmError::Status {
                status,
                detail: excerpt(&self.detail, DETAIL_CHARS),
            },
        }
    }

    /// As the error it is, when it came inside a stream.
    pub(super) fn in_stream(self) -> LlmError {
        let by_name = if self.code.contains("rate_limit") {
            429
        } else if self.code.contains("invalid_request") {
            400
        } else {
            500
        };
        let status = self.status.unwrap_or(by_name);
        self.with_status(status, None)
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). OpenAI's own `retry-after-ms` is
/// more exact where it is given.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
    };
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse::<u32>().ok()) {
        return Some(Duration::from_millis(millis.into()));
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        for (name, value, expected) in [
            ("retry-after", "7", Some(7000)),
            ("retry-after", " 1.5 ", Some(1500)),
            ("retry-after", "Sat, 21 Nov 2026 10:00:20 GMT", Some(20_000)),
            ("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT", Some(0)),
            ("retry-after-ms", "250", Some(250)),
            ("retry-after", "soon", None),
            ("retry-after", "-1", None),
            ("retry-after", "1e300", None),
        ] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
            assert_eq!(
                retry_after(&headers, now),
                expected.map(Duration::from_millis),
                "{name}: {value}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn errors_are_found_in_every_shape() {
        for (body, detail, status) in [
            (
                json!({"error": {"message": "No", "type": "x", "code": null}}),
                "No",
                None,
            ),
            (
                json!({"error": {"message": "Slow down", "code": 429}}),
                "Slow down",
                Some(429),
            ),
            (json!({"error": "model not loaded"}), "model not loaded", None),
            (
                json!({"object": "error", "message": "No", "code": 503}),
                "No",
                Some(503),
            ),
            (json!({"detail": "Bad"}), "Bad", None),
            (json!({"detail": [{"msg": "x"}]}), r#"[{"msg":"x"}]"#, None),
            (json!({"error": {"code": "40302"}}), "", None),
        ] {
            let error = error_of(&body).unwrap();
            assert_eq!((error.detail.as_str(), error.status), (detail, status), "{body}");
        }
        for body in [
            json!({"choices": []}),
            json!({"error": null}),
            json!([]),
            json!({"object": "x"}),
        ] {
            assert_eq!(error_of(&body), None, "{body}");
        }
    }

    #[test]
    fn an_error_in_the_stream_is_classed_by_what_it_says() {
        let class = |body: Value| error_of(&body).unwrap().in_stream();
        assert!(matches!(
            class(json!({"error": {"type": "rate_limit_exceeded"}})),
            LlmError::RateLimited { .. }
        ));
        assert!(matches!(
            class(json!({"error": {"code": "401"}})),
            LlmError::Unauthorized
        ));
        assert!(matches!(
            class(json!({"error": "x"})),
            LlmError::Status { status: 500, .. }
        ));
        let invalid = class(json!({"error": {"type": "invalid_request_error", "message": "a\nb"}}));
        assert!(matches!(invalid, LlmError::Status { status: 400, detail } if detail == "a b"));
    }
}
