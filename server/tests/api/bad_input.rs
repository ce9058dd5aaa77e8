//! What does not fit, at every door that takes words: a sentence that names the field and the limit, nothing stored,
//! nothing lost. Limits count characters as people write them, not bytes.

use agent::llm::scripted::says;
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Answer, Call, ORIGIN, Setup, TestApp, User};

const FORM: &str = "application/x-www-form-urlencoded";
const UNKNOWN: &str = "0190b5a0-0000-7000-8000-000000000000";

/// A field of a request's body, and how long its text may be.
struct Field {
    method: Method,
    path: String,
    /// The field, and what else the body has to have.
    name: &'static str,
    others: Value,
    min: usize,
    max: usize,
}

impl Field {
    fn new(method: Method, path: impl Into<String>, name: &'static str, (min, max): (usize, usize)) -> Self {
        Self {
            method,
            path: path.into(),
            name,
            others: json!({}),
            min,
            max,
        }
    }

    fn with(self, others: Value) -> Self {
        Self { others, ..self }
    }

    fn send<'a>(&self, app: &'a TestApp, user: &User, text: &str) -> Call<'a> {
        let mut body = self.others.clone();
        body[self.name] = text.into();
        app.call(self.method.clone(), &self.path).by(user).json(&body)
    }

    async fn refusal(&self, app: &TestApp, user: &User, text: &str) -> String {
        let answer = self.send(app, user, text).send().await;
        let problem = answer.problem(422);
        let error = &problem["errors"][0];
        assert_eq!(
            error["field"], self.name,
            "{} {}: {problem}",
            self.method, self.path
        );
        error["message"].as_str().unwrap().to_owned()
    }
}

async fn made(app: &TestApp, user: &User, path: &str, body: Value) -> String {
    let made = app.post(path).by(user).json(&body).send().await.ok(201);
    format!("{path}/{}", made["id"].as_str().unwrap())
}

fn setup() -> Setup {
    Setup {
        answers: (0..20).map(|_| says("Yes.")).collect(),
        ..Setup::default()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_text_has_its_limits_in_characters(pool: PgPool) {
    let app = TestApp::with(pool, setup()).await;
    let ada = app.user("Ada").await;
    let conversations = "/api/chat/conversations";
    let task = made(&app, &ada, "/api/tasks", json!({"title": "Milk"})).await;
    let conversation = made(&app, &ada, conversations, json!({"title": "Milk"})).await;
    let messages = format!("{conversation}/messages");
    let message = app
        .post(&messages)
        .by(&ada)
        .json(&json!({"content": "Hello"}))
        .send()
        .await
        .ok(200);
    let message = format!("{messages}/{}", message["user_message"]["id"].as_str().unwrap());
    let fields = [
        Field::new(Method::POST, "/api/tasks", "title", (1, 200)),
        Field::new(Method::POST, "/api/tasks", "description", (0, 2_000)).with(json!({"title": "Milk"})),
        Field::new(Method::PATCH, &task, "title", (1, 200)),
        Field::new(Method::PATCH, &task, "description", (0, 2_000)),
        Field::new(Method::POST, conversations, "title", (1, 200)),
        Field::new(Method::POST, conversations, "message", (1, 10_000)),
        Field::new(Method::PUT, &conversation, "title", (1, 200)),
        Field::new(Method::POST, &messages, "content", (1, 10_000)),
        Field::new(Method::PUT, &message, "content", (1, 10_000)),
        Field::new(Method::POST, "/api/testimonials", "text", (10, 500)),
        Field::new(Method::POST, "/api/testimonials", "display_name", (1, 100))
            .with(json!({"text": "It keeps my list in order"})),
    ];
    for field in &fields {
        let place = format!("{} {} {}", field.method, field.path, field.name);
        for letter in ["x", "\u{1f427}", "e\u{301}", "\u{5d0}"] {
            // One character too many, whatever it weighs.
            let chars = letter.chars().count();
            let text = format!(
                "{}{}",
                letter.repeat(field.max / chars),
                "y".repeat(field.max % chars + 1)
            );
            let sentence = field.refusal(&app, &ada, &text).await;
            let expected = format!(
                "must have at most {} characters, but has {}",
                field.max,
                field.max + 1
            );
            assert_eq!(sentence, expected, "{place}");
        }
        let sentence = field.refusal(&app, &ada, "Milk and so\0on").await;
        assert_eq!(sentence, "must not contain NUL characters", "{place}");
        if field.min == 1 {
            for empty in ["", " \n\t\u{2003}"] {
                assert_eq!(
                    field.refusal(&app, &ada, empty).await,
                    "must not be empty",
                    "{place}"
                );
            }
        }
        let mut wrong = field.others.clone();
        wrong[field.name] = json!(7);
        let call = app.call(field.method.clone(), &field.path).by(&ada).json(&wrong);
        let problem = call.send().await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field.name, "{place}");
    }
    // Nothing of that was stored.
    let tasks = app.get("/api/tasks").by(&ada).send().await.ok(200);
    assert_eq!(tasks["tasks"].as_array().unwrap().len(), 1);
    let list = app.get(conversations).by(&ada).send().await.ok(200);
    assert_eq!(list["conversations"].as_array().unwrap().len(), 1);

    for field in &fields {
        // As much as fits, of what weighs most; and what reads from right to left comes back as it was.
        for text in [
            "\u{1f427}x".repeat(field.max / 2),
            "\u{202e}gnihtyna \u{5d0}\u{5d1} e\u{301}".into(),
        ] {
            let answer = field.send(&app, &ada, &text).send().await;
            let place = format!("{} {} {}", field.method, field.path, field.name);
            assert!(answer.status.is_success(), "{place}: {}", answer.text());
            let answer = answer.json();
            let kept = match field.name {
                "message" => continue,
                "content" => &answer["user_message"]["content"],
                name => &answer[name],
            };
            assert_eq!(kept, &json!(text), "{place}");
            if field.path == message {
                // What is shown now is another message, with another id.
                break;
            }
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_cursor_a_number_or_an_id_that_is_none_is_said(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let conversation = made(&app, &ada, "/api/chat/conversations", json!({})).await;
    let messages = format!("{conversation}/messages");
    let lists = ["/api/tasks", "/api/chat/conversations", "/api/testimonials"];
    let broken = [
        "x",
        "!!!!",
        "AAAA",
        "%00",
        UNKNOWN,
        "%F0%9F%90%A7",
        &"A".repeat(3_000),
    ];
    for (list, cursor) in lists.iter().flat_map(|list| broken.map(|cursor| (list, cursor))) {
        let problem = app
            .get(&format!("{list}?cursor={cursor}"))
            .by(&ada)
            .send()
            .await
            .problem(422);
        assert_eq!(problem["errors"][0]["field"], "cursor", "{list} {cursor}");
    }
    for list in lists.into_iter().chain([messages.as_str()]) {
        for limit in ["0", "-1", "1.5", "many", "100000", "99999999999999999999"] {
            let problem = app
                .get(&format!("{list}?limit={limit}"))
                .by(&ada)
                .send()
                .await
                .problem(422);
            assert_eq!(problem["errors"][0]["field"], "limit", "{list} {limit}");
        }
    }
    for (field, value) in [
        ("since", "yesterday"),
        ("before", "7"),
        ("before", "2026-01-01T00:00:00Z"),
    ] {
        let path = format!("{messages}?{field}={value}");
        let problem = app.get(&path).by(&ada).send().await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
    for (field, value) in [("status", "lost"), ("due", "never"), ("priority", "urgent")] {
        let path = format!("/api/tasks?{field}={value}");
        let problem = app.get(&path).by(&ada).send().await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_has_no_such_id_is_not_there(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let title = json!({"title": "Milk"});
    let content = json!({"content": "Hello"});
    for (method, path, body) in [
        (Method::GET, "/api/tasks/{}", Value::Null),
        (Method::PATCH, "/api/tasks/{}", title.clone()),
        (Method::DELETE, "/api/tasks/{}", Value::Null),
        (Method::POST, "/api/tasks/{}/restore", Value::Null),
        (Method::GET, "/api/chat/conversations/{}", Value::Null),
        (Method::PUT, "/api/chat/conversations/{}", title),
        (Method::DELETE, "/api/chat/conversations/{}", Value::Null),
        (Method::POST, "/api/chat/conversations/{}/restore", Value::Null),
        (Method::GET, "/api/chat/conversations/{}/messages", Value::Null),
        (
            Method::POST,
            "/api/chat/conversations/{}/messages",
            content.clone(),
        ),
        (Method::PUT, "/api/chat/conversations/{}/messages/{}", content),
        (
            Method::POST,
            "/api/chat/conversations/{}/messages/{}/regenerate",
            Value::Null,
        ),
        (
            Method::POST,
            "/api/chat/conversations/{}/messages/{}/activate",
            Value::Null,
        ),
        (
            Method::PUT,
            "/api/chat/conversations/{}/messages/{}/feedback",
            json!({"value": null}),
        ),
        (Method::GET, "/api/chat/runs/{}/events", Value::Null),
        (Method::POST, "/api/chat/runs/{}/cancel", Value::Null),
        (Method::POST, "/api/chat/runs/{}/retry", Value::Null),
        (
            Method::POST,
            "/api/chat/runs/{}/approvals",
            json!({"call_id": UNKNOWN, "approve": true}),
        ),
        (Method::POST, "/api/chat/tool-calls/{}/undo", Value::Null),
        (
            Method::POST,
            "/api/chat/tool-calls/{}/redo",
            json!({"overwrite": true}),
        ),
        (Method::POST, "/api/chat/messages/{}/undo", Value::Null),
        (Method::POST, "/api/chat/messages/{}/redo", Value::Null),
    ] {
        for id in [
            "x",
            "0",
            "%00",
            "..%2F..%2Fhealthz",
            "%F0%9F%90%A7",
            "' OR 1=1 --",
            UNKNOWN,
        ] {
            let path = path.replace("{}", &id.replace(' ', "%20"));
            let call = app.call(method.clone(), &path).by(&ada);
            let call = if body.is_null() { call } else { call.json(&body) };
            let problem = call.send().await.problem(404);
            assert_eq!(problem["code"], "not_found", "{method} {path}");
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_body_is_held_against_its_form(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let task = made(&app, &ada, "/api/tasks", json!({"title": "Milk"})).await;
    let conversation = made(&app, &ada, "/api/chat/conversations", json!({})).await;
    let messages = format!("{conversation}/messages");
    for (method, path) in [
        (Method::POST, "/api/tasks"),
        (Method::PATCH, &task),
        (Method::POST, "/api/chat/conversations"),
        (Method::PUT, &conversation),
        (Method::POST, &messages),
        (Method::POST, "/api/testimonials"),
        (Method::PATCH, "/api/account/preferences"),
    ] {
        let place = format!("{method} {path}");
        let send = async |kind: &str, body: &'static [u8]| {
            let call = app.call(method.clone(), path).by(&ada);
            call.body(kind, body).send().await
        };
        for (kind, body) in [
            ("text/plain", b"{\"title\": \"Milk\"}".as_slice()),
            (FORM, b"title=Milk"),
            ("multipart/form-data; boundary=x", b"--x--"),
            ("", b"{}"),
        ] {
            assert_eq!(
                send(kind, body).await.problem(415)["code"],
                "unsupported_media_type",
                "{place} {kind}"
            );
        }
        for body in [b"".as_slice(), b"{", b"not json"] {
            assert_eq!(
                send("application/json", body).await.problem(400)["code"],
                "malformed_json",
                "{place}"
            );
        }
        for body in [b"[1]".as_slice(), b"null", b"7", b"\"title\""] {
            send("application/json", body).await.problem(422);
        }
        let unknown = send(
            "application/json",
            br#"{"title": "Milk", "text": "x", "content": "x", "colour": 1}"#,
        );
        let problem = unknown.await.problem(422);
        let sentence = problem["detail"].as_str().unwrap();
        assert!(
            sentence.ends_with("is not a field of this request."),
            "{place}: {sentence}"
        );
    }
}

/// As a browser without JavaScript sends a form and then loads the page that it is sent to.
async fn submit(
    app: &TestApp,
    user: Option<&User>,
    from: &str,
    function: &str,
    body: &str,
) -> (Answer, String) {
    let cookie = user.map(|user| user.cookie.clone()).unwrap_or_default();
    let sent = app
        .post(&format!("/api/fn/{function}"))
        .header("accept", "text/html")
        .header("origin", ORIGIN)
        .header("referer", &format!("{ORIGIN}{from}"))
        .header("cookie", &cookie)
        .body(FORM, body.to_owned())
        .send()
        .await;
    assert_eq!(sent.status, 302, "{function}: {}", sent.text());
    let flash: Vec<&str> = sent
        .cookies()
        .iter()
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    let page = app
        .get(sent.header("location").unwrap())
        .header("accept", "text/html")
        .header("cookie", &format!("{cookie}; {}", flash.join("; ")))
        .send()
        .await;
    assert_eq!(page.status, 200, "{function}: {}", page.text());
    let text = page.text().to_owned();
    (sent, text)
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_plain_form_says_what_is_wrong_and_keeps_what_was_typed(pool: PgPool) {
    let app = TestApp::with(pool, setup()).await;
    let ada = app.user("Ada").await;
    let task = made(&app, &ada, "/api/tasks", json!({"title": "Milk"})).await;
    let task = task.rsplit('/').next().unwrap();
    let conversation = made(&app, &ada, "/api/chat/conversations", json!({"title": "Milk"})).await;
    let conversation = conversation.rsplit('/').next().unwrap();
    let edited = format!("/dashboard/tasks?edit={task}");
    let chat = format!("/dashboard/chat/{conversation}");
    let user = Some(&ada);
    for (user, from, function, others, field, max, called) in [
        (
            user,
            "/dashboard/tasks",
            "add_task",
            String::new(),
            "title",
            200,
            "title",
        ),
        (
            user,
            "/dashboard",
            "add_task",
            String::new(),
            "title",
            200,
            "title",
        ),
        (
            user,
            &edited,
            "update_task",
            format!("task_id={task}"),
            "title",
            200,
            "Title",
        ),
        (
            user,
            &edited,
            "update_task",
            format!("task_id={task}&title=Milk"),
            "description",
            2_000,
            "Description",
        ),
        (
            user,
            "/dashboard/chat",
            "send_message",
            "conversation_id=".into(),
            "content",
            10_000,
            "",
        ),
        (
            user,
            &chat,
            "send_message",
            format!("conversation_id={conversation}"),
            "content",
            10_000,
            "",
        ),
        (
            user,
            &chat,
            "rename_conversation",
            format!("conversation_id={conversation}"),
            "title",
            200,
            "title",
        ),
        (
            user,
            "/dashboard/settings",
            "update_profile",
            String::new(),
            "name",
            100,
            "Name",
        ),
        (
            user,
            "/dashboard/settings",
            "submit_testimonial",
            "display_name=Ada".into(),
            "text",
            500,
            "Text",
        ),
        (
            user,
            "/dashboard/settings",
            "submit_testimonial",
            "text=It+keeps+my+list+in+order".into(),
            "display_name",
            100,
            "Name",
        ),
        (
            None,
            "/sign-up",
            "sign_up",
            "email=eve%40example.com&password=correct+horse".into(),
            "name",
            100,
            "Name",
        ),
    ] {
        // What was typed has to be found again among everything else on the page.
        let typed = format!("\u{1f427}{}", "\u{e9}".repeat(max));
        let body = format!("{others}&{field}={}", encoded(&typed));
        let (_, page) = submit(&app, user, from, function, &body).await;
        let sentence = format!("{called} must have at most {max} characters, but has {}", max + 1);
        assert!(
            page.contains(sentence.trim_start()),
            "{function} from {from}: {page}"
        );
        assert!(page.contains(&typed), "{function} from {from}");

        let body = format!("{others}&{field}=Milk+and+so%00on");
        let (_, page) = submit(&app, user, from, function, &body).await;
        assert!(
            page.contains("must not contain NUL characters"),
            "{function} from {from}"
        );
    }
    for (function, others) in [
        ("toggle_task", "task_id=x&done=true"),
        ("delete_task", "task_id=%00"),
        ("update_task", "task_id=x&title=Milk"),
        ("move_task", "task_id=x&before=y"),
        ("restore_task", "task_id="),
    ] {
        let (sent, page) = submit(&app, user, "/dashboard/tasks", function, others).await;
        assert!(
            sent.header("location").unwrap().starts_with("/dashboard/tasks"),
            "{function}"
        );
        assert!(
            page.contains("There is no such task; it may have been deleted."),
            "{function}: {page}"
        );
    }
    for (function, body, sentence) in [
        (
            "set_context",
            "context_messages=many",
            "The number must be a number between 10 and 200.",
        ),
        (
            "set_context",
            "context_messages=9",
            "The number must be between 10 and 200.",
        ),
        (
            "set_formats",
            "time_zone=Mars%2FOlympus",
            "Time zone must be an IANA time zone such as Europe/Berlin.",
        ),
        ("set_formats", "clock=noon", "clock must be one of the choices."),
        (
            "set_approval",
            "approval=sometimes",
            "approval must be always, destructive or never.",
        ),
    ] {
        let (_, page) = submit(&app, user, "/dashboard/settings", function, body).await;
        assert!(page.contains(sentence), "{function}: {page}");
    }
}
