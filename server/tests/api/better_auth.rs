//! `/api/auth/*`, as Better Auth's client sees it.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Answer, Setup, TestApp, end_sessions_in};

const COOKIE: &str = "better-auth.session_token";

fn mia() -> Value {
    json!({"name": "Mia", "email": "Mia@Example.com", "password": "correct horse"})
}

async fn sign_up(app: &TestApp) -> Answer {
    app.post("/api/auth/sign-up/email").json(&mia()).send().await
}

/// What a browser sends back of the cookies it was sent.
fn jar(answer: &Answer) -> String {
    let pairs: Vec<&str> = answer
        .cookies()
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    pairs.join("; ")
}

/// A cookie's attributes, its value cut out.
fn shape(cookie: &str) -> String {
    let (pair, attributes) = cookie.split_once(';').unwrap();
    let (name, value) = pair.split_once('=').unwrap();
    let value = if value.is_empty() { "" } else { "…" };
    format!("{name}={value};{attributes}")
}

fn shapes(answer: &Answer) -> Vec<String> {
    answer.cookies().into_iter().map(shape).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_s_life(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let up = sign_up(&app).await;
    insta::assert_json_snapshot!("sign_up", up.tidy());
    assert_eq!(
        shapes(&up),
        ["better-auth.session_token=…; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"]
    );
    let (token, cookies) = (up.json()["token"].as_str().unwrap().to_owned(), jar(&up));
    let signed = up.header("set-auth-token").unwrap();
    assert!(signed.starts_with(&format!("{token}.")) && signed.ends_with('=') && signed.len() == 32 + 1 + 44);
    assert_eq!(
        cookies,
        format!(
            "{COOKIE}={}",
            signed.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
        )
    );
    assert_eq!(up.header("access-control-expose-headers"), Some("set-auth-token"));

    let session = app
        .get("/api/auth/get-session")
        .header("cookie", &cookies)
        .header("user-agent", "Mozilla/5.0")
        .send()
        .await;
    insta::assert_json_snapshot!("get_session", session.tidy());
    assert_eq!(session.header("cache-control"), Some("no-store"));
    assert_eq!(session.header("pragma"), Some("no-cache"));
    assert!(session.cookies().is_empty());
    let jwt = session.header("set-auth-jwt").unwrap();
    app.get("/api/tasks")
        .header("authorization", &format!("Bearer {jwt}"))
        .send()
        .await
        .ok(200);

    let token = app.get("/api/auth/token").header("cookie", &cookies).send().await;
    insta::assert_json_snapshot!("token", token.tidy());
    let claims = token.json()["token"]
        .as_str()
        .unwrap()
        .split('.')
        .nth(1)
        .unwrap()
        .to_owned();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["sub"], up.json()["user"]["id"]);
    assert_eq!(
        (&claims["iss"], &claims["email"]),
        (&json!("http://127.0.0.1:3000"), &json!("mia@example.com"))
    );
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        15 * 60
    );

    let out = app
        .post("/api/auth/sign-out")
        .header("cookie", &cookies)
        .header("origin", "http://127.0.0.1:3000")
        .json(&json!({}))
        .send()
        .await;
    assert_eq!(out.ok(200), json!({"success": true}));
    let cleared = [COOKIE, "better-auth.session_data", "better-auth.dont_remember"]
        .map(|name| format!("{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(shapes(&out), cleared);

    let after = app
        .get("/api/auth/get-session")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(after.ok(200), Value::Null);
    assert_eq!(after.text(), "null");
    assert_eq!(shapes(&after), cleared);
    app.get("/api/auth/token")
        .header("cookie", &cookies)
        .send()
        .await
        .problem(401);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn signing_in_takes_json_and_forms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    sign_up(&app).await.ok(200);
    let post = || app.post("/api/auth/sign-in/email");
    let plain = post()
        .json(&json!({"email": "MIA@example.com", "password": "correct horse"}))
        .send()
        .await;
    insta::assert_json_snapshot!("sign_in", plain.tidy());
    let form = "email=mia%40example.com&password=correct+horse&rememberMe=false&callbackURL=%2Fdashboard";
    let form = post()
        .body("application/x-www-form-urlencoded", form)
        .send()
        .await;
    insta::assert_json_snapshot!("sign_in_with_callback", form.tidy());
    assert_eq!(form.header("location"), Some("/dashboard"));
    assert_eq!(
        shapes(&form),
        [
            "better-auth.session_token=…; Path=/; HttpOnly; SameSite=Lax",
            "better-auth.dont_remember=…; Path=/; HttpOnly; SameSite=Lax",
        ]
    );
    // A later session that is remembered takes the mark away.
    let again = post()
        .header("cookie", &jar(&form))
        .header("origin", "http://127.0.0.1:3000")
        .json(&json!({"email": "mia@example.com", "password": "correct horse"}))
        .send()
        .await;
    assert_eq!(
        shapes(&again)[1],
        "better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    );
    let elsewhere = json!({"email": "mia@example.com", "password": "correct horse", "callbackURL": "https://evil.example"});
    assert_eq!(
        post().json(&elsewhere).send().await.problem(403)["code"],
        "INVALID_CALLBACK_URL"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn over_https_cookies_are_secure(pool: PgPool) {
    let setup = Setup {
        public_url: "https://todo.example",
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    let up = sign_up(&app).await;
    assert_eq!(
        shapes(&up),
        ["__Secure-better-auth.session_token=…; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax; Secure"]
    );
    assert_eq!(up.header("strict-transport-security"), Some("max-age=31536000"));
    let session = async |cookies: &str| {
        app.get("/api/auth/get-session")
            .header("cookie", cookies)
            .send()
            .await
            .json()
    };
    assert_eq!(session(&jar(&up)).await["user"]["name"], "Mia");
    // The plain name may have been set by somebody on the way.
    assert_eq!(
        session(jar(&up).trim_start_matches("__Secure-")).await,
        Value::Null
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn errors_carry_better_auth_s_codes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    sign_up(&app).await.ok(200);
    let with = |name: &str, value: Value| {
        let mut body = mia();
        body[name] = value;
        body
    };
    for (path, body, status, code) in [
        ("sign-up", mia(), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL"),
        (
            "sign-up",
            with("password", json!("1234567")),
            400,
            "PASSWORD_TOO_SHORT",
        ),
        (
            "sign-up",
            with("password", json!("x".repeat(129))),
            400,
            "PASSWORD_TOO_LONG",
        ),
        (
            "sign-up",
            with("password", json!("Password123!")),
            400,
            "PASSWORD_COMPROMISED",
        ),
        ("sign-up", with("password", json!("")), 400, "VALIDATION_ERROR"),
        (
            "sign-up",
            with("email", json!("mia@localhost")),
            400,
            "VALIDATION_ERROR",
        ),
        ("sign-up", with("name", Value::Null), 400, "VALIDATION_ERROR"),
        ("sign-up", json!([]), 400, "VALIDATION_ERROR"),
        (
            "sign-up",
            with("callbackURL", json!("//evil.example")),
            403,
            "INVALID_CALLBACK_URL",
        ),
        (
            "sign-in",
            with("password", json!("wrong horse")),
            401,
            "INVALID_EMAIL_OR_PASSWORD",
        ),
        (
            "sign-in",
            with("email", json!("nobody@example.com")),
            401,
            "INVALID_EMAIL_OR_PASSWORD",
        ),
        (
            "sign-in",
            with("email", json!("not an address")),
            400,
            "INVALID_EMAIL",
        ),
        (
            "sign-in",
            with("password", json!("x".repeat(129))),
            400,
            "PASSWORD_TOO_LONG",
        ),
        ("sign-in", json!({"email": 1}), 400, "VALIDATION_ERROR"),
    ] {
        let answer = app
            .post(&format!("/api/auth/{path}/email"))
            .json(&body)
            .send()
            .await;
        let problem = answer.problem(status);
        assert_eq!(problem["code"], code, "{body}");
        assert!(answer.cookies().is_empty());
    }
    let missing = app
        .post("/api/auth/sign-in/email")
        .json(&json!({"email": 1}))
        .send()
        .await
        .problem(400);
    assert_eq!(
        missing["message"],
        "[body.email] Invalid input: expected string, received number; \
         [body.password] Invalid input: expected string, received undefined"
    );
    let wrong = app
        .post("/api/auth/sign-in/email")
        .json(&with("password", json!("wrong horse")))
        .send()
        .await;
    insta::assert_json_snapshot!("wrong_password", crate::support::tidy(wrong.problem(401)));
    let malformed = app
        .post("/api/auth/sign-in/email")
        .body("application/json", "{")
        .send()
        .await;
    assert_eq!(malformed.problem(400)["code"], "BAD_REQUEST");
    let text = app
        .post("/api/auth/sign-in/email")
        .body("text/plain", "x")
        .send()
        .await;
    assert_eq!(text.problem(415)["code"], "UNSUPPORTED_MEDIA_TYPE");
    let deferred = app.post("/api/auth/get-session").json(&json!({})).send().await;
    assert_eq!(
        deferred.problem(405)["code"],
        "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED"
    );
    assert_eq!(
        app.get("/api/auth/token").send().await.problem(401)["code"],
        "UNAUTHORIZED"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_it_does_not_know_is_not_there(pool: PgPool) {
    let app = TestApp::new(pool).await;
    assert_eq!(app.get("/api/auth/ok").send().await.ok(200), json!({"ok": true}));
    let nobody = app.get("/api/auth/get-session").send().await;
    assert_eq!((nobody.ok(200), nobody.cookies().len()), (Value::Null, 0));
    for (method, path) in [
        (Method::GET, "/api/auth"),
        (Method::GET, "/api/auth/"),
        (Method::GET, "/api/auth/ok/"),
        (Method::HEAD, "/api/auth/ok"),
        (Method::OPTIONS, "/api/auth/sign-in/email"),
        (Method::GET, "/api/auth/sign-in/email"),
        (Method::POST, "/api/auth/token"),
        (Method::GET, "/api/auth/callback/github"),
    ] {
        let answer = app.call(method.clone(), path).send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.bytes.len()),
            (404, 0),
            "{method} {path}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn guessing_passwords_is_slow(pool: PgPool) {
    let setup = Setup {
        auth_per_minute: 3,
        ..Setup::default()
    };
    let app = TestApp::with(pool, setup).await;
    sign_up(&app).await.ok(200);
    let guess = json!({"email": "mia@example.com", "password": "wrong horse"});
    let post = async || app.post("/api/auth/sign-in/email").json(&guess).send().await;
    post().await.problem(401);
    post().await.problem(401);
    let refused = post().await;
    assert_eq!(
        refused.problem(429)["message"],
        "Too many requests. Please try again later."
    );
    let seconds: u64 = refused.header("x-retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&seconds));
    assert_eq!(refused.header("retry-after"), refused.header("x-retry-after"));
    app.get("/api/auth/get-session").send().await.ok(200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_is_prolonged_once_a_day_has_passed(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let cookies = jar(&sign_up(&app).await);
    end_sessions_in(&pool, "5 days").await;
    let get = async |query: &str, cookies: &str| {
        app.get(&format!("/api/auth/get-session{query}"))
            .header("cookie", cookies)
            .send()
            .await
    };
    let frozen = get("?disableRefresh=true", &cookies).await;
    assert!(frozen.cookies().is_empty());
    let prolonged = get("", &cookies).await;
    assert_eq!(shapes(&prolonged).len(), 1);
    assert!(prolonged.header("set-auth-token").is_some());
    let end = |answer: &Answer| {
        answer.json()["session"]["expiresAt"]
            .as_str()
            .unwrap()
            .parse::<protocol::Timestamp>()
            .unwrap()
    };
    assert!(end(&prolonged) > end(&frozen));
    assert!(get("", &cookies).await.cookies().is_empty());

    end_sessions_in(&pool, "-1 second").await;
    let expired = get("", &cookies).await;
    assert_eq!((expired.ok(200), expired.cookies().len()), (Value::Null, 3));
}
