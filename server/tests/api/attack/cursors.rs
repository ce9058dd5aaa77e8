//! Somebody else's cursors, and what can be made of them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sqlx::PgPool;

use super::scene;

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_cursor_leads_to_what_is_somebody_else_s(pool: PgPool) {
    let (app, zebra, otter) = scene(&pool).await;
    for (path, name) in [("/api/tasks", "title"), ("/api/chat/conversations", "title")] {
        for user in [&zebra, &otter] {
            for number in 0..3 {
                let body = json!({ name: format!("{} {number}", user.word) });
                app.post(path).by(&user.user).json(&body).send().await.ok(201);
            }
        }
        let first = app
            .get(&format!("{path}?limit=1"))
            .by(&zebra.user)
            .send()
            .await
            .ok(200);
        let hers = first["next_cursor"].as_str().unwrap().to_owned();
        let bytes = URL_SAFE_NO_PAD.decode(&hers).unwrap();
        let mut cursors = vec![hers];
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[at] ^= flip;
                cursors.push(URL_SAFE_NO_PAD.encode(&bytes));
            }
            cursors.push(URL_SAFE_NO_PAD.encode(&bytes[..at]));
        }
        let mut led = 0;
        for cursor in &cursors {
            let answer = app
                .get(&format!("{path}?cursor={cursor}"))
                .by(&otter.user)
                .send()
                .await;
            assert!(
                [200, 422].contains(&answer.status.as_u16()),
                "{path} {cursor}: {}",
                answer.text()
            );
            assert!(
                !zebra.shows_in(answer.text()),
                "{path} {cursor}: {}",
                answer.text()
            );
            led += usize::from(answer.status == 200 && otter.shows_in(answer.text()));
            // The same place in the sidebar.
            for mark in ["p", "o"].into_iter().filter(|_| path.ends_with("conversations")) {
                let form = format!("cursor={mark}{cursor}");
                let call = app.post("/api/fn/more_conversations").in_browser_of(&otter.user);
                let answer = call.body("application/x-www-form-urlencoded", form).send().await;
                assert!(
                    [200, 422].contains(&answer.status.as_u16()),
                    "{cursor}: {}",
                    answer.text()
                );
                assert!(!zebra.shows_in(answer.text()), "{cursor}: {}", answer.text());
            }
        }
        assert!(led > 0, "{path}: none leads anywhere");
    }
}
