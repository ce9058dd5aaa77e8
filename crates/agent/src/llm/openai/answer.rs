//! Reads an answer as it comes.

use async_stream::try_stream;
use futures::stream::Stream;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use tokio::time::timeout;

use super::Timing;
use super::assembly::Assembly;
use super::sse::SseParser;
use crate::llm::{LlmError, ProviderEvent};

/// Most bytes of a streamed answer, frames included: every token comes in a frame of its own, which is
/// many times its size.
const LARGEST_STREAM: usize = 128 * 1024 * 1024;
/// Most bytes of an answer that is no stream.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The events of a successful response.
pub(super) fn events(
    mut response: Response,
    timing: Timing,
) -> impl Stream<Item = Result<ProviderEvent, LlmError>> + Send + 'static {
    try_stream! {
        let mut body = Body::of(&response);
        let mut assembly = Assembly::default();
        while !assembly.is_done() {
            // Nothing that follows the model's own end is worth an error.
            let wait = if assembly.is_finished() { timing.after_finish } else { timing.silence };
            let bytes = match timeout(wait, response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => break,
                Ok(Err(_)) | Err(_) if assembly.is_finished() => break,
                Ok(Err(error)) => Err(LlmError::Cut(Some(error.without_url().into())))?,
                Err(_) => Err(LlmError::Silence)?,
            };
            body.push(&bytes, &mut assembly)?;
            while let Some(event) = assembly.next() {
                yield event;
            }
        }
        body.end(&mut assembly)?;
        for event in assembly.end()? {
            yield event;
        }
    }
}

/// A body as far as it was read.
struct Body {
    kind: Kind,
    bytes: usize,
}

enum Kind {
    /// Nothing but white space so far.
    Unknown,
    Sse(SseParser),
    /// A server that does not stream, asked for a stream.
    Json(Vec<u8>),
}

impl Body {
    fn of(response: &Response) -> Self {
        let content_type = response.headers().get(CONTENT_TYPE);
        let is_sse = content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        Self {
            kind: if is_sse {
                Kind::Sse(SseParser::default())
            } else {
                Kind::Unknown
            },
            bytes: 0,
        }
    }

    fn push(&mut self, bytes: &[u8], assembly: &mut Assembly) -> Result<(), LlmError> {
        self.bytes += bytes.len();
        if self.bytes > LARGEST_STREAM {
            return Err(LlmError::Garbage("the stream is over 128 MiB".into()));
        }
        if matches!(self.kind, Kind::Unknown) {
            // The label is wrong often enough to look at the first character instead.
            match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
                None => return Ok(()),
                Some(b'{') => self.kind = Kind::Json(Vec::new()),
                Some(_) => self.kind = Kind::Sse(SseParser::default()),
            }
        }
        match &mut self.kind {
            Kind::Unknown => Ok(()),
            Kind::Json(body) if body.len() + bytes.len() > LARGEST_BODY => {
                Err(LlmError::Garbage("the answer is over 4 MiB".into()))
            }
            Kind::Json(body) => {
                body.extend_from_slice(bytes);
                Ok(())
            }
            Kind::Sse(parser) => {
                let mut payloads = Vec::new();
                let parsed = parser.push(bytes, &mut payloads);
                read_all(payloads, assembly)?;
                parsed
            }
        }
    }

    fn end(self, assembly: &mut Assembly) -> Result<(), LlmError> {
        match self.kind {
            Kind::Unknown => return Ok(()),
            Kind::Json(body) => {
                let body: Value = serde_json::from_slice(&body)
                    .map_err(|error| LlmError::Garbage(format!("the body is no JSON: {error}")))?;
                assembly.read(&body)?;
                // It came whole, whatever it says of its end.
                assembly.push(super::assembly::DONE)?;
            }
            Kind::Sse(mut parser) => {
                let mut payloads = Vec::new();
                parser.end(&mut payloads)?;
                // A payload that ends in the middle is no garbage: the stream was cut.
                if payloads.last().is_some_and(|payload| is_cut_off(payload)) && !assembly.is_finished() {
                    return Err(LlmError::Cut(None));
                }
                payloads.retain(|payload| !is_cut_off(payload));
                read_all(payloads, assembly)?;
            }
        }
        if self.bytes > 0 && !assembly.is_answer() {
            return Err(LlmError::Garbage("no chat completion in it".into()));
        }
        Ok(())
    }
}

fn read_all(payloads: Vec<String>, assembly: &mut Assembly) -> Result<(), LlmError> {
    payloads.iter().try_for_each(|payload| assembly.push(payload))
}

fn is_cut_off(payload: &str) -> bool {
    payload.trim() != super::assembly::DONE
        && serde_json::from_str::<Value>(payload).is_err_and(|error| error.is_eof())
}
