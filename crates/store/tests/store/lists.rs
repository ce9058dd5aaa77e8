//! Lists, their order and their pages.

use protocol::{Task, TaskPriority, TaskStatus, Timestamp};
use sqlx::PgPool;
use store::conversations::ListPosition;
use store::messages::Range;
use store::tasks::{Counts, Moments, NewTask, TaskQuery};
use store::{Scope, conversations, messages, sessions, tasks};

use crate::support::{conversation, exchange, id, store, user};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_of_conversations_meet_without_gap_or_repeat(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    for _ in 0..7 {
        // All in one transaction, so all with the same `updated_at`: the hard case for a cursor.
        conversation(&mut tx, &ada).await;
    }
    let mut seen = vec![];
    let mut after = ListPosition::START;
    loop {
        let page = conversations::list(&mut tx, &ada, after, None, 3).await.unwrap();
        seen.extend(page.iter().map(|conversation| conversation.id));
        match page.last() {
            Some(last) if page.len() == 3 => {
                after = ListPosition {
                    updated_at: last.updated_at,
                    id: last.id,
                };
            }
            _ => break,
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (7, 7));
    conversations::set_deleted(&mut tx, seen[0], true).await.unwrap();
    assert_eq!(conversations::find(&mut tx, seen[0]).await.unwrap(), None);
    assert_eq!(
        conversations::list(&mut tx, &ada, ListPosition::START, None, 10)
            .await
            .unwrap()
            .len(),
        6
    );
    assert_eq!(
        conversations::list(&mut tx, &ada, ListPosition::START, Some(&[]), 10)
            .await
            .unwrap()
            .len(),
        0
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn messages_page_in_both_directions(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    for _ in 0..3 {
        exchange(&mut tx, &ada, conversation).await;
    }
    let mut positions = async |range, limit| {
        let page = messages::list(&mut tx, conversation, range, limit).await.unwrap();
        page.iter().map(|record| record.position).collect::<Vec<_>>()
    };
    assert_eq!(positions(Range::Newest, 4).await, [3, 4, 5, 6]);
    assert_eq!(positions(Range::Before(3), 10).await, [1, 2]);
    assert_eq!(positions(Range::UpTo(3), 2).await, [2, 3]);
    assert_eq!(positions(Range::After(4), 10).await, [5, 6]);
    assert_eq!(positions(Range::AfterTime(Timestamp::MIN), 2).await, [1, 2]);
    assert_eq!(positions(Range::AfterTime(Timestamp::MAX), 2).await, [0; 0]);
    let shown = conversations::find(&mut tx, conversation).await.unwrap().unwrap();
    assert_eq!(shown.message_count, 6);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tasks_come_in_the_lists_order_and_pages_meet(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let mut add = async |title: &str, due: Option<i64>, priority| {
        let new = NewTask {
            id: id(),
            user: &ada,
            title,
            description: "",
            due_at: due.map(Timestamp::from_millis),
            priority,
        };
        tasks::insert(&mut tx, &new).await.unwrap().task
    };
    add("no date", None, TaskPriority::Normal).await;
    add("no date, high", None, TaskPriority::High).await;
    add("late", Some(2000), TaskPriority::Low).await;
    add("early", Some(1000), TaskPriority::Low).await;
    let done = add("done", Some(1), TaskPriority::High).await;
    let done = Task {
        status: TaskStatus::Done,
        completed_at: Some(Timestamp::from_millis(5)),
        ..done
    };
    let saved = tasks::save(&mut tx, &done, false).await.unwrap().unwrap();
    assert_eq!(saved.task.completed_at, done.completed_at);

    let mut titles = vec![];
    let mut after = None;
    loop {
        let query = TaskQuery {
            after,
            ..TaskQuery::default()
        };
        let (page, next) = tasks::page(&mut tx, &ada, &query, 2).await.unwrap();
        titles.extend(page.into_iter().map(|record| record.task.title));
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(titles, ["early", "late", "no date, high", "no date", "done"]);
    let moments = Moments {
        now: Timestamp::from_millis(1500),
        today: Timestamp::from_millis(1500),
        tomorrow: Timestamp::from_millis(3000),
        next_week: Timestamp::from_millis(4000),
        since: Timestamp::from_millis(0),
    };
    let counts = tasks::counts(&mut tx, &ada, &moments).await.unwrap();
    let expected = Counts {
        open: 4,
        done: 1,
        overdue: 1,
        due_today: 1,
        due_week: 1,
        no_due: 2,
        high: 1,
        normal: 1,
        low: 2,
        done_since: 1,
    };
    assert_eq!(counts, expected);
    tasks::save(&mut tx, &done, true).await.unwrap();
    assert_eq!(tasks::find(&mut tx, done.id).await.unwrap(), None);
    assert!(
        tasks::find_for_update(&mut tx, done.id)
            .await
            .unwrap()
            .unwrap()
            .deleted
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_session_is_found_by_its_hash_alone_and_expired_ones_are_swept(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    for (name, seconds) in [("live", 60.0), ("dead", -60.0)] {
        let session = sessions::SessionRecord {
            id: name.into(),
            user_id: ada.clone(),
            expires_at: Timestamp::MIN,
            remembered: true,
            ip_address: String::new(),
            user_agent: String::new(),
            created_at: Timestamp::MIN,
            updated_at: Timestamp::MIN,
        };
        sessions::insert(&mut tx, &session, &format!("hash-{name}"), seconds)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Session("hash-live")).await.unwrap();
    let (session, user) = sessions::find(&mut tx, "hash-live").await.unwrap().unwrap();
    assert_eq!(
        (session.id.as_str(), user.user.email.as_str()),
        ("live", "ada@example.com")
    );
    assert!(sessions::find(&mut tx, "hash-dead").await.unwrap().is_none());
    drop(tx);
    let mut tx = store.begin(Scope::Worker).await.unwrap();
    assert_eq!(sessions::sweep(&mut tx).await.unwrap(), 1);
}
