//! Queues, leases and the event log.

use protocol::{RunEvent, SequencedEvent};
use sqlx::PgPool;
use store::runs::{Lease, RunStatus};
use store::{Error, Scope, run_events, runs};
use uuid::Uuid;

use crate::support::{conversation, exchange, store, user};

fn lease(seconds: f64) -> Lease {
    Lease {
        owner: Uuid::now_v7(),
        seconds,
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_run_at_a_time_in_the_order_of_sending(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    let (first, _) = exchange(&mut tx, &ada, conversation).await;
    let (second, _) = exchange(&mut tx, &ada, conversation).await;
    let active = runs::start_next(&mut tx, conversation, lease(10.0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (active.id, active.status, active.lease_epoch),
        (first, RunStatus::Running, 1)
    );
    assert_eq!(
        runs::start_next(&mut tx, conversation, lease(10.0))
            .await
            .unwrap(),
        None
    );
    runs::finish(&mut tx, first, 1, RunStatus::Completed, 0)
        .await
        .unwrap();
    let active = runs::start_next(&mut tx, conversation, lease(10.0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(active.id, second);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_index_is_the_last_word_on_one_active_run(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    exchange(&mut tx, &ada, conversation).await;
    exchange(&mut tx, &ada, conversation).await;
    let error = sqlx::query("UPDATE runs SET status = 'running'")
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert_eq!(Error::from(error).constraint(), Some("runs_one_active"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_lapsed_lease_is_claimed_once_and_shuts_the_old_owner_out(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    let (run, _) = exchange(&mut tx, &ada, conversation).await;
    runs::start_next(&mut tx, conversation, lease(-1.0))
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();

    let mut tx = store.begin(Scope::Worker).await.unwrap();
    let ours = runs::claim_lapsed(&mut tx, lease(10.0), &[run], 10)
        .await
        .unwrap();
    assert_eq!(ours, [], "its own server claimed it");
    let claimed = runs::claim_lapsed(&mut tx, lease(10.0), &[], 10).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(
        (claimed[0].id, claimed[0].lease_epoch, claimed[0].user_id.as_str()),
        (run, 2, "ada")
    );
    assert!(!claimed[0].given);
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Worker).await.unwrap();
    assert_eq!(
        runs::claim_lapsed(&mut tx, lease(10.0), &[], 10).await.unwrap(),
        []
    );
    drop(tx);

    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    assert!(matches!(
        runs::advance(&mut tx, run, 1, 5).await,
        Err(Error::Lost("run"))
    ));
    assert!(matches!(
        runs::heartbeat(&mut tx, run, 1, 5.0).await,
        Err(Error::Lost("run"))
    ));
    assert!(matches!(
        runs::add_usage(&mut tx, run, 1, 3, 2).await,
        Err(Error::Lost("run"))
    ));
    runs::advance(&mut tx, run, 2, 5).await.unwrap();
    runs::add_usage(&mut tx, run, 2, 3, 2).await.unwrap();
    assert!(!runs::heartbeat(&mut tx, run, 2, 5.0).await.unwrap());
    runs::request_cancel(&mut tx, run).await.unwrap();
    assert!(runs::heartbeat(&mut tx, run, 2, 5.0).await.unwrap());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_queue_that_nobody_works_on_is_found(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    exchange(&mut tx, &ada, conversation).await;
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Worker).await.unwrap();
    assert_eq!(
        runs::stalled_queues(&mut tx, 10).await.unwrap(),
        [(conversation, ada)]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn events_come_back_as_they_were_and_no_number_is_used_twice(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    let (run, _) = exchange(&mut tx, &ada, conversation).await;
    let events: Vec<_> = ["a\u{1F600}", "\"quoted\"", "\\n\n"]
        .into_iter()
        .enumerate()
        .map(|(i, text)| SequencedEvent {
            seq: i as u64 + 1,
            event: RunEvent::TextDelta { text: text.into() },
        })
        .collect();
    run_events::append(&mut tx, run, &ada, &events).await.unwrap();
    assert_eq!(run_events::list(&mut tx, run, 0, 100).await.unwrap(), events);
    assert_eq!(run_events::list(&mut tx, run, 2, 100).await.unwrap(), events[2..]);
    let again = run_events::append(&mut tx, run, &ada, &events[..1])
        .await
        .unwrap_err();
    assert_eq!(again.constraint(), Some("run_events_pkey"));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn leases_are_renewed_together_and_none_waits_for_another(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let mut held = vec![];
    for _ in 0..4 {
        let conversation = conversation(&mut tx, &ada).await;
        let (run, _) = exchange(&mut tx, &ada, conversation).await;
        runs::start_next(&mut tx, conversation, lease(-1.0))
            .await
            .unwrap()
            .unwrap();
        held.push((run, 1));
    }
    runs::request_cancel(&mut tx, held[1].0).await.unwrap();
    tx.commit().await.unwrap();
    // One is somebody else's by now, one is being written to.
    held[2].1 = 0;
    let mut writing = store.begin(Scope::Actor(&ada)).await.unwrap();
    runs::advance(&mut writing, held[3].0, 1, 1).await.unwrap();

    let mut tx = store.begin_reserved(Scope::Worker).await.unwrap();
    let renewed = runs::renew(&mut tx, &held, 10.0).await.unwrap();
    tx.commit().await.unwrap();
    let expected = [(held[0], false), (held[1], true)].into_iter().collect();
    assert_eq!(renewed, expected);
    let mut tx = store.begin_reserved(Scope::Actor(&ada)).await.unwrap();
    let busy = runs::heartbeat(&mut tx, held[3].0, 1, 10.0).await;
    assert!(matches!(busy, Err(Error::Contended(_))), "{busy:?}");
    writing.commit().await.unwrap();
    let mut tx = store.begin(Scope::Worker).await.unwrap();
    let claimed = runs::claim_lapsed(&mut tx, lease(10.0), &[], 10).await.unwrap();
    let mut claimed: Vec<_> = claimed.into_iter().map(|claim| claim.id).collect();
    claimed.sort_by_key(|id| id.0);
    assert_eq!(claimed, [held[2].0, held[3].0]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn time_in_which_nobody_works_on_a_run_is_none_of_its_own(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let conversation = conversation(&mut tx, &ada).await;
    let (run, _) = exchange(&mut tx, &ada, conversation).await;
    runs::start_next(&mut tx, conversation, lease(-1.0))
        .await
        .unwrap();
    // Five minutes of work, and then an hour without a server.
    sqlx::query("UPDATE runs SET started_at = now() - interval '65 minutes', heartbeat_at = now() - interval '1 hour'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Worker).await.unwrap();
    runs::claim_lapsed(&mut tx, lease(10.0), &[], 10).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let worked = runs::find(&mut tx, run).await.unwrap().unwrap().worked;
    assert!((300..310).contains(&worked.as_secs()), "{worked:?}");
}
