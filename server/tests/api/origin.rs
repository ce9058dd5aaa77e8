//! Requests that another site makes a browser send.

use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{ORIGIN, Setup, TestApp, tidy};

const EVIL: &str = "https://evil.example";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cookie_alone_changes_nothing_from_another_site(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let task = json!({"title": "Milk"});
    let unsafe_calls = || {
        [
            app.post("/api/tasks").json(&task),
            app.call(Method::DELETE, "/api/tasks/0190b5a0-0000-7000-8000-000000000000"),
            app.post("/api/auth/sign-out").json(&json!({})),
            app.post("/api/fn/anything")
                .body("application/x-www-form-urlencoded", "a=b"),
            app.post("/dashboard")
                .body("application/x-www-form-urlencoded", "a=b"),
        ]
    };
    for call in unsafe_calls() {
        call.header("cookie", &ada.cookie)
            .header("origin", EVIL)
            .send()
            .await
            .problem(403);
    }
    for call in unsafe_calls() {
        call.header("cookie", &ada.cookie).send().await.problem(403);
    }
    let answer = app
        .post("/api/tasks")
        .json(&task)
        .header("cookie", &ada.cookie)
        .header("origin", EVIL);
    insta::assert_json_snapshot!("invalid_origin", tidy(answer.send().await.problem(403)));

    for (name, value) in [
        ("origin", ORIGIN),
        ("referer", "http://127.0.0.1:3000/dashboard"),
        ("sec-fetch-site", "same-origin"),
    ] {
        app.post("/api/tasks")
            .json(&task)
            .header("cookie", &ada.cookie)
            .header(name, value)
            .send()
            .await
            .ok(201);
    }
    app.get("/api/tasks")
        .header("cookie", &ada.cookie)
        .header("origin", EVIL)
        .send()
        .await
        .ok(200);
    app.post("/api/tasks")
        .json(&task)
        .by(&ada)
        .header("origin", EVIL)
        .send()
        .await
        .ok(201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn better_auth_s_client_is_told_in_its_own_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let sign_in = json!({"email": "ada@example.com", "password": "correct horse"});
    let post = || app.post("/api/auth/sign-in/email").json(&sign_in);
    for (call, code) in [
        (post().header("origin", EVIL), "INVALID_ORIGIN"),
        (
            post().header("referer", "https://evil.example/x"),
            "INVALID_ORIGIN",
        ),
        (post().header("cookie", &ada.cookie), "MISSING_OR_NULL_ORIGIN"),
        (
            post().header("cookie", "a=b").header("origin", "null"),
            "MISSING_OR_NULL_ORIGIN",
        ),
        (post().header("sec-fetch-mode", "cors"), "MISSING_OR_NULL_ORIGIN"),
        (
            post()
                .header("sec-fetch-site", "cross-site")
                .header("sec-fetch-mode", "navigate"),
            "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
        ),
    ] {
        let problem = call.send().await.problem(403);
        assert_eq!(problem["code"], code);
        assert!(problem["message"].is_string());
    }
    for call in [
        post(),
        post().header("origin", ORIGIN),
        post()
            .header("origin", "null")
            .header("sec-fetch-site", "same-origin"),
        post().header("cookie", &ada.cookie).header("origin", ORIGIN),
    ] {
        call.send().await.ok(200);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_configured_origins_may_share(pool: PgPool) {
    const FRIEND: &str = "https://app.example.com";
    let closed = TestApp::new(pool.clone()).await;
    let answer = closed.get("/api/tasks").header("origin", FRIEND).send().await;
    assert_eq!(answer.header("access-control-allow-origin"), None);

    let setup = Setup {
        cors_origins: &[FRIEND],
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let ada = app.user("Ada").await;
    let preflight = |origin: &str| {
        app.call(Method::OPTIONS, "/api/tasks")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,idempotency-key")
    };
    let allowed = preflight(FRIEND).send().await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(FRIEND));
    assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));
    assert!(
        allowed
            .header("access-control-allow-headers")
            .unwrap()
            .contains("idempotency-key")
    );
    assert_eq!(
        preflight(EVIL).send().await.header("access-control-allow-origin"),
        None
    );

    let task = json!({"title": "Milk"});
    let answer = app
        .post("/api/tasks")
        .json(&task)
        .header("cookie", &ada.cookie)
        .header("origin", FRIEND)
        .send()
        .await;
    answer.ok(201);
    assert_eq!(answer.header("access-control-allow-origin"), Some(FRIEND));
    let refused = app.get("/api/tasks").header("origin", FRIEND).send().await;
    refused.problem(401);
    assert_eq!(refused.header("access-control-allow-origin"), Some(FRIEND));
}
