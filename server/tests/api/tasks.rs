//! `/api/tasks`

use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{TestApp, tidy};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_task_s_life(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let body = json!({"title": "Review Q4 report", "due_at": "2026-12-01T10:00:00Z", "priority": "high"});
    let created = app.post("/api/tasks").by(&ada).json(&body).send().await;
    let task = created.ok(201);
    insta::assert_json_snapshot!("task_created", created.tidy());
    let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(created.header("location"), Some(path.as_str()));
    assert_eq!(task["due_at"], "2026-12-01T10:00:00.000Z");
    assert_eq!(app.get(&path).by(&ada).send().await.ok(200), task);

    let patch = async |body: Value| {
        app.call(Method::PATCH, &path)
            .by(&ada)
            .json(&body)
            .send()
            .await
            .ok(200)
    };
    let done = patch(json!({"status": "done"})).await;
    assert!(done["completed_at"].is_string() && done["due_at"].is_string());
    let dateless = patch(json!({"due_at": null, "status": "open"})).await;
    assert_eq!(
        (&dateless["due_at"], &dateless["completed_at"]),
        (&Value::Null, &Value::Null)
    );

    app.get(&path).by(&bob).send().await.problem(403);
    app.call(Method::PATCH, &path)
        .by(&bob)
        .json(&json!({"title": "Mine"}))
        .send()
        .await
        .problem(403);
    app.call(Method::DELETE, &path).by(&bob).send().await.problem(403);
    app.call(Method::DELETE, &path).by(&ada).send().await.ok(204);
    app.get(&path).by(&ada).send().await.problem(404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_list_is_filtered_and_paged(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    for (title, due, priority) in [
        ("Milk", Value::Null, "normal"),
        ("Rent", json!("2001-01-01T00:00:00Z"), "high"),
        ("Bread", Value::Null, "low"),
    ] {
        let body = json!({"title": title, "due_at": due, "priority": priority});
        app.post("/api/tasks").by(&ada).json(&body).send().await.ok(201);
    }
    let titles = async |query: &str| {
        let page = app
            .get(&format!("/api/tasks?{query}"))
            .by(&ada)
            .send()
            .await
            .ok(200);
        let tasks = page["tasks"].as_array().unwrap().clone();
        let titles: Vec<String> = tasks
            .iter()
            .map(|task| task["title"].as_str().unwrap().into())
            .collect();
        (titles, page["next_cursor"].as_str().map(str::to_owned))
    };
    assert_eq!(titles("").await.0, ["Rent", "Milk", "Bread"]);
    assert_eq!(titles("due=overdue&status=open").await.0, ["Rent"]);
    assert_eq!(titles("due=none&q=MIL").await.0, ["Milk"]);
    assert_eq!(titles("status=done").await.0, [""; 0]);
    assert_eq!(titles("priority=low").await.0, ["Bread"]);
    assert_eq!(titles("priority=high&due=none").await.0, [""; 0]);
    let (first, cursor) = titles("limit=2").await;
    assert_eq!(first, ["Rent", "Milk"]);
    let (rest, end) = titles(&format!("limit=2&cursor={}", cursor.unwrap())).await;
    assert_eq!((rest, end), (vec!["Bread".to_owned()], None));

    for (query, field) in [
        ("status=finished", "status"),
        ("due=tomorrow", "due"),
        ("priority=urgent", "priority"),
        ("limit=201", "limit"),
        ("cursor=x", "cursor"),
    ] {
        let problem = app
            .get(&format!("/api/tasks?{query}"))
            .by(&ada)
            .send()
            .await
            .problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_does_not_fit_names_field_and_limit(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.user("Ada").await;
    for body in [
        json!({"title": "x".repeat(201)}),
        json!({"title": " "}),
        json!({"title": "Milk", "description": "x".repeat(2_001)}),
        json!({"title": "Milk", "due_at": "tomorrow"}),
        json!({"title": "Milk", "priority": "urgent"}),
        json!({"title": "Milk", "colour": "white"}),
        json!({}),
    ] {
        let problem = app
            .post("/api/tasks")
            .by(&ada)
            .json(&body)
            .send()
            .await
            .problem(422);
        insta::assert_json_snapshot!(tidy(problem));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_deleted_task_comes_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let task = app
        .post("/api/tasks")
        .by(&ada)
        .json(&json!({"title": "Milk"}))
        .send()
        .await
        .ok(201);
    let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
    let restore = format!("{path}/restore");
    app.call(Method::DELETE, &path).by(&ada).send().await.ok(204);
    // What is deleted does not exist for others.
    app.post(&restore).by(&bob).send().await.problem(404);
    assert_eq!(app.post(&restore).by(&ada).send().await.ok(200)["title"], "Milk");
    let back = app.get(&path).by(&ada).send().await.ok(200);
    assert_eq!(back["created_at"], task["created_at"]);
    assert_eq!(
        app.post(&restore).by(&ada).send().await.ok(200),
        back,
        "again is no change"
    );
    let unknown = "/api/tasks/0190b5a0-0000-7000-8000-000000000000/restore";
    app.post(unknown).by(&ada).send().await.problem(404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn tasks_are_put_next_to_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.user("Ada").await, app.user("Bob").await);
    let mut ids = vec![];
    for (title, due) in [
        ("A", Value::Null),
        ("B", Value::Null),
        ("C", Value::Null),
        ("D", json!("2001-01-01T00:00:00Z")),
    ] {
        let body = json!({"title": title, "due_at": due});
        let task = app.post("/api/tasks").by(&ada).json(&body).send().await.ok(201);
        ids.push(task["id"].as_str().unwrap().to_owned());
    }
    let stranger = app
        .post("/api/tasks")
        .by(&bob)
        .json(&json!({"title": "Mine"}))
        .send()
        .await
        .ok(201);
    let patch = async |id: &str, body: Value| {
        app.call(Method::PATCH, &format!("/api/tasks/{id}"))
            .by(&ada)
            .json(&body)
            .send()
            .await
    };
    let titles = async || {
        let page = app.get("/api/tasks").by(&ada).send().await.ok(200);
        let titles = page["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["title"].as_str().unwrap().to_owned());
        titles.collect::<String>()
    };
    assert_eq!(
        patch(&ids[2], json!({"before": ids[0]})).await.ok(200)["title"],
        "C"
    );
    assert_eq!(titles().await, "DCAB");
    patch(&ids[0], json!({"after": ids[1]})).await.ok(200);
    assert_eq!(titles().await, "DCBA");
    // Together with the date of the one it is put beside.
    patch(&ids[3], json!({"due_at": null, "after": ids[2]}))
        .await
        .ok(200);
    assert_eq!(titles().await, "CDBA");

    for (body, field) in [
        (json!({"before": ids[1], "after": ids[2]}), "before"),
        (json!({"before": ids[0]}), "before"),
        (
            json!({"due_at": "2001-01-01T00:00:00Z", "after": ids[1]}),
            "after",
        ),
        (json!({"status": "done", "after": ids[1]}), "after"),
    ] {
        let problem = patch(&ids[0], body.clone()).await.problem(422);
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    patch(&ids[0], json!({"after": stranger["id"]}))
        .await
        .problem(403);
    patch(&ids[0], json!({"after": "0190b5a0-0000-7000-8000-000000000000"}))
        .await
        .problem(404);
    assert_eq!(titles().await, "CDBA");
}
