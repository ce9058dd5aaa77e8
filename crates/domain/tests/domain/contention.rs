//! Several who want the same calls at the same time.

use std::time::Duration;

use futures::StreamExt;
use protocol::{RunEvent, ToolCallStatus};
use serde_json::json;
use sqlx::PgPool;
use store::{Scope, tool_calls};
use tokio::time::timeout;

use crate::support::{Beat, world};

fn add(title: &str) -> Beat {
    Beat::Call("add_task", json!({ "title": title }).to_string())
}

/// Waits until somebody in the database waits for somebody else's lock.
async fn somebody_waits(pool: &PgPool) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waiting)
        .fetch_one(pool)
        .await
        .unwrap()
        == 0
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_decision_waits_for_no_call_but_those_it_decides(pool: PgPool) {
    let world = world(pool).await;
    let (script, runs) = (&world.script, world.domain.runs());
    script.step(vec![add("Milk")]).step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add milk").await;
    let answer = runs.wait(&world.ada, first.run_id).await.unwrap();
    let milk = answer.tool_calls[0].result["task"]["id"].clone();
    script
        .step(vec![
            add("Bread"),
            Beat::Call("delete_task", json!({ "task_id": milk }).to_string()),
        ])
        .step(vec![Beat::Say("So be it.")]);
    let sent = world.send(Some(first.conversation.id), "Delete milk").await;
    let rests = runs.wait(&world.ada, sent.run_id).await.unwrap();

    // Somebody takes the first one back meanwhile.
    let ada = Scope::Actor(world.ada.user_id());
    let mut tx = world.store.begin(ada).await.unwrap();
    tool_calls::find_for_update(&mut tx, rests.tool_calls[0].id)
        .await
        .unwrap()
        .unwrap();
    let decision = runs.decide_all(&world.ada, rests.tool_calls[1].id, false);
    let decided = timeout(Duration::from_secs(3), decision).await;
    assert_eq!(decided.expect("it does not wait").unwrap().len(), 1);
    drop(tx);
    let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(answer.tool_calls[1].status, ToolCallStatus::Denied);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn decisions_and_undos_at_once_both_come_to_their_end(pool: PgPool) {
    let world = world(pool).await;
    let (script, runs) = (&world.script, world.domain.runs());
    script.step(vec![add("Milk")]).step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add milk").await;
    let answer = runs.wait(&world.ada, first.run_id).await.unwrap();
    let milk = answer.tool_calls[0].result["task"]["id"].clone();
    for _ in 0..25 {
        // Decided as soon as it is asked, while the rest of the step is run.
        script
            .step(vec![
                add("Bread"),
                Beat::Call("delete_task", json!({ "task_id": milk }).to_string()),
                Beat::Call("undo_last_change", "{}".into()),
            ])
            .step(vec![Beat::Say("So be it.")]);
        let sent = world.send(Some(first.conversation.id), "Go").await;
        let mut events = runs.events(&world.ada, sent.run_id, 0).await.unwrap();
        let call = loop {
            if let RunEvent::ToolApprovalRequired(call) = events.next().await.unwrap().unwrap().event {
                break call;
            }
        };
        assert_eq!(
            runs.decide_all(&world.ada, call.id, false).await.unwrap().len(),
            1
        );
        while events.next().await.is_some() {}
        let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
        assert_eq!(answer.failure, None);
        let statuses: Vec<_> = answer.tool_calls.iter().map(|call| call.status).collect();
        let expected = [
            ToolCallStatus::Undone,
            ToolCallStatus::Denied,
            ToolCallStatus::Success,
        ];
        assert_eq!(statuses, expected);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_postgres_ended_for_the_sake_of_another_is_done_again(pool: PgPool) {
    let world = world(pool.clone()).await;
    world
        .script
        .step(vec![add("Milk"), add("Bread")])
        .step(vec![Beat::Say("There.")]);
    let sent = world.send(None, "Add two").await;
    let answer = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let [first, second] = [answer.tool_calls[0].id, answer.tool_calls[1].id];

    // The undo locks the first and waits for the second; then this one wants the first, too. Postgres ends whoever looks
    // first whether it waits in a circle, which is the undo.
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    tool_calls::find_for_update(&mut tx, second).await.unwrap();
    let (domain, ada) = (world.domain.clone(), world.ada.clone());
    let undo = tokio::spawn(async move { domain.tool_calls().undo_answer(&ada, answer.id, false).await });
    somebody_waits(&pool).await;
    tool_calls::find_for_update(&mut tx, first)
        .await
        .unwrap()
        .unwrap();
    tx.commit().await.unwrap();
    let undone = undo.await.unwrap().unwrap();
    assert_eq!(undone.len(), 2);
    assert!(undone.iter().all(|call| call.status == ToolCallStatus::Undone));
}
