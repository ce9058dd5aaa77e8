//! `POST /api/chat/runs/{id}/approvals`

use agent::llm::scripted::{calls, says};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::messages::conversation;
use crate::support::{TestApp, User};

/// A message's answer as it rests: the path of its decisions, and the ids of the calls that wait.
async fn asked(app: &TestApp, user: &User, path: &str) -> (String, Vec<String>) {
    let sent = app.post(path).by(user).json(&json!({ "content": "Go on" }));
    let exchange = sent.send().await.ok(200);
    let answer = &exchange["assistant_message"];
    assert_eq!(answer["status"], "awaiting_approval", "{answer}");
    let waiting = answer["tool_calls"].as_array().unwrap().iter();
    let waiting = waiting.filter(|call| call["status"] == "awaiting_approval");
    let ids = waiting.map(|call| call["id"].as_str().unwrap().to_owned());
    let run = answer["run_id"].as_str().unwrap();
    (format!("/api/chat/runs/{run}/approvals"), ids.collect())
}

async fn always_asked(app: &TestApp, name: &str) -> User {
    let user = app.user(name).await;
    app.call(axum::http::Method::PATCH, "/api/account/preferences")
        .by(&user)
        .json(&json!({ "approval": "always" }))
        .send()
        .await
        .ok(200);
    user
}

async fn titles(app: &TestApp, user: &User) -> Vec<Value> {
    let tasks = app.get("/api/tasks").by(user).send().await.ok(200);
    let tasks = tasks["tasks"].as_array().unwrap().iter();
    tasks.map(|task| task["title"].clone()).collect()
}

/// The conversation's last message, once its run is over.
async fn ended(app: &TestApp, user: &User, decisions: &str, path: &str) -> Value {
    let events = decisions.replace("/approvals", "/events");
    app.get(&events).by(user).send().await;
    let page = app.get(path).by(user).send().await.ok(200);
    page["messages"].as_array().unwrap().last().unwrap().clone()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_call_is_allowed_refused_or_changed(pool: PgPool) {
    let answers = vec![
        calls(&[
            ("c1", "add_task", r#"{"title": "Mlik"}"#),
            ("c2", "add_task", r#"{"title": "Bread"}"#),
            ("c3", "add_task", r#"{"title": "Tea"}"#),
        ]),
        says("Two of them."),
    ];
    let app = TestApp::answering(pool, answers).await;
    let ada = always_asked(&app, "Ada").await;
    let path = conversation(&app, &ada).await;
    let (decisions, ids) = asked(&app, &ada, &path).await;
    assert_eq!(ids.len(), 3);
    assert!(titles(&app, &ada).await.is_empty());
    let id = path.rsplit('/').nth(1).unwrap();
    let about = format!("/api/chat/conversations/{id}");
    let about = app.get(&about).by(&ada).send().await.ok(200);
    assert_eq!(
        (&about["waiting"], &about["running"]),
        (&json!(true), &Value::Null)
    );

    let decide = async |body: Value| app.post(&decisions).by(&ada).json(&body).send().await;
    let bob = app.user("Bob").await;
    let yes = json!({ "call_id": ids[1], "approve": true });
    app.post(&decisions).by(&bob).json(&yes).send().await.problem(403);
    assert!(titles(&app, &ada).await.is_empty());

    let changed = json!({ "call_id": ids[0], "approve": true, "arguments": { "title": "Milk" } });
    let call = decide(changed).await.ok(200);
    assert_eq!(call["status"], "running");
    assert_eq!(call["arguments"], json!({ "title": "Milk" }));
    let call = decide(json!({ "call_id": ids[2], "approve": false }))
        .await
        .ok(200);
    assert_eq!(
        (&call["status"], &call["summary"]),
        (&json!("denied"), &json!("Not allowed: Created task: Tea"))
    );
    decide(yes.clone()).await.ok(200);
    let twice = decide(yes).await.problem(409);
    assert_eq!(twice["code"], "not_waiting");

    let answer = ended(&app, &ada, &decisions, &path).await;
    assert_eq!(
        (&answer["status"], &answer["content"]),
        (&json!("complete"), &json!("Two of them."))
    );
    assert_eq!(titles(&app, &ada).await, ["Milk", "Bread"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_wrong_with_a_decision_is_named_and_leaves_the_call_waiting(pool: PgPool) {
    let answers = vec![
        calls(&[("c1", "add_task", r#"{"title": "Milk"}"#)]),
        says("There."),
        calls(&[("c2", "add_task", r#"{"title": "Tea"}"#)]),
    ];
    let app = TestApp::answering(pool, answers).await;
    let ada = always_asked(&app, "Ada").await;
    let path = conversation(&app, &ada).await;
    let (decisions, ids) = asked(&app, &ada, &path).await;
    let decide = async |body: Value| app.post(&decisions).by(&ada).json(&body).send().await;
    for (body, field) in [
        (json!({ "approve": true }), "call_id"),
        (json!({ "call_id": "x", "approve": true }), "call_id"),
        (json!({ "call_id": ids[0] }), "approve"),
        (json!({ "call_id": ids[0], "approve": "yes" }), "approve"),
        (json!({ "call_id": ids[0], "approve": true, "all": true }), "all"),
        (
            json!({ "call_id": ids[0], "approve": true, "arguments": [1] }),
            "arguments",
        ),
        (
            json!({ "call_id": ids[0], "approve": true, "arguments": { "title": "x".repeat(201) } }),
            "arguments",
        ),
    ] {
        let problem = decide(body.clone()).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}: {problem}");
    }
    let unknown = "0190b5a0-0000-7000-8000-000000000000";
    decide(json!({ "call_id": unknown, "approve": true }))
        .await
        .problem(404);
    decide(json!({ "call_id": ids[0], "approve": true }))
        .await
        .ok(200);
    ended(&app, &ada, &decisions, &path).await;
    assert_eq!(titles(&app, &ada).await, ["Milk"]);

    // A call of another run is not this run's.
    let (other, ids) = asked(&app, &ada, &path).await;
    decide(json!({ "call_id": ids[0], "approve": true }))
        .await
        .problem(404);
    let stop = other.replace("/approvals", "/cancel");
    app.post(&stop).by(&ada).json(&json!({})).send().await.ok(204);
    let late = json!({ "call_id": ids[0], "approve": true });
    app.post(&other).by(&ada).json(&late).send().await.problem(409);
    assert_eq!(titles(&app, &ada).await, ["Milk"]);
}
