//! `/api/chat/events`

use std::time::Duration;

use app::server_context::problem_of;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use futures::StreamExt;
use serde::Deserialize;

use super::sse;
use crate::error::ApiError;
use crate::extract::{CurrentActor, Query};
use crate::state::AppState;

/// A stream ends after this long, so that a session that was ended meanwhile stops being served; the browser connects
/// again by itself.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);
/// How long a browser waits before it does.
const RETRY: Duration = Duration::from_secs(1);

/// Query of the feed.
#[derive(Debug, Deserialize)]
pub struct FeedQuery {
    stamp: Option<String>,
}

/// What changes of the actor's conversations, tasks and runs, as it changes. Each event's id is a stamp of what is known
/// by then: given back as `Last-Event-ID` or `?stamp=`, it makes `ready` say whether anything was missed.
pub async fn events(
    State(state): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Query(query): Query<FeedQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let seen = last.or(query.stamp.as_deref());
    let events = state.domain.feed().events(&actor, seen)?;
    let open = state.metrics.open_stream();
    let frames = events
        .scan((), move |(), event| {
            let event = event
                .inspect(|_| open.count_event())
                // Logged there; the reader connects again.
                .inspect_err(|error| drop(problem_of(error, "")));
            std::future::ready(event.ok())
        })
        .filter_map(|stamped| async move {
            let data = stamped.event.data_json().ok()?;
            Some(Ok(Event::default()
                .id(stamped.stamp.to_string())
                .event(stamped.event.name())
                .retry(RETRY)
                .data(data)))
        });
    let until = {
        let closing = state.closing.clone();
        async move {
            tokio::select! {
                () = closing.cancelled() => {}
                () = tokio::time::sleep(MAX_AGE) => {}
            }
        }
    };
    Ok(sse::stream(frames.take_until(until)))
}
