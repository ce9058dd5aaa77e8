//! Every route of the router, as the router tells.

use std::collections::BTreeSet;

use axum::http::Method;

use crate::support::TestApp;

/// A method and a path template such as `/api/tasks/{id}`.
pub(super) type Route = (String, String);

/// All there are. Paths are those that the router shows of itself when it is printed, methods those that it names to a
/// request with another one. `GET` stands for `HEAD` too; a route that takes every method has `*`.
pub(super) async fn all(app: &TestApp) -> BTreeSet<Route> {
    let mut routes = BTreeSet::new();
    for path in paths(&format!("{:?}", app.router)) {
        let example: String = path
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let method = Method::from_bytes(b"PROBE").unwrap();
        let answer = app.call(method, &example).send().await;
        if answer.status != 405 {
            routes.insert(("*".to_owned(), path));
            continue;
        }
        let allowed = answer
            .header("allow")
            .unwrap_or_else(|| panic!("{path} takes nothing"));
        let allowed = allowed
            .split(',')
            .map(str::trim)
            .filter(|method| *method != "HEAD");
        routes.extend(allowed.map(|method| (method.to_owned(), path.clone())));
    }
    routes
}

/// The quoted texts that begin with `/`.
fn paths(printed: &str) -> BTreeSet<String> {
    let paths: BTreeSet<String> = printed
        .split('"')
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect();
    // Another version of axum may print itself in another way, which must not look like a router without routes.
    for known in [
        "/api/tasks/{id}",
        "/api/fn/send_message",
        "/dashboard/chat/{id}",
        "/healthz",
    ] {
        assert!(paths.contains(known), "{known} is not among {paths:?}");
    }
    paths
}
