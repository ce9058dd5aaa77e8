//! The pages: Leptos' routes and server functions, and what stands in when no page can be made.

use app::{App, shell};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context};
use protocol::Problem;

use crate::error::{ApiError, Navigation};
use crate::state::AppState;

/// Adds every page of `app` and every server function (`/api/fn/*`).
pub fn add_pages(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let contexts = contexts(state);
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, contexts.clone());
    let options = state.leptos.clone();
    router.leptos_routes_with_context(state, routes, contexts, move || shell(options.clone()))
}

/// What pages and server functions find as contexts; the request itself is in its extensions.
fn contexts(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let domain = state.domain.clone();
    let limiter = state.auth_limiter.clone();
    let assets = state.site.assets();
    move || {
        provide_context(domain.clone());
        provide_context(limiter.clone());
        provide_context(assets.clone());
    }
}

/// For addresses that no route knows: a problem on the API, a public file, or the 404 page.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    if request.uri().path().starts_with("/api/") {
        return ApiError::no_such_address().into_response();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        if let Some(response) = state.site.respond(request.uri().path(), request.headers()) {
            return response;
        }
    } else {
        return ApiError::no_such_address().into_response();
    }
    let options = state.leptos.clone();
    let page = leptos_axum::ErrorHandler::new_with_context(contexts(&state), shell_of, options);
    match tower::ServiceExt::oneshot(page, request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn shell_of(options: LeptosOptions) -> impl leptos::prelude::IntoView {
    shell(options)
}

/// For a path that exists and a method that it does not take.
pub async fn method_not_allowed() -> ApiError {
    ApiError::method_not_allowed()
}

/// A page for when the app cannot make one: the database is away, the request was refused or one too many. `retry_after`:
/// after how many seconds it may be another answer.
pub(crate) fn problem_page(problem: &Problem, navigation: &Navigation, retry_after: Option<u64>) -> String {
    // What passes by itself is asked for again by itself, as long as that sends no form.
    let (again, hint) = match retry_after {
        Some(seconds) if navigation.may_repeat => (
            format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"),
            "<p><a class=\"go\" href=\"\">Try again</a></p><p role=\"status\">This page tries again by itself.</p>",
        ),
        Some(_) => (
            String::new(),
            "<p role=\"status\">Reload this page then, to send what you typed once more.</p>",
        ),
        None => (
            String::new(),
            "<p><a class=\"go\" href=\"/\">To the start page</a></p>",
        ),
    };
    let theme = navigation
        .theme
        .map(|theme| format!(" data-theme=\"{}\"", theme.as_str()))
        .unwrap_or_default();
    format!(
        "<!doctype html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\">\
         <meta name=\"color-scheme\" content=\"dark light\">{again}\
         <link rel=\"stylesheet\" href=\"/plain.css\"><title>{title} · Greenlit</title></head><body><main>\
         <p class=\"brand\"><svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"m5 13 4.5 4.5L19 7\"/></svg>Greenlit</p>\
         <h1>{title}</h1><p>{detail}</p>{hint}<small>Request {id}</small></main></body></html>",
        title = escape(&problem.title),
        detail = escape(&problem.detail),
        id = escape(&problem.request_id),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
