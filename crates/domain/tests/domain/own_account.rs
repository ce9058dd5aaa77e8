//! What people do with their own account: password, sessions, export, deletion.

use domain::accounts::{ChangePassword, Client, SignIn, SignedIn};
use domain::tasks::ListTasks;
use domain::{AccountError, Actor, Domain, Error};
use futures::FutureExt;
use serde_json::Value;
use sqlx::PgPool;
use std::sync::Arc;
use store::{Scope, Store};
use tokio::sync::Notify;

use crate::support::{Beat, sign_up, world};

async fn sign_in(domain: &Domain, password: &str) -> Result<SignedIn, Error> {
    let request = SignIn {
        email: "ada@example.com".into(),
        password: password.into(),
        remember_me: true,
    };
    domain.accounts().sign_in(request, &Client::default()).await
}

async fn lives(domain: &Domain, token: &str) -> bool {
    domain
        .accounts()
        .find_session(token, false)
        .await
        .unwrap()
        .is_some()
}

fn change(current: &str, new: &str, session: Option<&SignedIn>) -> ChangePassword {
    ChangePassword {
        current: current.into(),
        new: new.into(),
        revoke_others: session.is_some(),
        session_token: session.map(|session| session.token.clone()),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_password_is_changed_by_whoever_knows_it(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let (here, there) = (
        sign_in(&world.domain, "correct horse").await.unwrap(),
        sign_in(&world.domain, "correct horse").await.unwrap(),
    );
    let client = Client::default();
    for (current, new, refusal) in [
        ("wrong horse", "battery staple", AccountError::InvalidPassword),
        ("correct horse", "short", AccountError::PasswordTooShort),
    ] {
        let error = accounts
            .change_password(&world.ada, change(current, new, None), &client)
            .await;
        assert!(
            matches!(error, Err(Error::Account(found)) if found == refusal),
            "{new}"
        );
    }
    let kept = accounts
        .change_password(
            &world.ada,
            change("correct horse", "battery staple", None),
            &client,
        )
        .await
        .unwrap();
    assert!(kept.is_none() && lives(&world.domain, &there.token).await);
    assert!(sign_in(&world.domain, "correct horse").await.is_err());

    let fresh = accounts
        .change_password(
            &world.ada,
            change("battery staple", "yet another horse", Some(&here)),
            &client,
        )
        .await
        .unwrap()
        .unwrap();
    assert!(lives(&world.domain, &fresh.token).await);
    assert!(!lives(&world.domain, &here.token).await && !lives(&world.domain, &there.token).await);
    sign_in(&world.domain, "yet another horse").await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn sessions_are_one_s_own(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let bob = sign_up(&world.domain, "bob").await;
    let (here, there) = (
        sign_in(&world.domain, "correct horse").await.unwrap(),
        sign_in(&world.domain, "correct horse").await.unwrap(),
    );
    let listed = accounts
        .list_sessions(&world.ada, Some(&here.token))
        .await
        .unwrap();
    assert_eq!(listed.len(), 3);
    let current: Vec<_> = listed.iter().filter(|session| session.current).collect();
    assert_eq!((current.len(), &current[0].session.id), (1, &here.session.id));

    for name in [&there.token, &there.session.id] {
        assert!(!accounts.end_session(&bob, name).await.unwrap());
    }
    assert!(lives(&world.domain, &there.token).await);
    assert!(accounts.end_session(&world.ada, &there.session.id).await.unwrap());
    assert!(!lives(&world.domain, &there.token).await);
    assert_eq!(
        accounts
            .end_sessions(&world.ada, Some(&here.token))
            .await
            .unwrap(),
        1
    );
    assert!(lives(&world.domain, &here.token).await);
    assert_eq!(accounts.list_sessions(&bob, None).await.unwrap().len(), 1);
}

/// Every table of the catalogue with rows of users, and how many of them are the actor's.
async fn rows_of(store: &Store, actor: &Actor) -> Vec<(String, i64)> {
    let mut tx = store.begin(Scope::Actor(actor.user_id())).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
         WHERE c.relnamespace = 'greenlit'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1",
    )
    .fetch_all(&mut *tx)
    .await
    .unwrap();
    let mut counts = vec![];
    for table in tables.into_iter().chain(["users".to_owned()]) {
        let owner = if table == "users" { "id" } else { "user_id" };
        let statement = format!("SELECT count(*) FROM {table} WHERE {owner} = $1");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .bind(actor.user_id().as_str())
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        counts.push((table, count));
    }
    counts
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deleted_account_leaves_no_row_in_any_table(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Call("add_task", r#"{"title":"Milk"}"#.into())])
        .step(vec![Beat::Say("Done.")])
        .step(vec![Beat::Say("Well"), Beat::Hold(gate)]);
    let sent = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let bob = sign_up(&world.domain, "bob").await;
    let signed_in = sign_in(&world.domain, "correct horse").await.unwrap();
    let jwt = accounts.issue_jwt(&world.ada).unwrap();
    // An answer is being written meanwhile.
    world.send(Some(sent.conversation.id), "And then?").await;
    let before = rows_of(&world.store, &world.ada).await;
    for table in [
        "accounts",
        "sessions",
        "conversations",
        "messages",
        "runs",
        "run_events",
        "tasks",
        "tool_calls",
        "users",
    ] {
        assert!(
            before.iter().any(|(name, count)| name == table && *count > 0),
            "{table}: {before:?}"
        );
    }

    let wrong = accounts.delete(&world.ada, Some("wrong horse".into())).await;
    assert!(matches!(
        wrong,
        Err(Error::Account(AccountError::InvalidPassword))
    ));
    assert_eq!(rows_of(&world.store, &world.ada).await.len(), before.len());

    accounts
        .delete(&world.ada, Some("correct horse".into()))
        .await
        .unwrap();
    let after = rows_of(&world.store, &world.ada).await;
    assert!(after.iter().all(|(_, count)| *count == 0), "{after:?}");
    assert!(!lives(&world.domain, &signed_in.token).await);
    // A token that was made before speaks for nobody, and does not bring the user back.
    assert!(matches!(
        accounts.actor_of_jwt(&jwt).await,
        Err(Error::Unauthenticated)
    ));
    assert!(sign_in(&world.domain, "correct horse").await.is_err());
    world.domain.shut_down(std::time::Duration::from_secs(5)).await;
    let at_last = rows_of(&world.store, &world.ada).await;
    assert!(at_last.iter().all(|(_, count)| *count == 0), "{at_last:?}");
    assert!(
        rows_of(&world.store, &bob)
            .await
            .iter()
            .any(|(_, count)| *count > 0)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_export_holds_everything_of_its_owner_and_no_secret(pool: PgPool) {
    let world = world(pool).await;
    let bob = sign_up(&world.domain, "bob").await;
    world
        .script
        .step(vec![Beat::Call("add_task", r#"{"title":"Milk"}"#.into())])
        .step(vec![Beat::Say("It is on your list.")]);
    let sent = world.send(None, "Add milk, please").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();

    let read = async |actor: &Actor| {
        let mut pieces = world.domain.accounts().export(actor).unwrap();
        let mut text = String::new();
        while let Some(piece) = pieces.recv().await {
            text.push_str(&piece.unwrap());
        }
        text
    };
    let text = read(&world.ada).await;
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["users"][0]["email"], "ada@example.com");
    assert_eq!(json["tasks"][0]["title"], "Milk");
    assert_eq!(json["messages"].as_array().unwrap().len(), 2);
    assert_eq!(json["tool_calls"][0]["tool_name"], "add_task");
    assert_eq!(json["conversations"][0]["title"], "Add milk, please");
    assert_eq!(json["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(json["accounts"][0]["provider_id"], "credential");
    for secret in ["argon2", "token_hash", "password_hash", "idempotency"] {
        assert!(!text.contains(secret), "{secret}");
    }
    let others = read(&bob).await;
    assert!(!others.contains("Milk") && !others.contains("ada@example.com"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deletion_goes_on_when_nobody_waits_for_it(pool: PgPool) {
    let world = world(pool).await;
    let accounts = world.domain.accounts();
    let dropped = accounts.delete(&world.ada, None).now_or_never();
    assert!(dropped.is_none());
    // Waits for everything that was begun.
    world.domain.shut_down(std::time::Duration::from_secs(10)).await;
    let left = rows_of(&world.store, &world.ada).await;
    assert!(left.iter().all(|(_, count)| *count == 0), "{left:?}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_account_is_closed_before_the_rest_of_it_is_deleted(pool: PgPool) {
    let world = world(pool).await;
    let signed_in = sign_in(&world.domain, "correct horse").await.unwrap();
    // Somebody holds a row that has to go, so the deletion waits.
    let mut holding = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    sqlx::query("SELECT FROM users FOR UPDATE")
        .execute(&mut *holding)
        .await
        .unwrap();
    let accounts = world.domain.accounts();
    let mut deletion = std::pin::pin!(accounts.delete(&world.ada, None));
    while lives(&world.domain, &signed_in.token).await {
        assert!((&mut deletion).now_or_never().is_none());
    }
    holding.commit().await.unwrap();
    deletion.await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_export_is_in_the_wire_s_form_and_one_at_a_time(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![Beat::Call("add_task", r#"{"title":"Milk"}"#.into())])
        .step(vec![Beat::Say("It is on your list.")]);
    let sent = world.send(None, "Add milk, please").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let accounts = world.domain.accounts();
    let mut pieces = accounts.export(&world.ada).unwrap();
    assert!(matches!(
        accounts.export(&world.ada),
        Err(Error::RateLimited { .. })
    ));
    let mut text = String::new();
    while let Some(piece) = pieces.recv().await {
        text.push_str(&piece.unwrap());
    }
    let json: Value = serde_json::from_str(&text).unwrap();
    let task = &world
        .domain
        .tasks()
        .list(&world.ada, ListTasks::default())
        .await
        .unwrap()
        .tasks[0];
    let exported = json["tasks"][0].as_object().unwrap();
    assert_eq!(
        exported["created_at"],
        serde_json::to_value(task.created_at).unwrap()
    );
    assert_eq!(exported["completed_at"], Value::Null);
    for derived in ["list_rank", "due_rank", "sort_at", "place"] {
        assert!(!exported.contains_key(derived), "{derived}");
    }
    assert!(json["messages"][0].get("search").is_none() && json["messages"][0].get("content").is_some());
    // It is over, so there may be another.
    let mut again = accounts.export(&world.ada).unwrap();
    while let Some(piece) = again.recv().await {
        piece.unwrap();
    }
}
