//! What every door says when the database has no room left: on its disk, or for another connection.

use std::time::Duration;

use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};

use super::doors::{self, Door};
use super::knock::{As, Knock};
use super::world::World;
use super::{Findings, changes, dump, scene};
use crate::support::{Answer, TestApp, end_sessions_in};

/// Whether the answer says that it passes.
fn says_that_it_passes(answer: &Answer) -> bool {
    answer.status == 503
        && answer.header("retry-after").is_some()
        && (answer.text().contains("unavailable") || answer.text().contains("UNAVAILABLE"))
}

/// Every door with its owner before it, as a script and as a browser without one.
async fn knock_at_all(app: &TestApp, owner: &World) -> Vec<(Door, bool, Answer)> {
    let mut answers = vec![];
    for door in doors::all() {
        for plain in [false, true] {
            let knock = Knock::at(&door).plain(plain).with(&owner.ids);
            let answer = knock.send(app, As::User(owner)).await;
            answers.push((door, plain, answer));
        }
    }
    answers
}

/// Makes every table refuse what is written, in these words of Postgres'.
async fn refuse_writes(pool: &PgPool, code: &str) {
    let sql = format!(
        "CREATE OR REPLACE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '{code}'; END $$;
         DO $$ DECLARE t text; BEGIN
             FOR t IN SELECT relname FROM pg_class
                      WHERE relnamespace = 'greenlit'::regnamespace AND relkind IN ('r', 'p') LOOP
                 EXECUTE format('CREATE OR REPLACE TRIGGER refuse BEFORE INSERT OR UPDATE OR DELETE ON greenlit.%I
                                 FOR EACH STATEMENT EXECUTE FUNCTION public.refuse()', t);
             END LOOP;
         END $$"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn on_a_full_disk_everything_can_be_read_and_nothing_is_half_written(pool: PgPool) {
    let (app, zebra, _) = scene(&pool).await;
    // So that it would be prolonged.
    end_sessions_in(&pool, "5 days").await;
    let before = dump(&pool, &zebra).await;
    let mut findings = Findings::default();
    refuse_writes(&pool, "53100").await;
    let mut refused = 0;
    for (door, plain, answer) in knock_at_all(&app, &zebra).await {
        let place = format!("{} {} plain: {plain}", door.method, door.path);
        let is_fine = answer.status.as_u16() < 500 || says_that_it_passes(&answer);
        findings.check(is_fine, || {
            format!("{place}: {} {}", answer.status, answer.text())
        });
        let reads = door.method == "GET" && answer.status == 503;
        findings.check(!reads, || format!("{place}: cannot be read: {}", answer.text()));
        refused += usize::from(answer.status == 503);
    }
    let changed = changes(&before, &dump(&pool, &zebra).await);
    findings.check(changed.is_empty(), || format!("changed {changed:?}"));
    findings.none();
    assert!(refused > 40, "only {refused} doors write");

    // The others of its kind.
    let create = async || {
        let body = json!({ "title": "Milk" });
        app.post("/api/tasks").by(&zebra.user).json(&body).send().await
    };
    for code in ["53200", "53300", "57P03", "25006", "58030"] {
        refuse_writes(&pool, code).await;
        let answer = create().await;
        assert!(says_that_it_passes(&answer), "{code}: {}", answer.text());
        let words = answer.json()["detail"].as_str().unwrap().to_owned();
        let takes_none = words.contains("takes no changes");
        assert_eq!(takes_none, code == "25006", "{code}: {words}");
    }
    refuse_writes(&pool, "53100").await;
    let words = create().await.problem(503)["detail"].to_string();
    assert!(words.contains("takes no changes"), "{words}");

    sqlx::raw_sql("DROP FUNCTION public.refuse() CASCADE")
        .execute(&pool)
        .await
        .unwrap();
    create().await.ok(201);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn without_a_connection_every_door_says_so_and_opens_again(pool: PgPool) {
    // The server's own pool; the test's stays.
    let own = PgPoolOptions::new()
        .max_connections(4)
        .acquire_timeout(Duration::from_millis(400))
        .connect_lazy_with((*pool.connect_options()).clone());
    let (app, zebra, _) = scene(&own).await;
    let before = dump(&pool, &zebra).await;
    let mut admin = pool.acquire().await.unwrap();
    let mut limit = async |most: i32| {
        let sql = format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT {most}', current_database()); END $$;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()"
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *admin)
            .await
            .unwrap();
    };
    limit(0).await;
    let refused = pool.connect_options().connect().await.unwrap_err();
    let code = refused.as_database_error().and_then(|error| error.code());
    assert_eq!(code.as_deref(), Some("53300"), "{refused}");

    let mut findings = Findings::default();
    let all = doors::all();
    let knocks = all.iter().flat_map(|door| [(door, false), (door, true)]);
    let answers = knocks.map(|(door, plain)| {
        let knock = Knock::at(door).plain(plain).with(&zebra.ids);
        let (app, zebra) = (&app, &zebra);
        async move { (door, plain, knock.send(app, As::User(zebra)).await) }
    });
    let mut turned_away = 0;
    for (door, plain, answer) in futures::future::join_all(answers).await {
        let place = format!("{} {} plain: {plain}", door.method, door.path);
        let is_fine = answer.status.as_u16() < 500 || says_that_it_passes(&answer);
        findings.check(is_fine, || {
            format!("{place}: {} {}", answer.status, answer.text())
        });
        turned_away += usize::from(answer.status == 503);
    }
    findings.none();
    assert!(turned_away > all.len(), "only {turned_away} were turned away");
    app.get("/healthz").send().await.ok(200);
    app.get("/readyz").send().await.problem(503);

    limit(-1).await;
    let mut tries = 0;
    let list = loop {
        let answer = app.get("/api/tasks").by(&zebra.user).send().await;
        // The pool may have been told of a connection that was ended just now.
        if answer.status == 200 || tries == 20 {
            break answer.ok(200);
        }
        tries += 1;
    };
    assert!(!list["tasks"].as_array().unwrap().is_empty());
    let changed = changes(&before, &dump(&pool, &zebra).await);
    assert!(changed.is_empty(), "changed {changed:?}");
    app.get("/readyz").send().await.ok(200);
}
