//! Undo and redo over REST, of a call and of an answer.

use agent::llm::scripted::{calls, says};
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::messages::conversation;
use crate::support::{TestApp, User};

async fn titles(app: &TestApp, user: &User) -> Vec<String> {
    let list = app.get("/api/tasks").by(user).send().await.ok(200);
    let tasks = list["tasks"].as_array().unwrap();
    tasks
        .iter()
        .map(|task| task["title"].as_str().unwrap().to_owned())
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn calls_and_answers_turn_both_ways_and_overwrite_only_when_told(pool: PgPool) {
    let steps = vec![
        calls(&[
            ("c1", "add_task", r#"{"title": "Milk"}"#),
            ("c2", "add_task", r#"{"title": "Bread"}"#),
        ]),
        says("Done."),
    ];
    let app = TestApp::answering(pool, steps).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let path = conversation(&app, &ada).await;
    let sent = app
        .post(&path)
        .by(&ada)
        .json(&json!({"content": "Two"}))
        .send()
        .await;
    let answer = sent.ok(200)["assistant_message"].clone();
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let call = format!("/api/chat/tool-calls/{}", id(&answer["tool_calls"][0]));
    let message = format!("/api/chat/messages/{}", id(&answer));
    let turn = async |user: &User, path: &str, way: &str, body: Value| {
        let call = app.post(&format!("{path}/{way}")).by(user);
        // Some clients name the type of a body that they do not send.
        let call = if body.is_null() {
            call.body("application/json", "")
        } else {
            call.json(&body)
        };
        call.send().await
    };

    // Nothing was undone yet; nobody else can; only this form.
    for path in [&call, &message] {
        let early = turn(&ada, path, "redo", Value::Null).await.problem(409);
        assert_eq!(early["code"], "nothing_to_redo");
        for way in ["undo", "redo"] {
            turn(&bob, path, way, Value::Null).await.problem(403);
            app.post(&format!("{path}/{way}")).send().await.problem(401);
            let form = turn(&ada, path, way, json!({"overwrite": "yes"}))
                .await
                .problem(422);
            assert_eq!(form["errors"][0]["field"], "overwrite");
            let unknown = format!("{}/{way}", path.rsplit_once('/').unwrap().0);
            let unknown = unknown.replace(way, &format!("0190a1b2-0000-7000-8000-000000000001/{way}"));
            app.call(Method::POST, &unknown)
                .by(&ada)
                .send()
                .await
                .problem(404);
        }
    }
    assert_eq!(titles(&app, &ada).await, ["Milk", "Bread"]);

    // A whole answer, there and back, the newest first and the oldest first.
    let undone = turn(&ada, &message, "undo", Value::Null).await.ok(200);
    let summaries = |turned: &Value| -> Vec<String> {
        let calls = turned["tool_calls"].as_array().unwrap();
        calls
            .iter()
            .map(|call| {
                format!(
                    "{} {}",
                    call["status"].as_str().unwrap(),
                    call["summary"].as_str().unwrap()
                )
            })
            .collect()
    };
    assert_eq!(
        summaries(&undone),
        ["undone Created task: Bread", "undone Created task: Milk"]
    );
    assert_eq!(titles(&app, &ada).await, Vec::<String>::new());
    let again = turn(&ada, &message, "undo", json!({})).await.problem(409);
    assert_eq!(again["code"], "nothing_to_undo");
    let redone = turn(&ada, &message, "redo", Value::Null).await.ok(200);
    assert_eq!(
        summaries(&redone),
        ["success Created task: Milk", "success Created task: Bread"]
    );

    // Changed since: named, and nothing is done, also to the task that was not.
    let list = app.get("/api/tasks").by(&ada).send().await.ok(200);
    let milk = list["tasks"][0].clone();
    let change = json!({"title": "Oat milk", "status": "done"});
    app.call(Method::PATCH, &format!("/api/tasks/{}", id(&milk)))
        .by(&ada)
        .json(&change)
        .send()
        .await
        .ok(200);
    for path in [&call, &message] {
        let problem = turn(&ada, path, "undo", json!({"overwrite": false}))
            .await
            .problem(409);
        assert_eq!(problem["code"], "changed_since");
        let change = |field: &str, now: &str| json!({"task_id": milk["id"], "title": "Oat milk", "field": field, "now": now, "then": null});
        assert_eq!(
            problem["changes"],
            json!([change("title", "Oat milk"), change("status", "done")])
        );
    }
    assert_eq!(titles(&app, &ada).await, ["Bread", "Oat milk"]);
    let forced = turn(&ada, &message, "undo", json!({"overwrite": true}))
        .await
        .ok(200);
    assert_eq!(forced["tool_calls"].as_array().unwrap().len(), 2);
    assert_eq!(titles(&app, &ada).await, Vec::<String>::new());
    // What was overwritten is back.
    let one = turn(&ada, &call, "redo", Value::Null).await.ok(200);
    assert_eq!(
        (&one["status"], &one["undoable"]),
        (&json!("success"), &json!(true))
    );
    assert_eq!(titles(&app, &ada).await, ["Oat milk"]);
}
