//! Editing, asking again, and going back.

use std::sync::Arc;

use domain::Error;
use domain::conversations::{ListMessages, Since};
use pretty_assertions::assert_eq;
use protocol::api::SentMessage;
use protocol::{ConversationId, Feedback, Message, MessageId};
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::support::{Beat, World, sign_up, world};

/// What the conversation's page shows, one line for each message, with the version where there are several.
async fn shown(world: &World, id: ConversationId) -> Vec<String> {
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, id, 50)
        .await
        .unwrap();
    let lines: Vec<String> = opened.messages.iter().map(line).collect();
    assert_eq!(opened.conversation.message_count as usize, lines.len());
    lines
}

fn line(message: &Message) -> String {
    match message.version() {
        (_, 1) => message.content.clone(),
        (version, versions) => format!("{} ({version}/{versions})", message.content),
    }
}

async fn say(world: &World, id: Option<ConversationId>, text: &str, reply: &'static str) -> SentMessage {
    world.script.step(vec![Beat::Say(reply)]);
    let sent = world.send(id, text).await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    sent
}

async fn edit(world: &World, message: &Message, text: &str, reply: &'static str) -> SentMessage {
    world.script.step(vec![Beat::Say(reply)]);
    let runs = world.domain.runs();
    let sent = runs
        .edit(&world.ada, message.conversation_id, message.id, text, None)
        .await
        .unwrap();
    runs.wait(&world.ada, sent.run_id).await.unwrap();
    sent
}

async fn activate(world: &World, id: ConversationId, message: MessageId) -> Message {
    world
        .domain
        .runs()
        .activate(&world.ada, id, message)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edited_message_begins_a_branch_that_can_be_left_and_found_again(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    let second = say(&world, Some(id), "Two", "2").await;
    let third = say(&world, Some(id), "Three", "3").await;
    assert_eq!(shown(&world, id).await, ["One", "1", "Two", "2", "Three", "3"]);

    let edited = edit(&world, &second.user_message, "Two, please", "two").await;
    assert_eq!(shown(&world, id).await, ["One", "1", "Two, please (2/2)", "two"]);
    let later = say(&world, Some(id), "Four", "4").await;
    let requests = world.script.requests.lock().unwrap().clone();
    let seen = format!("{:?}", requests.last().unwrap().messages);
    assert!(
        seen.contains("Two, please") && !seen.contains("Three"),
        "the model sees the shown path: {seen}"
    );

    let back = activate(&world, id, second.user_message.id).await;
    assert_eq!(back.version(), (1, 2));
    assert_eq!(
        shown(&world, id).await,
        ["One", "1", "Two (1/2)", "2", "Three", "3"]
    );
    let opened = world.domain.conversations().get(&world.ada, id).await.unwrap();
    assert_eq!(opened.last_message_preview.as_deref(), Some("3"));
    // A version of a later message, on the branch that is hidden now.
    activate(&world, id, later.user_message.id).await;
    assert_eq!(
        shown(&world, id).await,
        ["One", "1", "Two, please (2/2)", "two", "Four", "4"]
    );
    // A third version, of the second; and of the first message there is a second one.
    edit(&world, &edited.user_message, "Two!", "zwei").await;
    assert_eq!(shown(&world, id).await, ["One", "1", "Two! (3/3)", "zwei"]);
    edit(&world, &first.user_message, "Uno", "uno").await;
    assert_eq!(shown(&world, id).await, ["Uno (2/2)", "uno"]);
    activate(&world, id, first.user_message.id).await;
    assert_eq!(
        shown(&world, id).await,
        ["One (1/2)", "1", "Two! (3/3)", "zwei"],
        "a branch is found as it was left"
    );
    activate(&world, id, third.user_message.id).await;
    assert_eq!(
        shown(&world, id).await,
        ["One (1/2)", "1", "Two (1/3)", "2", "Three", "3"]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_asked_for_again(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    say(&world, Some(id), "Two", "2").await;
    let runs = world.domain.runs();
    world.script.step(vec![Beat::Say("Once more")]);
    let again = runs
        .regenerate(&world.ada, id, first.assistant_message.id)
        .await
        .unwrap();
    assert_eq!(again.user_message.id, first.user_message.id);
    runs.wait(&world.ada, again.run_id).await.unwrap();
    assert_eq!(shown(&world, id).await, ["One", "Once more (2/2)"]);
    activate(&world, id, first.assistant_message.id).await;
    assert_eq!(shown(&world, id).await, ["One", "1 (1/2)", "Two", "2"]);
    let page = |query| {
        let conversations = world.domain.conversations();
        let ada = world.ada.clone();
        async move { conversations.messages(&ada, id, query).await.unwrap().messages }
    };
    let all = page(ListMessages::default()).await;
    let before = ListMessages {
        before: Some(all[3].id),
        limit: Some(2),
        ..ListMessages::default()
    };
    assert_eq!(page(before).await, all[1..3]);
    let since = ListMessages {
        since: Some(Since::Time(all[0].created_at)),
        ..ListMessages::default()
    };
    assert_eq!(page(since).await, all[1..], "only what is shown, each once");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn versions_wait_until_nothing_is_written(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    let edited = edit(&world, &first.user_message, "Uno", "uno").await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Hold(gate.clone()), Beat::Say("2")])
        .step(vec![Beat::Say("3")]);
    let running = world.send(Some(id), "Two").await;
    let queued = world.send(Some(id), "Three").await;
    let runs = world.domain.runs();
    let code = |error: Error| match error {
        Error::Conflict { code, .. } => code,
        other => panic!("{other:?}"),
    };
    let ada = &world.ada;
    let edits = runs.edit(ada, id, edited.user_message.id, "x", None).await;
    assert_eq!(code(edits.unwrap_err()), "run_active");
    let again = runs.regenerate(ada, id, edited.assistant_message.id).await;
    assert_eq!(code(again.unwrap_err()), "run_active");
    let back = runs.activate(ada, id, first.user_message.id).await;
    assert_eq!(code(back.unwrap_err()), "run_active");
    gate.notify_one();
    runs.wait(ada, running.run_id).await.unwrap();
    runs.wait(ada, queued.run_id).await.unwrap();
    // What is not shown cannot be changed, and neither can what is no message of one's own.
    let hidden = runs.edit(ada, id, first.user_message.id, "x", None).await;
    assert_eq!(code(hidden.unwrap_err()), "not_shown");
    let answer = runs.edit(ada, id, running.assistant_message.id, "x", None).await;
    assert_eq!(code(answer.unwrap_err()), "not_yours");
    let question = runs.regenerate(ada, id, running.user_message.id).await;
    assert_eq!(code(question.unwrap_err()), "not_an_answer");
    assert!(matches!(
        runs.edit(ada, id, edited.user_message.id, "  ", None).await,
        Err(Error::Invalid(_))
    ));
    assert_eq!(
        shown(&world, id).await,
        ["Uno (2/2)", "uno", "Two", "2", "Three", "3"]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_with_a_key_happens_once(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    world.script.step(vec![Beat::Say("uno")]);
    let runs = world.domain.runs();
    let mut made = vec![];
    for _ in 0..2 {
        let sent = runs
            .edit(&world.ada, id, first.user_message.id, "Uno", Some("k"))
            .await
            .unwrap();
        runs.wait(&world.ada, sent.run_id).await.unwrap();
        made.push(sent.user_message.id);
    }
    assert_eq!(made[0], made[1]);
    assert_eq!(shown(&world, id).await, ["Uno (2/2)", "uno"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn versions_and_feedback_are_their_owners(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    let other = say(&world, None, "Elsewhere", "e").await;
    let bob = sign_up(&world.domain, "bob").await;
    let (runs, conversations) = (world.domain.runs(), world.domain.conversations());
    let (question, answer) = (first.user_message.id, first.assistant_message.id);
    for refused in [
        runs.edit(&bob, id, question, "x", None).await.map(drop),
        runs.regenerate(&bob, id, answer).await.map(drop),
        runs.activate(&bob, id, answer).await.map(drop),
        conversations
            .give_feedback(&bob, id, answer, Some(Feedback::Up))
            .await
            .map(drop),
    ] {
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    let astray = runs.activate(&world.ada, other.conversation.id, answer).await;
    assert!(matches!(astray, Err(Error::NotFound("message"))));
    for feedback in [Some(Feedback::Up), Some(Feedback::Down), None] {
        let given = conversations
            .give_feedback(&world.ada, id, answer, feedback)
            .await
            .unwrap();
        assert_eq!(given.feedback, feedback);
        let stored = conversations.message(&world.ada, id, answer).await.unwrap();
        assert_eq!(stored, given);
    }
    let own = conversations
        .give_feedback(&world.ada, id, question, Some(Feedback::Up))
        .await;
    assert!(matches!(own, Err(Error::Invalid(_))));
}

fn code(error: Error) -> &'static str {
    match error {
        Error::Conflict { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_that_is_not_shown_cannot_be_retried(pool: PgPool) {
    let world = world(pool).await;
    for (text, beats) in [
        ("Nothing came", vec![Beat::Fail]),
        ("Half came", vec![Beat::Say("Half"), Beat::Fail]),
    ] {
        world.script.step(beats);
        let failed = world.send(None, text).await;
        let id = failed.conversation.id;
        world.domain.runs().wait(&world.ada, failed.run_id).await.unwrap();
        edit(&world, &failed.user_message, "Other", "other").await;
        let asked = world.script.asked();
        let stale = world.domain.runs().retry(&world.ada, failed.run_id).await;
        assert_eq!(code(stale.unwrap_err()), "not_shown");
        assert_eq!(shown(&world, id).await, ["Other (2/2)", "other"]);
        assert_eq!(world.script.asked(), asked);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_that_was_retried_is_asked_for_again_with_its_own_question(pool: PgPool) {
    let world = world(pool).await;
    world.script.step(vec![Beat::Say("Half"), Beat::Fail]);
    let failed = world.send(None, "One").await;
    let id = failed.conversation.id;
    let runs = world.domain.runs();
    runs.wait(&world.ada, failed.run_id).await.unwrap();
    say(&world, Some(id), "Two", "2").await;
    world
        .script
        .step(vec![Beat::Say("1")])
        .step(vec![Beat::Say("Uno")]);
    let retried = runs.retry(&world.ada, failed.run_id).await.unwrap();
    runs.wait(&world.ada, retried.run_id).await.unwrap();
    let again = runs
        .regenerate(&world.ada, id, retried.assistant_message.id)
        .await
        .unwrap();
    assert_eq!(again.user_message.id, failed.user_message.id);
    runs.wait(&world.ada, again.run_id).await.unwrap();
    assert_eq!(shown(&world, id).await, ["One", "Half", "Two", "2", "Uno (2/2)"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_edit_that_is_sent_twice_at_once_happens_once(pool: PgPool) {
    let world = world(pool).await;
    let first = say(&world, None, "One", "1").await;
    let id = first.conversation.id;
    let gate = Arc::new(Notify::new());
    // Still being written when the second one looks.
    world
        .script
        .step(vec![Beat::Hold(gate.clone()), Beat::Say("uno")]);
    let runs = world.domain.runs();
    let send = || runs.edit(&world.ada, id, first.user_message.id, "Uno", Some("k"));
    let (one, other) = tokio::join!(send(), send());
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.user_message.id, other.user_message.id);
    gate.notify_one();
    runs.wait(&world.ada, one.run_id).await.unwrap();
    assert_eq!(shown(&world, id).await, ["Uno (2/2)", "uno"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn feedback_on_an_answer_that_is_being_written_is_there_on_reload(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![Beat::Say("Well"), Beat::Hold(gate.clone())]);
    let sent = world.send(None, "Go").await;
    let (id, answer) = (sent.conversation.id, sent.assistant_message.id);
    let conversations = world.domain.conversations();
    conversations
        .give_feedback(&world.ada, id, answer, Some(Feedback::Down))
        .await
        .unwrap();
    for _ in 0..2 {
        let opened = conversations.open(&world.ada, id, 10).await.unwrap();
        assert_eq!(opened.messages[1].feedback, Some(Feedback::Down));
        gate.notify_one();
        world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    }
}
