//! Every address and everything that happens around it, on one screen.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::api::{
    account, better_auth, conversations, feed, files, health, messages, runs, shares, tasks, testimonials,
    tool_calls,
};
use crate::error::ApiError;
use crate::middleware::body_limit::{IMPORT_PATH, limit_body};
use crate::middleware::cors::cors;
use crate::middleware::headers::secure_headers;
use crate::middleware::identity::identify;
use crate::middleware::observe::observe;
use crate::middleware::origin::check_origin;
use crate::middleware::rate_limit::limit_requests;
use crate::middleware::time_limit::{LIMIT, limit_time};
use crate::pages::{add_pages, method_not_allowed, not_found};
use crate::site::packaged;
use crate::state::AppState;

/// The whole server as one router.
pub fn build_router(state: AppState) -> Router {
    let quick = Router::new()
        .route(
            "/api/chat/conversations",
            get(conversations::list).post(conversations::create),
        )
        .route(
            "/api/chat/conversations/{id}",
            get(conversations::get)
                .put(conversations::update)
                .delete(conversations::delete),
        )
        .route("/api/chat/conversations/{id}/export", get(files::export))
        .route(
            "/api/chat/conversations/{id}/share",
            post(shares::share).delete(shares::revoke),
        )
        .route(IMPORT_PATH, post(files::import))
        .route(
            "/api/chat/conversations/{id}/restore",
            post(conversations::restore),
        )
        .route("/api/chat/conversations/{id}/messages", get(messages::list))
        .route(
            "/api/chat/conversations/{id}/messages/{message_id}/activate",
            post(messages::activate),
        )
        .route(
            "/api/chat/conversations/{id}/messages/{message_id}/feedback",
            put(messages::feedback),
        )
        .route("/api/chat/events", get(feed::events))
        .route("/api/chat/runs/{id}/events", get(runs::events))
        .route("/api/chat/runs/{id}/cancel", post(runs::cancel))
        .route("/api/chat/runs/{id}/retry", post(runs::retry))
        .route("/api/chat/runs/{id}/approvals", post(runs::decide))
        .route("/api/chat/tool-calls/{id}/undo", post(tool_calls::undo))
        .route("/api/chat/tool-calls/{id}/redo", post(tool_calls::redo))
        .route("/api/chat/messages/{id}/undo", post(tool_calls::undo_answer))
        .route("/api/chat/messages/{id}/redo", post(tool_calls::redo_answer))
        .route("/api/tasks", get(tasks::list).post(tasks::create))
        .route(
            "/api/tasks/{id}",
            get(tasks::get).patch(tasks::update).delete(tasks::delete),
        )
        .route("/api/tasks/{id}/restore", post(tasks::restore))
        .route(
            "/api/testimonials",
            get(testimonials::list).post(testimonials::submit),
        )
        .route("/api/account/export", get(account::export))
        .route(
            "/api/account/preferences",
            get(account::preferences).patch(account::set_preferences),
        )
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/pkg/{*path}", get(packaged));
    // Pages too, and the server functions under /api/fn/.
    let quick = add_pages(quick, &state)
        .fallback(not_found)
        .layer(from_fn(limit_time));
    // Better Auth has its own answers for what it does not know.
    let better_auth = Router::new()
        .route("/api/auth", any(better_auth::door))
        .route("/api/auth/", any(better_auth::door))
        .route("/api/auth/{*path}", any(better_auth::door))
        .layer(from_fn(limit_time));
    // Waits for a whole run, if it is asked to; only its body has to come in time.
    let patient = Router::new()
        .route("/api/chat/conversations/{id}/messages", post(messages::send))
        .route(
            "/api/chat/conversations/{id}/messages/{message_id}",
            put(messages::edit),
        )
        .route(
            "/api/chat/conversations/{id}/messages/{message_id}/regenerate",
            post(messages::regenerate),
        )
        .layer(RequestBodyTimeoutLayer::new(LIMIT));

    // From the inside out: the last one sees a request first.
    let router = quick
        .merge(better_auth)
        .merge(patient)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), limit_requests))
        .layer(from_fn_with_state(state.clone(), identify))
        .layer(from_fn(limit_body))
        .layer(from_fn_with_state(state.clone(), check_origin))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), observe));
    let router = match state.settings.cors_origins.as_slice() {
        // The layer would answer every OPTIONS by itself.
        [] => router,
        origins => router.layer(cors(origins)),
    };
    router
        .layer(from_fn_with_state(state.clone(), secure_headers))
        .layer(CompressionLayer::new())
        .with_state(state)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    ApiError::panicked().into_response()
}
