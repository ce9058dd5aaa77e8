//! A database with as much in it as a test wants, of two people.

use protocol::{ConversationId, MessageId, RunId, TaskId, UserId};
use sqlx::PgPool;
use store::{Scope, Store};
use uuid::Uuid;

/// How much there is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Size {
    /// Messages of Ada's long conversation. Every second one is an answer with its run, every tenth has a tool call.
    pub(crate) long: i32,
    /// Other conversations of either, with four messages each.
    pub(crate) talks: i32,
    /// Tasks of either.
    pub(crate) tasks: i32,
    /// Events of the run that is at work in Ada's long conversation.
    pub(crate) events: i32,
}

impl Size {
    /// Messages altogether.
    pub(crate) fn messages(self) -> i32 {
        self.long + 8 * self.talks
    }
}

/// Ada's long conversation.
pub(crate) const LONG: ConversationId = ConversationId(Uuid::from_u128(0xc0_ffee));
/// The run at work in it, which writes its second message.
pub(crate) const RUN: RunId = RunId(numbered(3, 2));

const fn numbered(kind: u128, number: i32) -> Uuid {
    Uuid::from_u128(kind << 96 | number as u128)
}

/// A message of the long conversation, by its position.
pub(crate) fn message(position: i32) -> MessageId {
    MessageId(numbered(2, position))
}

/// One of Ada's tasks, from 1.
pub(crate) fn task(number: i32) -> TaskId {
    TaskId(numbered(4, number))
}

/// One of Ada's other conversations, from 1.
pub(crate) fn talk(number: i32) -> ConversationId {
    ConversationId(numbered(0, number))
}

/// When messages of the long conversation and tasks begin, in milliseconds: a minute lies between two.
pub(crate) const BEGINNING: i64 = 1_700_000_000_000;

// $1: the owner, $2 and $3: the numbers, $4: what the owner's numbers begin with.
const OF_BOTH: [(&str, &str); 3] = [
    (
        "talks",
        "INSERT INTO conversations (id, user_id, title, title_source, pinned, updated_at, deleted_at)
         SELECT lpad(to_hex($4 + n), 32, '0')::uuid, $1,
                'Conversation ' || n || CASE $1 WHEN 'ada' THEN ' first' ELSE ' second' END, 'auto', n % 100 = 0,
                to_timestamp(1700000000 + n * 60), CASE WHEN n % 20 = 1 OR $1 = 'bob' AND n % 2 = 1 THEN now() - make_interval(secs => n % 2500000) END
         FROM generate_series($2::integer, $3) n",
    ),
    (
        "talks",
        "INSERT INTO messages (id, user_id, conversation_id, position, role, content, status)
         SELECT ('00000001' || lpad(to_hex(($4 + n) * 4 + place), 24, '0'))::uuid, $1,
                lpad(to_hex($4 + n), 32, '0')::uuid, place, 'user',
                CASE WHEN n BETWEEN 41 AND 50 THEN 'The rare needle' ELSE 'Common straw number ' || n END, 'complete'
         FROM generate_series($2::integer, $3) n, generate_series(1, 4) place",
    ),
    (
        "tasks",
        "INSERT INTO tasks (id, user_id, title, status, priority, due_at, completed_at, created_at)
         SELECT ('00000004' || lpad(to_hex($4 + n), 24, '0'))::uuid, $1, 'Task ' || n,
                CASE WHEN n % 4 = 0 THEN 'done' ELSE 'open' END,
                CASE n % 100 WHEN 50 THEN 'high' WHEN 51 THEN 'low' ELSE 'normal' END,
                CASE WHEN n % 3 > 0 THEN to_timestamp(1700000000 + n * 60) END,
                CASE WHEN n % 4 = 0 THEN to_timestamp(1700000000 + n * 60) END,
                to_timestamp(1700000000 + n * 60)
         FROM generate_series($2::integer, $3) n",
    ),
];

// $1: the owner, $2 and $3: the numbers.
const OF_ADA: [(&str, &str); 4] = [
    (
        "long",
        "INSERT INTO messages (id, user_id, conversation_id, position, role, content, parts, status, created_at, parent_id)
         SELECT ('00000002' || lpad(to_hex(n), 24, '0'))::uuid, $1, lpad('c0ffee', 32, '0')::uuid, n,
                CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END, 'What was said as number ' || n,
                jsonb_build_array(jsonb_build_object('type', 'text', 'text', 'What was said as number ' || n)),
                'complete', to_timestamp(1700000000 + n * 60),
                CASE WHEN n > 1 THEN ('00000002' || lpad(to_hex(n - 1), 24, '0'))::uuid END
         FROM generate_series($2::integer, $3) n",
    ),
    (
        "long",
        "INSERT INTO runs (id, user_id, conversation_id, user_message_id, assistant_message_id, status, created_at)
         SELECT ('00000003' || lpad(to_hex(n), 24, '0'))::uuid, $1, lpad('c0ffee', 32, '0')::uuid,
                ('00000002' || lpad(to_hex(n - 1), 24, '0'))::uuid, ('00000002' || lpad(to_hex(n), 24, '0'))::uuid,
                CASE n WHEN 2 THEN 'running' ELSE 'completed' END, to_timestamp(1700000000 + n * 60)
         FROM generate_series($2::integer, $3) n WHERE n % 2 = 0",
    ),
    (
        "long",
        "INSERT INTO tool_calls (id, user_id, conversation_id, run_id, message_id, position, provider_call_id,
                                 tool_name, arguments, status, changes, finished_at, undone_at)
         SELECT ('00000005' || lpad(to_hex(n), 24, '0'))::uuid, $1, lpad('c0ffee', 32, '0')::uuid,
                ('00000003' || lpad(to_hex(n), 24, '0'))::uuid, ('00000002' || lpad(to_hex(n), 24, '0'))::uuid, 1,
                'call-' || n, 'add_task', '{}', CASE WHEN n % 40 = 20 THEN 'undone' ELSE 'success' END,
                CASE WHEN n % 20 = 0 THEN '[{\"before\": null, \"after\": null}]'::jsonb ELSE '[]' END,
                to_timestamp(1700000000 + n * 60),
                CASE WHEN n % 40 = 20 THEN to_timestamp(1700000000 + n * 60) END
         FROM generate_series($2::integer, $3) n WHERE n % 10 = 0",
    ),
    (
        "events",
        "INSERT INTO run_events (run_id, seq, user_id, event, data)
         SELECT ('00000003' || lpad('2', 24, '0'))::uuid, n, $1, 'text.delta', '{\"text\": \"word \"}'
         FROM generate_series($2::integer, $3) n",
    ),
];

/// Fills up from one size to another; Ada and Bob must be there. Afterwards Postgres knows what it has.
pub(crate) async fn fill(pool: &PgPool, from: Size, to: Size) {
    let store = Store::from_pool(pool.clone());
    for (name, first) in [("ada", 0), ("bob", 1 << 24)] {
        let owner: UserId = name.parse().unwrap();
        let mut tx = store.begin(Scope::Actor(&owner)).await.unwrap();
        if name == "ada" && from.long == 0 {
            sqlx::query(
                "INSERT INTO conversations (id, user_id, title, next_position) VALUES ($1, 'ada', 'Long', 1)",
            )
            .bind(LONG.0)
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        let range = |of: &str| match of {
            "long" => (from.long + 1, to.long),
            "talks" => (from.talks + 1, to.talks),
            "tasks" => (from.tasks + 1, to.tasks),
            _ => (from.events + 1, to.events),
        };
        for (of, statement) in OF_BOTH {
            let (low, high) = range(of);
            let insert = sqlx::query(statement).bind(name).bind(low).bind(high).bind(first);
            insert.execute(&mut *tx).await.unwrap();
        }
        for (of, statement) in OF_ADA.into_iter().filter(|_| name == "ada") {
            let (low, high) = range(of);
            let insert = sqlx::query(statement).bind(name).bind(low).bind(high);
            insert.execute(&mut *tx).await.unwrap();
        }
        sqlx::query("UPDATE conversations SET next_position = $2 + 1, message_count = $2 WHERE id = $1")
            .bind(LONG.0)
            .bind(to.long)
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    for table in [
        "conversations",
        "messages",
        "runs",
        "run_events",
        "tool_calls",
        "tasks",
    ] {
        let vacuum = format!("VACUUM ANALYZE greenlit.{table}");
        sqlx::query(sqlx::AssertSqlSafe(vacuum))
            .execute(pool)
            .await
            .unwrap();
    }
}
