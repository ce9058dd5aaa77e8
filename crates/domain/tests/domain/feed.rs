//! The live feed, and what goes on when nobody waits for it.

use std::sync::Arc;

use domain::feed::{FeedStream, StampedEvent};
use domain::runs::Send;
use futures::{FutureExt, StreamExt};
use pretty_assertions::assert_eq;
use protocol::feed::FeedEvent;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::support::{Beat, World, world};

async fn open(world: &World) -> (FeedStream, StampedEvent) {
    let mut feed = world.domain.feed().events(&world.ada, None).unwrap();
    let ready = next(&mut feed).await;
    (feed, ready)
}

async fn next(feed: &mut FeedStream) -> StampedEvent {
    feed.next().await.unwrap().unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_last_of_several_changes_has_the_new_stamp(pool: PgPool) {
    let world = world(pool).await;
    let (mut feed, ready) = open(&world).await;
    let gate = Arc::new(Notify::new());
    world.script.step(vec![Beat::Hold(gate)]);
    world.send(None, "Hello").await;
    let first = next(&mut feed).await;
    assert!(matches!(first.event, FeedEvent::ConversationUpdated(_)));
    assert_eq!(
        first.stamp, ready.stamp,
        "a reader that is cut off here has missed something"
    );
    let second = next(&mut feed).await;
    assert!(matches!(second.event, FeedEvent::RunUpdated(_)));
    assert_eq!(second.stamp, world.domain.feed().stamp(&world.ada));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_message_whose_sender_goes_away_is_answered(pool: PgPool) {
    let world = world(pool).await;
    world.script.step(vec![Beat::Say("Hello.")]);
    let (mut feed, _) = open(&world).await;
    let request = Send {
        conversation_id: None,
        content: "Hello".into(),
        idempotency_key: None,
    };
    let runs = world.domain.runs();
    let sending = runs.send(&world.ada, request).now_or_never();
    assert!(sending.is_none(), "dropped while the database is asked");
    loop {
        if let FeedEvent::RunUpdated(run) = next(&mut feed).await.event
            && run.status == "completed"
        {
            break;
        }
    }
}
