//! Event streams: a run's events as `text/event-stream`, and what every such stream has in common.

use std::convert::Infallible;
use std::time::Duration;

use app::dates::Reader;
use app::server_context::problem_of;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::Actor;
use domain::runs::EventStream;
use futures::stream::{Stream, StreamExt};
use protocol::SequencedEvent;

use super::html_events::HtmlEvents;
use super::runs::Render;
use crate::metrics::OpenStream;
use crate::state::AppState;
use crate::watches::Watch;

/// Well below the fifteen seconds that are promised.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Events that are ready at once are looked at together; this many at most.
const BATCH: usize = 128;

/// Streams the events after `after`. Ends after the run's last one, when the server stops, and on an
/// error: the client then asks again with the last id it saw.
pub(super) fn respond(
    state: &AppState,
    events: EventStream,
    after: u64,
    render: Render,
    reader: &Actor,
    watch: Watch,
) -> Response {
    let open = state.metrics.open_stream();
    let frames = frames(events, after, render, reader.into(), open).inspect(move |_| {
        // It lives as long as the stream.
        let _ = &watch;
    });
    stream(frames.take_until(state.closing.clone().cancelled_owned()))
}

pub(super) fn stream(frames: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(frames)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

fn frames(
    events: EventStream,
    after: u64,
    render: Render,
    reader: Reader,
    open: OpenStream,
) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
    let mut html = match render {
        Render::Text => None,
        Render::Html => Some(HtmlEvents::new(after, reader)),
    };
    events
        .ready_chunks(BATCH)
        .scan(false, move |is_over, batch| {
            if *is_over {
                return std::future::ready(None);
            }
            let mut sequenced = Vec::with_capacity(batch.len());
            for event in batch {
                match event {
                    Ok(event) => sequenced.push(event),
                    Err(error) => {
                        // Logged there; the client will ask again.
                        problem_of(&error, "");
                        *is_over = true;
                        break;
                    }
                }
            }
            let frames = match &mut html {
                Some(html) => html.frames(&sequenced),
                None => sequenced
                    .iter()
                    .filter(|event| event.seq > after)
                    .filter_map(Frame::of)
                    .collect(),
            };
            for _ in &frames {
                open.count_event();
            }
            std::future::ready(Some(futures::stream::iter(frames)))
        })
        .flatten()
        .map(|frame| {
            Ok(Event::default()
                .id(frame.id.to_string())
                .event(frame.name)
                .data(frame.data))
        })
}

/// One event as the stream carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) id: u64,
    pub(super) name: &'static str,
    pub(super) data: String,
}

impl Frame {
    /// The frame of an event as it is. `None` never happens: all our events can be written as JSON.
    pub(super) fn of(event: &SequencedEvent) -> Option<Self> {
        Some(Self {
            id: event.seq,
            name: event.event.name(),
            data: event.event.data_json().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_stream_is_kept_alive() {
        let mut response = stream(futures::stream::pending());
        for _ in 0..3 {
            let before = tokio::time::Instant::now();
            let frame = response.body_mut().frame().await.unwrap().unwrap();
            let comment = frame.into_data().unwrap();
            assert!(comment.starts_with(b":") && comment.ends_with(b"\n\n"));
            assert!(before.elapsed() <= Duration::from_secs(15));
        }
    }
}
