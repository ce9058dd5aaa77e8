//! The two functions that read the index of words as a role which is shown every row (decision 9): nothing that is put
//! into them brings anybody's rows but the actor's.

use protocol::UserId;
use sqlx::PgPool;
use store::{Scope, Store, Tx, conversations};
use uuid::Uuid;

use crate::filled::{Size, fill};
use crate::support::{id, store, user};

/// Queries that want more than their own: with everybody's words, with an owner's mark, with everything that has not.
const GREEDY: [&str; 8] = [
    "'needle':* | 'straw':*",
    "'@ada'",
    "'@ada' | 'needle'",
    "'@':*",
    "!'nothing'",
    "!'@bob' | 'conversation'",
    "'needle' | !'needle'",
    "!('@bob' & 'needle')",
];

async fn found(tx: &mut Tx, query: &str) -> Vec<Uuid> {
    let mut found = vec![];
    for statement in [
        "SELECT search_messages($1::text::tsquery, 100000)",
        "SELECT search_titles($1::text::tsquery, 100000)",
    ] {
        let ids: Vec<Uuid> = sqlx::query_scalar(statement)
            .bind(query)
            .fetch_all(&mut **tx)
            .await
            .unwrap();
        found.extend(ids);
    }
    found
}

async fn filled(pool: PgPool) -> Store {
    let store = store(pool.clone());
    user(&store, "ada").await;
    user(&store, "bob").await;
    let size = Size {
        long: 20,
        talks: 60,
        ..Size::default()
    };
    fill(&pool, Size::default(), size).await;
    store
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn no_query_brings_what_is_somebody_else_s(pool: PgPool) {
    let store = filled(pool).await;
    // A name that is SQL and a query at once; it owns one conversation.
    let evil: UserId = r"x' | '@ada\' --".parse().unwrap();
    user(&store, evil.as_str()).await;
    for (who, own) in [("ada", 61), ("bob", 60), (evil.as_str(), 1)] {
        let actor: UserId = who.parse().unwrap();
        let mut tx = store.begin(Scope::Actor(&actor)).await.unwrap();
        if actor == evil {
            conversations::insert(&mut tx, id(), &actor, "Mine", conversations::TitleSource::User)
                .await
                .unwrap();
        }
        let mine: Vec<Uuid> =
            sqlx::query_scalar("SELECT id FROM messages UNION ALL SELECT id FROM conversations")
                .fetch_all(&mut *tx)
                .await
                .unwrap();
        assert!(mine.len() >= own, "{who}");
        for query in GREEDY {
            let found = found(&mut tx, query).await;
            let foreign: Vec<_> = found.iter().filter(|id| !mine.contains(id)).collect();
            assert!(foreign.is_empty(), "{who} found {foreign:?} with {query}");
        }
        let all = found(&mut tx, "!'nothing'").await;
        assert!(!all.is_empty(), "{who} finds what is theirs");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_and_the_unknown_find_nothing(pool: PgPool) {
    let store = filled(pool).await;
    let nobody: UserId = "nobody".parse().unwrap();
    for scope in [
        Scope::Session("0000"),
        Scope::Email("ada@example.com"),
        Scope::Public,
        Scope::Actor(&nobody),
    ] {
        let mut tx = store.begin(scope).await.unwrap();
        for query in GREEDY {
            assert_eq!(
                found(&mut tx, query).await,
                Vec::<Uuid>::new(),
                "{scope:?}: {query}"
            );
        }
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_functions_and_their_role_can_do_this_and_nothing_else(pool: PgPool) {
    // Whoever adds a function of this kind decides on it here.
    let definers: Vec<(String, String, Option<Vec<String>>)> = sqlx::query_as(
        "SELECT proname::text, pg_get_userbyid(proowner)::text, proconfig FROM pg_proc
         WHERE pronamespace = 'greenlit'::regnamespace AND prosecdef ORDER BY proname",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let path = Some(vec!["search_path=greenlit, pg_temp".to_owned()]);
    let of = |name: &str| (name.to_owned(), "greenlit_search".to_owned(), path.clone());
    assert_eq!(definers, [of("search_messages"), of("search_titles")]);

    let may: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT rolname::text FROM pg_roles, pg_proc
         WHERE pronamespace = 'greenlit'::regnamespace AND prosecdef AND rolname LIKE 'greenlit\\_%'
           AND rolname <> 'greenlit_admin' AND has_function_privilege(pg_roles.oid, pg_proc.oid, 'EXECUTE')
         ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(may, ["greenlit_app", "greenlit_search"]);

    // The roles that requests are served as cannot become it, and it can neither write nor read what was said.
    let becomes: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles WHERE rolname IN ('greenlit_app', 'greenlit_worker', 'greenlit_guest')
         AND pg_has_role(oid, 'greenlit_search', 'MEMBER')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(becomes, Vec::<String>::new());
    let readable: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relnamespace = 'greenlit'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0
           AND NOT a.attisdropped
           AND has_column_privilege('greenlit_search', c.oid, a.attnum, 'SELECT, INSERT, UPDATE')
         ORDER BY c.relname, a.attnum",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(
        readable,
        [
            "conversations.id",
            "conversations.user_id",
            "conversations.deleted_at",
            "conversations.search",
            "messages.id",
            "messages.user_id",
            "messages.conversation_id",
            "messages.search",
        ]
    );
    let writes: bool = sqlx::query_scalar(
        "SELECT bool_or(has_any_column_privilege('greenlit_search', oid, 'INSERT, UPDATE')
                        OR has_table_privilege('greenlit_search', oid, 'DELETE, TRUNCATE'))
                OR has_schema_privilege('greenlit_search', 'greenlit', 'CREATE')
                OR has_schema_privilege('greenlit_app', 'greenlit', 'CREATE')
         FROM pg_class WHERE relnamespace = 'greenlit'::regnamespace AND relkind IN ('r', 'p')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!writes);
}
