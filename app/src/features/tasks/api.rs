//! The task list's server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use super::model::TaskList;
use crate::error::AppError;

/// The list as the rail and the page show it: open tasks first, at most `limit` (1–200) in all.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "list_tasks")]
pub async fn list_tasks(limit: u32) -> Result<TaskList, AppError> {
    ssr::list(&crate::server_context::actor()?, limit).await
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

    use crate::features::chat::api::ssr::id;
    use crate::forms::{Form, back};
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
    use crate::features::chat::api::ssr::id;
    use crate::forms::{Form, back};
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

/// What the functions above and the pages share on the server.
#[cfg(feature = "ssr")]
pub(crate) mod ssr {
    use domain::Actor;
    use domain::tasks::ListTasks;
    use jiff::Zoned;
    use protocol::{Task, TaskPriority, TaskStatus};

    use super::super::model::{TaskGroup, TaskList, TaskRow};
    use crate::dates;
    use crate::error::AppError;
    use crate::server_context::domain;

    /// The list and its numbers.
    pub(crate) async fn list(actor: &Actor, limit: u32) -> Result<TaskList, AppError> {
        let domain = domain();
        let query = ListTasks {
            limit: Some(limit),
            ..ListTasks::default()
        };
        let (page, counts) =
            futures::future::try_join(domain.tasks().list(actor, query), domain.tasks().counts(actor))
                .await?;
        Ok(TaskList {
            rows: rows(page.tasks, actor),
            open: counts.open,
            done: counts.done,
            more: page.next_cursor.is_some(),
        })
    }

    /// Tasks as the page shows them.
    pub(crate) fn rows(tasks: Vec<Task>, actor: &Actor) -> Vec<TaskRow> {
        let now = dates::now_in(&actor.time_zone);
        tasks.into_iter().map(|task| row(task, &now)).collect()
    }

    pub(super) fn row(task: Task, now: &Zoned) -> TaskRow {
        let done = task.status == TaskStatus::Done;
        let due = task
            .due_at
            .map(|at| dates::due_words(&dates::local(at, now), now));
        let late = !done && due.as_ref().is_some_and(|due| due.late);
        let group = match &due {
            _ if done => TaskGroup::Done,
            None => TaskGroup::NoDate,
            Some(due) if due.today => TaskGroup::Today,
            Some(_) if late => TaskGroup::Overdue,
            Some(_) => TaskGroup::Later,
        };
        let priority = match task.priority {
            TaskPriority::High => Some("high".to_owned()),
            TaskPriority::Low => Some("low".to_owned()),
            TaskPriority::Normal => None,
        };
        let note: Vec<_> = due
            .map(|due| due.label)
            .into_iter()
            .chain(priority)
            .filter(|_| !done)
            .collect();
        TaskRow {
            id: task.id,
            title: task.title,
            description: task.description,
            done,
            note: note.join(" · "),
            late,
            group,
            version: task.updated_at.as_millis(),
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use protocol::{Task, TaskPriority, TaskStatus, Timestamp};

    use super::super::model::TaskGroup;
    use super::ssr::row;

    #[test]
    fn a_task_is_put_where_its_owner_looks_for_it() {
        let now: jiff::Zoned = "2026-11-21T12:00:00[Europe/Warsaw]".parse().unwrap();
        let task = |due: Option<&str>, status| Task {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: "T".into(),
            description: String::new(),
            status,
            priority: TaskPriority::High,
            due_at: due.map(|due| due.parse().unwrap()),
            completed_at: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(7),
        };
        for (due, group, note, late) in [
            (
                Some("2026-11-19T22:59:59Z"),
                TaskGroup::Overdue,
                "2 days overdue · high",
                true,
            ),
            (
                Some("2026-11-21T08:00:00Z"),
                TaskGroup::Today,
                "Today, 09:00 · high",
                true,
            ),
            (
                Some("2026-11-21T22:59:59Z"),
                TaskGroup::Today,
                "Today · high",
                false,
            ),
            (
                Some("2026-11-22T22:59:59Z"),
                TaskGroup::Later,
                "Tomorrow · high",
                false,
            ),
            (None, TaskGroup::NoDate, "high", false),
        ] {
            let row = row(task(due, TaskStatus::Open), &now);
            assert_eq!(
                (row.group, row.note.as_str(), row.late),
                (group, note, late),
                "{due:?}"
            );
        }
        let done = row(task(Some("2026-11-19T22:59:59Z"), TaskStatus::Done), &now);
        assert_eq!(
            (done.group, done.note.as_str(), done.late),
            (TaskGroup::Done, "", false)
        );
    }
}
