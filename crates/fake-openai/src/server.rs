//! The HTTP side.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State as Shared};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::Stream;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::reply::{Reply, Step};
use crate::state::{Recorded, State};
use crate::{check, scenarios};

/// More than any test sends; only to have a limit.
const LARGEST_REQUEST: usize = 64 * 1024 * 1024;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", get(models))
        .route("/script", post(script))
        .route("/requests", get(requests).delete(forget))
        .route("/held", get(held))
        .route("/release", post(release))
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(state)
}

async fn chat(Shared(state): Shared<Arc<State>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    // A conversation's title is asked for beside it: it takes nothing from the script and is not recorded. This model has
    // no idea for one, unless the message says it.
    if let Some(reply) = scenarios::title(&body) {
        return respond(&state, &body, reply);
    }
    let violations = check::violations(&body);
    state.record(Recorded {
        authorization: headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        body: body.clone(),
        violations: violations.clone(),
    });
    let reply = if violations.is_empty() {
        state
            .next_scripted()
            .unwrap_or_else(|| scenarios::reply(&state, &body))
    } else {
        Reply::error(400, "invalid_request_error", &violations.join(" "))
    };
    respond(&state, &body, reply)
}

fn respond(state: &Arc<State>, body: &Value, reply: Reply) -> Response {
    let state = Arc::clone(state);
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    match reply {
        Reply::Answer {
            status,
            headers,
            body,
        } => answer(status, headers, body),
        Reply::Stream { steps, bytes_at_once } => (
            [
                (CONTENT_TYPE, "text/event-stream; charset=utf-8"),
                (CACHE_CONTROL, "no-cache"),
            ],
            Body::from_stream(stream(state, model, steps, bytes_at_once.unwrap_or(usize::MAX))),
        )
            .into_response(),
    }
}

fn answer(status: u16, headers: impl IntoIterator<Item = (String, String)>, body: Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Value::String(text) => (status, text).into_response(),
        body => (status, Json(body)).into_response(),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn stream(
    state: Arc<State>,
    model: String,
    steps: Vec<Step>,
    bytes_at_once: usize,
) -> impl Stream<Item = io::Result<Bytes>> {
    async_stream::stream! {
        for step in steps {
            for piece in step.bytes(&model).chunks(bytes_at_once.max(1)) {
                yield Ok(Bytes::copy_from_slice(piece));
                // Lets the piece go out by itself.
                tokio::task::yield_now().await;
            }
            match step {
                Step::Hold => state.hold().await,
                Step::Pause(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
                Step::Cut => {
                    yield Err(io::ErrorKind::ConnectionAborted.into());
                    return;
                }
                Step::Silence => std::future::pending().await,
                _ => {}
            }
        }
    }
}

async fn models() -> Json<Value> {
    let model = |name: &&str| json!({ "id": name, "object": "model", "created": 0, "owned_by": "fake" });
    let models: Vec<Value> = scenarios::NAMES.iter().map(model).collect();
    Json(json!({ "object": "list", "data": models }))
}

#[derive(Deserialize)]
struct Script {
    replies: Vec<Reply>,
}

async fn script(Shared(state): Shared<Arc<State>>, Json(script): Json<Script>) -> StatusCode {
    state.script(script.replies);
    StatusCode::NO_CONTENT
}

async fn requests(Shared(state): Shared<Arc<State>>) -> Json<Vec<Recorded>> {
    Json(state.requests())
}

async fn forget(Shared(state): Shared<Arc<State>>) -> StatusCode {
    state.forget();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Count {
    #[serde(default = "one")]
    count: usize,
}

fn one() -> usize {
    1
}

async fn held(
    Shared(state): Shared<Arc<State>>,
    Query(count): Query<Count>,
) -> Result<StatusCode, Infallible> {
    state.held(count.count).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn release(Shared(state): Shared<Arc<State>>, count: Option<Json<Count>>) -> StatusCode {
    state.release(count.map_or(1, |Json(count)| count.count));
    StatusCode::NO_CONTENT
}
