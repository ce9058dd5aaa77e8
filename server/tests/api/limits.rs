//! What one user may have and send, what is said beyond it, and that nobody else notices.

use agent::llm::scripted::{Act, says};
use axum::response::Response;
use domain::tasks::ListTasks;
use protocol::limits::{
    FAILED_SIGN_INS_PER_MINUTE, FEEDS_PER_USER, JSON_LEVELS, QUEUED_PER_CONVERSATION, RUNS_PER_USER,
    WATCHES_PER_USER,
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::messages::conversation;
use crate::support::{Answer, Setup, TestApp, User};

/// Too much: says when to come back and how much would have been fine.
#[track_caller]
fn assert_too_many(answer: &Answer, limit: usize) {
    let problem = answer.problem(429);
    assert_eq!(problem["code"], "rate_limited");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(&limit.to_string()), "{detail}");
    assert_eq!(answer.header("retry-after"), Some("5"));
}

async fn open(app: &TestApp, user: &User, path: &str) -> Response {
    let response = app.get(path).by(user).open().await;
    assert_eq!(response.status(), 200, "{path}");
    response
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_user_s_flood_is_theirs_alone(pool: PgPool) {
    let runs = RUNS_PER_USER as usize;
    // As many answers as one may have at once never come; then there is one for somebody else.
    let waiting = QUEUED_PER_CONVERSATION as usize;
    let hold = || vec![Act::Hold];
    let answers = (0..runs - waiting).map(|_| hold()).chain([says("Here you are.")]);
    let setup = Setup {
        answers: answers.collect(),
        messages_per_minute: 10_000,
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let (eve, bob) = (app.user("Eve").await, app.user("Bob").await);
    let send = async |user: &User, path: &str| {
        let form = format!(
            "conversation_id={}&content=More",
            path.split('/').nth(4).unwrap_or_default()
        );
        app.post("/api/fn/send_message")
            .by(user)
            .body("application/x-www-form-urlencoded", form)
            .send()
            .await
    };

    // One conversation: an answer that is written, and as many that wait as may.
    let full = conversation(&app, &eve).await;
    let first = send(&eve, &full).await.ok(200);
    for _ in 0..waiting {
        send(&eve, &full).await.ok(200);
    }
    let stored = || async { app.get(&full).by(&eve).send().await.ok(200)["total_count"].clone() };
    let before = stored().await;
    let refused = app
        .post(&full)
        .by(&eve)
        .json(&json!({ "content": "More" }))
        .send()
        .await;
    assert_too_many(&refused, waiting);
    assert_eq!(stored().await, before, "what was refused was not stored");
    // A server function says the same, with the same status.
    let refused = send(&eve, &full).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("retry-after")),
        (429, Some("5"))
    );
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains(&waiting.to_string())
    );

    // Many conversations.
    for _ in waiting + 1..runs {
        send(&eve, "").await.ok(200);
    }
    let refused = app
        .post("/api/chat/conversations")
        .by(&eve)
        .json(&json!({ "message": "More" }))
        .send()
        .await;
    assert_too_many(&refused, runs);

    // Streams of both kinds.
    let mut streams = vec![];
    for _ in 0..FEEDS_PER_USER {
        streams.push(open(&app, &eve, "/api/chat/events").await);
    }
    assert_too_many(&app.get("/api/chat/events").by(&eve).send().await, FEEDS_PER_USER);
    let run = format!("/api/chat/runs/{}/events", first["run_id"].as_str().unwrap());
    for _ in 0..WATCHES_PER_USER {
        streams.push(open(&app, &eve, &run).await);
    }
    assert_too_many(&app.get(&run).by(&eve).send().await, WATCHES_PER_USER);

    // Nobody else notices.
    let his = conversation(&app, &bob).await;
    let answer = app
        .post(&his)
        .by(&bob)
        .json(&json!({ "content": "Hello" }))
        .send()
        .await
        .ok(200);
    assert_eq!(answer["assistant_message"]["content"], "Here you are.");
    drop(open(&app, &bob, "/api/chat/events").await);
    app.get("/api/tasks").by(&bob).send().await.ok(200);

    // And where one is closed there is room for one.
    streams.pop();
    streams.push(open(&app, &eve, &run).await);
    assert_too_many(&app.get(&run).by(&eve).send().await, WATCHES_PER_USER);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn json_has_so_many_levels(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    // The arguments of a call in an imported conversation may be anything; they stand four levels deep.
    let file = |levels: usize| {
        let deep = format!("{}{}", "[".repeat(levels - 6), "]".repeat(levels - 6));
        format!(
            r#"{{"format": "greenlit.conversation", "version": 1, "title": "Deep", "messages": [
                {{"role": "user", "content": "Hi", "created_at": "2026-01-02T03:04:05.678Z"}},
                {{"role": "assistant", "content": "Yes", "created_at": "2026-01-02T03:04:06.678Z", "tool_calls": [
                    {{"id": "0190b5a0-0000-7000-8000-000000000000", "tool_name": "add_task", "arguments": {{"a": {deep}}},
                      "result": null, "status": "success", "summary": "Did it", "timestamp": "2026-01-02T03:04:05.678Z"}}
                ]}}]}}"#
        )
    };
    let send = async |levels: usize| {
        let call = app.post("/api/chat/conversations/import").by(&ada);
        call.body("application/json", file(levels)).send().await
    };
    let fits = send(JSON_LEVELS).await;
    assert_eq!(fits.status, 201, "{}", fits.text());
    for levels in [JSON_LEVELS + 1, 10_000] {
        let problem = send(levels).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], "body");
        assert_eq!(
            problem["errors"][0]["message"],
            "must be nested at most 127 levels deep"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_account_is_guessed_at_slowly_from_wherever(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    app.user("Bob").await;
    let sign_in = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        app.post("/api/auth/sign-in/email").json(&body).send().await
    };
    // Signing in as often as one likes is no guessing.
    for _ in 0..FAILED_SIGN_INS_PER_MINUTE + 2 {
        sign_in("bob@example.com", "correct horse").await.ok(200);
    }
    // An account that is none is treated as one that is.
    let mut seen: Vec<Vec<Value>> = vec![];
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut answers = vec![];
        for _ in 0..FAILED_SIGN_INS_PER_MINUTE {
            let answer = sign_in(email, "battery staple").await;
            assert_eq!(answer.status, 401, "{}", answer.text());
            answers.push(answer.json()["code"].clone());
        }
        // Not even the right one is looked at, nor at the other door.
        let refused = sign_in(email, "correct horse").await;
        refused.problem(429);
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let form = format!("email={}&password=correct+horse", email.replace('@', "%40"));
        let page = app
            .post("/api/fn/sign_in")
            .body("application/x-www-form-urlencoded", form)
            .send()
            .await;
        assert_eq!(page.status, 429, "{}", page.text());
        answers.push(refused.json()["code"].clone());
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1]);
    // Others sign in, and she who is signed in stays so.
    sign_in("bob@example.com", "correct horse").await.ok(200);
    app.get("/api/tasks").in_browser_of(&ada).send().await.ok(200);
    // With her session one guesses no better.
    let change = json!({ "currentPassword": "battery staple", "newPassword": "another horse" });
    let guess = || {
        app.post("/api/auth/change-password")
            .in_browser_of(&ada)
            .json(&change)
    };
    for _ in 0..FAILED_SIGN_INS_PER_MINUTE {
        guess().send().await.problem(400);
    }
    guess().send().await.problem(429);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn requests_are_counted_by_user_and_by_address_before_anything_is_done(pool: PgPool) {
    let setup = Setup {
        requests_per_minute: 6,
        ..Setup::default()
    };
    let app = TestApp::with(pool.clone(), setup).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    // By whatever door; a stream is one request.
    for left in (2..6).rev() {
        let answer = app.get("/api/tasks").by(&ada).send().await;
        answer.ok(200);
        assert_eq!(answer.header("ratelimit-limit"), Some("6"));
        assert_eq!(
            answer.header("ratelimit-remaining"),
            Some(left.to_string().as_str())
        );
    }
    let feed = open(&app, &ada, "/api/chat/events").await;
    assert_eq!(feed.headers()["ratelimit-remaining"], "1");
    app.get("/api/nowhere")
        .in_browser_of(&ada)
        .send()
        .await
        .problem(404);

    let check = |answer: &Answer| {
        assert_eq!(answer.status, 429, "{}", answer.text());
        let wait = answer.header("retry-after").unwrap();
        assert!((1..=10).contains(&wait.parse::<u32>().unwrap()), "{wait}");
        assert_eq!(answer.header("ratelimit-limit"), Some("6"));
        assert_eq!(answer.header("ratelimit-remaining"), Some("0"));
        assert_eq!(answer.header("ratelimit-reset"), Some(wait));
    };
    let task = json!({ "title": "Milk" });
    let create = app.post("/api/tasks").by(&ada).json(&task).send().await;
    check(&create);
    assert_eq!(create.problem(429)["code"], "rate_limited");
    let form = || app.post("/api/fn/add_task").in_browser_of(&ada);
    let form_body = "application/x-www-form-urlencoded";
    let scripted = form().body(form_body, "title=Milk").send().await;
    check(&scripted);
    assert_eq!(scripted.problem(429)["code"], "rate_limited");
    // Browsers are shown a page, which asks again by itself unless that would send a form once more.
    let plain = form()
        .header("accept", "text/html")
        .body(form_body, "title=Milk")
        .send()
        .await;
    let page = app
        .get("/dashboard")
        .in_browser_of(&ada)
        .header("accept", "text/html")
        .send()
        .await;
    for (answer, again, hint) in [(&plain, false, "Reload this page"), (&page, true, "Try again")] {
        check(answer);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        let text = answer.text();
        assert!(
            text.contains("Too many requests") && text.contains(hint),
            "{text}"
        );
        assert_eq!(text.contains("http-equiv=\"refresh\""), again, "{text}");
    }
    let actor = app.domain.accounts().actor_of_jwt(&ada.bearer).await.unwrap();
    let stored = app
        .domain
        .tasks()
        .list(&actor, ListTasks::default())
        .await
        .unwrap();
    assert!(stored.tasks.is_empty(), "nothing was done");

    // Nobody else notices, and what is not counted is there for her, too.
    app.get("/api/tasks").by(&bob).send().await.ok(200);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(app.get(path).by(&ada).send().await.status, 200, "{path}");
    }
    assert_eq!(app.get("/pkg/old.js").by(&ada).send().await.status, 404);

    // An address: whoever is not signed in, at Better Auth's door, and with tokens that are none.
    for _ in 0..2 {
        app.get("/api/auth/get-session").send().await.ok(200);
        app.get("/").send().await;
        let wrong = app
            .get("/api/tasks")
            .header("authorization", "Bearer x.y.z")
            .send()
            .await;
        wrong.problem(401);
        assert!(wrong.header("ratelimit-remaining").is_some());
    }
    let session = app.get("/api/auth/get-session").in_browser_of(&bob).send().await;
    check(&session);
    assert_eq!(session.problem(429)["code"], "TOO_MANY_REQUESTS");
    assert_eq!(session.header("x-retry-after"), session.header("retry-after"));
    let wrong = app
        .get("/api/tasks")
        .header("authorization", "Bearer x.y.z")
        .send()
        .await;
    check(&wrong);
    check(&app.get("/sign-in").header("accept", "text/html").send().await);
    app.get("/api/tasks").by(&bob).send().await.ok(200);

    let setup = Setup {
        requests_per_minute: 0,
        ..Setup::default()
    };
    let unlimited = TestApp::with(pool, setup).await;
    for _ in 0..50 {
        let answer = unlimited.get("/api/tasks").by(&ada).send().await;
        answer.ok(200);
        assert_eq!(answer.header("ratelimit-limit"), None);
    }
}
