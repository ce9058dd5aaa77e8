//! What people write and what opens doors is in no log, at no level.

use std::io;
use std::sync::{Arc, Mutex};

use agent::llm::scripted::{calls, says};
use axum::http::Method;
use serde_json::json;
use sqlx::PgPool;
use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

use crate::messages::conversation;
use crate::support::{ORIGIN, TestApp};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_secret_and_nothing_written_is_logged(pool: PgPool) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // See `attack::statements`: with one only, other tests decide what is logged here.
    let _second = Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(subscriber);

    let arguments = r#"{"title": "Titmouse feeder", "description": "Goldfinch seed"}"#;
    let app = TestApp::answering(
        pool,
        vec![calls(&[("c1", "add_task", arguments)]), says("Robins are fed.")],
    )
    .await;
    let mia = app.user("Mia").await;
    let form = |body: &str| {
        app.post("/api/fn/sign_in")
            .header("origin", ORIGIN)
            .header("accept", "text/html")
            .body("application/x-www-form-urlencoded", body.to_owned())
    };
    let sign_up =
        json!({ "name": "Kingfisher", "email": "heron@example.org", "password": "Sparrowhawk nest" });
    let signed_up = app
        .post("/api/auth/sign-up/email")
        .json(&sign_up)
        .send()
        .await
        .ok(200);
    for password in ["Wryneck+tree", "Sparrowhawk+nest"] {
        form(&format!("email=heron%40example.org&password={password}"))
            .send()
            .await;
    }
    let change = json!({ "currentPassword": "correct horse", "newPassword": "Dipper stream" });
    app.post("/api/auth/change-password")
        .in_browser_of(&mia)
        .json(&change)
        .send()
        .await
        .ok(200);
    let messages = conversation(&app, &mia).await;
    let sent = json!({ "content": "Bullfinch and Waxwing" });
    let key = ("idempotency-key", "Chiffchaff");
    app.post(&messages)
        .by(&mia)
        .header(key.0, key.1)
        .json(&sent)
        .send()
        .await
        .ok(200);
    // What is refused is not logged for that either, nor what is asked for.
    app.post("/api/tasks")
        .by(&mia)
        .json(&json!({ "title": "Brambling ".repeat(90) }))
        .send()
        .await
        .problem(422);
    app.post("/api/tasks")
        .by(&mia)
        .body("application/json", "{Linnet")
        .send()
        .await
        .problem(400);
    app.get("/api/tasks?q=Siskin&cursor=Redpoll")
        .by(&mia)
        .send()
        .await
        .problem(422);
    app.get("/dashboard/search?q=Nuthatch")
        .in_browser_of(&mia)
        .header("accept", "text/html")
        .send()
        .await;
    app.get("/api/tasks")
        .header("authorization", "Bearer Treecreeper")
        .send()
        .await
        .problem(401);
    app.call(Method::GET, "/share/Whitethroat").send().await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("Answered") && log.contains("/api/auth/"),
        "there is a log"
    );
    assert!(
        log.contains("INSERT INTO messages"),
        "and the driver's: {}",
        log.len()
    );
    let token = signed_up["token"].as_str().unwrap();
    let (bearer, cookie) = (mia.bearer.as_str(), mia.cookie.split_once('=').unwrap().1);
    let written = [
        "Titmouse",
        "Goldfinch",
        "Robins",
        "Kingfisher",
        "heron",
        "Sparrowhawk",
        "Wryneck",
        "Dipper",
        "Bullfinch",
        "Waxwing",
        "Chiffchaff",
        "Brambling",
        "Linnet",
        "Siskin",
        "Redpoll",
        "Nuthatch",
        "Treecreeper",
        "Whitethroat",
        "correct horse",
        "argon2id",
        token,
        bearer,
        &cookie[..32],
        crate::support::SECRET,
    ];
    for secret in written {
        let line = log
            .lines()
            .find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(line, None, "{secret}");
    }
}
