//! What searches find, and what they do not.

use sqlx::PgPool;
use store::{Scope, conversations, search};

use crate::filled::{Size, fill, talk};
use crate::support::{conversation, exchange, store, user};

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_actor_s_own_words_are_found(pool: PgPool) {
    let store = store(pool.clone());
    let ada = user(&store, "ada").await;
    user(&store, "bob").await;
    let size = Size {
        talks: 200,
        ..Size::default()
    };
    fill(&pool, Size::default(), size).await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let found = search::messages(&mut tx, &strings(&["need", "rare"]), 100)
        .await
        .unwrap();
    // One of the ten conversations is deleted.
    assert_eq!(found.len(), 36);
    assert!(found.iter().all(|message| message.content == "The rare needle"));
    let titles = search::titles(&mut tx, &strings(&["conversation", "199"]))
        .await
        .unwrap();
    assert_eq!(titles, [talk(199)]);
    for nothing in [
        strings(&["eedle"]),
        strings(&["needle", "straw"]),
        strings(&["@bob"]),
        strings(&["conversation", "second"]),
        strings(&[]),
    ] {
        assert_eq!(
            search::messages(&mut tx, &nothing, 100).await.unwrap(),
            [],
            "{nothing:?}"
        );
        assert_eq!(
            search::titles(&mut tx, &nothing).await.unwrap(),
            [],
            "{nothing:?}"
        );
    }
    let (titles, found) = search::newest_like(&mut tx, &ada, "%number 1_9%", 10)
        .await
        .unwrap();
    assert_eq!((titles.len(), found.len()), (0, 10));
    let known = search::newest_words(&mut tx, &ada).await.unwrap();
    assert!(known.contains(&"straw".to_owned()) && !known.iter().any(|word| word.contains("ada")));
    drop(tx);
    // Nobody is asking, so nothing is anybody's.
    let mut tx = store.begin(Scope::Session("0000")).await.unwrap();
    assert_eq!(
        search::messages(&mut tx, &strings(&["needle"]), 100)
            .await
            .unwrap(),
        []
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_deleted_is_purged_after_thirty_days_with_all_that_hangs_on_it(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let (old, recent, kept) = (
        conversation(&mut tx, &ada).await,
        conversation(&mut tx, &ada).await,
        conversation(&mut tx, &ada).await,
    );
    for id in [old, recent, kept] {
        exchange(&mut tx, &ada, id).await;
    }
    for (id, days) in [(old, 31), (recent, 29)] {
        sqlx::query("UPDATE conversations SET deleted_at = now() - make_interval(days => $2) WHERE id = $1")
            .bind(id.0)
            .bind(days)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let position = conversations::ListPosition::START;
    let shown = conversations::deleted(&mut tx, &ada, position, 10).await.unwrap();
    let shown: Vec<_> = shown.iter().map(|deleted| deleted.conversation.id).collect();
    assert_eq!(shown, [recent]);
    assert!(!conversations::set_deleted(&mut tx, old, false).await.unwrap());
    tx.commit().await.unwrap();

    let mut tx = store.begin(Scope::Worker).await.unwrap();
    assert_eq!(conversations::purge(&mut tx, 10).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM messages")
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(left, 4);
    assert!(conversations::set_deleted(&mut tx, recent, false).await.unwrap());
    assert!(conversations::find(&mut tx, recent).await.unwrap().is_some());
}
