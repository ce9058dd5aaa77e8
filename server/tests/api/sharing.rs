//! Links and files: whose they may be, what wrong files are told, and where old versions lead.

use agent::llm::scripted::says;
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Answer, TestApp, User};

const LIST: &str = "/api/chat/conversations";
const IMPORT: &str = "/api/chat/conversations/import";

/// An export with this many messages, an answer after each question.
fn file(messages: usize) -> Value {
    let messages: Vec<Value> = (0..messages)
        .map(|number| {
            json!({
                "role": if number % 2 == 0 { "user" } else { "assistant" },
                "content": format!("Message {number}"),
                "created_at": "2026-01-02T03:04:05.678Z",
            })
        })
        .collect();
    json!({ "format": "greenlit.conversation", "version": 1, "title": "Brought along", "messages": messages })
}

/// Imports and returns the conversation's id.
async fn import(app: &TestApp, user: &User, file: &Value) -> String {
    let made = app.post(IMPORT).by(user).json(file).send().await.ok(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Chooses a file in the form of a page without a script.
async fn choose(app: &TestApp, user: &User, content: impl AsRef<[u8]>) -> Answer {
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"c.json\"\r\n\r\n".to_vec();
    body.extend_from_slice(content.as_ref());
    body.extend_from_slice(b"\r\n--b--\r\n");
    app.post(IMPORT)
        .in_browser_of(user)
        .header("accept", "text/html")
        .body("multipart/form-data; boundary=b", body)
        .send()
        .await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn links_and_files_are_their_owners_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let theirs = import(&app, &ada, &file(2)).await;
    let link = app
        .post(&format!("{LIST}/{theirs}/share"))
        .by(&ada)
        .send()
        .await
        .ok(200);
    let page = format!("/share/{}", link["token"].as_str().unwrap());
    let calls = |id: &str| {
        [
            (Method::GET, format!("{LIST}/{id}/export?format=md")),
            (Method::GET, format!("{LIST}/{id}/export?format=json")),
            (Method::POST, format!("{LIST}/{id}/share")),
            (Method::DELETE, format!("{LIST}/{id}/share")),
        ]
    };
    for (method, path) in calls(&theirs) {
        let problem = app.call(method.clone(), &path).by(&bob).send().await.problem(403);
        assert_eq!(problem["code"], "forbidden", "{method} {path}");
        app.call(method, &path).send().await.problem(401);
    }
    for id in ["0190b5a0-0000-7000-8000-000000000000", "nonsense"] {
        for (method, path) in calls(id) {
            app.call(method, &path).by(&bob).send().await.problem(404);
        }
    }
    app.post(IMPORT).json(&file(2)).send().await.problem(401);

    // Ids in a file are the file's own: an export of hers is a conversation of his, and hers stays as it was.
    let exported = app
        .get(&format!("{LIST}/{theirs}/export?format=json"))
        .by(&ada)
        .send()
        .await
        .json();
    let copy = import(&app, &bob, &exported).await;
    assert_ne!(copy, theirs);
    app.get(&format!("{LIST}/{copy}"))
        .by(&ada)
        .send()
        .await
        .problem(403);
    for (user, id) in [(&ada, &theirs), (&bob, &copy)] {
        let list = app.get(LIST).by(user).send().await.ok(200);
        assert_eq!(list["conversations"].as_array().unwrap().len(), 1);
        assert_eq!(list["conversations"][0]["id"], **id);
    }

    // Nobody took her link back; and no other one opens anything.
    let seen = app.get(&page).header("accept", "text/html").send().await;
    assert!(
        seen.status == 200 && seen.text().contains("Message 1"),
        "{}",
        seen.text()
    );
    for wrong in [
        "/share/x".to_owned(),
        format!("{page}x"),
        format!("/share/{theirs}"),
        format!("/share/{}", "A".repeat(43)),
        "/share/%00".to_owned(),
    ] {
        let answer = app
            .get(&wrong)
            .header("accept", "text/html")
            .in_browser_of(&ada)
            .send()
            .await;
        assert_eq!(answer.status, 404, "{wrong}");
        assert!(!answer.text().contains("Message 1"), "{wrong}");
    }
    // What is deleted is not to be read either, and is again once it is back.
    app.call(Method::DELETE, &format!("{LIST}/{theirs}"))
        .by(&ada)
        .send()
        .await
        .ok(204);
    assert_eq!(
        app.get(&page).header("accept", "text/html").send().await.status,
        404
    );
    app.post(&format!("{LIST}/{theirs}/restore"))
        .by(&ada)
        .send()
        .await
        .ok(200);
    assert_eq!(
        app.get(&page).header("accept", "text/html").send().await.status,
        200
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_wrong_file_is_told_at_the_field_and_to_programs(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let whole = file(4).to_string();
    let with = |name: &str, value: Value| {
        let mut changed = file(4);
        changed[name] = value;
        changed.to_string()
    };
    let mut long = file(4);
    long["messages"][2]["content"] = json!("é".repeat(10_001));
    let mut times = file(4);
    times["messages"][1]["created_at"] = json!("yesterday");
    let large = format!("{whole}{}", " ".repeat(17 * 1024 * 1024));
    for (content, status, field, words) in [
        (String::new(), 400, "", "Choose a file first."),
        ("not JSON".into(), 400, "", "damaged or is no JSON"),
        (
            whole[..whole.len() / 2].to_owned(),
            400,
            "",
            "damaged or is no JSON",
        ),
        (format!("{whole}{whole}"), 400, "", "damaged or is no JSON"),
        (
            "[1, 2]".into(),
            422,
            "[0]",
            "not a conversation that was exported",
        ),
        (
            json!({"tasks": []}).to_string(),
            422,
            "format",
            "not a conversation that was exported",
        ),
        (
            with("format", json!("chatgpt")),
            422,
            "format",
            "not a conversation that was exported",
        ),
        (
            with("version", json!(2)),
            422,
            "version",
            "another version of Greenlit: its version must be 1.",
        ),
        (
            with("title", json!("x".repeat(201))),
            422,
            "title",
            "title must have at most 200 characters",
        ),
        (
            with("messages", json!("none")),
            422,
            "messages",
            "messages does not fit",
        ),
        (
            long.to_string(),
            422,
            "messages[2].content",
            "messages[2].content must have at most 10000 characters",
        ),
        (
            times.to_string(),
            422,
            "messages[1].created_at",
            "messages[1].created_at",
        ),
        (large, 413, "", "at most 16 MB"),
    ] {
        let head: String = content.chars().take(60).collect();
        let sent = app
            .post(IMPORT)
            .by(&ada)
            .body("application/json", content.clone())
            .send()
            .await;
        let problem = sent.problem(status);
        if !field.is_empty() {
            assert_eq!(problem["errors"][0]["field"], field, "{head}: {problem}");
        }
        let led = choose(&app, &ada, content).await;
        assert_eq!(led.status, 303, "{head}: {}", led.text());
        assert_eq!(led.header("location"), Some("/dashboard/chat"), "{head}");
        let flash = led.cookies().join("; ");
        let flash = flash.split(';').next().unwrap();
        let back = app
            .get("/dashboard/chat")
            .header("accept", "text/html")
            .header("cookie", &format!("{}; {flash}", ada.cookie))
            .send()
            .await;
        let form = back.text().split_once("class=\"import\"").unwrap().1;
        let form = form.split_once("</details>").unwrap().0;
        assert!(form.contains(words), "{head}: {form}");
        assert!(form.contains("aria-invalid=\"true\""), "{form}");
    }
    let none = app.get(LIST).by(&ada).send().await.ok(200);
    assert_eq!(none["conversations"], json!([]), "all or nothing");
    // Without a session the form's browser signs in first.
    let nobody = User {
        cookie: String::new(),
        ..ada.clone()
    };
    let led = choose(&app, &nobody, &whole).await;
    assert_eq!(led.header("location"), Some("/sign-in?next=%2Fdashboard%2Fchat"));
    // And from another site nothing is taken.
    let elsewhere = app
        .post(IMPORT)
        .header("cookie", &ada.cookie)
        .header("origin", "https://evil.example")
        .json(&file(2))
        .send()
        .await;
    elsewhere.problem(403);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_version_far_above_the_newest_messages_is_shown(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("Another answer.")]).await;
    let ada = app.user("Ada").await;
    let id = import(&app, &ada, &file(250)).await;
    let path = format!("/dashboard/chat/{id}");
    let first = app
        .get(&format!("{LIST}/{id}/messages?limit=200"))
        .by(&ada)
        .send()
        .await
        .ok(200)["messages"][0]["id"]
        .clone();
    let earliest = app
        .get(&format!(
            "{LIST}/{id}/messages?limit=200&before={}",
            first.as_str().unwrap()
        ))
        .by(&ada)
        .send()
        .await
        .ok(200)["messages"][0]
        .clone();
    assert_eq!(earliest["content"], "Message 0");
    let earliest = earliest["id"].as_str().unwrap();
    let form = async |name: &str, fields: String| {
        app.post(&format!("/api/fn/{name}"))
            .in_browser_of(&ada)
            .header("accept", "text/html")
            .header("referer", &format!("http://127.0.0.1:3000{path}"))
            .body(
                "application/x-www-form-urlencoded",
                format!("conversation_id={id}&message_id={fields}"),
            )
            .send()
            .await
    };
    let page = async |path: &str| {
        let path = path.split('#').next().unwrap();
        let page = app
            .get(path)
            .header("accept", "text/html")
            .in_browser_of(&ada)
            .send()
            .await;
        assert_eq!(page.status, 200);
        page.text().to_owned()
    };

    let led = form("edit_form", earliest.to_owned()).await;
    let asked = led.header("location").unwrap().to_owned();
    assert!(
        page(&asked).await.contains(&format!("id=\"editor-{earliest}\"")),
        "{asked}"
    );
    let led = form("edit_message", format!("{earliest}&content=Another+beginning")).await;
    assert_eq!(led.header("location"), Some(&*path));
    let run = app
        .get(&format!("{LIST}/{id}/messages"))
        .by(&ada)
        .send()
        .await
        .ok(200)["messages"][1]["run_id"]
        .clone();
    app.get(&format!("/api/chat/runs/{}/events", run.as_str().unwrap()))
        .by(&ada)
        .send()
        .await;
    let edited = page(&path).await;
    assert!(edited.contains("2 / 2") && !edited.contains("Message 249"));

    let led = form("show_version", earliest.to_owned()).await;
    let shown = led.header("location").unwrap().to_owned();
    let html = page(&shown).await;
    assert!(html.contains(&format!("id=\"m-{earliest}\"")), "{shown}");
    assert!(html.contains("1 / 2") && html.contains("Newest messages"));
    assert!(page(&path).await.contains("Message 249"));
}
