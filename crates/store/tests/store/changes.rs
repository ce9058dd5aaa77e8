//! What a transaction tells, and what one that only reads sees.

use futures::FutureExt;
use pretty_assertions::assert_eq;
use protocol::{Feedback, TaskPriority, UserId};
use sqlx::PgPool;
use store::conversations::TitleSource;
use store::tasks::{NewTask, TaskQuery};
use store::{Changed, Scope, Store, Tx, conversations, messages, tasks};

use crate::support::{conversation, exchange, id, store, user};

/// What is told of a transaction's changes.
async fn told(store: &Store, user: &UserId, write: impl AsyncFnOnce(&mut Tx)) -> Vec<Changed> {
    let mut heard = store.listen(user, 10).unwrap();
    let mut tx = store.begin(Scope::Actor(user)).await.unwrap();
    write(&mut tx).await;
    tx.commit().await.unwrap();
    heard
        .try_recv()
        .map_or(vec![], |changes| changes.changed.to_vec())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_change_that_a_page_shows_is_told(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let plans = conversation(&mut tx, &ada).await;
    let (_, answer) = exchange(&mut tx, &ada, plans).await;
    tx.commit().await.unwrap();
    let changed = vec![Changed::Conversation(plans)];

    let unread = told(&store, &ada, async |tx| {
        conversations::mark_unread(tx, plans).await.unwrap()
    })
    .await;
    assert_eq!(unread, changed);
    let read = async |tx: &mut Tx| conversations::mark_read(tx, plans).await.unwrap();
    assert_eq!(told(&store, &ada, read).await, changed);
    assert_eq!(told(&store, &ada, read).await, [], "it was read already");
    let titled = async |tx: &mut Tx| {
        conversations::replace_auto_title(tx, plans, "Plans", TitleSource::Model)
            .await
            .unwrap();
    };
    assert_eq!(told(&store, &ada, titled).await, changed);
    assert_eq!(
        told(&store, &ada, titled).await,
        [],
        "it is none of ours any more"
    );
    let liked = async |tx: &mut Tx| {
        messages::set_feedback(tx, answer, Some(Feedback::Up))
            .await
            .unwrap();
    };
    assert_eq!(told(&store, &ada, liked).await, changed);
    for (count, expected) in [(1, changed), (0, vec![])] {
        let reserved = told(&store, &ada, async |tx| {
            conversations::reserve_positions(tx, plans, count)
                .await
                .unwrap()
                .unwrap();
        });
        assert_eq!(reserved.await, expected, "{count}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_lock_alone_is_no_activity(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let plans = conversation(&mut tx, &ada).await;
    sqlx::query("UPDATE conversations SET updated_at = '2020-01-01Z'")
        .execute(&mut *tx)
        .await
        .unwrap();
    let before = conversations::find(&mut tx, plans).await.unwrap().unwrap();
    conversations::reserve_positions(&mut tx, plans, 0).await.unwrap();
    let locked = conversations::find(&mut tx, plans).await.unwrap().unwrap();
    assert_eq!(locked.updated_at, before.updated_at);
    conversations::reserve_positions(&mut tx, plans, 1).await.unwrap();
    let grown = conversations::find(&mut tx, plans).await.unwrap().unwrap();
    assert!(grown.updated_at > before.updated_at);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_commit_that_nobody_waits_for_is_told(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut heard = store.listen(&ada, 10).unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let plans = conversation(&mut tx, &ada).await;
    // Sent to the database, and then dropped, as with the connection of whoever asked.
    assert!(tx.commit().now_or_never().is_none());
    assert_eq!(
        heard.try_recv().unwrap().changed[..],
        [Changed::Conversation(plans)]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_snapshot_stands_still_and_writes_nothing(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let add = async |tx: &mut Tx| {
        let new = NewTask {
            id: id(),
            user: &ada,
            title: "T",
            description: "",
            due_at: None,
            priority: TaskPriority::Normal,
        };
        tasks::insert(tx, &new).await
    };
    let everything = TaskQuery::default();
    let mut snapshot = store.begin_snapshot(Scope::Actor(&ada)).await.unwrap();
    assert_eq!(
        tasks::list(&mut snapshot, &ada, &everything, 9).await.unwrap(),
        []
    );
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    add(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        tasks::list(&mut snapshot, &ada, &everything, 9).await.unwrap(),
        []
    );
    assert!(add(&mut snapshot).await.is_err());
}
