//! `/api/testimonials`, and the first page that shows them.

use serde_json::json;
use sqlx::PgPool;

use crate::support::{TestApp, end_sessions_in};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_people_say_is_public(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let post = async |body| app.post("/api/testimonials").by(&ada).json(&body).send().await;
    app.post("/api/testimonials")
        .json(&json!({"text": "It keeps my list"}))
        .send()
        .await
        .problem(401);
    let made = post(json!({"text": "It <b>keeps</b> my list", "display_name": "Ada L."}))
        .await
        .ok(201);
    assert_eq!(made["display_name"], "Ada L.");
    let again = post(json!({"text": "It <b>keeps</b> my whole list"}))
        .await
        .ok(200);
    assert_eq!(
        (&again["id"], &again["display_name"]),
        (&made["id"], &json!("Ada"))
    );
    let list = app.get("/api/testimonials").send().await;
    assert_eq!(
        list.ok(200),
        json!({"testimonials": [again], "next_cursor": null})
    );
    assert_eq!(list.header("cache-control"), Some("public, max-age=60"));
    for (body, sentence) in [
        (json!({"text": "short"}), "text must have at least 10 characters."),
        (
            json!({"text": "x".repeat(501)}),
            "text must have at most 500 characters, but has 501.",
        ),
        (
            json!({"text": "See https://evil.example/"}),
            "text must not contain links or addresses.",
        ),
        (json!({}), "text is required."),
    ] {
        let problem = post(body).await.problem(422);
        assert_eq!(
            (&problem["detail"], &problem["errors"][0]["field"]),
            (&json!(sentence), &json!("text"))
        );
    }
    app.get("/api/testimonials?limit=0").send().await.problem(422);

    let page = app.get("/").header("accept", "text/html").send().await;
    assert!(
        page.text().contains("It &lt;b&gt;keeps&lt;/b&gt; my whole list"),
        "{}",
        page.text()
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_that_is_sent_again_is_in_no_shared_cache(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let ada = app.user("Ada").await;
    let list = async || {
        app.get("/api/testimonials")
            .header("cookie", &ada.cookie)
            .send()
            .await
    };
    let fresh = list().await;
    assert_eq!(
        (fresh.cookies().len(), fresh.header("cache-control")),
        (0, Some("public, max-age=60"))
    );
    end_sessions_in(&pool, "5 days").await;
    let refreshed = list().await;
    assert_eq!(
        (refreshed.cookies().len(), refreshed.header("cache-control")),
        (1, Some("no-store"))
    );
}
