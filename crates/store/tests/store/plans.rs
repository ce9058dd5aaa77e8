//! How Postgres executes what lists and searches ask, on a filled database: by an index, and without sorting everything.

use protocol::UserId;
use sqlx::{PgPool, Row};
use store::{Scope, Tx, conversations};

use crate::support::{store, user};

/// Somebody's many conversations and messages, and as many of somebody else's.
pub(crate) async fn fill(pool: &PgPool) -> UserId {
    let store = store(pool.clone());
    let ada = user(&store, "ada").await;
    let bob = user(&store, "bob").await;
    for (owner, first) in [(&ada, 1), (&bob, 5_001)] {
        let mut tx = store.begin(Scope::Actor(owner)).await.unwrap();
        for statement in [
            "INSERT INTO conversations (id, user_id, title, title_source, pinned, updated_at, deleted_at)
             SELECT lpad(to_hex(n), 32, '0')::uuid, $1, 'Conversation ' || n, 'auto', n % 100 = 0,
                    now() - make_interval(mins => n), CASE WHEN n % 20 = 1 THEN now() END
             FROM generate_series($2::integer, $2 + 4999) n",
            "INSERT INTO messages (id, user_id, conversation_id, position, role, content, status)
             SELECT ('00000001' || lpad(to_hex(n * 4 + place), 24, '0'))::uuid, $1, lpad(to_hex(n), 32, '0')::uuid, place, 'user',
                    CASE WHEN n % 500 = 2 THEN 'The rare needle' ELSE 'Common straw number ' || n END, 'complete'
             FROM generate_series($2::integer, $2 + 4999) n, generate_series(1, 4) place",
        ] {
            sqlx::query(statement)
                .bind(owner.as_str())
                .bind(first)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    for statement in ["ANALYZE greenlit.conversations", "ANALYZE greenlit.messages"] {
        sqlx::query(statement).execute(pool).await.unwrap();
    }
    ada
}

/// The plan of a statement whose parameters are written out.
pub(crate) async fn plan(tx: &mut Tx, statement: &str, values: &[&str]) -> String {
    let mut sql = statement.to_owned();
    for (index, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", index + 1), value);
    }
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("EXPLAIN {sql}")))
        .fetch_all(&mut **tx)
        .await
        .unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    lines.join("\n")
}

/// Fails if the plan reads a whole table, or does not use the index.
#[track_caller]
pub(crate) fn assert_by_index(plan: &str, index: &str) {
    assert!(plan.contains(index), "{plan}");
    assert!(!plan.contains("Seq Scan"), "{plan}");
}

/// Fails if the plan sorts: the index has to give the order.
#[track_caller]
pub(crate) fn assert_in_order(plan: &str, index: &str) {
    assert_by_index(plan, index);
    assert!(!plan.contains("Sort"), "{plan}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn lists_of_conversations_come_in_the_index_s_order(pool: PgPool) {
    let ada = fill(&pool).await;
    let store = store(pool);
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let id = "'00000000-0000-0000-0000-000000000fff'";
    let time = "now() - interval '1 day'";
    let found = plan(&mut tx, conversations::LIST, &["'ada'", time, id, "20"]).await;
    assert_in_order(&found, "conversations_list");
    for pinned in ["true", "false"] {
        let values = ["'ada'", pinned, time, id, "51"];
        let found = plan(&mut tx, conversations::SIDEBAR, &values).await;
        assert_in_order(&found, "conversations_sidebar");
    }
    let found = plan(&mut tx, conversations::DELETED, &["'ada'", "now()", id, "51"]).await;
    assert_in_order(&found, "conversations_deleted");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn words_are_looked_up_in_their_index(pool: PgPool) {
    let ada = fill(&pool).await;
    for (function, index) in [
        ("search_messages", "messages_search"),
        ("search_titles", "conversations_search"),
    ] {
        let body: String = sqlx::query_scalar(
            "SELECT prosrc FROM pg_proc WHERE pronamespace = 'greenlit'::regnamespace AND proname = $1",
        )
        .bind(function)
        .fetch_one(&pool)
        .await
        .unwrap();
        let mut tx = store(pool.clone()).begin(Scope::Actor(&ada)).await.unwrap();
        // As what the function works as; a tool of the test, the server never does this.
        sqlx::raw_sql("RESET ROLE; SET LOCAL ROLE greenlit_search")
            .execute(&mut *tx)
            .await
            .unwrap();
        let body = body
            .replace("wanted", "'needle:*'::tsquery")
            .replace("most", "500");
        assert_by_index(&plan(&mut tx, &body, &[]).await, index);
    }
}
