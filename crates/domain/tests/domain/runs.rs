//! Runs: events, queues, stops, failures, what a dead server leaves.

use std::sync::Arc;

use domain::Error;
use domain::runs::Send;
use futures::StreamExt;
use protocol::{MessageStatus, RunEvent};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::support::{Beat, assert_numbered, names, sign_up, world};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_the_same_live_replayed_and_stored(pool: PgPool) {
    let world = world(pool).await;
    world.script.step(vec![Beat::Say("Hello "), Beat::Say("Ada\0.")]);
    let sent = world.send(None, "Hi there").await;
    assert_eq!(sent.conversation.title, "Hi there");
    let live = world.events(sent.run_id, 0).await;
    assert_numbered(&live, 1);
    assert_eq!(names(&live)[..2], ["run.created", "run.thinking"]);
    assert_eq!(
        names(&live)[live.len() - 3..],
        ["conversation.updated", "message.completed", "run.completed"]
    );
    let replayed = world.events(sent.run_id, 0).await;
    assert_eq!(replayed, live);
    for after in 0..=live.len() {
        assert_eq!(world.events(sent.run_id, after as u64).await, live[after..]);
    }
    let answer = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (answer.content.as_str(), answer.status),
        ("Hello Ada.", MessageStatus::Complete)
    );
    let mut folded = sent.assistant_message.clone();
    for event in &live {
        folded.apply(&event.event);
    }
    assert_eq!(folded, answer);
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, sent.conversation.id, 50)
        .await
        .unwrap();
    assert_eq!(opened.messages, [sent.user_message, answer]);
    assert_eq!(
        opened.conversation.last_message_preview.as_deref(),
        Some("Hello Ada.")
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn watchers_see_text_while_it_comes_and_may_come_late(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world.script.step(vec![
        Beat::Say("First. "),
        Beat::Hold(gate.clone()),
        Beat::Say("Second."),
    ]);
    let sent = world.send(None, "Go").await;
    let mut early = world
        .domain
        .runs()
        .events(&world.ada, sent.run_id, 0)
        .await
        .unwrap();
    let mut seen = vec![];
    while !matches!(seen.last(), Some(RunEvent::TextDelta { .. })) {
        seen.push(early.next().await.unwrap().unwrap().event);
    }
    // A page that is loaded now shows what there is and goes on from there.
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, sent.conversation.id, 50)
        .await
        .unwrap();
    let live = opened.live[0];
    assert_eq!(opened.messages[1].content, "First. ");
    assert_eq!(live.seq, seen.len() as u64);
    gate.notify_one();
    let rest = world.events(sent.run_id, live.seq).await;
    assert_numbered(&rest, live.seq + 1);
    let mut message = opened.messages[1].clone();
    for event in &rest {
        message.apply(&event.event);
    }
    assert_eq!(message.content, "First. Second.");
    let early: Vec<_> = early.map(|event| event.unwrap()).collect().await;
    assert_eq!(early, rest);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_sent_meanwhile_waits_its_turn(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Hold(gate.clone()), Beat::Say("One.")])
        .step(vec![Beat::Say("Two.")]);
    let first = world.send(None, "First").await;
    let second = world.send(Some(first.conversation.id), "Second").await;
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, first.conversation.id, 50)
        .await
        .unwrap();
    assert_eq!(
        opened.live.iter().map(|live| live.queued).collect::<Vec<_>>(),
        [false, true]
    );
    gate.notify_one();
    let events = world.events(second.run_id, 0).await;
    assert_eq!(events.last().unwrap().event, RunEvent::RunCompleted {});
    let page = world
        .domain
        .conversations()
        .messages(
            &world.ada,
            first.conversation.id,
            domain::conversations::ListMessages::default(),
        )
        .await
        .unwrap();
    let texts: Vec<_> = page
        .messages
        .iter()
        .map(|message| message.content.as_str())
        .collect();
    assert_eq!(texts, ["First", "One.", "Second", "Two."]);
    // The second answer knew of the first exchange.
    let requests = world.script.requests.lock().unwrap();
    assert!(requests[1].messages.len() >= 4, "{:?}", requests[1].messages);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_stop_keeps_what_was_written_and_lets_the_next_one_run(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Say("Half"), Beat::Hold(gate.clone())])
        .step(vec![Beat::Say("Next.")]);
    let sent = world.send(None, "Go").await;
    let queued = world.send(Some(sent.conversation.id), "And then").await;
    let unwanted = world.send(Some(sent.conversation.id), "Never mind").await;
    let mut events = world
        .domain
        .runs()
        .events(&world.ada, sent.run_id, 0)
        .await
        .unwrap();
    while let Some(event) = events.next().await {
        if matches!(event.unwrap().event, RunEvent::TextDelta { .. }) {
            break;
        }
    }
    world
        .domain
        .runs()
        .cancel(&world.ada, unwanted.run_id)
        .await
        .unwrap();
    world.domain.runs().cancel(&world.ada, sent.run_id).await.unwrap();
    let stopped = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (stopped.content.as_str(), stopped.status),
        ("Half", MessageStatus::Cancelled)
    );
    let next = world.domain.runs().wait(&world.ada, queued.run_id).await.unwrap();
    assert_eq!(next.content, "Next.");
    assert_eq!(
        names(&world.events(unwanted.run_id, 0).await),
        ["run.created", "run.cancelled"]
    );
    world.domain.runs().cancel(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(world.script.asked(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_failed_answer_says_why_and_can_be_asked_for_again(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![Beat::Say("Half an ans"), Beat::Fail])
        .step(vec![Beat::Say("Whole.")]);
    let sent = world.send(None, "Go").await;
    let failed = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (failed.content.as_str(), failed.status),
        ("Half an ans", MessageStatus::Failed)
    );
    assert_eq!(
        failed.failure.as_ref().map(|failure| failure.retryable),
        Some(true)
    );
    let again = world.domain.runs().retry(&world.ada, sent.run_id).await.unwrap();
    let answer = world.domain.runs().wait(&world.ada, again.run_id).await.unwrap();
    assert_eq!(answer.content, "Whole.");
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, sent.conversation.id, 50)
        .await
        .unwrap();
    assert_eq!(opened.messages.len(), 3);
    let error = world
        .domain
        .runs()
        .retry(&world.ada, again.run_id)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Conflict {
            code: "run_completed",
            ..
        }
    ));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_empty_failed_answer_is_written_anew_in_its_place(pool: PgPool) {
    let world = world(pool).await;
    world.script.step(vec![Beat::Fail]).step(vec![Beat::Say("Now.")]);
    let sent = world.send(None, "Go").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let again = world.domain.runs().retry(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(again.assistant_message.id, sent.assistant_message.id);
    let answer = world.domain.runs().wait(&world.ada, again.run_id).await.unwrap();
    assert_eq!((answer.content.as_str(), answer.failure), ("Now.", None));
    let error = world
        .domain
        .runs()
        .retry(&world.ada, sent.run_id)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Conflict {
            code: "retried_already",
            ..
        }
    ));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_repeated_send_is_one_send(pool: PgPool) {
    let world = world(pool).await;
    world.script.step(vec![Beat::Say("Once.")]);
    let request = Send {
        conversation_id: None,
        content: "Do it".into(),
        idempotency_key: Some("key-1".into()),
    };
    let runs = world.domain.runs();
    let (first, second, third) = tokio::join!(
        runs.send(&world.ada, request.clone()),
        runs.send(&world.ada, request.clone()),
        runs.send(&world.ada, request.clone())
    );
    let ids: Vec<_> = [first, second, third].map(|sent| sent.unwrap().run_id).into();
    assert!(ids.iter().all(|id| *id == ids[0]));
    runs.wait(&world.ada, ids[0]).await.unwrap();
    assert_eq!(
        runs.send(&world.ada, request.clone()).await.unwrap().run_id,
        ids[0]
    );
    assert_eq!(world.script.asked(), 1);
    let other = Send {
        content: "Do something else".into(),
        ..request
    };
    let error = runs.send(&world.ada, other).await.unwrap_err();
    assert!(matches!(
        error,
        Error::Conflict {
            code: "idempotency_key_reused",
            ..
        }
    ));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn texts_outside_the_limits_are_named(pool: PgPool) {
    let world = world(pool).await;
    for (text, message) in [
        (" \n ".to_owned(), "must not be empty"),
        (
            "é".repeat(10_001),
            "must have at most 10000 characters, but has 10001",
        ),
    ] {
        let request = Send {
            conversation_id: None,
            content: text,
            idempotency_key: None,
        };
        let Err(Error::Invalid(fields)) = world.domain.runs().send(&world.ada, request).await else {
            panic!("accepted")
        };
        assert_eq!(
            (fields[0].field.as_str(), fields[0].message.as_str()),
            ("content", message)
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_elses_is_forbidden_and_the_unknown_not_found(pool: PgPool) {
    let world = world(pool).await;
    let bob = sign_up(&world.domain, "bob").await;
    world.script.step(vec![Beat::Say("Hi.")]);
    let sent = world.send(None, "Go").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let (runs, conversations) = (world.domain.runs(), world.domain.conversations());
    let id = sent.conversation.id;
    assert!(matches!(
        runs.cancel(&bob, sent.run_id).await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(
        runs.events(&bob, sent.run_id, 0).await.err(),
        Some(Error::Forbidden)
    ));
    assert!(matches!(
        runs.retry(&bob, sent.run_id).await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(conversations.get(&bob, id).await, Err(Error::Forbidden)));
    assert!(matches!(
        conversations.delete(&bob, id).await,
        Err(Error::Forbidden)
    ));
    assert!(matches!(
        conversations.restore(&bob, id).await,
        Err(Error::Forbidden)
    ));
    let into = Send {
        conversation_id: Some(id),
        content: "Mine".into(),
        idempotency_key: None,
    };
    assert!(matches!(runs.send(&bob, into).await, Err(Error::Forbidden)));
    let unknown = uuid::Uuid::now_v7();
    assert!(matches!(
        conversations.get(&bob, unknown.into()).await,
        Err(Error::NotFound("conversation"))
    ));
    assert!(matches!(
        runs.cancel(&bob, unknown.into()).await,
        Err(Error::NotFound("run"))
    ));
    conversations.delete(&world.ada, id).await.unwrap();
    assert!(matches!(
        conversations.get(&world.ada, id).await,
        Err(Error::NotFound("conversation"))
    ));
    assert_eq!(conversations.restore(&world.ada, id).await.unwrap().id, id);
}
