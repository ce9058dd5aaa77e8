//! How Postgres executes the statements that people wait for, in a database with little and in one with much in it: by
//! an index, reading no more rows than it gives, and looking at about as many pages in either.
//!
//! `cargo xtask bench plans` runs the same with a million messages.

use protocol::{
    Message, MessageId, MessageStatus, RunEvent, SequencedEvent, TaskPriority, TaskStatus, Timestamp,
    ToolCallId, UserId,
};
use sqlx::PgPool;
use store::conversations::{ListPosition, SidebarPosition};
use store::messages::{NewMessage, Range};
use store::tasks::{TaskPlace, TaskQuery};
use store::{Scope, Tx, conversations, messages, run_events, runs, search, tasks, tool_calls, versions};

use crate::explain::{Plan, explain, explain_text};
use crate::filled::{BEGINNING, LONG, RUN, Size, fill, message, talk, task};
use crate::support::{id, store, user};

const SMALL: Size = Size {
    long: 240,
    talks: 240,
    tasks: 400,
    events: 400,
};
/// Enough for Postgres to plan as it does for more; times `GREENLIT_PLANS_SCALE`.
const LARGE: Size = Size {
    long: 20_000,
    talks: 2_500,
    tasks: 30_000,
    events: 20_000,
};
const PAGE: i32 = 101;

/// Something that people wait for: its name, how many rows it may touch, and how it was done.
type Case = (&'static str, u64, Vec<Plan>);

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_people_wait_for_costs_the_same_in_a_database_that_is_full(pool: PgPool) {
    let store = store(pool.clone());
    let ada = user(&store, "ada").await;
    user(&store, "bob").await;
    let scale = std::env::var("GREENLIT_PLANS_SCALE").map_or(1, |text| text.parse().unwrap());
    let large = Size {
        long: LARGE.long * scale,
        talks: LARGE.talks * scale,
        tasks: LARGE.tasks * scale,
        events: LARGE.events * scale,
    };
    let mut found = vec![];
    for (from, to) in [(Size::default(), SMALL), (SMALL, large)] {
        fill(&pool, from, to).await;
        let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
        if to.long == SMALL.long {
            // A table of a few pages is best read as it is, but then it cannot be compared.
            sqlx::query("SET LOCAL enable_seqscan = off")
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        found.push(cases(&mut tx, &ada, to).await);
    }
    let (full, little) = (found.pop().unwrap(), found.pop().unwrap());
    println!(
        "{:<44} {:>10} {:>10} {:>10}  at {} messages",
        "",
        "pages",
        "then",
        "ms then",
        large.messages()
    );
    let mut problems = vec![];
    for ((name, rows, before), (_, _, after)) in little.iter().zip(&full) {
        let pages = |plans: &[Plan]| plans.iter().map(Plan::pages).sum::<u64>();
        let time: f64 = after.iter().map(Plan::time).sum();
        println!(
            "{name:<44} {:>10} {:>10} {time:>10.2}",
            pages(before),
            pages(after)
        );
        // Trees are a little higher, and each row may lie on a page of its own.
        if pages(after) > 2 * pages(before) + rows + 24 {
            problems.push(format!(
                "{name}: {} pages instead of {}",
                pages(after),
                pages(before)
            ));
        }
        for plan in after {
            if !plan.read_whole().is_empty() || plan.rows() > *rows {
                problems.push(format!(
                    "{name}: {} rows, not {rows}\n{}",
                    plan.rows(),
                    plan.text()
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

async fn cases(tx: &mut Tx, ada: &UserId, size: Size) -> Vec<Case> {
    let mut cases = lists(tx, ada, size).await;
    cases.extend(history(tx, size).await);
    cases.extend(task_lists(tx, ada, size).await);
    cases.extend(words(tx).await);
    cases.extend(writing(tx, ada, size).await);
    cases
}

/// SQL for the parameters of one statement.
fn values<const N: usize>(values: [&dyn ToString; N]) -> Vec<String> {
    values.iter().map(|value| value.to_string()).collect()
}

fn quoted(value: impl ToString) -> String {
    format!("'{}'", value.to_string())
}

fn minute(number: i32) -> Timestamp {
    Timestamp::from_millis(BEGINNING + i64::from(number) * 60_000)
}

fn ids(ids: impl Iterator<Item = MessageId>) -> String {
    let ids: Vec<_> = ids.map(|id| id.to_string()).collect();
    quoted(format!("{{{}}}", ids.join(",")))
}

async fn lists(tx: &mut Tx, ada: &UserId, size: Size) -> Vec<Case> {
    let within = ListPosition {
        updated_at: minute(size.talks / 2),
        id: talk(size.talks / 2),
    };
    let (time, place) = (quoted(within.updated_at), quoted(within.id));
    let list = explain(
        tx,
        async |tx| drop(conversations::list(tx, ada, within, None, 51).await.unwrap()),
        vec![values([&"'ada'", &time, &place, &51])],
    );
    let list = list.await;
    let sidebar = SidebarPosition {
        pinned: false,
        within,
    };
    let sidebar = explain(
        tx,
        async |tx| drop(conversations::sidebar(tx, ada, sidebar, 51).await.unwrap()),
        vec![values([&"'ada'", &false, &time, &place, &51])],
    );
    let sidebar = sidebar.await;
    let first = explain(
        tx,
        async |tx| {
            drop(
                conversations::sidebar(tx, ada, SidebarPosition::START, 51)
                    .await
                    .unwrap(),
            )
        },
        vec![values([
            &"'ada'",
            &true,
            &"'infinity'",
            &quoted(uuid::Uuid::max()),
            &51,
        ])],
    );
    let first = first.await;
    let deleted = explain(
        tx,
        async |tx| {
            drop(
                conversations::deleted(tx, ada, ListPosition::START, 11)
                    .await
                    .unwrap(),
            )
        },
        vec![values([&"'ada'", &"'infinity'", &quoted(uuid::Uuid::max()), &11])],
    );
    let deleted = deleted.await;
    let changes = explain(
        tx,
        async |tx| {
            drop(
                tool_calls::changes(tx, ada, None::<ToolCallId>, 11)
                    .await
                    .unwrap(),
            )
        },
        vec![values([&"'ada'", &quoted(uuid::Uuid::max()), &11])],
    );
    vec![
        ("a page of the list", 51, list),
        ("a page of the sidebar", 51, sidebar),
        ("the sidebar's first page", 51, first),
        // Some dozens are rather sorted than walked through in order.
        ("what was deleted", 150, deleted),
        ("what the assistant changed", 11, changes.await),
    ]
}

async fn history(tx: &mut Tx, size: Size) -> Vec<Case> {
    let long = quoted(LONG);
    let limit = u32::try_from(PAGE).unwrap();
    let mut cases = vec![];
    let middle = size.long / 2;
    for (name, range, edge, first) in [
        (
            "the newest messages",
            Range::Newest,
            i32::MAX.to_string(),
            size.long - PAGE + 1,
        ),
        (
            "messages before one",
            Range::Before(middle),
            middle.to_string(),
            middle - PAGE,
        ),
        (
            "messages around one",
            Range::UpTo(middle),
            (middle + 1).to_string(),
            middle - PAGE + 1,
        ),
        (
            "messages after one",
            Range::After(middle),
            middle.to_string(),
            middle + 1,
        ),
        (
            "messages since a time",
            Range::AfterTime(minute(middle)),
            quoted(minute(middle)),
            middle + 1,
        ),
    ] {
        let page = first..first + PAGE;
        let answers = ids(page.filter(|position| position % 2 == 0).map(message));
        let plans = explain(
            tx,
            async |tx| assert_eq!(messages::list(tx, LONG, range, limit).await.unwrap().len(), 101),
            vec![values([&long, &edge, &PAGE]), vec![answers]],
        );
        cases.push((name, 101, plans.await));
    }
    let mut page = messages::list(tx, LONG, Range::Newest, limit).await.unwrap();
    let parents = ids((size.long - PAGE..size.long).map(message));
    let other_versions = explain(
        tx,
        async |tx| versions::fill(tx, &mut page).await.unwrap(),
        vec![values([&parents, &"NULL"])],
    );
    cases.push(("their other versions", 101, other_versions.await));
    let one = explain(
        tx,
        async |tx| {
            assert!(
                conversations::find(tx, LONG)
                    .await
                    .unwrap()
                    .is_some_and(|found| found.running)
            )
        },
        vec![values([&long])],
    );
    cases.push(("a conversation", 1, one.await));
    let unfinished = explain(
        tx,
        async |tx| assert_eq!(runs::unfinished(tx, LONG).await.unwrap().len(), 1),
        vec![values([&long])],
    );
    cases.push(("its answers that are being written", 1, unfinished.await));
    let undoable = explain(
        tx,
        async |tx| assert!(tool_calls::newest_undoable(tx, LONG).await.unwrap().is_some()),
        vec![values([&long])],
    );
    cases.push(("its newest change", 1, undoable.await));
    let redoable = explain(
        tx,
        async |tx| assert!(tool_calls::newest_redoable(tx, LONG).await.unwrap().is_some()),
        vec![values([&long])],
    );
    cases.push(("what was undone last in it", 1, redoable.await));
    let after = u64::try_from(size.events / 2).unwrap();
    let replay = explain(
        tx,
        async |tx| assert_eq!(run_events::list(tx, RUN, after, 100).await.unwrap().len(), 100),
        vec![values([&quoted(RUN), &after, &100])],
    );
    cases.push(("a run's events after one", 100, replay.await));
    cases
}

async fn task_lists(tx: &mut Tx, ada: &UserId, size: Size) -> Vec<Case> {
    let seconds = |number: i32| BEGINNING / 1000 + i64::from(number) * 60;
    let middle = size.tasks / 2 + 1;
    let open = TaskQuery {
        status: Some(TaskStatus::Open),
        ..TaskQuery::default()
    };
    let of_priority = |priority| TaskQuery {
        priority: Some(priority),
        ..open.clone()
    };
    let behind = TaskPlace {
        list_rank: 0,
        sort_at: seconds(middle) as f64,
        place: 1e10,
        id: task(middle),
    };
    let all = [
        ("tasks", TaskQuery::default(), vec![]),
        ("open tasks", open.clone(), vec![]),
        (
            "tasks behind one",
            TaskQuery {
                after: Some(behind),
                ..open.clone()
            },
            vec![
                behind.list_rank.to_string(),
                behind.sort_at.to_string(),
                behind.place.to_string(),
                quoted(behind.id),
            ],
        ),
        (
            "tasks due within a time",
            TaskQuery {
                due_from: Some(minute(middle)),
                due_before: Some(minute(middle + 90)),
                ..open.clone()
            },
            vec![seconds(middle).to_string(), seconds(middle + 90).to_string()],
        ),
        (
            "tasks without a date",
            TaskQuery {
                no_due: true,
                ..open.clone()
            },
            vec![],
        ),
        (
            "tasks done since a time",
            TaskQuery {
                status: Some(TaskStatus::Done),
                done_from: Some(minute(size.tasks - 90)),
                ..TaskQuery::default()
            },
            vec![(-seconds(size.tasks - 90)).to_string()],
        ),
        (
            "tasks of high priority",
            of_priority(TaskPriority::High),
            vec!["'high'".into()],
        ),
        (
            "tasks of normal priority",
            of_priority(TaskPriority::Normal),
            vec!["'normal'".into()],
        ),
    ];
    let mut cases = vec![];
    for (name, query, mut own) in all {
        own.insert(0, "'ada'".into());
        own.push("51".into());
        let plans = explain(
            tx,
            async |tx| assert!(!tasks::list(tx, ada, &query, 51).await.unwrap().is_empty()),
            vec![own],
        );
        cases.push((name, 51, plans.await));
    }
    cases
}

async fn words(tx: &mut Tx) -> Vec<Case> {
    let rare = ["needle".to_owned()];
    let query = "'''needle'':*'";
    let found = explain(
        tx,
        async |tx| assert_eq!(search::messages(tx, &rare, 20).await.unwrap().len(), 20),
        vec![values([&query, &500, &20])],
    );
    let found = found.await;
    let among = explain(
        tx,
        async |tx| assert!(!search::conversations(tx, &rare).await.unwrap().is_empty()),
        vec![values([&query, &500])],
    );
    let among = among.await;
    let titled = explain(
        tx,
        async |tx| assert!(!search::titles(tx, &["long".to_owned()]).await.unwrap().is_empty()),
        vec![values([&"'''long'':*'", &500])],
    );
    let titled = titled.await;
    vec![
        ("messages with a word", 40, found),
        ("conversations with a word", 40, among),
        ("titles with a word", 1, titled),
    ]
}

async fn writing(tx: &mut Tx, ada: &UserId, size: Size) -> Vec<Case> {
    let next = u64::try_from(size.events + 1).unwrap();
    let event = SequencedEvent {
        seq: next,
        event: RunEvent::TextDelta { text: "word".into() },
    };
    let answer = messages::find(tx, message(2)).await.unwrap().unwrap().message;
    let answer = Message {
        run_id: Some(RUN),
        ..answer
    };
    let token = explain(
        tx,
        async |tx| {
            runs::advance(tx, RUN, 0, next).await.unwrap();
            run_events::append(tx, RUN, ada, &[event]).await.unwrap();
            messages::save_snapshot(tx, &answer, next).await.unwrap();
        },
        vec![
            values([&quoted(RUN), &0, &next]),
            values([
                &quoted(RUN),
                &"'ada'",
                &quoted(format!("{{{next}}}")),
                &"'{text.delta}'",
                &r#"ARRAY['{"text": "word"}']"#,
            ]),
            values([
                &quoted(message(2)),
                &"'word'",
                &"'[]'",
                &"'streaming'",
                &"NULL",
                &next,
                &quoted(RUN),
            ]),
        ],
    );
    let token = token.await;
    let sent: MessageId = id();
    let new = NewMessage {
        id: sent,
        user: ada,
        conversation_id: LONG,
        position: size.long + 1,
        role: protocol::Role::User,
        content: "Hello",
        status: MessageStatus::Complete,
        run_id: RUN,
        idempotency: None,
    };
    let send = explain(
        tx,
        async |tx| {
            conversations::reserve_positions(tx, LONG, 2).await.unwrap();
            messages::insert(tx, &new).await.unwrap();
        },
        vec![
            values([&quoted(LONG), &2]),
            values([
                &quoted(sent),
                &"'ada'",
                &quoted(LONG),
                &(size.long + 1),
                &"'user'",
                &"'Hello'",
                &"'[]'",
                &"'complete'",
                &quoted(RUN),
                &"NULL",
                &"NULL",
            ]),
        ],
    );
    vec![
        ("storing a token", 1, token),
        ("storing a message", 1, send.await),
    ]
}

/// The functions that search work as a role of their own, so what they do is not in the plans above.
#[sqlx::test(migrator = "store::MIGRATOR")]
async fn words_are_looked_up_in_their_index(pool: PgPool) {
    let store = store(pool.clone());
    let ada = user(&store, "ada").await;
    user(&store, "bob").await;
    let size = Size {
        long: 0,
        talks: 1_000,
        ..Size::default()
    };
    fill(&pool, Size::default(), size).await;
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
        let mut tx = store.begin(Scope::Actor(&ada)).await.unwrap();
        // As what the function works as; a tool of the test, the server never does this.
        sqlx::raw_sql("RESET ROLE; SET LOCAL ROLE greenlit_search")
            .execute(&mut *tx)
            .await
            .unwrap();
        let body = body
            .replace("wanted", "'needle:*'::tsquery")
            .replace("most", "500");
        let plan = explain_text(&mut tx, &body).await;
        assert_eq!(plan.indexes(), [index], "{}", plan.text());
        assert!(
            plan.read_whole().is_empty() && plan.rows() <= 40,
            "{}",
            plan.text()
        );
    }
}
