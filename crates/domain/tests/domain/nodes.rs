//! Two servers on one database: what happens through one is seen through the other.

use std::sync::Arc;

use futures::StreamExt;
use protocol::api::CreateTask;
use protocol::feed::FeedEvent;
use protocol::{MessageStatus, RunEvent};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::support::{Beat, Script, domain, world};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_watched_and_stopped_through_another_server(pool: PgPool) {
    let world = world(pool.clone()).await;
    let other = domain(pool, Arc::<Script>::default()).await;
    let gate = Arc::new(Notify::new());
    world.script.step(vec![
        Beat::Say("One "),
        Beat::Hold(gate.clone()),
        Beat::Say("two "),
        Beat::Hold(gate.clone()),
        Beat::Say("three"),
    ]);
    let sent = world.send(None, "Count").await;
    let mut there = other.runs().events(&world.ada, sent.run_id, 0).await.unwrap();
    let mut seen = vec![];
    let mut text = String::new();
    while let Some(event) = there.next().await {
        let event = event.unwrap();
        if let RunEvent::TextDelta { text: more } = &event.event {
            text.push_str(more);
            match text.as_str() {
                "One " => gate.notify_one(),
                "One two " => other.runs().cancel(&world.ada, sent.run_id).await.unwrap(),
                _ => {}
            }
        }
        seen.push(event);
    }
    assert_eq!(text, "One two ");
    assert!(matches!(seen.last().unwrap().event, RunEvent::RunCancelled {}));
    assert_eq!(world.events(sent.run_id, 0).await, seen);
    let answer = other.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(answer.status, MessageStatus::Cancelled);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_feed_tells_what_changed_through_another_server(pool: PgPool) {
    let world = world(pool.clone()).await;
    let other = domain(pool, Arc::<Script>::default()).await;
    let mut feed = other.feed().events(&world.ada, None).unwrap();
    assert!(matches!(
        feed.next().await.unwrap().unwrap().event,
        FeedEvent::Ready { .. }
    ));
    // Whether the servers hear each other yet is known when one is heard.
    let mut number = 0;
    let heard = loop {
        let task = CreateTask {
            title: format!("Milk {number}"),
            ..CreateTask::default()
        };
        number += 1;
        world.domain.tasks().create(&world.ada, task).await.unwrap();
        let soon = std::time::Duration::from_millis(200);
        if let Ok(event) = tokio::time::timeout(soon, feed.next()).await {
            break event.unwrap().unwrap().event;
        }
        assert!(number < 100, "nothing was heard");
    };
    let FeedEvent::TaskUpdated(task) = heard else {
        panic!("{heard:?}")
    };
    assert!(task.title.starts_with("Milk"), "{task:?}");
}
