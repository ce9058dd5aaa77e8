//! Tool calls: effect, journal and event together; taking them back.

use domain::Error;
use domain::tasks::ListTasks;
use protocol::api::UpdateTask;
use protocol::{MessageStatus, Part, RunEvent, Task, ToolCall, ToolCallStatus};
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Beat, World, names, sign_up, world};

async fn tasks(world: &World) -> Vec<Task> {
    world
        .domain
        .tasks()
        .list(&world.ada, ListTasks::default())
        .await
        .unwrap()
        .tasks
}

async fn answer(world: &World, steps: Vec<Vec<Beat>>) -> protocol::Message {
    for step in steps {
        world.script.step(step);
    }
    let sent = world.send(None, "Do it").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap()
}

fn add(title: &str) -> Beat {
    Beat::Call("add_task", json!({ "title": title }).to_string())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_call_is_shown_done_journaled_and_told(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![
            Beat::Say("On it."),
            add("Review Q4 report"),
            Beat::Call("create_task", "{\"title\":\"Second\"}".into()),
        ])
        .step(vec![Beat::Say("Both are there.")]);
    let sent = world.send(None, "Create a task").await;
    let events = world.events(sent.run_id, 0).await;
    assert_eq!(
        names(&events)
            .into_iter()
            .filter(|name| name.starts_with("tool."))
            .collect::<Vec<_>>(),
        ["tool.started", "tool.started", "tool.finished", "tool.finished"]
    );
    let message = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let summaries: Vec<_> = message
        .tool_calls
        .iter()
        .map(|call| call.summary.as_str())
        .collect();
    assert_eq!(
        summaries,
        ["Created task: Review Q4 report", "Created task: Second"]
    );
    assert!(
        message
            .tool_calls
            .iter()
            .all(|call| call.undoable && call.tool_name == "add_task")
    );
    assert!(matches!(
        message.parts[..],
        [
            Part::Text { .. },
            Part::ToolCall { .. },
            Part::ToolCall { .. },
            Part::Text { .. }
        ]
    ));
    assert_eq!(message.content, "On it.\n\nBoth are there.");
    assert_eq!(tasks(&world).await.len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_refused_call_changes_nothing_and_the_run_goes_on(pool: PgPool) {
    let world = world(pool).await;
    let message = answer(
        &world,
        vec![
            vec![
                Beat::Call("add_task", "{not json".into()),
                Beat::Call("add_task", json!({ "title": "x".repeat(201) }).to_string()),
                Beat::Call("launch_rockets", "{}".into()),
                Beat::Call(
                    "complete_task",
                    json!({ "task_id": uuid::Uuid::now_v7() }).to_string(),
                ),
                Beat::Call("add_task", "{\"title\":\"with a \\u0000 in it\"}".into()),
            ],
            vec![Beat::Say("Sorry.")],
        ],
    )
    .await;
    assert_eq!(message.status, MessageStatus::Complete);
    let states: Vec<_> = message.tool_calls.iter().map(|call| call.status).collect();
    assert_eq!(states[..4], [ToolCallStatus::Error; 4]);
    assert!(
        message.tool_calls[..4]
            .iter()
            .all(|call| !call.undoable && !call.summary.is_empty())
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_kind_of_change_can_be_taken_back_in_turn(pool: PgPool) {
    let world = world(pool).await;
    world.never_ask().await;
    let first = answer(&world, vec![vec![add("Milk")], vec![Beat::Say("Done.")]]).await;
    let milk = tasks(&world).await.remove(0);
    let id = milk.id.to_string();
    let rest = answer(
        &world,
        vec![
            vec![
                Beat::Call(
                    "update_task",
                    json!({ "task_id": id, "title": "Oat milk" }).to_string(),
                ),
                Beat::Call("complete_task", json!({ "task_id": id }).to_string()),
                Beat::Call("delete_task", json!({ "task_id": id }).to_string()),
            ],
            vec![Beat::Say("Gone.")],
        ],
    )
    .await;
    assert_eq!(tasks(&world).await, []);
    let calls: Vec<&ToolCall> = rest.tool_calls.iter().collect();
    let undo = |call: &ToolCall| {
        let (domain, ada, id) = (world.domain.clone(), world.ada.clone(), call.id);
        async move { domain.tool_calls().undo(&ada, id, false).await }
    };
    // Out of turn: the task is not as the call left it.
    assert!(matches!(undo(calls[0]).await, Err(Error::ChangedSince(_))));
    for call in calls.iter().rev() {
        assert_eq!(undo(call).await.unwrap().status, ToolCallStatus::Undone);
    }
    let back = tasks(&world).await.remove(0);
    assert_eq!(
        (back.title.as_str(), back.status, back.completed_at),
        ("Milk", milk.status, None)
    );
    assert!(matches!(
        undo(calls[0]).await,
        Err(Error::Conflict {
            code: "already_undone",
            ..
        })
    ));
    undo(&first.tool_calls[0]).await.unwrap();
    assert_eq!(tasks(&world).await, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn undoing_never_overwrites_what_a_person_did_since(pool: PgPool) {
    let world = world(pool).await;
    let message = answer(&world, vec![vec![add("Milk")], vec![Beat::Say("Done.")]]).await;
    let id = tasks(&world).await[0].id;
    let change = UpdateTask {
        title: Some("Oat milk".into()),
        ..UpdateTask::default()
    };
    world.domain.tasks().update(&world.ada, id, change).await.unwrap();
    let undone = world
        .domain
        .tool_calls()
        .undo(&world.ada, message.tool_calls[0].id, false)
        .await;
    assert!(matches!(undone, Err(Error::ChangedSince(_))));
    assert_eq!(tasks(&world).await[0].title, "Oat milk");
    let bob = sign_up(&world.domain, "bob").await;
    let foreign = world
        .domain
        .tool_calls()
        .undo(&bob, message.tool_calls[0].id, false)
        .await;
    assert!(matches!(foreign, Err(Error::Forbidden)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn undo_that_takes_back_the_newest_change_of_the_conversation(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![add("Milk")])
        .step(vec![Beat::Say("Done.")]);
    let first = world.send(None, "Add milk").await;
    world.domain.runs().wait(&world.ada, first.run_id).await.unwrap();
    for (tool, expected) in [
        ("undo_last_change", "Undid: Created task: Milk"),
        ("undo_last_change", "Nothing"),
        ("redo_last_change", "Redid: Created task: Milk"),
        ("redo_last_change", "Nothing"),
        ("undo_last_change", "Undid: Created task: Milk"),
    ] {
        world
            .script
            .step(vec![Beat::Call(tool, "{}".into())])
            .step(vec![Beat::Say("Ok.")]);
        let sent = world.send(Some(first.conversation.id), "Undo that").await;
        let message = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
        assert!(
            message.tool_calls[0].summary.starts_with(expected),
            "{}",
            message.tool_calls[0].summary
        );
    }
    assert_eq!(tasks(&world).await, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn ids_of_somebody_else_are_unknown_to_tools(pool: PgPool) {
    let world = world(pool).await;
    world.never_ask().await;
    let bob = sign_up(&world.domain, "bob").await;
    let foreign = world
        .domain
        .tasks()
        .create(
            &bob,
            protocol::api::CreateTask {
                title: "Bob's".into(),
                ..Default::default()
            },
        )
        .await
        .unwrap();
    let id = foreign.id.to_string();
    let message = answer(
        &world,
        vec![
            vec![
                Beat::Call("delete_task", json!({ "task_id": id }).to_string()),
                Beat::Call(
                    "update_task",
                    json!({ "task_id": id, "title": "Mine" }).to_string(),
                ),
            ],
            vec![Beat::Say("No.")],
        ],
    )
    .await;
    assert!(
        message
            .tool_calls
            .iter()
            .all(|call| call.status == ToolCallStatus::Error)
    );
    assert_eq!(world.domain.tasks().get(&bob, foreign.id).await.unwrap(), foreign);
    let last = world.events(message.run_id.unwrap(), 0).await.pop().unwrap();
    assert_eq!(last.event, RunEvent::RunCompleted {});
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_change_taken_back_leaves_the_order_as_it_was(pool: PgPool) {
    let world = world(pool).await;
    let steps = vec![
        vec![add("Milk"), add("Bread"), add("Salt")],
        vec![Beat::Say("Done.")],
    ];
    answer(&world, steps).await;
    let titles = async || -> Vec<String> { tasks(&world).await.into_iter().map(|task| task.title).collect() };
    let salt = tasks(&world).await[2].clone();
    let milk = tasks(&world).await[0].clone();
    let first = UpdateTask {
        before: Some(milk.id),
        ..UpdateTask::default()
    };
    let put = world
        .domain
        .tasks()
        .update(&world.ada, salt.id, first)
        .await
        .unwrap();
    assert_eq!((put.title.as_str(), put.completed_at), ("Salt", None));
    assert_eq!(titles().await, ["Salt", "Milk", "Bread"]);

    let change = json!({ "task_id": salt.id, "priority": "low", "due_at": "2001-01-01" });
    let steps = vec![
        vec![Beat::Call("update_task", change.to_string())],
        vec![Beat::Say("Done.")],
    ];
    let changed = answer(&world, steps).await;
    // A move in between is no change of what was changed.
    let other = UpdateTask {
        after: Some(tasks(&world).await[2].id),
        ..UpdateTask::default()
    };
    world
        .domain
        .tasks()
        .update(&world.ada, milk.id, other)
        .await
        .unwrap();
    world
        .domain
        .tool_calls()
        .undo(&world.ada, changed.tool_calls[0].id, false)
        .await
        .unwrap();
    assert_eq!(titles().await, ["Salt", "Bread", "Milk"]);

    let page = world.domain.tool_calls().changes(&world.ada, None).await.unwrap();
    let summaries: Vec<_> = page
        .changes
        .iter()
        .map(|change| change.record.call.summary.as_str())
        .collect();
    assert_eq!(
        summaries,
        [
            "Updated task: Salt",
            "Created task: Salt",
            "Created task: Bread",
            "Created task: Milk"
        ]
    );
    assert_eq!(page.changes[0].record.call.status, ToolCallStatus::Undone);
    assert_eq!(page.changes[1].conversation_title.as_deref(), Some("Do it"));
    assert_eq!(page.next_cursor, None);
    let bob = sign_up(&world.domain, "bob").await;
    assert_eq!(
        world
            .domain
            .tool_calls()
            .changes(&bob, None)
            .await
            .unwrap()
            .changes,
        []
    );
}
