//! The task list's server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// The list as HTML, as the rail (or the page of its own) shows it.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "list_tasks")]
pub async fn list_tasks(#[server(default)] page: bool) -> Result<String, AppError> {
    use super::list::{TaskList, task_list};

    let list = TaskList::load(&crate::server_context::actor()?, page).await?;
    Ok(task_list(list).to_html())
}

/// Adds a task. `due` is a day (`2026-11-21`) or empty, `priority` is `low`, `normal`, `high` or empty.
///
/// # Errors
/// `validation_failed`, naming the field.
#[server(prefix = "/api/fn", endpoint = "add_task")]
pub async fn add_task(
    title: String,
    #[server(default)] due: String,
    #[server(default)] priority: String,
) -> Result<(), AppError> {
    use protocol::TaskPriority;
    use protocol::api::CreateTask;

    use crate::dates::end_of_day;
    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let done = async {
        let actor = actor()?;
        let due_at = match due.as_str() {
            "" => None,
            day => Some(
                end_of_day(day, &actor.time_zone)
                    .ok_or_else(|| domain::Error::invalid("due", "must be a day such as 2026-11-21"))?,
            ),
        };
        let task = CreateTask {
            title: title.clone(),
            description: String::new(),
            due_at,
            priority: TaskPriority::parse(&priority).unwrap_or_default(),
        };
        domain().tasks().create(&actor, task).await?;
        Ok(())
    };
    Form::new("add-task")
        .keep("title", &title)
        .keep("due", &due)
        .keep("priority", &priority)
        .end(done.await, |()| back())
}

/// Ticks a task, or takes the tick away.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "toggle_task")]
pub async fn toggle_task(task_id: String, done: bool) -> Result<(), AppError> {
    use protocol::TaskStatus;
    use protocol::api::UpdateTask;

    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let changed = async {
        let update = UpdateTask {
            status: Some(if done { TaskStatus::Done } else { TaskStatus::Open }),
            ..UpdateTask::default()
        };
        domain()
            .tasks()
            .update(&actor()?, id(&task_id, "task")?, update)
            .await?;
        Ok(())
    };
    Form::new("tasks").end(changed.await, |()| back())
}

/// Deletes a task.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "delete_task")]
pub async fn delete_task(task_id: String) -> Result<(), AppError> {
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let deleted = async {
        domain()
            .tasks()
            .delete(&actor()?, id(&task_id, "task")?)
            .await
            .map_err(AppError::from)
    };
    Form::new("tasks").end(deleted.await, |()| back())
}
