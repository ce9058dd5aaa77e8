//! Whose a row is, asked of the database's own catalogue: a table that is added tomorrow is held against the same rules
//! today. What is checked by hand, table by table, is in `isolation.rs`.

use std::collections::BTreeMap;

use protocol::UserId;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool, Row};
use store::{Scope, Store, Tx};

use crate::support::{conversation, exchange, store, user};

/// The roles that requests are served as, and the one that two functions work as.
const ROLES: [&str; 4] = [
    "greenlit_app",
    "greenlit_guest",
    "greenlit_search",
    "greenlit_worker",
];

/// The tables of a user's data: all there are.
pub(crate) async fn tables(pool: &PgPool) -> Vec<String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'greenlit'::regnamespace AND relkind IN ('r', 'p', 'f', 'v', 'm') ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() >= 12, "{tables:?}");
    tables
}

/// The column that says whose a row is.
fn owner_column(table: &str) -> &'static str {
    if table == "users" { "id" } else { "user_id" }
}

/// What a user may say that they see, without any condition: every row as JSON.
async fn dump(store: &Store, tables: &[String], actor: &UserId) -> BTreeMap<String, Vec<Value>> {
    let mut tx = store.begin(Scope::Actor(actor)).await.unwrap();
    let mut dump = BTreeMap::new();
    for table in tables {
        let sql = format!("SELECT to_jsonb(t) FROM {table} t ORDER BY to_jsonb(t)::text");
        let rows: Vec<Value> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        dump.insert(table.clone(), rows);
    }
    dump
}

/// At least a row of each table for this user.
async fn fill(store: &Store, name: &str) -> UserId {
    let who = user(store, name).await;
    let mut tx = store.begin(Scope::Actor(&who)).await.unwrap();
    let conversation = conversation(&mut tx, &who).await;
    let (run, message) = exchange(&mut tx, &who, conversation).await;
    for statement in [
        "INSERT INTO accounts (id, user_id, provider_id, account_id, password_hash)
         VALUES ('account-' || $1, $1, 'credential', $1, 'hash')",
        "INSERT INTO sessions (id, user_id, token_hash, expires_at, remembered)
         VALUES ('session-' || $1, $1, 'token-' || $1, now() + interval '1 day', true)",
        "INSERT INTO run_events (run_id, seq, user_id, event, data) VALUES ($2, 1, $1, 'run.created', '{}')",
        "INSERT INTO tasks (id, user_id, title) VALUES (gen_random_uuid(), $1, 'Milk')",
        "INSERT INTO tool_calls (id, user_id, conversation_id, run_id, message_id, position, provider_call_id,
                                 tool_name, arguments, status)
         VALUES (gen_random_uuid(), $1, $4, $2, $3, 1, 'c1', 'add_task', '{}', 'running')",
        "INSERT INTO shares (conversation_id, user_id, id, token_hash, up_to_position)
         VALUES ($4, $1, gen_random_uuid(), 'share-' || $1, 2)",
        "INSERT INTO testimonials (id, user_id, text, display_name, text_key)
         VALUES (gen_random_uuid(), $1, 'It keeps my list', $1, $1)",
        "INSERT INTO preferences (user_id) VALUES ($1)",
    ] {
        // All four are bound to each, so each has to mention all four.
        let statement = format!("WITH given AS (SELECT $1::text, $2::uuid, $3::uuid, $4::uuid)\n         {statement}");
        sqlx::query(AssertSqlSafe(statement))
            .bind(who.as_str())
            .bind(run.0)
            .bind(message.0)
            .bind(conversation.0)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    who
}

/// Columns of a table that a role may do something with, those that are computed left out.
async fn columns(pool: &PgPool, table: &str, privilege: &str) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT attname::text FROM pg_attribute
         WHERE attrelid = ('greenlit.' || $1)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
           AND has_column_privilege('greenlit_app', attrelid, attnum, $2)
         ORDER BY attnum",
    )
    .bind(table)
    .bind(privilege)
    .fetch_all(pool)
    .await
    .unwrap()
}

async fn run(tx: &mut Tx, sql: &str) -> Result<u64, sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::query(sql)
        .execute(&mut **tx)
        .await
        .map(|done| done.rows_affected())
}

/// Postgres' code for "you may not".
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    code.as_deref() == Some("42501")
}

/// No table without an owner's column that cannot be null, without security that is forced, or owned by a role that
/// requests are served as; and none that is no table: a view shows its owner's rows.
async fn unprotected(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c
         WHERE c.relnamespace = 'greenlit'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
           AND NOT (c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
                    AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'
                                AND p.polroles = ARRAY['greenlit_app'::regrole::oid])
                    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnotnull AND NOT a.attisdropped
                                AND a.attname = CASE c.relname WHEN 'users' THEN 'id' ELSE 'user_id' END))",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_table_is_somebody_s_and_shows_nobody_else_s(pool: PgPool) {
    assert_eq!(unprotected(&pool).await, Vec::<String>::new());

    // What the server's role may write is its actor's, in every policy; and no policy is for whoever comes.
    let policies = sqlx::query(
        "SELECT tablename::text, policyname::text, roles::text[], cmd, permissive, qual, with_check FROM pg_policies
         WHERE schemaname = 'greenlit'",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    for policy in policies {
        let (table, name): (String, String) = (policy.get(0), policy.get(1));
        let (roles, command): (Vec<String>, String) = (policy.get(2), policy.get(3));
        let place = format!("policy {name} on {table}");
        assert!(
            roles.len() == 1 && ROLES.contains(&roles[0].as_str()),
            "{place}: {roles:?}"
        );
        assert_eq!(policy.get::<&str, _>(4), "PERMISSIVE", "{place}");
        if roles[0] == "greenlit_app" && command != "SELECT" {
            let owner = format!(
                "({} = ( SELECT greenlit.actor_id() AS actor_id))",
                owner_column(&table)
            );
            for expression in [policy.get::<Option<String>, _>(5), policy.get(6)] {
                let expression =
                    expression.map(|text| text.replace("SELECT actor_id()", "SELECT greenlit.actor_id()"));
                assert_eq!(expression.as_deref(), Some(owner.as_str()), "{place}");
            }
        }
    }

    // No row hangs on another user's: keys name the owner on both sides.
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT conrelid::regclass || '.' || conname FROM pg_constraint k
         WHERE contype = 'f' AND connamespace = 'greenlit'::regnamespace
           AND confrelid <> 'greenlit.users'::regclass
           AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, other)
                           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = own
                           JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = other
                           WHERE a.attname = 'user_id' AND b.attname = 'user_id')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(loose, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_roles_own_nothing_and_become_nobody(pool: PgPool) {
    let strong: Vec<String> = sqlx::query_scalar(
        "SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)
           AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole OR rolcreatedb OR rolreplication)",
    )
    .bind(ROLES)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(strong, Vec::<String>::new());
    // Members of nothing: there is no role that they could set.
    let becomes: Vec<String> = sqlx::query_scalar(
        "SELECT member.rolname || ' is a ' || role.rolname FROM pg_roles member, pg_roles role
         WHERE member.rolname = ANY ($1) AND member.oid <> role.oid AND pg_has_role(member.oid, role.oid, 'MEMBER')",
    )
    .bind(ROLES)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(becomes, Vec::<String>::new());
    // In this database they own the two functions of the search, and nothing that is not listed here.
    let owned: Vec<String> = sqlx::query_scalar(
        "SELECT r.rolname || ' owns ' || pg_describe_object(d.classid, d.objid, d.objsubid)
         FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
         WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o' AND r.rolname = ANY ($1)
           AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         ORDER BY 1",
    )
    .bind(ROLES)
    .fetch_all(&pool)
    .await
    .unwrap();
    let is_search =
        |text: &String| text.starts_with("greenlit_search owns function ") && text.contains("search_");
    assert!(owned.len() == 2 && owned.iter().all(is_search), "{owned:?}");
    // Nothing works with somebody else's rights but these two, and nothing but the owner's rules hangs on tables.
    let definers: Vec<String> = sqlx::query_scalar(
        "SELECT proname::text FROM pg_proc WHERE prosecdef
           AND pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(definers, ["search_messages", "search_titles"]);
    let rules: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class c WHERE relnamespace = 'greenlit'::regnamespace
           AND (EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
                OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid))",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(rules, 0);
    // And nobody but them is granted anything.
    let granted: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT grantee || ' on ' || table_name FROM information_schema.table_privileges
         WHERE table_schema = 'greenlit' AND grantee <> ALL ($1)
           AND grantee <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'greenlit.users'::regclass)",
    )
    .bind(ROLES)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(granted, Vec::<String>::new());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_any_condition_nothing_of_somebody_else_s_is_seen_or_changed(pool: PgPool) {
    let store = store(pool.clone());
    let tables = tables(&pool).await;
    let (ada, bob) = (fill(&store, "ada").await, fill(&store, "bob").await);
    let (hers, his) = (
        dump(&store, &tables, &ada).await,
        dump(&store, &tables, &bob).await,
    );
    for table in &tables {
        for (who, rows) in [(&ada, &hers[table]), (&bob, &his[table])] {
            assert!(!rows.is_empty(), "{table} has no row of {who}: fill it");
            for row in rows {
                assert_eq!(row[owner_column(table)], who.as_str(), "{table}");
            }
        }
        let own = his[table].len() as u64;
        for column in columns(&pool, table, "UPDATE").await {
            let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
            let done = run(&mut tx, &format!("UPDATE {table} SET {column} = {column}")).await;
            assert_eq!(done.unwrap(), own, "{table}.{column}");
            tx.commit().await.unwrap();
        }
    }

    // His rows in her name, and hers in his: neither by adding nor by giving away.
    for table in &tables {
        let owner = owner_column(table);
        let columns = columns(&pool, table, "INSERT").await;
        if columns.iter().any(|column| column == owner) {
            let mut row = his[table][0].clone();
            row[owner] = ada.as_str().into();
            let columns = columns.join(", ");
            let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
            let sql = format!(
                "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1)"
            );
            let planted = sqlx::query(AssertSqlSafe(sql)).bind(row).execute(&mut *tx).await;
            let error = planted.expect_err(table);
            assert!(is_refusal(&error), "{table}: {error}");
        }
        let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
        let error = run(&mut tx, &format!("UPDATE {table} SET {owner} = 'ada'")).await;
        let error = error.expect_err(table);
        assert!(is_refusal(&error), "{table}: {error}");
    }

    // Nor does whoever asks without being anybody see or change a row, but what is public to all.
    for scope in [
        Scope::Session("0000"),
        Scope::Email("eve@example.com"),
        Scope::Share("0000"),
        Scope::Public,
    ] {
        for table in &tables {
            let visible = if table == "testimonials" && matches!(scope, Scope::Public) {
                2
            } else {
                0
            };
            let mut tx = store.begin(scope).await.unwrap();
            match run(&mut tx, &format!("SELECT FROM {table}")).await {
                Ok(seen) => assert_eq!(seen, visible, "{scope:?} sees {table}"),
                Err(error) => assert!(is_refusal(&error), "{table}: {error}"),
            }
            for column in columns(&pool, table, "UPDATE").await {
                let mut tx = store.begin(scope).await.unwrap();
                match run(&mut tx, &format!("UPDATE {table} SET {column} = {column}")).await {
                    Ok(changed) => assert_eq!(changed, 0, "{scope:?} changes {table}"),
                    Err(error) => assert!(is_refusal(&error), "{table}: {error}"),
                }
            }
            let mut tx = store.begin(scope).await.unwrap();
            match run(&mut tx, &format!("DELETE FROM {table}")).await {
                Ok(gone) => assert_eq!(gone, 0, "{scope:?} deletes {table}"),
                Err(error) => assert!(is_refusal(&error), "{table}: {error}"),
            }
        }
    }

    // He deletes all there is; the tables last on which others hang, so that each is emptied for itself.
    let last = ["messages", "runs", "conversations", "users"];
    let first = tables
        .iter()
        .map(String::as_str)
        .filter(|table| !last.contains(table));
    for table in first.chain(last) {
        let mut tx = store.begin(Scope::Actor(&bob)).await.unwrap();
        match run(&mut tx, &format!("DELETE FROM {table}")).await {
            Ok(gone) => assert!(gone <= his[table].len() as u64, "{table}"),
            Err(error) => assert!(is_refusal(&error), "{table}: {error}"),
        }
        tx.commit().await.unwrap();
    }
    let empty = dump(&store, &tables, &bob).await;
    assert!(empty.values().all(Vec::is_empty), "{empty:?}");
    assert_eq!(dump(&store, &tables, &ada).await, hers);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_table_that_was_forgotten_is_noticed(pool: PgPool) {
    let owned = "id uuid PRIMARY KEY, user_id text NOT NULL";
    let policy = "CREATE POLICY owner ON greenlit.notes TO greenlit_app
                  USING (user_id = (SELECT greenlit.actor_id())) WITH CHECK (user_id = (SELECT greenlit.actor_id()))";
    let enable = "ALTER TABLE greenlit.notes ENABLE ROW LEVEL SECURITY";
    let force = "ALTER TABLE greenlit.notes FORCE ROW LEVEL SECURITY";
    for (columns, rules, is_bad) in [
        (owned, vec![], true),
        (owned, vec![enable, policy], true),
        (owned, vec![enable, force], true),
        ("id uuid, user_id text", vec![enable, force, policy], true),
        (owned, vec![enable, force, policy], false),
    ] {
        let table = format!("CREATE TABLE greenlit.notes ({columns})");
        for statement in [table.as_str()].into_iter().chain(rules.iter().copied()) {
            sqlx::query(AssertSqlSafe(statement.to_owned()))
                .execute(&pool)
                .await
                .unwrap();
        }
        assert_eq!(
            unprotected(&pool).await.contains(&"notes".to_owned()),
            is_bad,
            "{columns} {rules:?}"
        );
        sqlx::query("DROP TABLE greenlit.notes")
            .execute(&pool)
            .await
            .unwrap();
    }
    let view = "CREATE VIEW greenlit.everybody AS SELECT id FROM greenlit.users";
    sqlx::query(view).execute(&pool).await.unwrap();
    assert_eq!(unprotected(&pool).await, ["everybody"]);
}
