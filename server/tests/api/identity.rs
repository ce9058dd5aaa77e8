//! Who is asking.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{SECRET, TestApp, end_sessions_in, tidy};

fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .unwrap()
}

fn soon() -> u64 {
    jsonwebtoken::get_current_timestamp() + 600
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_token_or_a_session_speaks_for_its_user(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    app.post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "Milk"}))
        .send()
        .await
        .ok(201);
    for call in [
        app.get("/api/tasks").by(&ada),
        app.get("/api/tasks").header("cookie", &ada.cookie),
        // The session counts; the token is not even looked at.
        app.get("/api/tasks")
            .header("cookie", &ada.cookie)
            .header("authorization", "Bearer nonsense"),
    ] {
        assert_eq!(call.send().await.ok(200)["tasks"][0]["title"], "Milk");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_valid_token_of_an_unknown_user_makes_that_user(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for claims in [
        json!({"sub": "outside-1", "exp": soon()}),
        json!({"user_id": "outside-2", "exp": soon(), "aud": "somebody"}),
    ] {
        let bearer = format!("Bearer {}", token(Algorithm::HS256, SECRET, &claims));
        let call = || {
            app.post("/api/tasks")
                .header("authorization", &bearer)
                .json(&json!({"title": "Milk"}))
        };
        call().send().await.ok(201);
        call().send().await.ok(201);
        let list = app
            .get("/api/tasks")
            .header("authorization", &bearer)
            .send()
            .await
            .ok(200);
        assert_eq!(list["tasks"].as_array().unwrap().len(), 2);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_bad_token_is_let_in(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let claims = json!({"sub": "mallory", "exp": soon()});
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |algorithm: &str| {
        format!(
            "{}.{}.",
            part(json!({"alg": algorithm, "typ": "JWT"})),
            part(claims.clone())
        )
    };
    let (head, signature) = ada.bearer.rsplit_once('.').unwrap();
    let forged = format!(
        "{}.{}.{signature}",
        head.split('.').next().unwrap(),
        part(claims.clone())
    );
    for bad in [
        unsigned("none"),
        unsigned("None"),
        unsigned("HS256"),
        forged,
        token(Algorithm::HS256, "another secret that is long enough..", &claims),
        token(Algorithm::HS512, SECRET, &claims),
        token(
            Algorithm::HS256,
            SECRET,
            &json!({"sub": "mallory", "exp": soon() - 1200}),
        ),
        token(Algorithm::HS256, SECRET, &json!({"sub": "mallory"})),
        token(Algorithm::HS256, SECRET, &json!({"exp": soon()})),
        token(Algorithm::HS256, SECRET, &json!({"sub": "", "exp": soon()})),
        token(
            Algorithm::HS256,
            SECRET,
            &json!({"sub": "x".repeat(65), "exp": soon()}),
        ),
        token(
            Algorithm::HS256,
            SECRET,
            &json!({"sub": "mallory", "exp": soon(), "nbf": soon()}),
        ),
        "nonsense".into(),
        String::new(),
    ] {
        let answer = app
            .get("/api/tasks")
            .header("authorization", &format!("Bearer {bad}"))
            .send()
            .await;
        assert_eq!(answer.problem(401)["code"], "unauthenticated", "{bad}");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
    let nobody = app.get("/api/tasks").send().await;
    insta::assert_json_snapshot!("unauthenticated", tidy(nobody.problem(401)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_tampered_or_ended_session_is_none(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let (name, value) = ada.cookie.split_once('=').unwrap();
    let unsigned = value.split('.').next().unwrap();
    for bad in [
        format!("{name}={unsigned}"),
        format!("{name}=A{value}"),
        format!("{name}={unsigned}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"),
        format!("{name}="),
        format!("__Secure-{}", ada.cookie),
    ] {
        app.get("/api/tasks")
            .header("cookie", &bad)
            .send()
            .await
            .problem(401);
    }
    app.get("/api/tasks")
        .header("cookie", &ada.cookie)
        .send()
        .await
        .ok(200);
    app.post("/api/auth/sign-out")
        .in_browser_of(&ada)
        .json(&json!({}))
        .send()
        .await
        .ok(200);
    app.get("/api/tasks")
        .header("cookie", &ada.cookie)
        .send()
        .await
        .problem(401);
    // A token lives on until it expires, as tokens do.
    app.get("/api/tasks").by(&ada).send().await.ok(200);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_that_was_prolonged_is_sent_again(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let ada = app.user("Ada").await;
    let fresh = app.get("/api/tasks").header("cookie", &ada.cookie).send().await;
    assert!(fresh.cookies().is_empty());
    end_sessions_in(&pool, "5 days").await;
    let answer = app.get("/api/tasks").header("cookie", &ada.cookie).send().await;
    let cookies = answer.cookies();
    assert_eq!(cookies.len(), 1);
    assert!(cookies[0].starts_with(&ada.cookie), "{}", cookies[0]);
    assert!(cookies[0].contains("; Max-Age=604800;"));
}
