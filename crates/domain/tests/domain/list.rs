//! The list of conversations: its order, what is unread, titles, the search, deletion.

use std::sync::Arc;
use std::time::Duration;

use domain::conversations::ListConversations;
use futures::StreamExt;
use protocol::ConversationId;
use protocol::api::UpdateConversation;
use protocol::feed::FeedEvent;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::support::{Beat, World, sign_up, world};

const LONG: &str = "Please plan the board meeting on Friday with everything that has to be ready for it";

async fn titles(world: &World, limit: u32) -> Vec<String> {
    let mut titles = vec![];
    let mut cursor: Option<String> = None;
    loop {
        let conversations = world.domain.conversations();
        let page = conversations
            .sidebar(&world.ada, cursor.as_deref(), limit)
            .await
            .unwrap();
        titles.extend(
            page.conversations
                .into_iter()
                .map(|conversation| conversation.title),
        );
        cursor = page.next_cursor;
        if cursor.is_none() {
            return titles;
        }
    }
}

async fn talk(world: &World, text: &str) -> ConversationId {
    world.script.step(vec![Beat::Say("Sure.")]);
    let sent = world.send(None, text).await;
    world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    sent.conversation.id
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pinned_ones_come_first_over_all_pages_and_a_rename_is_no_activity(pool: PgPool) {
    let world = world(pool).await;
    let mut ids = vec![];
    for text in ["One", "Two", "Three", "Four"] {
        ids.push(talk(&world, text).await);
    }
    let update = |title: Option<&str>, pinned| UpdateConversation {
        title: title.map(str::to_owned),
        pinned,
    };
    let conversations = world.domain.conversations();
    conversations
        .update(&world.ada, ids[0], update(None, Some(true)))
        .await
        .unwrap();
    conversations
        .update(&world.ada, ids[1], update(Some("Second"), None))
        .await
        .unwrap();
    for limit in [1, 3, 50] {
        assert_eq!(
            titles(&world, limit).await,
            ["One", "Four", "Three", "Second"],
            "{limit}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_answer_is_unread_until_its_owner_looks(pool: PgPool) {
    let world = world(pool).await;
    let id = talk(&world, "Hello").await;
    let conversations = world.domain.conversations();
    assert!(conversations.get(&world.ada, id).await.unwrap().unread);
    conversations.open(&world.ada, id, 10).await.unwrap();
    assert!(!conversations.get(&world.ada, id).await.unwrap().unread);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_model_names_a_conversation_once_unless_its_owner_did(pool: PgPool) {
    let world = world(pool).await;
    *world.script.title.lock().unwrap() = Some("\"Board meeting.\"\n");
    let mut feed = world.domain.feed().events(&world.ada, None).unwrap();
    let id = talk(&world, LONG).await;
    let conversations = world.domain.conversations();
    // Open pages hear of it.
    let named = async {
        loop {
            let event = feed.next().await.unwrap().unwrap().event;
            if let FeedEvent::ConversationUpdated(conversation) = event
                && !LONG.starts_with(&conversation.title)
            {
                return conversation.title;
            }
        }
    };
    let title = tokio::time::timeout(Duration::from_secs(10), named)
        .await
        .unwrap();
    assert_eq!(title, "Board meeting");
    assert_eq!(conversations.get(&world.ada, id).await.unwrap().title, title);
    // What was asked for the title is none of the conversation's.
    assert_eq!(world.script.asked(), 1);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_search_finds_words_their_beginnings_parts_and_typos(pool: PgPool) {
    let world = world(pool).await;
    let id = talk(&world, LONG).await;
    talk(&world, "Buy milk").await;
    let bob = sign_up(&world.domain, "bob").await;
    let conversations = world.domain.conversations();
    for (q, instead) in [
        ("board meet", None),
        ("BOARD", None),
        ("eeting", None),
        ("meetnig frday", Some("meeting friday")),
    ] {
        let found = conversations.search(&world.ada, q).await.unwrap();
        assert_eq!(found.instead.as_deref(), instead, "{q}");
        assert!(
            found
                .messages
                .iter()
                .all(|(message, _)| message.conversation_id == id),
            "{q}"
        );
        assert_eq!(found.messages.len(), 1, "{q}");
        let (_, passage) = &found.messages[0];
        assert!(passage.iter().any(|piece| piece.found), "{q}");
        let query = ListConversations {
            q: Some(q.into()),
            ..ListConversations::default()
        };
        let listed = conversations.list(&world.ada, query).await.unwrap();
        assert_eq!(listed.conversations.len(), 1, "{q}");
        let others = conversations.search(&bob, q).await.unwrap();
        assert!(others.messages.is_empty() && others.titles.is_empty(), "{q}");
    }
    let found = conversations.search(&world.ada, "milk").await.unwrap();
    assert_eq!((found.titles.len(), found.messages.len()), (1, 1));
    conversations.delete(&world.ada, id).await.unwrap();
    let found = conversations.search(&world.ada, "board").await.unwrap();
    assert!(found.messages.is_empty() && found.titles.is_empty());
    let (deleted, next) = conversations.deleted(&world.ada, None).await.unwrap();
    assert_eq!((deleted[0].conversation.id, deleted.len(), next), (id, 1, None));
    conversations.restore(&world.ada, id).await.unwrap();
    assert_eq!(conversations.deleted(&world.ada, None).await.unwrap().0, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_waits_in_a_deleted_conversation_is_not_begun(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world.script.step(vec![Beat::Hold(gate)]);
    let running = world.send(None, "One").await;
    let id = running.conversation.id;
    let mut events = world
        .domain
        .runs()
        .events(&world.ada, running.run_id, 0)
        .await
        .unwrap();
    // The model was asked for the first.
    while world.script.asked() == 0 {
        events.next().await.unwrap().unwrap();
    }
    let waiting = [
        world.send(Some(id), "Two").await,
        world.send(Some(id), "Three").await,
    ];
    world.domain.conversations().delete(&world.ada, id).await.unwrap();
    for run in [running.run_id, waiting[0].run_id, waiting[1].run_id] {
        world.domain.runs().wait(&world.ada, run).await.unwrap();
    }
    assert_eq!(world.script.asked(), 1);
}
