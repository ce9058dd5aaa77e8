//! The pages, as far as the server has a part in them: data, headers, forms without JavaScript.

use agent::llm::scripted::says;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Answer, Call, ORIGIN, Setup, TestApp, User};

const FORM: &str = "application/x-www-form-urlencoded";

/// As a browser without JavaScript asks.
fn page<'a>(app: &'a TestApp, path: &str, user: Option<&User>) -> Call<'a> {
    let call = app
        .get(path)
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    match user {
        Some(user) => call.header("cookie", &user.cookie),
        None => call,
    }
}

/// As such a browser sends a form.
fn submit<'a>(app: &'a TestApp, function: &str, from: &str, body: &'static str) -> Call<'a> {
    app.post(&format!("/api/fn/{function}"))
        .header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        .header("origin", ORIGIN)
        .header("referer", &format!("{ORIGIN}{from}"))
        .body(FORM, body)
}

fn jar(answer: &Answer) -> String {
    let pairs: Vec<&str> = answer
        .cookies()
        .iter()
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    pairs.join("; ")
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_comes_with_its_data_and_a_policy(pool: PgPool) {
    let app = TestApp::answering(pool, vec![says("I *will*, `Milk` it is.")]).await;
    let ada = app.user("Ada").await;
    app.post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "<b>Review</b> Q4 report", "due_at": "2001-01-01T00:00:00Z"}))
        .send()
        .await
        .ok(201);
    let made = app
        .post("/api/chat/conversations")
        .by(&ada)
        .json(&json!({"message": "Remember the milk"}))
        .send()
        .await
        .ok(201);
    let path = format!("/dashboard/chat/{}", made["id"].as_str().unwrap());
    let messages = format!(
        "/api/chat/conversations/{}/messages",
        made["id"].as_str().unwrap()
    );
    let run = app.get(&messages).by(&ada).send().await.ok(200)["messages"][0]["run_id"].clone();
    let events = format!("/api/chat/runs/{}/events", run.as_str().unwrap());
    app.get(&events).by(&ada).send().await;

    let chat = page(&app, &path, Some(&ada)).send().await;
    assert_eq!(chat.status, 200, "{}", chat.text());
    assert!(chat.text().contains("Remember the milk"));
    assert!(chat.text().contains("<em>will</em>, <code>Milk</code>"));
    assert_eq!(chat.header("cache-control"), Some("no-store"));
    let policy = chat.header("content-security-policy").unwrap();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"));
    assert!(chat.text().contains(&format!("nonce=\"{nonce}\"")));
    let again = page(&app, &path, Some(&ada)).send().await;
    assert!(!again.text().contains(nonce), "a nonce is used once");

    for path in ["/dashboard", "/dashboard/tasks"] {
        let answer = page(&app, path, Some(&ada)).send().await;
        assert!(
            answer.text().contains("&lt;b&gt;Review&lt;/b&gt; Q4 report"),
            "{path}"
        );
        assert!(!answer.text().contains("<b>Review"), "{path}");
    }
    let bob = app.user("Bob").await;
    let foreign = page(&app, &path, Some(&bob)).send().await;
    assert_eq!(foreign.status, 403);
    assert!(!foreign.text().contains("Remember the milk"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signed_out_a_dashboard_page_leads_to_sign_in(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let answer = page(&app, "/dashboard/tasks?status=open", None).send().await;
    assert_eq!(answer.status, 302);
    assert_eq!(
        answer.header("location"),
        Some("/sign-in?next=%2Fdashboard%2Ftasks%3Fstatus%3Dopen")
    );
    let sign_in = page(&app, "/sign-in", None).send().await;
    assert!(
        sign_in
            .text()
            .contains("<form method=\"post\" action=\"/api/fn/sign_in\"")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_form_works_without_javascript(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let body = "name=Mia&email=mia%40example.com&password=short&next=";
    let refused = submit(&app, "sign_up", "/sign-up", body).send().await;
    assert_eq!(refused.status, 302);
    assert_eq!(refused.header("location"), Some("/sign-up"));
    let back = page(&app, "/sign-up", None)
        .header("cookie", &jar(&refused))
        .send()
        .await;
    assert!(back.text().contains("mia@example.com") && back.text().contains("at least 8 characters"));
    assert!(!back.text().contains("short"));
    assert!(back.cookies()[0].starts_with("greenlit_flash=; Max-Age=0"));

    let body = "name=Mia&email=mia%40example.com&password=correct+horse&next=%2Fdashboard%2Ftasks";
    let done = submit(&app, "sign_up", "/sign-up", body).send().await;
    assert_eq!(
        (done.status.as_u16(), done.header("location")),
        (302, Some("/dashboard/tasks"))
    );
    let cookies = jar(&done);
    let tasks = page(&app, "/dashboard/tasks", None)
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(tasks.status, 200);

    let elsewhere = "email=mia%40example.com&password=correct+horse&next=https%3A%2F%2Fevil.example";
    let answer = submit(&app, "sign_in", "/sign-in", elsewhere).send().await;
    assert_eq!(answer.status, 302);
    assert!(
        answer.header("location").unwrap().starts_with("/dashboard"),
        "{:?}",
        answer.header("location")
    );

    let out = submit(&app, "sign_out", "/dashboard", "")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(out.status, 302);
    let gone = page(&app, "/dashboard/tasks", None)
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(gone.status, 302);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_message_is_sent_and_never_lost_without_javascript(pool: PgPool) {
    let setup = Setup {
        answers: vec![says("Hello *there*.")],
        messages_per_minute: 1,
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let ada = app.user("Ada").await;
    let send = |text: &str, path: &str| {
        app.post("/api/fn/send_message")
            .header("accept", "text/html")
            .header("referer", &format!("{ORIGIN}{path}"))
            .in_browser_of(&ada)
            .body(FORM, format!("conversation_id=&content={text}"))
    };
    let sent = send("Hi", "/dashboard/chat").send().await;
    assert_eq!(sent.status, 302, "{}", sent.text());
    let path = sent.header("location").unwrap().to_owned();
    assert!(path.starts_with("/dashboard/chat/"), "{path}");
    assert!(page(&app, &path, Some(&ada)).send().await.text().contains("Hi"));

    // The next one comes too soon; what was typed is more than a cookie holds, and comes back.
    let long = "long+words+".repeat(900);
    let refused = send(&long, "/dashboard/chat").send().await;
    assert_eq!(refused.status, 302);
    let back = page(&app, refused.header("location").unwrap(), None)
        .header("cookie", &format!("{}; {}", ada.cookie, jar(&refused)))
        .send()
        .await;
    assert!(back.text().contains(&long.replace('+', " ")), "{}", back.text());
    assert!(back.text().contains("try again in"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn server_functions_keep_to_the_limits_of_the_other_doors(pool: PgPool) {
    let setup = Setup {
        auth_per_minute: 2,
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let attempt = || {
        app.post("/api/fn/sign_in")
            .header("accept", "application/json")
            .header("origin", ORIGIN)
            .body(FORM, "email=mia%40example.com&password=wrong+horse&next=")
    };
    for _ in 0..2 {
        let answer = attempt().send().await;
        assert_eq!(answer.status, 401, "{}", answer.text());
        assert_eq!(answer.json()["code"], "invalid_email_or_password");
    }
    let refused = attempt().send().await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["code"]),
        (429, &json!("rate_limited"))
    );
    assert!(refused.header("retry-after").is_some());
    // The other door shares the count.
    let sign_in = json!({"email": "mia@example.com", "password": "wrong horse"});
    app.post("/api/auth/sign-in/email")
        .json(&sign_in)
        .send()
        .await
        .problem(429);

    let foreign = app
        .post("/api/fn/sign_in")
        .header("accept", "text/html")
        .header("origin", "https://evil.example")
        .body(FORM, "email=a%40b.co&password=x");
    let foreign = foreign.header("cookie", "theme=light").send().await;
    assert_eq!(foreign.status, 403);
    assert!(foreign.text().contains("<html lang=\"en\" data-theme=\"light\">"));
    assert!(
        foreign
            .text()
            .contains("does not come from a page of this server")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_unknown_page_is_a_page_with_status_404(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    for path in [
        "/nowhere",
        "/dashboard/nowhere/at/all",
        "/dashboard/chat/nonsense",
    ] {
        let answer = page(&app, path, Some(&ada)).send().await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.header("content-type").unwrap().starts_with("text/html"),
            "{path}"
        );
        assert!(answer.text().contains("<html"), "{path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_page_has_a_title_of_its_own(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let body = json!({"title": "Weekend in the mountains"});
    let made = app
        .post("/api/chat/conversations")
        .by(&ada)
        .json(&body)
        .send()
        .await
        .ok(201);
    let chat = format!("/dashboard/chat/{}", made["id"].as_str().unwrap());
    let mut titles = std::collections::BTreeMap::new();
    for (path, user) in [
        ("/", None),
        ("/sign-in", None),
        ("/sign-up", None),
        ("/nowhere", None),
        ("/dashboard", Some(&ada)),
        ("/dashboard/tasks", Some(&ada)),
        ("/dashboard/tasks/activity", Some(&ada)),
        ("/dashboard/chat", Some(&ada)),
        (&chat, Some(&ada)),
        ("/dashboard/search", Some(&ada)),
        ("/dashboard/conversations/deleted", Some(&ada)),
        ("/dashboard/settings", Some(&ada)),
    ] {
        let answer = page(&app, path, user).send().await;
        let (_, rest) = answer.text().split_once("<title>").unwrap();
        let (title, _) = rest.split_once("</title>").unwrap();
        assert!(title.contains("Greenlit"), "{path}: {title}");
        let twin = titles.insert(title.to_owned(), path);
        assert_eq!(twin, None, "{path}: {title}");
    }
    let said = page(&app, "/", None).send().await;
    for tag in ["og:title", "og:description", "og:image", "og:url"] {
        assert!(said.text().contains(&format!("property=\"{tag}\"")), "{tag}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn dates_are_written_as_the_browser_has_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let body = json!({"title": "Passport", "due_at": "2031-11-22T15:30:00Z"});
    app.post("/api/tasks").by(&ada).json(&body).send().await.ok(201);
    let due = async |language: Option<&str>, cookie: &str| {
        let mut call = app
            .get("/dashboard/tasks")
            .header("accept", "text/html")
            .header("cookie", &format!("{}; {cookie}", ada.cookie));
        if let Some(language) = language {
            call = call.header("accept-language", language);
        }
        let answer = call.send().await;
        let (_, rest) = answer
            .text()
            .split_once("datetime=\"2031-11-22T15:30:00.000Z\"")
            .unwrap();
        let rest = rest.split_once('>').unwrap().1;
        rest.split('<').next().unwrap().trim().to_owned()
    };
    assert_eq!(due(None, "").await, "22 Nov 2031, 15:30");
    assert_eq!(
        due(Some("en-US,en;q=0.9"), "").await,
        "Nov 22, 2031, 3:30\u{a0}PM"
    );
    assert_eq!(due(Some("de"), "").await, "22 Nov 2031, 15:30");
    // What the page's script told counts more than the languages.
    let told = "greenlit_locale=en-AU-u-hc-h23";
    assert_eq!(due(Some("en-US"), told).await, "22 Nov 2031, 15:30");
    let preferences = async |body| {
        let call = app.call(axum::http::Method::PATCH, "/api/account/preferences");
        call.by(&ada).json(&body).send().await
    };
    let chosen = preferences(json!({"clock": "12h", "time_zone": "Asia/Tokyo", "approval": "always"}))
        .await
        .ok(200);
    assert_eq!(
        chosen,
        json!({"theme": null, "context_messages": null, "approval": "always", "time_zone": "Asia/Tokyo",
               "clock": "12h", "date_order": null, "first_day": null})
    );
    assert_eq!(due(None, told).await, "23 Nov 2031, 12:30\u{a0}AM");
    // A browser elsewhere does not move what was chosen by hand.
    app.post("/api/fn/set_time_zone")
        .header("accept", "application/json")
        .in_browser_of(&ada)
        .body(FORM, "time_zone=Europe%2FBerlin&locale=de-DE")
        .send()
        .await
        .ok(200);
    assert_eq!(due(None, told).await, "23 Nov 2031, 12:30\u{a0}AM");
    for (body, field) in [
        (json!({"time_zone": "Mars/Olympus"}), "time_zone"),
        (json!({"clock": "noon"}), "clock"),
        (json!({"theme": "pink"}), "theme"),
        (json!({"context_messages": 9}), "context_messages"),
        (json!({"approval": null, "colour": 1}), "colour"),
    ] {
        assert_eq!(preferences(body).await.problem(422)["errors"][0]["field"], field);
    }
}
