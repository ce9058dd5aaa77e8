//! The live feed: what changes reaches its owner, from every door, and nobody else.

use agent::llm::scripted::{calls, says};
use axum::http::Method;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::messages::conversation;
use crate::support::{TestApp, User};

struct Feed {
    response: Response,
    unread: String,
    /// The last event's id.
    stamp: String,
}

impl Feed {
    async fn open(app: &TestApp, user: &User, path: &str) -> Self {
        let response = app
            .get(path)
            .by(user)
            .header("accept-encoding", "br")
            .open()
            .await;
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-cache, no-transform"));
        assert_eq!(header("content-encoding"), None);
        Self {
            response,
            unread: String::new(),
            stamp: String::new(),
        }
    }

    async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((frame, rest)) = self.unread.split_once("\n\n") {
                let frame = frame.to_owned();
                self.unread = rest.to_owned();
                let field = |name: &str| {
                    frame
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
                        .map(str::trim_start)
                };
                if let Some(name) = field("event") {
                    self.stamp = field("id").unwrap().to_owned();
                    return (
                        name.to_owned(),
                        serde_json::from_str(field("data").unwrap()).unwrap(),
                    );
                }
                continue;
            }
            let frame = self.response.body_mut().frame().await.unwrap().unwrap();
            self.unread
                .push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }

    /// The next event of this name; others are passed over.
    async fn until(&mut self, wanted: &str) -> Value {
        loop {
            let (name, data) = self.next().await;
            if name == wanted {
                return data;
            }
        }
    }
}

const FEED: &str = "/api/chat/events";

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tasks_and_conversations_are_told_as_they_change(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let mut feed = Feed::open(&app, &ada, FEED).await;
    assert_eq!(feed.next().await, ("ready".into(), json!({"missed": true})));

    app.post("/api/tasks")
        .by(&bob)
        .json(&json!({"title": "Bob's"}))
        .send()
        .await
        .ok(201);
    let task = app
        .post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "Milk"}))
        .send()
        .await
        .ok(201);
    assert_eq!(feed.next().await, ("task.updated".into(), task.clone()));
    let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
    app.call(Method::DELETE, &path).by(&ada).send().await;
    assert_eq!(
        feed.next().await,
        ("task.deleted".into(), json!({"id": task["id"]}))
    );

    let made = app
        .post("/api/chat/conversations")
        .by(&ada)
        .json(&json!({"title": "Plans"}))
        .send()
        .await
        .ok(201);
    assert_eq!(feed.next().await, ("conversation.updated".into(), made.clone()));
    let path = format!("/api/chat/conversations/{}", made["id"].as_str().unwrap());
    app.call(Method::DELETE, &path).by(&ada).send().await;
    assert_eq!(
        feed.next().await,
        ("conversation.deleted".into(), json!({"id": made["id"]}))
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_import_and_a_link_are_told_to_their_owner(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let mut feed = Feed::open(&app, &ada, FEED).await;
    let mut his = Feed::open(&app, &bob, FEED).await;
    assert_eq!(feed.next().await.0, "ready");
    assert_eq!(his.next().await.0, "ready");
    let file = json!({"format": "greenlit.conversation", "version": 1, "title": "Plans", "messages": []});
    let made = app
        .post("/api/chat/conversations/import")
        .by(&ada)
        .json(&file)
        .send()
        .await
        .ok(201);
    assert_eq!(feed.next().await, ("conversation.updated".into(), made.clone()));
    let path = format!("/api/chat/conversations/{}/share", made["id"].as_str().unwrap());
    for (method, shared) in [(Method::POST, true), (Method::DELETE, false)] {
        app.call(method, &path).by(&ada).send().await;
        assert_eq!(
            feed.next().await,
            (
                "conversation.shared".into(),
                json!({"id": made["id"], "shared": shared})
            )
        );
    }
    // What was hers did not reach him: the first thing that he hears is his own.
    app.call(Method::DELETE, &path).by(&ada).send().await;
    app.post("/api/tasks")
        .by(&bob)
        .json(&json!({"title": "Bob's"}))
        .send()
        .await
        .ok(201);
    assert_eq!(his.next().await.0, "task.updated");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_the_assistant_does_is_told_too(pool: PgPool) {
    let answers = vec![
        calls(&[("c1", "add_task", r#"{"title": "Milk"}"#)]),
        says("Done."),
    ];
    let app = TestApp::answering(pool, answers).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let mut feed = Feed::open(&app, &ada, FEED).await;
    feed.until("ready").await;
    let exchange = app
        .post(&path)
        .by(&ada)
        .json(&json!({"content": "Hi"}))
        .send()
        .await
        .ok(200);
    // Changes in a row may come as one, in any order of things.
    let (mut task, mut run) = (Value::Null, Value::Null);
    while task["title"] != "Milk" || run["status"] != "completed" {
        match feed.next().await {
            (name, data) if name == "task.updated" => task = data,
            (name, data) if name == "run.updated" => run = data,
            _ => {}
        }
    }
    assert_eq!(run["assistant_message_id"], exchange["assistant_message"]["id"]);
    // Taken back from somewhere else.
    let call = &exchange["assistant_message"]["tool_calls"][0]["id"];
    app.post(&format!("/api/chat/tool-calls/{}/undo", call.as_str().unwrap()))
        .by(&ada)
        .send()
        .await
        .ok(200);
    assert_eq!(feed.until("tool.updated").await["status"], "undone");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_reader_that_comes_back_learns_whether_it_missed_something(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let mut feed = Feed::open(&app, &ada, FEED).await;
    feed.until("ready").await;
    let path = format!("{FEED}?stamp={}", feed.stamp);
    let mut again = Feed::open(&app, &ada, &path).await;
    assert_eq!(again.next().await.1, json!({"missed": false}));
    app.post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "Milk"}))
        .send()
        .await
        .ok(201);
    let mut later = Feed::open(&app, &ada, &path).await;
    assert_eq!(later.next().await.1, json!({"missed": true}));
    // The event itself moves the stamp on.
    feed.until("task.updated").await;
    let path = format!("{FEED}?stamp={}", feed.stamp);
    assert_eq!(
        Feed::open(&app, &ada, &path).await.next().await.1,
        json!({"missed": false})
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_feed_is_for_the_signed_in_and_has_an_end(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    app.get(FEED).send().await.problem(401);
    let mut open = vec![];
    for _ in 0..20 {
        open.push(Feed::open(&app, &ada, FEED).await);
    }
    let refused = app.get(FEED).by(&ada).send().await;
    refused.problem(429);
    open.pop();
    Feed::open(&app, &ada, FEED).await;
}
