//! Calls that a person has to allow first.

use std::sync::Arc;
use std::time::Duration;

use domain::Error;
use domain::runs::Decision;
use domain::tasks::ListTasks;
use futures::StreamExt;
use protocol::api::UpdateTask;
use protocol::preferences::UpdatePreferences;
use protocol::{
    Approval, ConversationId, Message, MessageStatus, RunEvent, RunId, TaskId, ToolCall, ToolCallStatus,
};
use serde_json::json;
use sqlx::PgPool;
use store::Scope;

use crate::support::{Beat, Script, World, domain, names, sign_up, world};

async fn titles(world: &World) -> Vec<(String, TaskId)> {
    let listed = world.domain.tasks().list(&world.ada, ListTasks::default()).await;
    let tasks = listed.unwrap().tasks.into_iter();
    let mut titles: Vec<_> = tasks.map(|task| (task.title, task.id)).collect();
    titles.sort();
    titles
}

fn add(title: &str) -> Beat {
    Beat::Call("add_task", json!({ "title": title }).to_string())
}

fn delete(id: TaskId) -> Beat {
    Beat::Call("delete_task", json!({ "task_id": id }).to_string())
}

/// Waits until a run rests, and returns its answer.
async fn resting(world: &World, run: RunId) -> Message {
    loop {
        let mut tx = world
            .store
            .begin(Scope::Actor(world.ada.user_id()))
            .await
            .unwrap();
        let found = store::runs::find(&mut tx, run).await.unwrap().unwrap();
        if found.status == store::runs::RunStatus::AwaitingApproval {
            let message = store::messages::find(&mut tx, found.assistant_message_id).await;
            return message.unwrap().unwrap().message;
        }
        drop(tx);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn waiting(message: &Message) -> Vec<&ToolCall> {
    let waits = |call: &&ToolCall| call.status == ToolCallStatus::AwaitingApproval;
    message.tool_calls.iter().filter(waits).collect()
}

const YES: Decision = Decision::Approve { arguments: None };

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deletion_waits_for_a_person_and_goes_on_when_it_is_allowed(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    let milk = titles(&world).await[0].1;

    world
        .script
        .step(vec![
            Beat::Say("I would delete it."),
            delete(milk),
            Beat::Call("list_tasks", "{}".into()),
        ])
        .step(vec![Beat::Say("Gone.")]);
    let sent = world.send(Some(first.conversation.id), "Delete milk").await;
    let rests = resting(&world, sent.run_id).await;
    assert_eq!(rests.status, MessageStatus::AwaitingApproval);
    assert_eq!(
        rests.tool_calls[1].status,
        ToolCallStatus::Success,
        "what needs no asking is done"
    );
    assert_eq!(titles(&world).await.len(), 1);
    while world.domain.active_runs() > 0 {
        tokio::task::yield_now().await;
    }
    let call = waiting(&rests)[0].id;

    let runs = world.domain.runs();
    let bob = sign_up(&world.domain, "bob").await;
    let foreign = runs.decide(&bob, sent.run_id, call, YES).await;
    assert!(matches!(foreign, Err(Error::Forbidden)), "{foreign:?}");
    let wrong = runs.decide(&world.ada, first.run_id, call, YES).await;
    assert!(
        matches!(wrong, Err(Error::NotFound(_) | Error::Forbidden)),
        "{wrong:?}"
    );
    assert_eq!(titles(&world).await.len(), 1);

    let decided = runs.decide(&world.ada, sent.run_id, call, YES).await.unwrap();
    assert_eq!(decided.status, ToolCallStatus::Running);
    let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(
        (answer.status, answer.content.as_str()),
        (MessageStatus::Complete, "I would delete it.\n\nGone.")
    );
    assert!(titles(&world).await.is_empty());
    let events = world.events(sent.run_id, 0).await;
    let tools: Vec<_> = names(&events)
        .into_iter()
        .filter(|name| name.starts_with("tool."))
        .collect();
    assert_eq!(
        tools,
        [
            "tool.approval_required",
            "tool.started",
            "tool.finished",
            "tool.started",
            "tool.finished"
        ]
    );
    assert!(!names(&events).contains(&"text.reset"));
    let again = runs.decide(&world.ada, sent.run_id, call, Decision::Deny).await;
    assert!(
        matches!(
            again,
            Err(Error::Conflict {
                code: "not_waiting",
                ..
            })
        ),
        "{again:?}"
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_call_does_nothing_and_the_model_is_told(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![add("Milk"), add("Bread")])
        .step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    let tasks = titles(&world).await;
    world
        .script
        .step(vec![delete(tasks[0].1), delete(tasks[1].1)])
        .step(vec![Beat::Say("One is gone.")]);
    let sent = world.send(Some(first.conversation.id), "Delete both").await;
    let rests = resting(&world, sent.run_id).await;
    let calls: Vec<_> = waiting(&rests).iter().map(|call| call.id).collect();
    assert_eq!(calls.len(), 2);
    let runs = world.domain.runs();
    runs.decide(&world.ada, sent.run_id, calls[0], Decision::Deny)
        .await
        .unwrap();
    // One is left: the run rests again, or still.
    let rests = resting(&world, sent.run_id).await;
    assert_eq!(waiting(&rests).len(), 1);
    runs.decide(&world.ada, sent.run_id, calls[1], YES).await.unwrap();
    let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
    let statuses: Vec<_> = answer.tool_calls.iter().map(|call| call.status).collect();
    assert_eq!(statuses, [ToolCallStatus::Denied, ToolCallStatus::Success]);
    assert_eq!(titles(&world).await, [tasks[0].clone()]);
    let told = format!(
        "{:?}",
        world.script.requests.lock().unwrap().last().unwrap().messages
    );
    assert!(told.contains("did not allow this call"), "{told}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn arguments_may_be_changed_before_they_are_allowed(pool: PgPool) {
    let world = world(pool).await;
    let always = UpdatePreferences {
        approval: Some(Approval::Always),
        ..UpdatePreferences::default()
    };
    world
        .domain
        .preferences()
        .update(&world.ada, &always)
        .await
        .unwrap();
    world
        .script
        .step(vec![add("Mlik")])
        .step(vec![Beat::Say("There.")]);
    let sent = world.send(None, "Add milk").await;
    let rests = resting(&world, sent.run_id).await;
    let call = waiting(&rests)[0].id;
    let runs = world.domain.runs();
    let wrong = Decision::Approve {
        arguments: Some(json!("x")),
    };
    let wrong = runs.decide(&world.ada, sent.run_id, call, wrong).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    let refused = Decision::Approve {
        arguments: Some(json!({ "title": " " })),
    };
    let refused = runs.decide(&world.ada, sent.run_id, call, refused).await;
    let Err(Error::Invalid(errors)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(errors[0].field, "arguments");
    assert!(errors[0].message.contains("title"), "{errors:?}");
    assert!(titles(&world).await.is_empty());
    let changed = json!({ "title": "Milk" });
    let changed = changed.as_object().unwrap().clone();
    runs.decide_call(&world.ada, call, true, changed).await.unwrap();
    let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(answer.tool_calls[0].summary, "Created task: Milk");
    assert_eq!(answer.tool_calls[0].arguments, json!({ "title": "Milk" }));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn one_answer_decides_all_and_whoever_waits_gets_the_message_as_it_rests(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![add("Milk"), add("Bread")])
        .step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    let tasks = titles(&world).await;
    let bob = sign_up(&world.domain, "bob").await;
    let runs = world.domain.runs();
    for (approve, left) in [(false, 2), (true, 0)] {
        world
            .script
            .step(vec![delete(tasks[0].1), delete(tasks[1].1)])
            .step(vec![Beat::Say("So be it.")]);
        let sent = world.send(Some(first.conversation.id), "Delete both").await;
        let rests = runs.wait(&world.ada, sent.run_id).await.unwrap();
        assert_eq!(rests.status, MessageStatus::AwaitingApproval);
        assert_eq!(waiting(&rests).len(), 2);
        let again = runs.wait(&world.ada, sent.run_id).await.unwrap();
        assert_eq!(again.status, MessageStatus::AwaitingApproval);
        let call = rests.tool_calls[1].id;
        let foreign = runs.decide_all(&bob, call, approve).await;
        assert!(matches!(foreign, Err(Error::Forbidden)), "{foreign:?}");
        assert_eq!(runs.decide_all(&world.ada, call, approve).await.unwrap().len(), 2);
        let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
        assert_eq!(
            (answer.status, answer.content.as_str()),
            (MessageStatus::Complete, "So be it.")
        );
        assert_eq!(titles(&world).await.len(), left);
        let twice = runs.decide_all(&world.ada, call, approve).await;
        assert!(matches!(twice, Err(Error::Conflict { .. })), "{twice:?}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn changes_in_bulk_are_asked_about_and_few_are_not(pool: PgPool) {
    let world = world(pool).await;
    let five = (0..5).map(|number| add(&format!("Task {number}"))).collect();
    world
        .script
        .step(five)
        .step(vec![add("One more")])
        .step(vec![Beat::Say("Done.")]);
    let sent = world.send(None, "Add many").await;
    let rests = resting(&world, sent.run_id).await;
    assert_eq!(titles(&world).await.len(), 5);
    let call = waiting(&rests)[0].id;
    world
        .domain
        .runs()
        .decide(&world.ada, sent.run_id, call, YES)
        .await
        .unwrap();
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert_eq!(titles(&world).await.len(), 6);

    world.never_ask().await;
    let all = titles(&world)
        .await
        .into_iter()
        .map(|(_, id)| delete(id))
        .collect();
    world.script.step(all).step(vec![Beat::Say("Gone.")]);
    let sent = world.send(None, "Delete all").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    assert!(titles(&world).await.is_empty());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn taking_back_in_bulk_is_asked_about_too(pool: PgPool) {
    let world = world(pool).await;
    world.never_ask().await;
    let six = (0..6).map(|number| add(&format!("Task {number}"))).collect();
    world.script.step(six).step(vec![Beat::Say("There.")]);
    let sent = world.send(None, "Add six").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let destructive = UpdatePreferences {
        approval: Some(Approval::Destructive),
        ..UpdatePreferences::default()
    };
    world
        .domain
        .preferences()
        .update(&world.ada, &destructive)
        .await
        .unwrap();
    let undo = || Beat::Call("undo_last_change", "{}".into());
    world
        .script
        .step((0..5).map(|_| undo()).collect())
        .step(vec![undo()]);
    let sent = world.send(Some(sent.conversation.id), "Undo it all").await;
    let rests = resting(&world, sent.run_id).await;
    assert_eq!(waiting(&rests).len(), 1);
    assert_eq!(titles(&world).await.len(), 1);
}

/// The assistant adds "Milk", and a person makes it "Oat milk". Where that was said, and the task.
async fn milk_made_oat(world: &World) -> (ConversationId, TaskId) {
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("There.")]);
    let sent = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let milk = titles(world).await[0].1;
    let oat = UpdateTask {
        title: Some("Oat milk".into()),
        ..UpdateTask::default()
    };
    world.domain.tasks().update(&world.ada, milk, oat).await.unwrap();
    (sent.conversation.id, milk)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_a_person_changed_since_is_overwritten_only_when_they_allow_it(pool: PgPool) {
    let world = world(pool).await;
    let (conversation, _) = milk_made_oat(&world).await;
    let runs = world.domain.runs();

    let undo = |arguments: &str| Beat::Call("undo_last_change", arguments.into());
    for (decision, left) in [(Decision::Deny, 1), (YES, 0)] {
        world
            .script
            .step(vec![undo("{}")])
            .step(vec![undo(r#"{"overwrite": "true"}"#)])
            .step(vec![Beat::Say("So be it.")]);
        let sent = world.send(Some(conversation), "Undo it").await;
        let rests = resting(&world, sent.run_id).await;
        assert_eq!(
            rests.tool_calls[0].status,
            ToolCallStatus::Error,
            "it says what is in the way"
        );
        let call = waiting(&rests)[0];
        assert_eq!(
            call.summary,
            "Undid: Created task: Milk, although since then the title was changed to “Oat milk”"
        );
        assert_eq!(titles(&world).await[0].0, "Oat milk");
        runs.decide(&world.ada, sent.run_id, call.id, decision)
            .await
            .unwrap();
        let answer = runs.wait(&world.ada, sent.run_id).await.unwrap();
        assert_eq!(answer.status, MessageStatus::Complete);
        assert_eq!(titles(&world).await.len(), left);
    }
}

/// The journal keeps names and arguments without what Postgres does not hold, and not endless. What a call does goes by
/// what is kept, or a model could say one thing and have another run.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_asked_about_is_what_would_run(pool: PgPool) {
    let world = world(pool).await;
    let (conversation, milk) = milk_made_oat(&world).await;
    let runs = world.domain.runs();

    let padded: &str = format!("{:<200}x", "delete_task").leak();
    let delete = json!({ "task_id": milk }).to_string();
    let calls = [
        ("delete_task\0", delete.clone()),
        (padded, delete),
        ("undo_last_change\0", r#"{"overwrite":true}"#.into()),
        ("undo_last_change", r#"{"overwri\u0000te":true}"#.into()),
        ("undo_last_change", r#"{"overwrite":"tr\u0000ue"}"#.into()),
        ("undo_last_change", format!("{:<2000}x", r#"{"overwrite":true}"#)),
        ("undo_last_change", json!(r#"{"overwrite":true}"#).to_string()),
    ];
    let mut statuses = vec![];
    for (name, arguments) in calls {
        world
            .script
            .step(vec![Beat::Call(name, arguments.clone())])
            .step(vec![Beat::Say("So be it.")]);
        let sent = world.send(Some(conversation), "Do it").await;
        let stands = runs.wait(&world.ada, sent.run_id).await.unwrap();
        let call = &stands.tool_calls[0];
        statuses.push(call.status);
        assert_eq!(titles(&world).await[0].0, "Oat milk", "{name} {arguments}");
        if call.status == ToolCallStatus::AwaitingApproval {
            let id = call.id;
            runs.decide(&world.ada, sent.run_id, id, Decision::Deny)
                .await
                .unwrap();
            runs.wait(&world.ada, sent.run_id).await.unwrap();
        }
    }
    // Each is kept as a call that does something, so each is asked about.
    assert_eq!(statuses, [ToolCallStatus::AwaitingApproval; 7]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_question_outlives_the_server_and_can_be_stopped_or_runs_out(pool: PgPool) {
    let world = world(pool.clone()).await;
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    let milk = titles(&world).await[0].1;
    let ask = async || {
        world.script.step(vec![delete(milk)]);
        let sent = world.send(None, "Delete milk").await;
        let rests = resting(&world, sent.run_id).await;
        (sent.run_id, waiting(&rests)[0].id)
    };

    let (stopped, _) = ask().await;
    world.domain.runs().cancel(&world.ada, stopped).await.unwrap();
    let answer = world.domain.runs().wait(&world.ada, stopped).await.unwrap();
    assert_eq!(answer.status, MessageStatus::Cancelled);
    assert_eq!(answer.tool_calls[0].status, ToolCallStatus::Error);

    let (forgotten, _) = ask().await;
    let (asked, call) = ask().await;
    world.domain.shut_down(std::time::Duration::from_millis(10)).await;
    world
        .change(
            Scope::Actor(world.ada.user_id()),
            "UPDATE runs SET approval_expires_at = now() - interval '1 second'
             WHERE id = (SELECT id FROM runs WHERE status = 'awaiting_approval' ORDER BY created_at LIMIT 1)",
        )
        .await;
    let script = Arc::<Script>::default();
    script.step(vec![Beat::Say("Gone.")]);
    let other = domain(pool, script).await;
    let mut events = other.runs().events(&world.ada, forgotten, 0).await.unwrap();
    while let Some(event) = events.next().await {
        event.unwrap();
    }
    let answer = other.runs().wait(&world.ada, forgotten).await.unwrap();
    assert_eq!(
        answer.failure.map(|failure| failure.code).as_deref(),
        Some("approval_expired")
    );
    assert_eq!(titles(&world).await.len(), 1);
    other.runs().decide(&world.ada, asked, call, YES).await.unwrap();
    let answer = other.runs().wait(&world.ada, asked).await.unwrap();
    assert_eq!(answer.status, MessageStatus::Complete);
    assert!(titles(&world).await.is_empty());
    assert!(matches!(
        world.events(asked, 0).await.last().map(|event| &event.event),
        Some(RunEvent::RunCompleted {})
    ));
}

/// A conversation whose run rests, and the run.
async fn asked(world: &World) -> (protocol::ConversationId, RunId) {
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("There.")]);
    let first = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    let milk = titles(world).await[0].1;
    world.script.step(vec![delete(milk)]);
    let sent = world.send(Some(first.conversation.id), "Delete milk").await;
    resting(world, sent.run_id).await;
    (first.conversation.id, sent.run_id)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_waits_behind_a_question_is_told_what_is_known(pool: PgPool) {
    let world = world(pool).await;
    let (conversation, _) = asked(&world).await;
    let behind = world.send(Some(conversation), "And now?").await;
    let runs = world.domain.runs();
    let waited = tokio::time::timeout(Duration::from_secs(10), runs.wait(&world.ada, behind.run_id));
    let answer = waited.await.expect("the request hangs").unwrap();
    assert_eq!(answer, behind.assistant_message);
    assert_eq!(answer.status, MessageStatus::Streaming);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_question_ends_also_when_the_server_that_was_to_end_it_died(pool: PgPool) {
    let world = world(pool).await;
    let (_, run) = asked(&world).await;
    // As far as a stop gets before its server dies.
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    store::runs::request_cancel(&mut tx, run).await.unwrap();
    tx.commit().await.unwrap();
    let events = tokio::time::timeout(Duration::from_secs(15), world.events(run, 0)).await;
    assert_eq!(
        names(&events.expect("it rests on")).last(),
        Some(&"run.cancelled")
    );
    let mut tx = world
        .store
        .begin(Scope::Actor(world.ada.user_id()))
        .await
        .unwrap();
    let stored = store::runs::find(&mut tx, run).await.unwrap().unwrap();
    assert_eq!(stored.lease_epoch, 1, "its end takes no lease that could lapse");
}
