//! The order of tasks: by itself, by hand, and in pages.

use protocol::{Task, TaskId, TaskPriority, TaskStatus, Timestamp, UserId};
use sqlx::{PgPool, Row};
use store::tasks::{NewTask, Side, Span, TaskQuery, spans};
use store::{Scope, Tx, tasks};

use crate::support::{id, store, user};

async fn add(
    tx: &mut Tx,
    user: &UserId,
    title: &str,
    due: Option<i64>,
    priority: TaskPriority,
) -> protocol::Task {
    let new = NewTask {
        id: id(),
        user,
        title,
        description: "",
        due_at: due.map(Timestamp::from_millis),
        priority,
    };
    tasks::insert(tx, &new).await.unwrap().task
}

async fn titles(tx: &mut Tx, user: &UserId, query: &TaskQuery) -> Vec<String> {
    let page = tasks::list(tx, user, query, 200).await.unwrap();
    page.into_iter().map(|record| record.task.title).collect()
}

async fn complete(tx: &mut Tx, task: Task, at: i64) {
    let done = Task {
        status: TaskStatus::Done,
        completed_at: Some(Timestamp::from_millis(at)),
        ..task
    };
    tasks::save(tx, &done, false).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tasks_of_one_moment_stand_where_they_were_put(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    // One transaction, so all were added in the same millisecond: there is no room between them until it is made.
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let mut ids: Vec<TaskId> = vec![];
    for title in ["a", "b", "c", "d"] {
        ids.push(
            add(&mut tx, &ada, title, Some(1000), TaskPriority::Normal)
                .await
                .id,
        );
    }
    let everything = TaskQuery::default();
    tasks::put(&mut tx, ids[3], Side::Before, ids[1])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["a", "d", "b", "c"]);
    tasks::put(&mut tx, ids[0], Side::After, ids[2])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["d", "b", "c", "a"]);
    tasks::put(&mut tx, ids[2], Side::Before, ids[3])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["c", "d", "b", "a"]);

    // With another priority it stands where it belongs, and with the old one again where it was put.
    let b = tasks::find(&mut tx, ids[1]).await.unwrap().unwrap().task;
    let urgent = Task {
        priority: TaskPriority::High,
        ..b.clone()
    };
    tasks::save(&mut tx, &urgent, false).await.unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["b", "c", "d", "a"]);
    tasks::save(&mut tx, &b, false).await.unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["c", "d", "b", "a"]);
    // The same for its date, and for a deletion that is taken back.
    let later = Task {
        due_at: None,
        ..b.clone()
    };
    tasks::save(&mut tx, &later, false).await.unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["c", "d", "a", "b"]);
    tasks::save(&mut tx, &b, true).await.unwrap();
    tasks::save(&mut tx, &b, false).await.unwrap();
    assert_eq!(titles(&mut tx, &ada, &everything).await, ["c", "d", "b", "a"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn there_is_always_room_between_two_tasks(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let first = add(&mut tx, &ada, "first", None, TaskPriority::Normal).await.id;
    let mut others = vec![];
    for title in ["x", "y"] {
        others.push(add(&mut tx, &ada, title, None, TaskPriority::Normal).await.id);
    }
    // Each move halves the room between the first and the next one.
    for turn in 0..300 {
        let (moved, title) = (others[turn % 2], ["x", "y"][turn % 2]);
        tasks::put(&mut tx, moved, Side::After, first)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            titles(&mut tx, &ada, &TaskQuery::default()).await[..2],
            ["first", title],
            "{turn}"
        );
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn pages_of_every_filter_meet(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    for n in 0..6 {
        let due = [None, Some(1000), Some(2000)][n % 3];
        let priority = if n % 2 == 0 {
            TaskPriority::High
        } else {
            TaskPriority::Low
        };
        add(&mut tx, &ada, &format!("open {n}"), due, priority).await;
        let done = add(&mut tx, &ada, &format!("done {n}"), due, priority).await;
        complete(&mut tx, done, 1000 * i64::try_from(n).unwrap()).await;
    }
    let open = Some(TaskStatus::Open);
    let done = Some(TaskStatus::Done);
    let from = Some(Timestamp::from_millis(1000));
    let before = Some(Timestamp::from_millis(2000));
    let none = TaskQuery::default();
    for (query, expected) in [
        (none.clone(), 12),
        (
            TaskQuery {
                status: open,
                ..none.clone()
            },
            6,
        ),
        (
            TaskQuery {
                status: done,
                ..none.clone()
            },
            6,
        ),
        (
            TaskQuery {
                due_from: from,
                due_before: before,
                ..none.clone()
            },
            4,
        ),
        (
            TaskQuery {
                status: open,
                due_from: from,
                due_before: before,
                ..none.clone()
            },
            2,
        ),
        (
            TaskQuery {
                status: open,
                no_due: true,
                ..none.clone()
            },
            2,
        ),
        (
            TaskQuery {
                no_due: true,
                ..none.clone()
            },
            4,
        ),
        (
            TaskQuery {
                priority: Some(TaskPriority::Low),
                ..none.clone()
            },
            6,
        ),
        (
            TaskQuery {
                status: done,
                done_from: Some(Timestamp::from_millis(3000)),
                ..none.clone()
            },
            3,
        ),
        (
            TaskQuery {
                pattern: Some("%OPEN%".into()),
                ..none.clone()
            },
            6,
        ),
    ] {
        let whole = titles(&mut tx, &ada, &query).await;
        assert_eq!(whole.len(), expected, "{query:?}");
        let mut paged = vec![];
        let mut after = None;
        loop {
            let (page, next) = tasks::page(
                &mut tx,
                &ada,
                &TaskQuery {
                    after,
                    ..query.clone()
                },
                2,
            )
            .await
            .unwrap();
            after = next;
            paged.extend(page.into_iter().map(|record| record.task.title));
            if after.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "{query:?}");
    }
    let newest_first = TaskQuery { status: done, ..none };
    assert_eq!(
        titles(&mut tx, &ada, &newest_first).await[..2],
        ["done 5", "done 4"]
    );
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_happened_is_counted_by_span(pool: PgPool) {
    let store = store(pool);
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    for at in [999, 1000, 1999, 2000, 5000] {
        let task = add(&mut tx, &ada, "T", None, TaskPriority::Normal).await;
        complete(&mut tx, task, at).await;
    }
    let deleted = add(&mut tx, &ada, "T", None, TaskPriority::Normal).await;
    tasks::save(&mut tx, &deleted, true).await.unwrap();
    let starts = [1000, 2000, 3000].map(Timestamp::from_millis);
    let span = |nth, done, added| Span { nth, done, added };
    assert_eq!(
        spans(&mut tx, &ada, &starts).await.unwrap(),
        [span(1, 2, 0), span(2, 1, 0), span(3, 1, 5)]
    );
    assert_eq!(spans(&mut tx, &ada, &[]).await.unwrap(), []);
}

/// The plan of a statement with `$1` the user.
async fn plan(tx: &mut Tx, user: &UserId, sql: &str) -> String {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "EXPLAIN (COSTS OFF) {}",
        sql.replace("$1", &format!("'{user}'"))
    )))
    .fetch_all(&mut **tx)
    .await
    .unwrap();
    rows.iter()
        .map(|row| row.get::<String, _>(0))
        .collect::<Vec<_>>()
        .join("\n")
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn lists_and_charts_need_no_sort(pool: PgPool) {
    let store = store(pool.clone());
    let ada = user(&store, "ada").await;
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    let first = add(&mut tx, &ada, "T", None, TaskPriority::Normal).await.id;
    // With nearly nothing in the table every index would do, and none at all.
    sqlx::query(
        "INSERT INTO tasks (id, user_id, title, status, completed_at)
         SELECT gen_random_uuid(), 'ada', 'T', 'done', to_timestamp(1000 * n) FROM generate_series(1, 2000) n",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    sqlx::query("ANALYZE greenlit.tasks")
        .execute(&pool)
        .await
        .unwrap();
    let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
    sqlx::query("SET LOCAL enable_seqscan = off")
        .execute(&mut *tx)
        .await
        .unwrap();
    let list = |conditions: &str| {
        format!(
            "SELECT * FROM tasks t WHERE t.deleted_at IS NULL AND t.user_id = $1{conditions}
             ORDER BY t.list_rank, t.sort_at, t.place, t.id LIMIT 100"
        )
    };
    for (conditions, indexed) in [
        (String::new(), "user_id"),
        (
            " AND t.list_rank = 0 AND t.sort_at >= 1 AND t.sort_at < 2".into(),
            "sort_at >=",
        ),
        (
            " AND t.list_rank = 0 AND t.sort_at = 'Infinity'".into(),
            "sort_at =",
        ),
        (" AND t.list_rank = 1 AND t.sort_at <= -1".into(), "sort_at <="),
        (
            format!(
                " AND (t.list_rank, t.sort_at, t.place, t.id) >
                      (0::smallint, 'Infinity'::double precision, 1::double precision, '{first}')"
            ),
            "ROW(list_rank, sort_at, place, id) >",
        ),
    ] {
        let plan = plan(&mut tx, &ada, &list(&conditions)).await;
        assert!(
            plan.contains("tasks_list") && !plan.contains("Sort"),
            "{conditions}\n{plan}"
        );
        let condition = plan.lines().rfind(|line| line.contains("Index Cond")).unwrap();
        assert!(condition.contains(indexed), "{conditions}\n{plan}");
    }
    let done = "SELECT count(*) FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND list_rank = 1 AND sort_at <= -1990000";
    let added =
        "SELECT count(*) FROM tasks WHERE user_id = $1 AND deleted_at IS NULL AND created_at >= now()";
    let changes = "SELECT * FROM tool_calls WHERE user_id = $1 AND changes <> '[]' AND id < 'ffffffff-ffff-ffff-ffff-ffffffffffff' ORDER BY id DESC LIMIT 31";
    for (sql, index) in [
        (done, "tasks_list"),
        (added, "tasks_created"),
        (changes, "tool_calls_changes"),
    ] {
        let plan = plan(&mut tx, &ada, sql).await;
        assert!(plan.contains(index) && !plan.contains("Sort"), "{plan}");
    }
}
