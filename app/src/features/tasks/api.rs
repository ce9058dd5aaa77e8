//! The task list's server functions. Each works as a plain form's action too; called by a script, each answers with
//! the HTML of what the form stood in: the page's board, the rail's list or the overview.

use leptos::prelude::*;

use crate::error::AppError;

/// The rail's list as HTML.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "list_tasks")]
pub async fn list_tasks() -> Result<String, AppError> {
    use super::list::{TaskList, rail_list};

    let list = TaskList::rail(&crate::server_context::actor()?).await?;
    Ok(rail_list(list).to_html())
}

/// Adds a task from a line that may say when it is due and how much it matters. `due` is a day (`2026-11-21`), `time`
/// a time of day (`17:00`), `priority` is `low`, `normal` or `high`; each may be empty, and where it is not, it counts
/// and the line's own word does not.
///
/// # Errors
/// `validation_failed`, naming the field.
#[server(prefix = "/api/fn", endpoint = "add_task")]
pub async fn add_task(
    title: String,
    #[server(default)] due: String,
    #[server(default)] time: String,
    #[server(default)] priority: String,
) -> Result<String, AppError> {
    use protocol::TaskPriority;
    use protocol::api::CreateTask;

    use super::list::Focus;
    use super::notice::{Notice, Undo};
    use super::show::{added, around};
    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let done = async {
        let actor = actor()?;
        let domain = domain();
        let read = domain.tasks().read_line(&actor, &title);
        let task = CreateTask {
            due_at: due_of(&due, &time, &actor)?.or(read.due_at),
            priority: TaskPriority::parse(&priority).unwrap_or(read.priority),
            ..read
        };
        let task = domain.tasks().create(&actor, task).await?;
        let notice = Notice::with(added(&task, &actor), Undo::Delete, task.id);
        around(&actor, Some(notice), Focus::Add).await
    };
    Form::new("add-task")
        .keep("title", &title)
        .keep("due", &due)
        .keep("time", &time)
        .keep("priority", &priority)
        .end(done.await, |_| back())
}

/// What the fields for date and time of day say; `None` when both are empty.
#[cfg(feature = "ssr")]
fn due_of(
    due: &str,
    time: &str,
    actor: &domain::Actor,
) -> Result<Option<protocol::Timestamp>, domain::Error> {
    match (due, time) {
        ("", "") => Ok(None),
        ("", _) => Err(domain::Error::invalid("due", "must be given with a time of day")),
        _ => crate::dates::moment_of_fields(due, time, &actor.time_zone)
            .map(Some)
            .ok_or_else(|| {
                domain::Error::invalid(
                    "due",
                    "must be a day such as 2026-11-21, with a time such as 17:00",
                )
            }),
    }
}

/// Ticks a task, or takes the tick away.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "toggle_task")]
pub async fn toggle_task(task_id: String, done: bool) -> Result<String, AppError> {
    use protocol::TaskStatus;
    use protocol::api::UpdateTask;

    use super::list::Focus;
    use super::notice::{Notice, Undo};
    use super::row::RowFocus;
    use super::show::around;
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let changed = async {
        let actor = actor()?;
        let update = UpdateTask {
            status: Some(if done { TaskStatus::Done } else { TaskStatus::Open }),
            ..UpdateTask::default()
        };
        let task = domain()
            .tasks()
            .update(&actor, id(&task_id, "task")?, update)
            .await?;
        let notice = done.then(|| Notice::with(format!("Done: {}", task.title), Undo::Reopen, task.id));
        around(&actor, notice, Focus::Row(task.id, RowFocus::Tick)).await
    };
    Form::new("tasks").end(changed.await, |_| back())
}

/// Changes a task's fields; `due` and `time` as in [`add_task`], both empty for no date.
///
/// # Errors
/// `validation_failed`, naming the field and the limit; `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "update_task")]
pub async fn update_task(
    task_id: String,
    title: String,
    #[server(default)] description: String,
    #[server(default)] due: String,
    #[server(default)] time: String,
    #[server(default)] priority: String,
) -> Result<String, AppError> {
    use protocol::TaskPriority;
    use protocol::api::UpdateTask;

    use super::list::Focus;
    use super::row::{RowFocus, rows};
    use super::show::around;
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let changed = async {
        let actor = actor()?;
        let domain = domain();
        let id = id(&task_id, "task")?;
        let task = domain.tasks().get(&actor, id).await?;
        // The fields have no seconds: a date that nobody touched keeps its own.
        let untouched = rows(vec![task], &actor)
            .iter()
            .any(|row| row.due == (due.clone(), time.clone()));
        let due_at = due_of(&due, &time, &actor)?;
        let update = UpdateTask {
            title: Some(title.clone()),
            description: Some(description.replace("\r\n", "\n")),
            due_at: (!untouched).then_some(due_at),
            priority: TaskPriority::parse(&priority),
            ..UpdateTask::default()
        };
        domain.tasks().update(&actor, id, update).await?;
        around(&actor, None, Focus::Row(id, RowFocus::Edit)).await
    };
    Form::new("edit-task")
        .keep("task_id", &task_id)
        .keep("title", &title)
        .keep("description", &description)
        .keep("due", &due)
        .keep("time", &time)
        .keep("priority", &priority)
        .end(changed.await, |_| page_with(None, &task_id))
}

/// The page from which a plain form came, with this task being edited or none, scrolled to the task.
#[cfg(feature = "ssr")]
fn page_with(edit: Option<protocol::TaskId>, task_id: &str) -> String {
    use super::place::{Filters, Place};

    let filters = match Place::here() {
        Place::Page(filters) => filters,
        Place::Rail | Place::Overview => Filters::default(),
    };
    let path = Filters { edit, ..filters }.path();
    // Only an id may become a part of the address.
    match task_id.parse::<protocol::TaskId>() {
        Ok(id) => format!("{path}#task-{id}"),
        Err(_) => path,
    }
}

/// The form that edits a task, in its line.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "edit_task")]
pub async fn edit_task(task_id: String) -> Result<String, AppError> {
    use super::show::line;
    use crate::forms::{Form, id};
    use crate::server_context::actor;

    let shown = async { line(&actor()?, id(&task_id, "task")?, true).await };
    Form::new("tasks").end(shown.await, |_| page_with(task_id.parse().ok(), &task_id))
}

/// A task's line as it is when nobody edits it.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "show_task")]
pub async fn show_task(task_id: String) -> Result<String, AppError> {
    use super::show::line;
    use crate::forms::{Form, id};
    use crate::server_context::actor;

    let shown = async { line(&actor()?, id(&task_id, "task")?, false).await };
    Form::new("tasks").end(shown.await, |_| page_with(None, &task_id))
}

/// Puts a task right before or right after another one that is due at the same moment; one of the two is given. Unless it
/// was `dragged` there, the menu that moved it stays open.
///
/// # Errors
/// `validation_failed` when it cannot stand there; `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "move_task")]
pub async fn move_task(
    task_id: String,
    #[server(default)] before: String,
    #[server(default)] after: String,
    #[server(default)] dragged: String,
) -> Result<String, AppError> {
    use protocol::api::UpdateTask;

    use super::list::Focus;
    use super::row::RowFocus;
    use super::show::around;
    use crate::forms::{Form, id, optional_id};
    use crate::server_context::{actor, domain};

    let moved = async {
        let actor = actor()?;
        let id = id(&task_id, "task")?;
        let update = UpdateTask {
            before: optional_id(&before, "task")?,
            after: optional_id(&after, "task")?,
            ..UpdateTask::default()
        };
        let part = if !dragged.is_empty() {
            RowFocus::Edit
        } else if update.before.is_some() {
            RowFocus::Up
        } else {
            RowFocus::Down
        };
        domain().tasks().update(&actor, id, update).await?;
        around(&actor, None, Focus::Row(id, part)).await
    };
    Form::new("tasks").end(moved.await, |_| page_with(None, &task_id))
}

/// Deletes a task.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "delete_task")]
pub async fn delete_task(task_id: String) -> Result<String, AppError> {
    use super::list::Focus;
    use super::notice::{Notice, Undo};
    use super::show::around;
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let deleted = async {
        let actor = actor()?;
        let domain = domain();
        let id = id(&task_id, "task")?;
        let task = domain.tasks().get(&actor, id).await?;
        domain.tasks().delete(&actor, id).await?;
        let notice = Notice::with(format!("Deleted “{}”.", task.title), Undo::Restore, id);
        around(&actor, Some(notice), Focus::List).await
    };
    Form::new("tasks").end(deleted.await, |_| back())
}

/// Brings a deleted task back.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "restore_task")]
pub async fn restore_task(task_id: String) -> Result<String, AppError> {
    use super::list::Focus;
    use super::notice::Notice;
    use super::row::RowFocus;
    use super::show::around;
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let restored = async {
        let actor = actor()?;
        let task = domain().tasks().restore(&actor, id(&task_id, "task")?).await?;
        let notice = Notice::new(format!("“{}” is back.", task.title));
        around(&actor, Some(notice), Focus::Row(task.id, RowFocus::Tick)).await
    };
    Form::new("tasks").end(restored.await, |_| back())
}
