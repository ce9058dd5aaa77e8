//! Row-level security: what a query without a WHERE clause sees.

use protocol::TaskPriority;
use sqlx::PgPool;
use store::conversations::Probed;
use store::tasks::NewTask;
use store::{Owner, Scope, shares, tasks};

use crate::support::{conversation, exchange, id, store, user};

const USER_TABLES: [(&str, &str); 12] = [
    ("users", "SELECT count(*) FROM users"),
    ("accounts", "SELECT count(*) FROM accounts"),
    ("sessions", "SELECT count(*) FROM sessions"),
    ("conversations", "SELECT count(*) FROM conversations"),
    ("messages", "SELECT count(*) FROM messages"),
    ("runs", "SELECT count(*) FROM runs"),
    ("run_events", "SELECT count(*) FROM run_events"),
    ("tasks", "SELECT count(*) FROM tasks"),
    ("tool_calls", "SELECT count(*) FROM tool_calls"),
    ("shares", "SELECT count(*) FROM shares"),
    ("testimonials", "SELECT count(*) FROM testimonials"),
    ("preferences", "SELECT count(*) FROM preferences"),
];

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_query_without_where_sees_only_the_actors_rows(pool: PgPool) {
    let store = store(pool);
    for name in ["ada", "bob"] {
        let user = user(&store, name).await;
        let mut tx = store.begin(Scope::Actor(&user)).await.unwrap();
        store::accounts::insert_password(&mut tx, &format!("account-{name}"), &user, "hash")
            .await
            .unwrap();
        let conversation = conversation(&mut tx, &user).await;
        exchange(&mut tx, &user, conversation).await;
        let task = NewTask {
            id: id(),
            user: &user,
            title: "Milk",
            description: "",
            due_at: None,
            priority: TaskPriority::Normal,
        };
        tasks::insert(&mut tx, &task).await.unwrap();
        shares::put(&mut tx, &user, conversation, id(), name)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let ada = "ada".parse().unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    for (table, rows) in [
        ("users", 1),
        ("accounts", 1),
        ("conversations", 1),
        ("messages", 2),
        ("runs", 1),
        ("tasks", 1),
        ("shares", 1),
    ] {
        let (_, statement) = USER_TABLES.iter().find(|(name, _)| *name == table).unwrap();
        let seen: i64 = sqlx::query_scalar(*statement).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, rows, "{table}");
    }
    let done = sqlx::query("UPDATE tasks SET title = 'Mine'")
        .execute(&mut *tx)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_query_without_an_actor_sees_none(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    exchange(&mut tx, &ada, conversation).await;
    tx.commit().await.unwrap();
    // A session that does not exist is the application's role with nobody behind it.
    let mut tx = store.begin(Scope::Session("0000")).await.unwrap();
    for (table, statement) in USER_TABLES {
        let seen: i64 = sqlx::query_scalar(statement).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, 0, "{table}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_writes_a_row_for_somebody_else(pool: PgPool) {
    let store = store(pool);
    let (ada, bob) = (user(&store, "ada").await, user(&store, "bob").await);
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let task = NewTask {
        id: id(),
        user: &bob,
        title: "Planted",
        description: "",
        due_at: None,
        priority: TaskPriority::Normal,
    };
    assert!(tasks::insert(&mut tx, &task).await.is_err());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_table_is_forced_and_has_a_policy_and_another_owner(pool: PgPool) {
    let bad: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'greenlit'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                    AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
                    AND pg_get_userbyid(c.relowner) NOT IN ('greenlit_app', 'greenlit_worker', 'greenlit_guest', 'greenlit_search'))",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(bad, Vec::<String>::new());
    let strong: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles WHERE rolname IN ('greenlit_app', 'greenlit_worker', 'greenlit_guest', 'greenlit_search')
         AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole)",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(strong, Vec::<String>::new());
}

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
    let store = store(pool);
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
    for (table, _) in USER_TABLES {
        let granted = ["conversations", "messages", "tool_calls", "shares"].contains(&table);
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
