//! Somebody with one of everything, and all that is stored of them.

use std::collections::BTreeMap;

use agent::llm::scripted::{Act, calls, says};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};
use store::{Scope, Store};

use crate::support::{TestApp, User};

/// A user whose every text has a word of their own in it, so that it is noticed wherever it turns up.
pub(super) struct World {
    pub(super) user: User,
    pub(super) word: &'static str,
    /// By the names that stand for them in `doors`.
    pub(super) ids: BTreeMap<&'static str, String>,
}

/// What the model says while two worlds are made, in their order, and to whatever is asked afterwards.
pub(super) fn answers() -> Vec<Vec<Act>> {
    let world = |word: &str| {
        let arguments = |what: &str| json!({ "title": format!("{word} {what}") }).to_string();
        [
            calls(&[("c1", "add_task", &arguments("milk"))]),
            says(&format!("{word}: added.")),
            calls(&[("c2", "add_task", &arguments("eggs"))]),
        ]
    };
    let rest = (0..200).map(|_| says("Fine."));
    world("zebra")
        .into_iter()
        .chain(world("otter"))
        .chain(rest)
        .collect()
}

/// Makes a world: a task, a conversation with an answered question and one that waits for permission, a link to it, a
/// testimonial and choices.
pub(super) async fn world(app: &TestApp, pool: &PgPool, word: &'static str) -> World {
    let user = app.user(word).await;
    let post = async |path: &str, body: Value| app.post(path).by(&user).json(&body).send().await.json();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned();
    let mut ids = BTreeMap::new();
    let task = post(
        "/api/tasks",
        json!({ "title": format!("{word} task"), "description": word }),
    )
    .await;
    ids.insert("task", text(&task["id"]));

    let made = post(
        "/api/chat/conversations",
        json!({ "title": format!("{word} talk") }),
    )
    .await;
    let conversation = text(&made["id"]);
    let messages = format!("/api/chat/conversations/{conversation}/messages");
    let first = post(&messages, json!({ "content": format!("{word} question") })).await;
    ids.insert("message", text(&first["user_message"]["id"]));
    ids.insert("answer", text(&first["assistant_message"]["id"]));
    ids.insert("run", text(&first["assistant_message"]["run_id"]));
    ids.insert("call", text(&first["assistant_message"]["tool_calls"][0]["id"]));

    let always = json!({ "approval": "always" });
    app.call(axum::http::Method::PATCH, "/api/account/preferences")
        .by(&user)
        .json(&always)
        .send()
        .await
        .ok(200);
    let stream = app
        .post(&messages)
        .by(&user)
        .header("accept", "text/event-stream")
        .json(&json!({ "content": format!("{word} eggs too") }));
    drop(stream.open().await);
    let waiting = loop {
        let page = app.get(&messages).by(&user).send().await.ok(200);
        let last = page["messages"].as_array().unwrap().last().unwrap().clone();
        if last["status"] == "awaiting_approval" && app.domain.active_runs() == 0 {
            break last;
        }
        tokio::task::yield_now().await;
    };
    ids.insert("waiting_run", text(&waiting["run_id"]));
    ids.insert("waiting_answer", text(&waiting["id"]));
    ids.insert("waiting_call", text(&waiting["tool_calls"][0]["id"]));

    post(
        &format!("/api/chat/conversations/{conversation}/share"),
        json!({}),
    )
    .await;
    ids.insert("conversation", conversation);
    let said = json!({ "text": format!("It keeps my list, number {}", word.len() * 7 + word.as_bytes()[0] as usize), "display_name": "A reader" });
    post("/api/testimonials", said).await;
    let sessions: Vec<String> = {
        let me = app
            .get("/api/auth/list-sessions")
            .in_browser_of(&user)
            .send()
            .await
            .json();
        me.as_array()
            .unwrap()
            .iter()
            .map(|session| text(&session["id"]))
            .collect()
    };
    ids.insert("session", sessions[0].clone());
    ids.insert("email", format!("{word}@example.com"));
    let world = World { user, word, ids };
    // One of everything indeed, now and when there are more tables.
    for (table, rows) in dump(pool, &world).await {
        assert!(!rows.is_empty(), "{word} has nothing in {table}");
    }
    world
}

impl World {
    /// The user's id.
    pub(super) fn id(&self) -> protocol::UserId {
        use base64::Engine;
        let payload = self.user.bearer.split('.').nth(1).unwrap();
        let json = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode(payload)
            .unwrap();
        let claims: Value = serde_json::from_slice(&json).unwrap();
        claims["sub"].as_str().unwrap().parse().unwrap()
    }

    /// Whether something of the user's is in a text.
    pub(super) fn shows_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(self.word)
    }
}

/// Rows by table.
pub(super) type Dump = BTreeMap<String, Vec<Value>>;

/// Every row of every table that is the user's.
pub(super) async fn dump(pool: &PgPool, of: &World) -> Dump {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'greenlit'::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let id = of.id();
    let mut tx = Store::from_pool(pool.clone())
        .begin(Scope::Actor(&id))
        .await
        .unwrap();
    let each = tables.iter().map(|table| {
        format!("SELECT '{table}' AS name, coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)::text), '[]') FROM {table} t")
    });
    let sql = each.collect::<Vec<_>>().join(" UNION ALL ");
    let rows: Vec<(String, Value)> = sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(&mut *tx)
        .await
        .unwrap();
    rows.into_iter()
        .map(|(table, rows)| (table, rows.as_array().cloned().unwrap_or_default()))
        .collect()
}
