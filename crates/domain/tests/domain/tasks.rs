//! Pages of the task list.

use domain::Error;
use domain::tasks::{Due, ListTasks};
use pretty_assertions::assert_eq;
use protocol::api::{CreateTask, TaskPage, UpdateTask};
use protocol::{TaskPriority, TaskStatus, Timestamp};
use sqlx::PgPool;

use crate::support::{World, world};

async fn page(world: &World, cursor: Option<String>) -> TaskPage {
    let query = ListTasks {
        limit: Some(2),
        cursor,
        ..ListTasks::default()
    };
    world.domain.tasks().list(&world.ada, query).await.unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_goes_on_where_the_last_task_stood(pool: PgPool) {
    let world = world(pool).await;
    let tasks = world.domain.tasks();
    for title in ["One", "Two", "Three", "Four"] {
        let request = CreateTask {
            title: title.into(),
            description: String::new(),
            due_at: None,
            priority: TaskPriority::Normal,
        };
        tasks.create(&world.ada, request).await.unwrap();
    }
    let first = page(&world, None).await;
    let last = first.tasks.last().unwrap();
    let ticked = UpdateTask {
        status: Some(TaskStatus::Done),
        ..UpdateTask::default()
    };
    tasks.update(&world.ada, last.id, ticked).await.unwrap();
    let second = page(&world, first.next_cursor).await;
    let titles: Vec<&str> = second.tasks.iter().map(|task| task.title.as_str()).collect();
    assert_eq!(
        titles,
        ["Three", "Four"],
        "nothing is skipped when it moves to the end"
    );
    for broken in ["AZrATwAAcACAAAAAAAAAAQ", "x"] {
        let query = ListTasks {
            cursor: Some(broken.into()),
            ..ListTasks::default()
        };
        let Err(Error::Invalid(errors)) = tasks.list(&world.ada, query).await else {
            panic!("{broken}")
        };
        assert_eq!(errors[0].field, "cursor");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_that_is_done_is_overdue(pool: PgPool) {
    let world = world(pool).await;
    let tasks = world.domain.tasks();
    let request = CreateTask {
        title: "Late".into(),
        description: String::new(),
        due_at: Some(Timestamp::from_millis(1_000)),
        priority: TaskPriority::Normal,
    };
    tasks.create(&world.ada, request).await.unwrap();
    for (status, expected) in [
        (None, 1),
        (Some(TaskStatus::Open), 1),
        (Some(TaskStatus::Done), 0),
    ] {
        let query = ListTasks {
            status,
            due: Some(Due::Overdue),
            ..ListTasks::default()
        };
        let found = tasks.list(&world.ada, query).await.unwrap();
        assert_eq!(found.tasks.len(), expected, "{status:?}");
    }
}
