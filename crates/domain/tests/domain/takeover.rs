//! Runs whose server died, was paused or stopped: another one goes on with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use domain::Domain;
use domain::tasks::ListTasks;
use futures::StreamExt;
use protocol::{Message, MessageStatus, RunEvent, RunId, SequencedEvent, ToolCallStatus};
use serde_json::json;
use sqlx::{ConnectOptions, PgPool};
use store::{Bounds, Scope, Store, StoreConfig, run_events};
use tokio::sync::Notify;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{Beat, Script, World, domain, domain_on, names, sign_up, world};
use crate::wire::{before_database, dial};

fn add(title: &str) -> Beat {
    Beat::Call("add_task", json!({ "title": title }).to_string())
}

async fn stored(world: &World, run: RunId) -> Vec<SequencedEvent> {
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    run_events::list(&mut tx, run, 0, 1000).await.unwrap()
}

/// Waits until the log holds an event.
async fn until(world: &World, run: RunId, wanted: impl Fn(&RunEvent) -> bool) {
    while !stored(world, run).await.iter().any(|event| wanted(&event.event)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Starts another server on the database, after the first one's leases have lapsed.
async fn another(world: &World, pool: &PgPool, script: &Arc<Script>) -> Domain {
    world
        .change(
            Scope::Worker,
            "UPDATE runs SET lease_expires_at = now() - interval '1 second' WHERE status = 'running'",
        )
        .await;
    domain(pool.clone(), script.clone()).await
}

async fn watch(server: &Domain, world: &World, run: RunId, after: u64) -> Vec<SequencedEvent> {
    let events = server.runs().events(&world.ada, run, after).await.unwrap();
    events.map(|event| event.unwrap()).collect().await
}

async fn titles(world: &World) -> Vec<String> {
    let listed = world.domain.tasks().list(&world.ada, ListTasks::default()).await;
    let tasks = listed.unwrap().tasks.into_iter();
    let mut titles: Vec<String> = tasks.map(|task| task.title).collect();
    titles.sort();
    titles
}

fn rising(events: &[SequencedEvent]) -> bool {
    events.windows(2).all(|pair| pair[0].seq < pair[1].seq)
}

fn folded(mut message: Message, events: &[SequencedEvent]) -> Message {
    for event in events {
        message.apply(&event.event);
    }
    message
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn another_server_goes_on_and_repeats_no_tool(pool: PgPool) {
    let world = world(pool.clone()).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Say("On it."), add("Milk"), add("Bread")])
        .step(vec![
            Beat::Say("Half a sent"),
            Beat::Hold(gate.clone()),
            Beat::Say("ence from the dead"),
        ]);
    let sent = world.send(None, "Go").await;
    let mut seen = world
        .domain
        .runs()
        .events(&world.ada, sent.run_id, 0)
        .await
        .unwrap();
    let mut before = vec![];
    while let Some(event) = seen.next().await {
        let event = event.unwrap();
        let half = matches!(&event.event, RunEvent::TextDelta { text } if text.contains("Half"));
        before.push(event);
        if half {
            break;
        }
    }
    until(
        &world,
        sent.run_id,
        |event| matches!(event, RunEvent::TextDelta { text } if text.contains("Half")),
    )
    .await;

    let script = Arc::<Script>::default();
    script.step(vec![Beat::Say("Both are there.")]);
    let other = another(&world, &pool, &script).await;
    let events = watch(&other, &world, sent.run_id, 0).await;
    assert!(rising(&events), "{events:?}");
    let answer = folded(sent.assistant_message.clone(), &events);
    assert_eq!(answer.content, "On it.\n\nBoth are there.");
    assert_eq!(answer.status, MessageStatus::Complete);
    assert_eq!(answer.tool_calls.len(), 2);
    assert_eq!(titles(&world).await, ["Bread", "Milk"]);
    // What the model was told: its own calls and what came of them.
    let asked = script.requests.lock().unwrap()[0].messages.len();
    assert_eq!(asked, 5, "prompt, question, the calls, two results");

    // Whoever watched the first server goes on where they were, with the text that stands.
    let last = before.last().unwrap().seq;
    let rest = watch(&other, &world, sent.run_id, last).await;
    assert_eq!(names(&rest)[0], "text.reset");
    assert_eq!(
        folded(folded(sent.assistant_message.clone(), &before), &rest).content,
        answer.content
    );

    // The first server wakes up and must not write to what is not its own any more.
    let log = stored(&world, sent.run_id).await;
    gate.notify_one();
    let old: Vec<_> = seen.map(|event| event.unwrap()).collect().await;
    assert_eq!(
        folded(folded(sent.assistant_message.clone(), &before), &old).content,
        answer.content
    );
    assert_eq!(stored(&world, sent.run_id).await, log);
    let read = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (read.content, read.status),
        (answer.content, MessageStatus::Complete)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_was_taken_down_and_not_run_is_run_once(pool: PgPool) {
    let world = world(pool.clone()).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![add("Milk"), add("Bread"), add("Salt")])
        .step(vec![Beat::Hold(gate.clone())]);
    let sent = world.send(None, "Go").await;
    until(
        &world,
        sent.run_id,
        |event| matches!(event, RunEvent::ToolFinished(call) if call.summary.contains("Salt")),
    )
    .await;
    // As if the server had died right before the last one's effect.
    let last = "UPDATE tool_calls SET status = 'running', changes = '[]', result = 'null', summary = '',
                finished_at = NULL WHERE summary = 'Created task: Salt'";
    world.change(Scope::Actor(world.ada.user_id()), last).await;
    let effect = "UPDATE tasks SET deleted_at = now() WHERE title = 'Salt'";
    world.change(Scope::Actor(world.ada.user_id()), effect).await;
    let script = Arc::<Script>::default();
    script.step(vec![Beat::Say("Done.")]);
    let other = another(&world, &pool, &script).await;
    let answer = other.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(titles(&world).await, ["Bread", "Milk", "Salt"]);
    assert_eq!(answer.tool_calls.len(), 3);
    let is_done = |call: &protocol::ToolCall| call.status == ToolCallStatus::Success;
    assert!(answer.tool_calls.iter().all(is_done), "{answer:?}");
    assert_eq!(script.asked(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_of_which_nothing_is_stored_begins_anew(pool: PgPool) {
    let world = world(pool.clone()).await;
    world.script.step(vec![Beat::Hold(Arc::new(Notify::new()))]);
    let sent = world.send(None, "Go").await;
    until(&world, sent.run_id, |event| {
        matches!(event, RunEvent::RunCreated(_))
    })
    .await;
    let script = Arc::<Script>::default();
    script.step(vec![Beat::Say("Hello.")]);
    let other = another(&world, &pool, &script).await;
    let events = watch(&other, &world, sent.run_id, 0).await;
    let created = names(&events)
        .iter()
        .filter(|name| **name == "run.created")
        .count();
    assert_eq!(created, 1);
    assert_eq!(folded(sent.assistant_message, &events).content, "Hello.");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_run_that_outlives_no_server_ends_with_what_it_has(pool: PgPool) {
    let world = world(pool.clone()).await;
    world
        .script
        .step(vec![Beat::Say("Half"), Beat::Hold(Arc::new(Notify::new()))]);
    let sent = world.send(None, "Go").await;
    until(&world, sent.run_id, |event| {
        matches!(event, RunEvent::TextDelta { .. })
    })
    .await;
    world
        .change(
            Scope::Worker,
            "UPDATE runs SET takeovers = 3 WHERE status = 'running'",
        )
        .await;
    let other = another(&world, &pool, &Arc::default()).await;
    let events = watch(&other, &world, sent.run_id, 0).await;
    let Some(RunEvent::RunFailed(failure)) = events.last().map(|event| &event.event) else {
        panic!("{:?}", names(&events))
    };
    assert_eq!((failure.code.as_str(), failure.retryable), ("interrupted", true));
    let answer = other.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (answer.content.as_str(), answer.status),
        ("Half", MessageStatus::Failed)
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_server_that_stops_hands_its_answers_over(pool: PgPool) {
    let world = world(pool.clone()).await;
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("Half"), Beat::Hold(Arc::new(Notify::new()))]);
    let sent = world.send(None, "Go").await;
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
    world.domain.shut_down(Duration::from_millis(10)).await;
    let script = Arc::<Script>::default();
    script.step(vec![Beat::Say("Whole.")]);
    // No lease has to lapse.
    let other = domain(pool.clone(), script.clone()).await;
    let events = watch(&other, &world, sent.run_id, 0).await;
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
    let answer = folded(sent.assistant_message, &events);
    assert_eq!(
        (answer.content.as_str(), answer.status),
        ("Whole.", MessageStatus::Complete)
    );
    assert_eq!(titles(&world).await, ["Milk"]);
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    let run = store::runs::find(&mut tx, sent.run_id).await.unwrap().unwrap();
    assert_eq!(run.takeovers, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_run_is_lost_while_requests_take_every_connection(pool: PgPool) {
    let address = pool.connect_options().to_url_lossy().to_string();
    let config = StoreConfig {
        url: address.clone(),
        direct_url: address,
        max_connections: 2,
        bounds: Bounds::default(),
    };
    let store = Store::connect(&config).await.unwrap();
    let script = Arc::<Script>::default();
    let gate = Arc::new(Notify::new());
    script.step(vec![
        Beat::Say("One "),
        Beat::Hold(gate.clone()),
        Beat::Say("two"),
    ]);
    let busy = domain_on(store.clone(), script.clone()).await;
    let ada = sign_up(&busy, "ada").await;
    let world = World {
        domain: busy,
        store: Store::from_pool(pool.clone()),
        script,
        ada,
    };
    let sent = world.send(None, "Count").await;
    until(&world, sent.run_id, |event| {
        matches!(event, RunEvent::TextDelta { .. })
    })
    .await;
    let requests = (
        store.begin_snapshot(Scope::Public).await.unwrap(),
        store.begin_snapshot(Scope::Public).await.unwrap(),
    );
    let other = domain(pool, Arc::default()).await;
    // Two leases long, in which it could be taken over.
    tokio::time::sleep(Duration::from_secs(6)).await;
    drop(requests);
    gate.notify_one();
    let answer = other.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (answer.content.as_str(), answer.status),
        ("One two", MessageStatus::Complete)
    );
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    let run = store::runs::find(&mut tx, sent.run_id).await.unwrap().unwrap();
    assert_eq!(run.takeovers, 0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_time_of_an_answer_is_that_of_all_its_servers(pool: PgPool) {
    let world = world(pool.clone()).await;
    world
        .script
        .step(vec![Beat::Say("Half"), Beat::Hold(Arc::new(Notify::new()))]);
    let sent = world.send(None, "Go").await;
    until(&world, sent.run_id, |event| {
        matches!(event, RunEvent::TextDelta { .. })
    })
    .await;
    world
        .change(
            Scope::Actor(world.ada.user_id()),
            "UPDATE runs SET started_at = now() - interval '11 minutes' WHERE status = 'running'",
        )
        .await;
    let other = another(&world, &pool, &Arc::default()).await;
    let events = watch(&other, &world, sent.run_id, 0).await;
    let Some(RunEvent::RunFailed(failure)) = events.last().map(|event| &event.event) else {
        panic!("{:?}", names(&events))
    };
    assert_eq!(failure.code, "run_timeout");
}

/// Stands before the database. Once, what ends a run is passed on to it, and its answer is not.
async fn forgetful_network(pool: &PgPool) -> (String, Arc<AtomicBool>) {
    let database = pool.connect_options();
    let (listener, options) = before_database(&database);
    let forgets = Arc::new(AtomicBool::new(true));
    let forgetting = forgets.clone();
    tokio::spawn(async move {
        while let Ok((mut here, _)) = listener.accept().await {
            let mut there = dial(&database).await;
            let forgets = forgetting.clone();
            tokio::spawn(async move {
                let (mut said, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
                let mut ends = false;
                loop {
                    tokio::select! {
                        read = here.read(&mut said) => {
                            let said = &said[..read.unwrap_or(0)];
                            let says = |words: &[u8]| said.windows(words.len()).any(|window| window == words);
                            if said.is_empty() || there.write_all(said).await.is_err() {
                                return;
                            }
                            ends |= says(b"ended_at = now()");
                            if says(b"COMMIT") && std::mem::take(&mut ends) && forgets.swap(false, Ordering::SeqCst) {
                                let _ = there.read(&mut answered).await;
                                return;
                            }
                        }
                        read = there.read(&mut answered) => {
                            let answered = &answered[..read.unwrap_or(0)];
                            if answered.is_empty() || here.write_all(answered).await.is_err() {
                                return;
                            }
                        }
                    }
                }
            });
        }
    });
    let mut address = options.to_url_lossy();
    // So that every statement goes by.
    address.query_pairs_mut().append_pair("pgbouncer", "true");
    (address.to_string(), forgets)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_next_begins_also_when_the_answer_to_an_end_is_lost(pool: PgPool) {
    let (url, still_forgets) = forgetful_network(&pool).await;
    let config = StoreConfig {
        url,
        direct_url: pool.connect_options().to_url_lossy().to_string(),
        max_connections: 5,
        bounds: Bounds::default(),
    };
    let store = Store::connect(&config).await.unwrap();
    let script = Arc::<Script>::default();
    let gate = Arc::new(Notify::new());
    script
        .step(vec![Beat::Hold(gate.clone()), Beat::Say("One.")])
        .step(vec![Beat::Say("Two.")]);
    let server = domain_on(store, script.clone()).await;
    let ada = sign_up(&server, "ada").await;
    let world = World {
        domain: server,
        store: Store::from_pool(pool),
        script,
        ada,
    };
    let first = world.send(None, "Count").await;
    let second = world.send(Some(first.conversation.id), "On").await;
    gate.notify_one();
    let answers = [
        world.domain.runs().wait(&world.ada, first.run_id).await.unwrap(),
        world.domain.runs().wait(&world.ada, second.run_id).await.unwrap(),
    ];
    assert_eq!(answers.map(|answer| answer.content), ["One.", "Two."]);
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    let run = store::runs::find(&mut tx, second.run_id).await.unwrap().unwrap();
    assert_eq!(
        (run.takeovers, run.lease_epoch),
        (0, 1),
        "it waited for its lease to lapse"
    );
    assert!(!still_forgets.load(Ordering::SeqCst), "no answer was lost");
}
