//! Links to conversations, and conversations as files.

use domain::Error;
use domain::export::Format;
use domain::import::ImportConversation;
use futures::TryStreamExt;
use pretty_assertions::assert_eq;
use protocol::{ConversationId, Feedback, Message, Part};
use serde_json::{Value, json};
use sqlx::PgPool;
use store::Scope;

use crate::support::{Beat, World, sign_up, world};

async fn say(world: &World, id: Option<ConversationId>, text: &str, reply: &'static str) -> ConversationId {
    world.script.step(vec![Beat::Say(reply)]);
    let sent = world.send(id, text).await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    sent.conversation.id
}

/// What a link shows.
async fn seen(world: &World, token: &str) -> Vec<String> {
    let page = world.domain.shares().open(token, None).await.unwrap();
    let text = |parts: Vec<Part>| {
        let texts = parts.into_iter().filter_map(|part| match part {
            Part::Text { text } => Some(text),
            Part::ToolCall { .. } => None,
        });
        texts.collect::<String>()
    };
    page.messages
        .into_iter()
        .map(|message| text(message.parts))
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_shows_the_conversation_up_to_its_making_until_it_is_taken_back(pool: PgPool) {
    let world = world(pool).await;
    let (shares, ada) = (world.domain.shares(), &world.ada);
    let id = say(&world, None, "One", "1").await;
    say(&world, None, "Elsewhere", "e").await;
    assert_eq!(shares.find(ada, id).await.unwrap(), None);
    let link = shares.share(ada, id).await.unwrap();
    assert_eq!(link.url, format!("http://127.0.0.1:3000/share/{}", link.token));
    assert_eq!(shares.find(ada, id).await.unwrap().as_ref(), Some(&link));
    say(&world, Some(id), "Two", "2").await;
    assert_eq!(seen(&world, &link.token).await, ["One", "1"]);
    assert_eq!(
        shares.share(ada, id).await.unwrap(),
        link,
        "the link stays the same"
    );
    assert_eq!(seen(&world, &link.token).await, ["One", "1", "Two", "2"]);

    let bob = sign_up(&world.domain, "bob").await;
    for refused in [
        shares.share(&bob, id).await.map(drop),
        shares.find(&bob, id).await.map(drop),
        shares.revoke(&bob, id).await,
    ] {
        assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
    }
    let gone = |result: Result<domain::shares::SharedPage, Error>| matches!(result, Err(Error::NotFound(_)));
    for wrong in [
        "",
        "x",
        &"a".repeat(43),
        &link.token.to_uppercase(),
        &link.token[1..],
    ] {
        assert!(gone(shares.open(wrong, None).await), "{wrong}");
    }
    world.domain.conversations().delete(ada, id).await.unwrap();
    assert!(gone(shares.open(&link.token, None).await));
    world.domain.conversations().restore(ada, id).await.unwrap();
    assert_eq!(seen(&world, &link.token).await.len(), 4);
    shares.revoke(ada, id).await.unwrap();
    assert!(gone(shares.open(&link.token, None).await));
    let another = shares.share(ada, id).await.unwrap();
    assert_ne!(another.token, link.token, "what was taken back never opens again");
    assert!(gone(shares.open(&link.token, None).await));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_shows_nothing_else_of_its_owner(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![Beat::Call(
            "add_task",
            json!({"title": "Secret plan"}).to_string(),
        )])
        .step(vec![Beat::Say("Added.")]);
    let sent = world.send(None, "Add it").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    say(&world, None, "Elsewhere", "e").await;
    let link = world
        .domain
        .shares()
        .share(&world.ada, sent.conversation.id)
        .await
        .unwrap();
    let page = world.domain.shares().open(&link.token, None).await.unwrap();
    assert_eq!(
        page.messages[1].tool_calls[0].summary,
        "Created task: Secret plan"
    );

    let hash: String = {
        use sha2::Digest;
        let digest = sha2::Sha256::digest(link.token.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    for (statement, rows) in [
        ("SELECT id FROM conversations", 1),
        ("SELECT id FROM messages", 2),
        ("SELECT id FROM tool_calls", 1),
    ] {
        let mut tx = world.store.begin(Scope::Share(&hash)).await.unwrap();
        let seen = sqlx::query(statement).fetch_all(&mut *tx).await.unwrap();
        assert_eq!(seen.len(), rows, "{statement}");
        let mut tx = world.store.begin(Scope::Share("0000")).await.unwrap();
        let seen = sqlx::query(statement).fetch_all(&mut *tx).await.unwrap();
        assert_eq!(seen.len(), 0, "{statement}");
    }
    for statement in [
        "SELECT user_id FROM conversations",
        "SELECT user_id FROM messages",
        "SELECT arguments FROM tool_calls",
        "SELECT result FROM tool_calls",
        "SELECT id FROM shares",
        "SELECT id FROM users",
        "SELECT id FROM tasks",
        "SELECT id FROM runs",
        "UPDATE conversations SET title = 'x'",
        "DELETE FROM messages",
    ] {
        let mut tx = world.store.begin(Scope::Share(&hash)).await.unwrap();
        assert!(
            sqlx::query(statement).execute(&mut *tx).await.is_err(),
            "{statement}"
        );
    }
}

async fn export(world: &World, id: ConversationId, format: Format) -> String {
    let conversations = world.domain.conversations();
    let export = conversations.export(&world.ada, id, format).await.unwrap();
    let pieces: Vec<String> = export.content.try_collect().await.unwrap();
    pieces.concat()
}

async fn import(world: &World, json: Value) -> Result<ConversationId, Error> {
    let request: ImportConversation = serde_json::from_value(json).unwrap();
    let made = world.domain.conversations().import(&world.ada, request).await?;
    Ok(made.id)
}

/// A message without what another copy of it has differently.
fn plain(message: &Message) -> Value {
    let mut value = json!(message);
    let members = value.as_object_mut().unwrap();
    for name in ["id", "conversation_id", "run_id", "parts"] {
        members.remove(name);
    }
    for call in members["tool_calls"].as_array_mut().unwrap() {
        call.as_object_mut().unwrap().remove("id");
        call.as_object_mut().unwrap().remove("undoable");
    }
    value
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_exported_can_be_imported(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![
            Beat::Say("On it."),
            Beat::Call("add_task", json!({"title": "Milk"}).to_string()),
        ])
        .step(vec![Beat::Say("\n\nDone \"now\".")]);
    let sent = world.send(None, "Add # milk").await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let id = sent.conversation.id;
    say(&world, Some(id), "Thanks", "Any time.").await;
    let conversations = world.domain.conversations();
    conversations
        .give_feedback(&world.ada, id, sent.assistant_message.id, Some(Feedback::Up))
        .await
        .unwrap();

    let text = export(&world, id, Format::Markdown).await;
    assert!(text.starts_with("# Add # milk\n\n## You, "), "{text}");
    assert!(
        text.contains("\nOn it.\n\n> Created task: Milk\n\nDone \"now\".\n"),
        "{text}"
    );
    let json: Value = serde_json::from_str(&export(&world, id, Format::Json).await).unwrap();
    let asked = world.script.asked();
    let copy = import(&world, json.clone()).await.unwrap();
    let (old, new) = (
        conversations.open(&world.ada, id, 50).await.unwrap(),
        conversations.open(&world.ada, copy, 50).await.unwrap(),
    );
    assert_eq!(
        old.messages.iter().map(plain).collect::<Vec<_>>(),
        new.messages.iter().map(plain).collect::<Vec<_>>()
    );
    assert_eq!(new.conversation.message_count, 4);
    assert_eq!(
        new.conversation.last_message_preview.as_deref(),
        Some("Any time.")
    );
    assert_eq!(world.script.asked(), asked, "nothing is run");
    let call = new.messages[1].tool_calls[0].id;
    assert!(matches!(new.messages[1].parts[1], Part::ToolCall { id } if id == call));
    assert!(matches!(
        world.domain.tool_calls().undo(&world.ada, call, false).await,
        Err(Error::Conflict {
            code: "nothing_to_undo",
            ..
        })
    ));
    // It goes on like any other, and its answers can be asked for again.
    say(&world, Some(copy), "More", "m").await;
    world.script.step(vec![Beat::Say("again")]);
    let again = world
        .domain
        .runs()
        .regenerate(&world.ada, copy, new.messages[3].id)
        .await
        .unwrap();
    assert_eq!(again.user_message.content, "Thanks");
    world.domain.runs().wait(&world.ada, again.run_id).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_import_is_checked_and_all_or_nothing(pool: PgPool) {
    let world = world(pool).await;
    let message = |role: &str, content: String| json!({ "role": role, "content": content, "created_at": "2026-01-02T03:04:05.678Z" });
    let file = |messages: Vec<Value>| json!({ "format": "greenlit.conversation", "version": 1, "title": "T", "messages": messages });
    let good = || message("user", "Hello".into());
    let with = |name: &str, value: Value| {
        let mut changed = message("assistant", "Hi".into());
        changed[name] = value;
        changed
    };
    let call = json!({ "id": uuid::Uuid::nil(), "tool_name": "", "arguments": {}, "result": null,
        "status": "success", "summary": "", "timestamp": "2026-01-02T03:04:05.678Z", "duration_ms": 1 });
    let mut other = file(vec![]);
    other["format"] = json!("something.else");
    let mut newer = file(vec![]);
    newer["version"] = json!(2);
    let mut untitled = file(vec![]);
    untitled["title"] = json!(" ");
    for (json, field) in [
        (other, "format"),
        (newer, "version"),
        (untitled, "title"),
        (
            file(vec![good(), message("user", "x".repeat(10_001))]),
            "messages[1].content",
        ),
        (
            file(vec![good(), message("user", String::new())]),
            "messages[1].content",
        ),
        (
            file(vec![good(), message("assistant", "a\0b".into())]),
            "messages[1].content",
        ),
        (
            file(vec![good(), with("status", json!("failed"))]),
            "messages[1].failure",
        ),
        (
            file(vec![
                good(),
                with("parts", json!([{"type": "text", "text": "Ho"}])),
            ]),
            "messages[1].parts",
        ),
        (
            file(vec![good(), with("tool_calls", json!([call]))]),
            "messages[1].tool_calls[0].tool_name",
        ),
        (file(vec![good(); 10_001]), "messages"),
    ] {
        match import(&world, json).await {
            Err(Error::Invalid(errors)) => assert_eq!(errors[0].field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let list = world
        .domain
        .conversations()
        .list(&world.ada, Default::default())
        .await
        .unwrap();
    assert_eq!(list.conversations, []);
    let id = import(&world, file(vec![good(); 1_234])).await.unwrap();
    let opened = world
        .domain
        .conversations()
        .open(&world.ada, id, 200)
        .await
        .unwrap();
    assert!(opened.has_more);
    assert_eq!(opened.conversation.message_count, 1_234);
    let back: Value = serde_json::from_str(&export(&world, id, Format::Json).await).unwrap();
    assert_eq!(back["messages"].as_array().unwrap().len(), 1_234);
}
