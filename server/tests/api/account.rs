//! One's own account: Better Auth's endpoints, the settings' forms, the export.

use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Answer, ORIGIN, TestApp, User};

const FORM: &str = "application/x-www-form-urlencoded";

async fn auth(app: &TestApp, path: &str, cookie: &str, body: Value) -> Answer {
    app.post(&format!("/api/auth/{path}"))
        .header("cookie", cookie)
        .header("origin", ORIGIN)
        .json(&body)
        .send()
        .await
}

async fn sign_in(app: &TestApp, password: &str) -> Answer {
    let body = json!({"email": "ada@example.com", "password": password});
    app.post("/api/auth/sign-in/email").json(&body).send().await
}

fn cookie(answer: &Answer) -> String {
    answer.cookies()[0].split(';').next().unwrap().to_owned()
}

async fn session(app: &TestApp, cookie: &str) -> Value {
    app.get("/api/auth/get-session")
        .header("cookie", cookie)
        .send()
        .await
        .ok(200)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn better_auth_changes_user_and_password(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    assert_eq!(
        auth(
            &app,
            "update-user",
            &ada.cookie,
            json!({"name": "Ada L.", "emailVerified": true})
        )
        .await
        .ok(200),
        json!({"status": true})
    );
    let user = session(&app, &ada.cookie).await["user"].clone();
    assert_eq!(
        (&user["name"], &user["emailVerified"]),
        (&json!("Ada L."), &json!(false))
    );
    for (body, code) in [
        (json!({"email": "x@example.com"}), "EMAIL_CAN_NOT_BE_UPDATED"),
        (json!({}), "NO_FIELDS_TO_UPDATE"),
        (json!({"name": "x".repeat(101)}), "VALIDATION_ERROR"),
        (json!({"image": "http://x.example/\0"}), "VALIDATION_ERROR"),
        (json!({"image": "x".repeat(2049)}), "VALIDATION_ERROR"),
    ] {
        assert_eq!(
            auth(&app, "update-user", &ada.cookie, body).await.problem(400)["code"],
            code
        );
    }

    // The limit counts characters.
    auth(
        &app,
        "update-user",
        &ada.cookie,
        json!({"image": "é".repeat(2048)}),
    )
    .await
    .ok(200);

    let elsewhere = cookie(&sign_in(&app, "correct horse").await);
    let change = |current: &str, new: &str, revoke: bool| json!({"currentPassword": current, "newPassword": new, "revokeOtherSessions": revoke});
    for (body, code) in [
        (change("wrong horse", "battery staple", false), "INVALID_PASSWORD"),
        (change("correct horse", "short", false), "PASSWORD_TOO_SHORT"),
        (
            change("correct horse", &"x".repeat(129), false),
            "PASSWORD_TOO_LONG",
        ),
        (
            change("correct horse", "password123", false),
            "PASSWORD_COMPROMISED",
        ),
    ] {
        assert_eq!(
            auth(&app, "change-password", &ada.cookie, body)
                .await
                .problem(400)["code"],
            code
        );
    }
    let kept = auth(
        &app,
        "change-password",
        &ada.cookie,
        change("correct horse", "battery staple", false),
    )
    .await;
    assert_eq!(kept.ok(200)["token"], Value::Null);
    assert_ne!(session(&app, &elsewhere).await, Value::Null);
    let fresh = auth(
        &app,
        "change-password",
        &ada.cookie,
        change("battery staple", "third horse", true),
    )
    .await;
    assert_eq!(fresh.ok(200)["user"]["email"], "ada@example.com");
    assert_eq!(
        session(&app, &cookie(&fresh)).await["session"]["token"],
        fresh.json()["token"]
    );
    assert_eq!(session(&app, &ada.cookie).await, Value::Null);
    assert_eq!(session(&app, &elsewhere).await, Value::Null);
    sign_in(&app, "third horse").await.ok(200);
    let nobody = auth(&app, "change-password", "x=1", change("a", "b", false)).await;
    assert_eq!(nobody.problem(401)["code"], "UNAUTHORIZED");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn better_auth_lists_and_ends_sessions(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let bob = app.user("Bob").await;
    let second = cookie(&sign_in(&app, "correct horse").await);
    let third = cookie(&sign_in(&app, "correct horse").await);
    let list = app
        .get("/api/auth/list-sessions")
        .header("cookie", &ada.cookie)
        .send()
        .await
        .ok(200);
    assert_eq!(list.as_array().unwrap().len(), 3);
    let current = session(&app, &ada.cookie).await["session"].clone();
    assert!(list.as_array().unwrap().contains(&current));
    let other = session(&app, &second).await["session"]["id"].clone();
    let token = list
        .as_array()
        .unwrap()
        .iter()
        .find(|listed| listed["id"] == other)
        .unwrap()["token"]
        .clone();
    assert_eq!(
        auth(&app, "revoke-session", &bob.cookie, json!({"token": token}))
            .await
            .ok(200),
        json!({"status": true})
    );
    assert_ne!(session(&app, &second).await, Value::Null);
    auth(&app, "revoke-session", &ada.cookie, json!({"token": token}))
        .await
        .ok(200);
    assert_eq!(session(&app, &second).await, Value::Null);
    auth(&app, "revoke-other-sessions", &ada.cookie, json!({}))
        .await
        .ok(200);
    assert_eq!(session(&app, &third).await, Value::Null);
    assert_ne!(session(&app, &ada.cookie).await, Value::Null);
    let all = auth(&app, "revoke-sessions", &ada.cookie, json!({})).await;
    assert_eq!((all.ok(200), all.cookies().len()), (json!({"status": true}), 3));
    assert_eq!(session(&app, &ada.cookie).await, Value::Null);
    assert_ne!(session(&app, &bob.cookie).await, Value::Null);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn better_auth_deletes_a_user(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let wrong = auth(
        &app,
        "delete-user",
        &ada.cookie,
        json!({"password": "wrong horse"}),
    )
    .await;
    assert_eq!(wrong.problem(400)["code"], "INVALID_PASSWORD");
    let gone = auth(
        &app,
        "delete-user",
        &ada.cookie,
        json!({"password": "correct horse"}),
    )
    .await;
    assert_eq!(gone.ok(200), json!({"success": true, "message": "User deleted"}));
    assert_eq!(gone.cookies().len(), 3);
    assert_eq!(session(&app, &ada.cookie).await, Value::Null);
    app.get("/api/tasks").by(&ada).send().await.problem(401);
    sign_in(&app, "correct horse").await.problem(401);
}

async fn submit(app: &TestApp, user: &User, function: &str, body: &'static str) -> Answer {
    app.post(&format!("/api/fn/{function}"))
        .header("accept", "text/html")
        .header("origin", ORIGIN)
        .header("referer", &format!("{ORIGIN}/dashboard/settings"))
        .header("cookie", &user.cookie)
        .body(FORM, body)
        .send()
        .await
}

async fn settings(app: &TestApp, user: &User, after: &Answer) -> String {
    let flash: Vec<&str> = after
        .cookies()
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap())
        .collect();
    let cookies = format!("{}; {}", user.cookie, flash.join("; "));
    let page = app
        .get("/dashboard/settings")
        .header("accept", "text/html")
        .header("cookie", &cookies)
        .send()
        .await;
    assert_eq!(page.status, 200);
    page.text().to_owned()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn settings_are_plain_forms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    let saved = submit(&app, &ada, "update_profile", "name=Ada+King").await;
    assert_eq!(
        (saved.status.as_u16(), saved.header("location")),
        (302, Some("/dashboard/settings#profile"))
    );
    let page = settings(&app, &ada, &saved).await;
    assert!(page.contains("Your name was saved.") && page.contains("value=\"Ada King\""));

    for (body, sentence) in [
        (
            "current_password=correct+horse&password=short",
            "New password must have at least 8 characters.",
        ),
        (
            "current_password=correct+horse&password=password123",
            "New password is one of those that are tried first",
        ),
        (
            "current_password=wrong+horse&password=battery+staple",
            "Current password is not right.",
        ),
    ] {
        let refused = submit(&app, &ada, "change_password", body).await;
        let page = settings(&app, &ada, &refused).await;
        assert!(page.contains(sentence), "{sentence}");
    }
    let unsure = submit(
        &app,
        &ada,
        "delete_account",
        "current_password=correct+horse&confirmation=no",
    )
    .await;
    assert!(
        settings(&app, &ada, &unsure)
            .await
            .contains("Confirmation must be the word “delete”.")
    );
    let gone = submit(
        &app,
        &ada,
        "delete_account",
        "current_password=correct+horse&confirmation=Delete",
    )
    .await;
    assert_eq!(gone.header("location"), Some("/sign-in?deleted=yes"));
    sign_in(&app, "correct horse").await.problem(401);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn everything_can_be_taken_along(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    app.post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "Milk"}))
        .send()
        .await
        .ok(201);
    let export = app
        .get("/api/account/export")
        .header("cookie", &ada.cookie)
        .send()
        .await;
    assert_eq!(export.ok(200)["tasks"][0]["title"], "Milk");
    assert_eq!(
        export.header("content-disposition"),
        Some("attachment; filename=\"greenlit-export.json\"")
    );
    assert_eq!(export.header("cache-control"), Some("no-store"));
    app.get("/api/account/export").send().await.problem(401);
}
