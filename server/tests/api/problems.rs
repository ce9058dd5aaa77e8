//! Errors before any handler is asked.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{TestApp, tidy};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn unknown_addresses_and_methods_are_problems_on_the_api(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    for path in ["/api/nowhere", "/api/tasks/", "/api/", "/api/fn/nothing"] {
        let problem = app.get(path).by(&ada).send().await.problem(404);
        assert_eq!(problem["code"], "not_found", "{path}");
    }
    let answer = app.call(Method::PUT, "/api/tasks").by(&ada).send().await;
    insta::assert_json_snapshot!("method_not_allowed", tidy(answer.problem(405)));
    let mut allowed: Vec<&str> = answer.header("allow").unwrap().split(',').collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    let messages = "/api/chat/conversations/0190b5a0-0000-7000-8000-000000000000/messages";
    for path in [
        messages.to_owned(),
        format!("{messages}/0190b5a0-0000-7000-8000-000000000000"),
        format!("{messages}/0190b5a0-0000-7000-8000-000000000000/regenerate"),
    ] {
        app.call(Method::DELETE, &path).by(&ada).send().await.problem(405);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn bodies_are_held_against_their_form(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let post = |kind: &'static str, body: &'static str| app.post("/api/tasks").by(&ada).body(kind, body);
    let malformed = post("application/json", "{\"title\": ").send().await;
    insta::assert_json_snapshot!("malformed_json", tidy(malformed.problem(400)));
    let form = post("application/x-www-form-urlencoded", "title=Milk")
        .send()
        .await;
    insta::assert_json_snapshot!("unsupported_media_type", tidy(form.problem(415)));
    app.post("/api/tasks").by(&ada).send().await.problem(415);
    // Where a body may be left out an empty one is none, whatever it is called; what is there has to be JSON.
    let undo = "/api/chat/tool-calls/0190b5a0-0000-7000-8000-000000000000/undo";
    for (kind, body, status) in [
        ("application/json", "", 404),
        ("text/plain", "", 404),
        ("application/json", "{", 400),
        ("text/plain", "{}", 415),
    ] {
        app.post(undo)
            .by(&ada)
            .body(kind, body)
            .send()
            .await
            .problem(status);
    }
    post("application/json; charset=utf-8", "{\"title\": \"Milk\"}")
        .send()
        .await
        .ok(201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn large_bodies_are_refused_announced_or_not(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let large = "x".repeat(256 * 1024 + 1);
    let announced = app
        .post("/api/tasks")
        .by(&ada)
        .header("content-length", &large.len().to_string())
        .body("application/json", large.clone());
    insta::assert_json_snapshot!("payload_too_large", tidy(announced.send().await.problem(413)));

    let chunks = vec![Ok::<_, std::io::Error>(large.clone()), Ok("x".into())];
    let chunked = app.post("/api/tasks").by(&ada).body(
        "application/json",
        Body::from_stream(futures::stream::iter(chunks)),
    );
    chunked.send().await.problem(413);

    let at_auth = app
        .post("/api/auth/sign-in/email")
        .body("application/json", Body::from(large));
    at_auth.send().await.problem(413);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_request_s_id_is_taken_over_or_made(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let given = app
        .get("/api/tasks")
        .header("x-request-id", "proxy-42")
        .send()
        .await;
    assert_eq!(given.problem(401)["request_id"], "proxy-42");
    for bad in ["", "a b", "<script>", &"x".repeat(65)] {
        let made = app.get("/healthz").header("x-request-id", bad).send().await;
        let id = made.header("x-request-id").unwrap();
        assert_eq!(id.len(), 36, "{id}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_answer_makes_browsers_careful(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/api/tasks", "/api/nowhere", "/healthz", "/", "/nowhere"] {
        let answer = app.get(path).send().await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(
            answer.header("referrer-policy"),
            Some("strict-origin-when-cross-origin")
        );
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"));
        assert!(answer.header("permissions-policy").is_some());
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        assert_eq!(answer.header("strict-transport-security"), None);
    }
    let data = app.get("/api/tasks").send().await;
    let policy = "default-src 'none'; frame-ancestors 'none'";
    assert_eq!(data.header("content-security-policy"), Some(policy));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_api_is_compressed_on_request(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let body = json!({"title": "Milk", "description": "white ".repeat(200)});
    app.post("/api/tasks").by(&ada).json(&body).send().await.ok(201);
    let answer = app
        .get("/api/tasks")
        .by(&ada)
        .header("accept-encoding", "gzip, br")
        .send()
        .await;
    assert_eq!(answer.header("content-encoding"), Some("br"));
    assert!(answer.bytes.len() < 600);
}
