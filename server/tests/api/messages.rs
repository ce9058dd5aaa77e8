//! `/api/chat/conversations/{id}/messages`

use agent::llm::scripted::{Act, calls, says};
use agent::llm::{FinishReason, ProviderEvent};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Setup, TestApp, User, tidy};

pub(crate) async fn conversation(app: &TestApp, user: &User) -> String {
    let made = app
        .post("/api/chat/conversations")
        .by(user)
        .json(&json!({}))
        .send()
        .await
        .ok(201);
    format!(
        "/api/chat/conversations/{}/messages",
        made["id"].as_str().unwrap()
    )
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_message_is_answered_with_both(pool: PgPool) {
    let arguments = r#"{"title": "Review Q4 report"}"#;
    let answers = vec![calls(&[("c1", "add_task", arguments)]), says("I added **it**.")];
    let app = TestApp::answering(pool, answers).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let content = "Create a task called 'Review Q4 report'";
    let answer = app
        .post(&path)
        .by(&ada)
        .json(&json!({ "content": content }))
        .send()
        .await;
    insta::assert_json_snapshot!("exchange", answer.tidy());

    let page = app.get(&path).by(&ada).send().await.ok(200);
    assert_eq!(
        (&page["total_count"], &page["has_more"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(page["messages"][0], answer.json()["user_message"]);
    assert_eq!(page["messages"][1], answer.json()["assistant_message"]);
    let tasks = app.get("/api/tasks").by(&ada).send().await.ok(200);
    assert_eq!(tasks["tasks"][0]["title"], "Review Q4 report");

    let call = answer.json()["assistant_message"]["tool_calls"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let undo = format!("/api/chat/tool-calls/{call}/undo");
    let undone = app.post(&undo).by(&ada).json(&json!({})).send().await.ok(200);
    assert_eq!(undone["status"], "undone");
    assert_eq!(
        app.get("/api/tasks").by(&ada).send().await.ok(200)["tasks"],
        json!([])
    );
    app.post(&undo)
        .by(&ada)
        .json(&json!({}))
        .send()
        .await
        .problem(409);
    let bob = app.user("Bob").await;
    app.post(&undo)
        .by(&bob)
        .json(&json!({}))
        .send()
        .await
        .problem(403);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn history_goes_both_ways(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("1"), says("2"), says("3")]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    for text in ["a", "b", "c"] {
        app.post(&path)
            .by(&ada)
            .json(&json!({ "content": text }))
            .send()
            .await
            .ok(200);
    }
    let page = async |query: &str| {
        let page = app.get(&format!("{path}?{query}")).by(&ada).send().await.ok(200);
        let messages = page["messages"].as_array().unwrap().clone();
        let texts: String = messages
            .iter()
            .map(|message| message["content"].as_str().unwrap())
            .collect();
        (texts, page["has_more"] == true, messages)
    };
    let (texts, _, messages) = page("").await;
    assert_eq!(texts, "a1b2c3");
    let id = |index: usize| messages[index]["id"].as_str().unwrap();
    let time = |index: usize| messages[index]["created_at"].as_str().unwrap();
    for (query, texts, has_more) in [
        ("limit=2".to_owned(), "c3", true),
        (format!("limit=2&before={}", id(4)), "b2", true),
        (format!("before={}", id(2)), "a1", false),
        (format!("since={}", id(3)), "c3", false),
        (format!("limit=1&since={}", id(3)), "c", true),
        (format!("since={}", time(5)), "", false),
        ("since=2001-01-01T00:00:00Z".to_owned(), "a1b2c3", false),
        ("since=2001-01-01T00:00:00%2B00:00".to_owned(), "a1b2c3", false),
    ] {
        let (found, more, _) = page(&query).await;
        assert_eq!((found.as_str(), more), (texts, has_more), "{query}");
    }
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("since=yesterday", "since"),
        ("before=x", "before"),
    ] {
        let problem = app
            .get(&format!("{path}?{query}"))
            .by(&ada)
            .send()
            .await
            .problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_repeated_send_is_answered_like_the_first(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Once.")]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let send = |text: &str| {
        app.post(&path)
            .by(&ada)
            .header("idempotency-key", "key-1")
            .json(&json!({ "content": text }))
            .send()
    };
    let first = send("Hi").await.ok(200);
    assert_eq!(send("Hi").await.ok(200), first);
    let conflict = send("Something else").await;
    insta::assert_json_snapshot!("idempotency_conflict", tidy(conflict.problem(409)));
    let page = app.get(&path).by(&ada).send().await.ok(200);
    assert_eq!(page["total_count"], 2);

    let long = "k".repeat(201);
    let call = app
        .post(&path)
        .by(&ada)
        .header("idempotency-key", &long)
        .json(&json!({"content": "Hi"}));
    call.send().await.problem(422);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn texts_keep_to_their_limits(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Long.")]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let send = async |body: Value| app.post(&path).by(&ada).json(&body).send().await;
    insta::assert_json_snapshot!(
        "message_too_long",
        tidy(send(json!({"content": "é".repeat(10_001)})).await.problem(422))
    );
    insta::assert_json_snapshot!(
        "message_empty",
        tidy(send(json!({"content": " \n "})).await.problem(422))
    );
    insta::assert_json_snapshot!("message_missing", tidy(send(json!({})).await.problem(422)));
    send(json!({"content": "😀".repeat(10_000)})).await.ok(200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn too_many_messages_in_a_minute_have_to_wait(pool: PgPool) {
    let setup = Setup {
        answers: vec![says("1"), says("2")],
        messages_per_minute: 2,
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let send = async || {
        app.post(&path)
            .by(&ada)
            .json(&json!({"content": "Hi"}))
            .send()
            .await
    };
    send().await.ok(200);
    send().await.ok(200);
    let third = send().await;
    assert_eq!(third.problem(429)["code"], "rate_limited");
    let seconds: u64 = third.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cancelled_answer_keeps_what_was_written(pool: PgPool) {
    let held = vec![
        Act::Event(ProviderEvent::Text("So far".into())),
        Act::Hold,
        Act::Event(ProviderEvent::Finished(FinishReason::Stop)),
    ];
    let app = TestApp::answering(pool, vec![held, says("Again.")]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let message = json!({"content": "Hi"});
    let sending = app.post(&path).by(&ada).json(&message).send();
    let cancelling = async {
        app.script.held(1).await;
        let page = app.get(&path).by(&ada).send().await.ok(200);
        let run = page["messages"][1]["run_id"].as_str().unwrap().to_owned();
        let bob = app.user("Bob").await;
        let cancel = format!("/api/chat/runs/{run}/cancel");
        app.post(&cancel).by(&bob).send().await.problem(403);
        app.post(&cancel).by(&ada).send().await.ok(204);
        run
    };
    let (answer, run) = tokio::join!(sending, cancelling);
    let message = answer.ok(200)["assistant_message"].clone();
    assert_eq!(
        (&message["status"], &message["content"]),
        (&json!("cancelled"), &json!("So far"))
    );
    app.post(&format!("/api/chat/runs/{run}/cancel"))
        .by(&ada)
        .send()
        .await
        .ok(204);

    let retried = app
        .post(&format!("/api/chat/runs/{run}/retry"))
        .by(&ada)
        .send()
        .await
        .ok(200);
    assert_ne!(retried["run_id"], json!(run));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn messages_have_versions(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("one"), says("two"), says("three")]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let sent = app
        .post(&path)
        .by(&ada)
        .json(&json!({ "content": "First" }))
        .send()
        .await
        .ok(200);
    let at = |message: &Value| format!("{path}/{}", message["id"].as_str().unwrap());
    let first = at(&sent["user_message"]);
    let put = |path: &str, body: Value| app.call(axum::http::Method::PUT, path).by(&ada).json(&body);
    let edited = put(&first, json!({ "content": "Second" })).send().await.ok(201);
    assert_eq!(edited["user_message"]["content"], "Second");
    assert_eq!(edited["assistant_message"]["content"], "two");
    let problem = put(
        &at(&edited["user_message"]),
        json!({ "content": "x".repeat(10_001) }),
    )
    .send()
    .await
    .problem(422);
    assert_eq!(problem["errors"][0]["field"], "content");
    let again = app
        .post(&format!("{}/regenerate", at(&edited["assistant_message"])))
        .by(&ada)
        .header("accept", "text/event-stream")
        .send()
        .await;
    assert_eq!(again.status.as_u16(), 201);
    assert!(again.text().contains("three"), "{}", again.text());
    let page = app.get(&path).by(&ada).send().await.ok(200);
    assert_eq!(page["total_count"], 2);
    let versions = page["messages"][1]["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);

    let shown = app
        .post(&format!("{first}/activate"))
        .by(&ada)
        .send()
        .await
        .ok(200);
    assert_eq!(shown["content"], "First");
    let feedback = format!("{}/feedback", at(&sent["assistant_message"]));
    assert_eq!(
        put(&feedback, json!({ "value": "down" })).send().await.ok(200)["feedback"],
        "down"
    );
    let problem = put(&feedback, json!({ "value": "sideways" }))
        .send()
        .await
        .problem(422);
    assert_eq!(problem["errors"][0]["field"], "value");
    put(&format!("{path}/x/feedback"), json!({ "value": null }))
        .send()
        .await
        .problem(404);
}
