//! `/api/chat/conversations`

use agent::llm::scripted::says;
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{TestApp, User, tidy};

const LIST: &str = "/api/chat/conversations";

async fn create(app: &TestApp, user: &User, body: Value) -> Value {
    app.post(LIST).by(user).json(&body).send().await.ok(201)
}

fn path(conversation: &Value) -> String {
    format!("{LIST}/{}", conversation["id"].as_str().unwrap())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_conversation_s_life(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let created = app
        .post(LIST)
        .by(&ada)
        .json(&json!({"title": " Plans "}))
        .send()
        .await;
    let conversation = created.ok(201);
    insta::assert_json_snapshot!("created", created.tidy());
    let path = path(&conversation);
    assert_eq!(created.header("location"), Some(path.as_str()));
    assert_eq!(created.header("cache-control"), Some("no-store"));

    assert_eq!(app.get(&path).by(&ada).send().await.ok(200), conversation);
    let update = app
        .call(Method::PUT, &path)
        .by(&ada)
        .json(&json!({"title": "Better plans", "pinned": true}))
        .send()
        .await
        .ok(200);
    assert_eq!(
        (&update["title"], &update["pinned"]),
        (&json!("Better plans"), &json!(true))
    );

    app.call(Method::DELETE, &path).by(&ada).send().await.ok(204);
    let gone = app.get(&path).by(&ada).send().await;
    insta::assert_json_snapshot!("deleted", tidy(gone.problem(404)));
    assert_eq!(
        app.get(LIST).by(&ada).send().await.ok(200)["conversations"],
        json!([])
    );

    let back = app.post(&format!("{path}/restore")).by(&ada).send().await.ok(200);
    assert_eq!(back["title"], "Better plans");
    app.get(&path).by(&ada).send().await.ok(200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_first_message_names_the_conversation_and_is_answered(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Hello."), says("Hi.")]).await;
    let ada = app.user("Ada").await;
    let text = "Create a task called 'Review Q4 report' and remind me of it tomorrow";
    let conversation = create(&app, &ada, json!({ "message": text })).await;
    assert_eq!(
        conversation["title"],
        "Create a task called 'Review Q4 report' and remind"
    );
    let titled = create(&app, &ada, json!({"title": "Chat", "message": "Hi"})).await;
    assert_eq!(titled["title"], "Chat");

    let too_long = json!({"title": "x".repeat(201), "message": "Hi"});
    let problem = app.post(LIST).by(&ada).json(&too_long).send().await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "title");
    let problem = app
        .post(LIST)
        .by(&ada)
        .json(&json!({"message": "  "}))
        .send()
        .await
        .problem(422);
    assert_eq!(problem["errors"][0]["field"], "message");
    let list = app.get(LIST).by(&ada).send().await.ok(200);
    assert_eq!(list["conversations"].as_array().unwrap().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_list_goes_by_pages(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    for number in 1..=5 {
        create(&app, &ada, json!({"title": format!("Number {number}")})).await;
    }
    let mut titles = vec![];
    let mut cursor = String::new();
    loop {
        let path = format!("{LIST}?limit=2&cursor={cursor}");
        let page = app.get(&path).by(&ada).send().await.ok(200);
        for conversation in page["conversations"].as_array().unwrap() {
            titles.push(conversation["title"].as_str().unwrap().to_owned());
        }
        match &page["next_cursor"] {
            Value::String(next) => cursor = next.clone(),
            other => {
                assert_eq!(*other, Value::Null);
                break;
            }
        }
    }
    assert_eq!(
        titles,
        ["Number 5", "Number 4", "Number 3", "Number 2", "Number 1"]
    );

    let found = app
        .get(&format!("{LIST}?q=number%203"))
        .by(&ada)
        .send()
        .await
        .ok(200);
    assert_eq!(found["conversations"][0]["title"], "Number 3");
    assert_eq!(found["conversations"].as_array().unwrap().len(), 1);

    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("cursor=nonsense", "cursor"),
        ("q=%00", "q"),
    ] {
        let problem = app
            .get(&format!("{LIST}?{query}"))
            .by(&ada)
            .send()
            .await
            .problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_else_s_conversation_is_forbidden(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let path = path(&create(&app, &ada, json!({})).await);
    let body = json!({"title": "Mine"});
    for call in [
        app.get(&path),
        app.call(Method::PUT, &path).json(&body),
        app.call(Method::DELETE, &path),
        app.post(&format!("{path}/restore")),
        app.get(&format!("{path}/messages")),
        app.post(&format!("{path}/messages"))
            .json(&json!({"content": "Hi"})),
    ] {
        let problem = call.by(&bob).send().await.problem(403);
        assert_eq!(problem["code"], "forbidden");
    }
    assert_eq!(
        app.get(LIST).by(&bob).send().await.ok(200)["conversations"],
        json!([])
    );
    for unknown in ["0190b5a0-0000-7000-8000-000000000000", "nonsense"] {
        let path = format!("{LIST}/{unknown}");
        app.get(&path).by(&bob).send().await.problem(404);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn conversations_are_files_and_links(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Hello <b>Ada</b>.")]).await;
    let ada = app.user("Ada").await;
    let made = app
        .post("/api/chat/conversations")
        .by(&ada)
        .json(&json!({ "title": "Q4 \"plan\"" }))
        .send()
        .await
        .ok(201);
    let path = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    app.post(&format!("{path}/messages"))
        .by(&ada)
        .json(&json!({ "content": "Hi" }))
        .send()
        .await
        .ok(200);

    let text = app.get(&format!("{path}/export?format=md")).by(&ada).send().await;
    assert_eq!(
        text.header("content-disposition"),
        Some("attachment; filename=\"q4-plan.md\"")
    );
    assert!(text.text().contains("Hello <b>Ada</b>."), "{}", text.text());
    let file = app
        .get(&format!("{path}/export?format=json"))
        .by(&ada)
        .send()
        .await;
    assert_eq!(file.header("content-type"), Some("application/json"));
    let problem = app
        .get(&format!("{path}/export?format=pdf"))
        .by(&ada)
        .send()
        .await
        .problem(422);
    assert_eq!(problem["errors"][0]["field"], "format");
    let import = "/api/chat/conversations/import";
    let copy = app.post(import).by(&ada).json(&file.json()).send().await.ok(201);
    assert_eq!(copy["message_count"], 2);
    let form = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.json\"\r\n\r\n{}\r\n--b--\r\n",
        file.text()
    );
    let led = app
        .post(import)
        .in_browser_of(&ada)
        .header("accept", "text/html")
        .body("multipart/form-data; boundary=b", form)
        .send()
        .await;
    assert_eq!(led.status.as_u16(), 303, "{}", led.text());
    let mut bad = file.json();
    bad["messages"][0]["content"] = json!("");
    let problem = app.post(import).by(&ada).json(&bad).send().await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "messages[0].content");
    // Larger than other bodies may be, and with a limit of its own.
    bad["messages"][0]["content"] = json!("x".repeat(300_000));
    app.post(import).by(&ada).json(&bad).send().await.problem(422);
    bad["messages"][0]["content"] = json!("x".repeat(17 * 1024 * 1024));
    app.post(import).by(&ada).json(&bad).send().await.problem(413);

    let link = app.post(&format!("{path}/share")).by(&ada).send().await.ok(200);
    let page = format!("/share/{}", link["token"].as_str().unwrap());
    assert!(link["url"].as_str().unwrap().ends_with(&page));
    let seen = app.get(&page).header("accept", "text/html").send().await;
    assert_eq!(seen.status.as_u16(), 200, "{}", seen.text());
    assert!(seen.text().contains("Q4 &quot;plan&quot;") || seen.text().contains("Q4 \"plan\""));
    for absent in ["import(", "leptos-island", "example.com"] {
        assert!(!seen.text().contains(absent), "{absent}: {}", seen.text());
    }
    assert_eq!(seen.header("x-robots-tag"), Some("noindex, nofollow"));
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    app.call(axum::http::Method::DELETE, &format!("{path}/share"))
        .by(&ada)
        .send()
        .await
        .ok(204);
    let gone = app.get(&page).header("accept", "text/html").send().await;
    assert_eq!(gone.status.as_u16(), 404);
    let bob = app.user("Bob").await;
    app.post(&format!("{path}/share"))
        .by(&bob)
        .send()
        .await
        .problem(403);
    app.get(&format!("{path}/export"))
        .by(&bob)
        .send()
        .await
        .problem(403);
}
