//! Runs as event streams.

use agent::llm::scripted::{Act, calls, says};
use agent::llm::{FinishReason, ProviderEvent};
use axum::response::Response;
use http_body_util::BodyExt;
use protocol::html::HtmlPatch;
use protocol::{Message, RunEvent};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::messages::conversation;
use crate::support::{TestApp, User, tidy};

/// An event as the stream carries it.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: u64,
    name: String,
    data: Value,
}

/// An open event stream.
struct Events {
    response: Response,
    unread: String,
}

impl Events {
    fn new(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-cache, no-transform"));
        assert_eq!(header("x-accel-buffering"), Some("no"));
        assert_eq!(header("content-encoding"), None);
        Self {
            response,
            unread: String::new(),
        }
    }

    /// The next event; `None` at the stream's end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((frame, rest)) = self.unread.split_once("\n\n") {
                let event = parse(frame);
                self.unread = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let frame = self.response.body_mut().frame().await?.unwrap();
            self.unread
                .push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }

    async fn rest(mut self) -> Vec<Event> {
        let mut events = vec![];
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// `None` for a comment.
fn parse(frame: &str) -> Option<Event> {
    let field = |name: &str| {
        frame
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim_start)
    };
    Some(Event {
        id: field("id")?.parse().unwrap(),
        name: field("event").unwrap().to_owned(),
        data: serde_json::from_str(field("data").unwrap()).unwrap(),
    })
}

async fn send_streaming(app: &TestApp, user: &User, path: &str) -> Events {
    let call = app
        .post(path)
        .by(user)
        .header("accept", "text/event-stream")
        .header("accept-encoding", "gzip, br")
        .json(&json!({"content": "Hi"}));
    Events::new(call.open().await)
}

async fn watch(app: &TestApp, user: &User, path: &str) -> Events {
    Events::new(
        app.get(path)
            .by(user)
            .header("accept-encoding", "br")
            .open()
            .await,
    )
}

fn run_path(events: &[Event]) -> String {
    format!(
        "/api/chat/runs/{}/events",
        events[0].data["run_id"].as_str().unwrap()
    )
}

fn answers() -> Vec<Vec<Act>> {
    let text = |text: &str| Act::Event(ProviderEvent::Text(text.into()));
    vec![
        calls(&[("c1", "add_task", r#"{"title": "Milk"}"#)]),
        vec![
            text("I added **Mi"),
            text("lk**.\n\n- one\n- t"),
            text("wo"),
            Act::Event(ProviderEvent::Finished(FinishReason::Stop)),
        ],
    ]
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_is_told_from_its_beginning_to_its_end(pool: PgPool) {
    let app = TestApp::answering(pool, answers()).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let events = send_streaming(&app, &ada, &path).await.rest().await;

    let ids: Vec<u64> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids, (1..=events.len() as u64).collect::<Vec<_>>());
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names.first(), Some(&"run.created"));
    assert_eq!(names[names.len() - 2..], ["message.completed", "run.completed"]);
    assert!(names.contains(&"tool.started") && names.contains(&"tool.finished"));
    let shapes: Vec<Value> = events
        .iter()
        .filter(|event| event.name != "text.delta")
        .map(|event| json!({"event": event.name, "data": tidy(event.data.clone())}))
        .collect();
    insta::assert_json_snapshot!("run_events", shapes);

    // What was streamed adds up to what is stored.
    let page = app.get(&path).by(&ada).send().await.ok(200);
    let text: String = events
        .iter()
        .filter_map(|event| event.data["text"].as_str())
        .collect();
    assert_eq!(page["messages"][1]["content"], text);
    assert_eq!(page["messages"][1], events[events.len() - 2].data);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stream_resumes_anywhere_without_gap_or_duplicate(pool: PgPool) {
    let app = TestApp::answering(pool, answers()).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let all = send_streaming(&app, &ada, &path).await.rest().await;
    let events = run_path(&all);
    assert_eq!(watch(&app, &ada, &events).await.rest().await, all);
    for after in 0..=all.len() {
        let expected = &all[after..];
        let by_query = watch(&app, &ada, &format!("{events}?after={after}"))
            .await
            .rest()
            .await;
        assert_eq!(by_query, expected);
        // The header of a reconnecting browser beats what its address says.
        let call = app
            .get(&format!("{events}?after=1"))
            .by(&ada)
            .header("last-event-id", &after.to_string());
        assert_eq!(Events::new(call.open().await).rest().await, expected);
    }
    let problem = app
        .get(&format!("{events}?after=x"))
        .by(&ada)
        .send()
        .await
        .problem(422);
    assert_eq!(problem["errors"][0]["field"], "after");
    app.get(&format!("{events}?render=pdf"))
        .by(&ada)
        .send()
        .await
        .problem(422);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_joins_late_sees_the_same(pool: PgPool) {
    let text = |text: &str| Act::Event(ProviderEvent::Text(text.into()));
    let held = vec![
        text("One "),
        Act::Hold,
        text("two "),
        Act::Hold,
        text("three."),
        Act::Event(ProviderEvent::Finished(FinishReason::Stop)),
    ];
    let app = TestApp::answering(pool, vec![held]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let mut first = send_streaming(&app, &ada, &path).await;
    let mut seen = vec![first.next().await.unwrap()];
    while seen.last().unwrap().name != "text.delta" {
        seen.push(first.next().await.unwrap());
    }
    assert_eq!(seen.last().unwrap().data, json!({"text": "One "}));
    app.script.held(1).await;
    let events = run_path(&seen);
    let late = watch(&app, &ada, &events).await;
    let tail = watch(&app, &ada, &format!("{events}?after={}", seen.len())).await;
    // The first one goes away; the run does not care.
    drop(first);
    app.script.release();
    app.script.held(2).await;
    let later = watch(&app, &ada, &events).await;
    app.script.release();

    let (late, tail, later) = tokio::join!(late.rest(), tail.rest(), later.rest());
    assert_eq!(late, later);
    assert_eq!(late[..seen.len()], seen);
    assert_eq!(late[seen.len()..], tail);
    let whole: String = late
        .iter()
        .filter_map(|event| event.data["text"].as_str())
        .collect();
    assert_eq!(whole, "One two three.");
    assert_eq!(late.last().unwrap().name, "run.completed");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_is_for_its_owner_only(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Hi.")]).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let path = conversation(&app, &ada).await;
    let events = run_path(&send_streaming(&app, &ada, &path).await.rest().await);
    app.get(&events).by(&bob).send().await.problem(403);
    app.get(&events).send().await.problem(401);
    for unknown in ["0190b5a0-0000-7000-8000-000000000000", "nonsense"] {
        let path = format!("/api/chat/runs/{unknown}/events");
        app.get(&path).by(&ada).send().await.problem(404);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn our_page_gets_html_that_ends_like_a_reload(pool: PgPool) {
    let app = TestApp::answering(pool, answers()).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let plain = send_streaming(&app, &ada, &path).await.rest().await;
    let events = run_path(&plain);
    let message: Message = serde_json::from_value(plain[plain.len() - 2].data.clone()).unwrap();
    let part = message.parts.len() - 1;
    let protocol::Part::Text { text } = &message.parts[part] else {
        panic!("the last part is text");
    };
    let options = app::server_context::markdown_options(message.id, part);
    let reloaded = markdown::render(text, &options);
    assert_eq!(reloaded.len(), 2);

    for after in 0..plain.len() {
        let html = watch(&app, &ada, &format!("{events}?render=html&after={after}"))
            .await
            .rest()
            .await;
        let ids = |events: &[Event], prefix: &str| -> Vec<u64> {
            let of_kind = events.iter().filter(|event| event.name.starts_with(prefix));
            of_kind.map(|event| event.id).collect()
        };
        // What is neither text nor a tool call needs no rendering.
        for prefix in ["run.", "tool.", "conversation.", "message."] {
            assert_eq!(
                ids(&html, prefix),
                ids(&plain[after..], prefix),
                "{prefix} after {after}"
            );
        }
        let mut blocks = if html.iter().any(|event| event.name == "text.html") {
            // A page begins with the HTML of what it was rendered with.
            let mut snapshot = message.clone();
            (snapshot.parts, snapshot.content, snapshot.tool_calls) = (vec![], String::new(), vec![]);
            for event in &plain[..after] {
                snapshot.apply(&RunEvent::from_name_and_data(&event.name, event.data.clone()).unwrap());
            }
            match snapshot.parts.get(part) {
                Some(protocol::Part::Text { text }) => markdown::render(text, &options),
                _ => vec![],
            }
        } else {
            reloaded.clone()
        };
        for event in html.iter().filter(|event| event.name == "text.html") {
            let patch: HtmlPatch = serde_json::from_value(event.data.clone()).unwrap();
            assert_eq!(patch.part as usize, part);
            let patch = markdown::Patch {
                blocks: patch.blocks,
                changes: patch.changes,
            };
            assert!(patch.apply(&mut blocks));
        }
        assert_eq!(blocks, reloaded, "after {after}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn open_streams_are_counted(pool: PgPool) {
    let held: Vec<Act> = std::iter::once(Act::Hold).chain(says("Hi.")).collect();
    let app = TestApp::answering(pool, vec![held]).await;
    let ada = app.user("Ada").await;
    let path = conversation(&app, &ada).await;
    let mut stream = send_streaming(&app, &ada, &path).await;
    stream.next().await.unwrap();
    app.script.held(1).await;
    let metrics = async || app.get("/metrics").send().await.text().to_owned();
    let while_open = metrics().await;
    assert!(while_open.contains("\ngreenlit_open_streams 1\n"));
    assert!(while_open.contains("\ngreenlit_active_runs 1\n"));
    app.script.release();
    stream.rest().await;
    assert!(metrics().await.contains("\ngreenlit_open_streams 0\n"));
}
