//! Row-level security, table by table; what holds for every table is in `catalogue.rs`.

use sqlx::PgPool;
use store::conversations::Probed;
use store::{Owner, Scope, shares};

use crate::catalogue::tables;
use crate::support::{conversation, exchange, id, store, user};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_worker_sees_no_content(pool: PgPool) {
    let store = store(pool);
    for statement in [
        "SELECT content FROM messages",
        "SELECT title FROM tasks",
        "SELECT title FROM conversations",
        "SELECT data FROM run_events",
        "SELECT arguments FROM tool_calls",
        "SELECT email FROM users",
        "SELECT token_hash FROM sessions",
        "SELECT password_hash FROM accounts",
        "SELECT text FROM testimonials",
        "SELECT theme FROM preferences",
    ] {
        let mut tx = store.begin(Scope::Worker).await.unwrap();
        assert!(
            sqlx::query(statement).execute(&mut *tx).await.is_err(),
            "{statement}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_is_made_and_taken_back_by_its_owner_alone(pool: PgPool) {
    let store = store(pool.clone());
    let (ada, bob) = (user(&store, "ada").await, user(&store, "bob").await);
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    exchange(&mut tx, &ada, conversation).await;
    shares::put(&mut tx, &ada, conversation, id(), "hers")
        .await
        .unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
    assert_eq!(shares::find(&mut tx, conversation).await.unwrap(), None);
    assert!(!shares::remove(&mut tx, conversation).await.unwrap());
    tx.commit().await.unwrap();
    // Neither in his own name nor in hers.
    for user in [&ada, &bob] {
        let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
        assert!(
            shares::put(&mut tx, user, conversation, id(), "his")
                .await
                .is_err()
        );
    }

    // A presented link shows its conversation and no other, and may be looked at only.
    let mut tx = store.begin(Scope::Share("hers")).await.unwrap();
    let shown = shares::shared_conversation(&mut tx).await.unwrap();
    assert_eq!(shown.map(|(id, _)| id), Some(conversation));
    let seen = shares::shared_messages(&mut tx, conversation, None, 10)
        .await
        .unwrap();
    assert_eq!(seen.len(), 2);
    drop(tx);
    let mut tx = store.begin(Scope::Share("his")).await.unwrap();
    assert_eq!(shares::shared_conversation(&mut tx).await.unwrap(), None);
    let seen = shares::shared_messages(&mut tx, conversation, None, 10)
        .await
        .unwrap();
    assert_eq!(seen, []);
    drop(tx);
    // Nothing but what a shared page shows is granted to whoever has a link.
    for table in tables(&pool).await {
        let granted = ["conversations", "messages", "tool_calls", "shares"].contains(&table.as_str());
        let mut tx = store.begin(Scope::Share("hers")).await.unwrap();
        let whole = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT * FROM {table}")));
        assert!(whole.execute(&mut *tx).await.is_err(), "{table}");
        for change in [
            format!("DELETE FROM {table}"),
            format!("INSERT INTO {table} DEFAULT VALUES"),
        ] {
            let mut tx = store.begin(Scope::Share("hers")).await.unwrap();
            let done = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut *tx).await;
            let error = done.unwrap_err();
            let code = error.as_database_error().and_then(|error| error.code());
            assert_eq!(code.as_deref(), Some("42501"), "{table}: {error}");
        }
        let mut tx = store.begin(Scope::Share("hers")).await.unwrap();
        let owner = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT user_id FROM {table}")));
        assert!(owner.execute(&mut *tx).await.is_err(), "{table}");
        let mut tx = store.begin(Scope::Share("hers")).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT FROM {table}")));
        assert_eq!(rows.execute(&mut *tx).await.is_ok(), granted, "{table}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_log_cannot_be_rewritten(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    for statement in ["UPDATE run_events SET event = 'x'", "DELETE FROM run_events"] {
        let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
        assert!(
            sqlx::query(statement).execute(&mut *tx).await.is_err(),
            "{statement}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_probe_tells_whose_it_is_and_nothing_else(pool: PgPool) {
    let store = store(pool);
    let (ada, bob) = (user(&store, "ada").await, user(&store, "bob").await);
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    let (run, message) = exchange(&mut tx, &ada, conversation).await;
    tx.commit().await.unwrap();
    for (table, id) in [
        (Probed::Conversation, conversation.0),
        (Probed::Run, run.0),
        (Probed::Message, message.0),
    ] {
        assert_eq!(
            store.owner_of(table, id, &bob).await.unwrap(),
            Owner::SomebodyElse
        );
    }
    assert_eq!(
        store.owner_of(Probed::Task, id(), &bob).await.unwrap(),
        Owner::Nobody
    );
}
