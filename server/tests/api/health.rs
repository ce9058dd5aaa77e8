//! Probes, metrics, and a database that is away.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{TestApp, tidy};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn probes_and_counters(pool: PgPool) {
    let app = TestApp::new(pool).await;
    assert_eq!(app.get("/healthz").send().await.ok(200), json!({"status": "ok"}));
    assert_eq!(
        app.get("/readyz").send().await.ok(200),
        json!({"status": "ready"})
    );
    app.get("/api/tasks").send().await.problem(401);
    let metrics = app.get("/metrics").send().await;
    assert!(
        metrics
            .header("content-type")
            .unwrap()
            .starts_with("text/plain; version=0.0.4")
    );
    assert!(
        metrics
            .text()
            .contains("greenlit_http_requests_total{status=\"2xx\"} 2\n")
    );
    assert!(
        metrics
            .text()
            .contains("greenlit_http_requests_total{status=\"4xx\"} 1\n")
    );
    assert!(metrics.text().contains("\ngreenlit_active_runs 0\n"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_database_everything_says_so_and_nothing_more(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let ada = app.user("Ada").await;
    pool.close().await;
    assert_eq!(app.get("/healthz").send().await.ok(200), json!({"status": "ok"}));
    let api = app.get("/api/tasks").by(&ada).send().await;
    insta::assert_json_snapshot!("unavailable", tidy(api.problem(503)));
    assert_eq!(api.header("retry-after"), Some("5"));
    app.get("/readyz").send().await.problem(503);

    let sign_in = json!({"email": "ada@example.com", "password": "correct horse"});
    let door = app.post("/api/auth/sign-in/email").json(&sign_in).send().await;
    assert_eq!(door.problem(503)["code"], "SERVICE_UNAVAILABLE");

    let page = app
        .get("/dashboard")
        .header("cookie", &ada.cookie)
        .header("accept", "text/html")
        .send()
        .await;
    assert_eq!(page.status, 503);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("retry-after"), Some("5"));
    assert!(page.text().contains("The database cannot be reached"));
    let head = app.call(Method::HEAD, "/healthz").send().await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
}
