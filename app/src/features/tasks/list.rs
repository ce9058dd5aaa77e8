//! The list itself. Its forms say `data-do="task"`: with JavaScript they change the list in place.

use domain::Actor;
use domain::tasks::ListTasks;
use leptos::either::Either;
use leptos::prelude::*;
use protocol::TaskId;

use super::row::{TaskGroup, TaskRow, rows};
use crate::error::AppError;
use crate::server_context::{Flash, domain};
use crate::ui::{Icon, icon};

/// How many tasks stand beside a conversation.
const RAIL_TASKS: u32 = 60;
/// How many stand on the page of their own.
const PAGE_TASKS: u32 = 200;

/// The tasks and their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskList {
    /// Open ones first, as the domain orders them.
    pub rows: Vec<TaskRow>,
    pub open: u32,
    pub done: u32,
    /// There are more than these.
    pub more: bool,
    /// For the page of their own, under headings; else for the rail.
    pub page: bool,
}

impl TaskList {
    /// The actor's list.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn load(actor: &Actor, page: bool) -> Result<Self, AppError> {
        let domain = domain();
        let query = ListTasks {
            limit: Some(if page { PAGE_TASKS } else { RAIL_TASKS }),
            ..ListTasks::default()
        };
        let tasks = domain.tasks();
        let (found, counts) =
            futures::future::try_join(tasks.list(actor, query), tasks.counts(actor)).await?;
        Ok(Self {
            rows: rows(found.tasks, actor),
            open: counts.open,
            done: counts.done,
            more: found.next_cursor.is_some(),
            page,
        })
    }

    /// How much is done, in tenths, for the bar.
    fn tenths_done(&self) -> u32 {
        let total = self.open + self.done;
        (self.done * 10).checked_div(total).unwrap_or(0)
    }
}

/// The list with its form, and what a plain form brought back.
pub fn task_board(list: TaskList, flash: &Flash) -> impl IntoView + use<> {
    let page = list.page;
    let add = add_form(page, flash);
    // On the page of its own above the list, which may be long; in the rail at the bottom, where it is always seen.
    let (above, below) = if page {
        (Some(add), None)
    } else {
        (None, Some(add))
    };
    view! {
        <div class="board">
            {above}
            <div id="tasks" data-page=if page { "true" } else { "false" }>
                {task_list(list)}
            </div>
            <p class="field-error" role="alert" id="tasks-error">
                {Some(flash.message.clone()).filter(|message| !message.is_empty())}
            </p>
            {below}
        </div>
    }
}

/// The list alone: what is brought up to date when a task changes.
pub fn task_list(list: TaskList) -> impl IntoView {
    let page = list.page;
    let heading = (!page).then(|| view! { <h2>"Tasks"</h2> });
    let empty = list.rows.is_empty().then(|| empty(page));
    let more = list
        .more
        .then(|| view! { <p class="quiet-note">"There are more tasks than are shown here."</p> });
    view! {
        <div class="summary">
            {heading} <span class="chip">{format!("{} of {} done", list.done, list.open + list.done)}</span>
        </div>
        <div class="progress" data-tenths=list.tenths_done()></div>
        <div class="tasks">
            {if page { Either::Left(groups(list.rows)) } else { Either::Right(items(list.rows, false)) }}
            {empty}
            {more}
        </div>
    }
}

fn groups(rows: Vec<TaskRow>) -> impl IntoView {
    TaskGroup::ALL
        .map(|group| {
            let members: Vec<_> = rows.iter().filter(|row| row.group == group).cloned().collect();
            (!members.is_empty()).then(|| {
                view! {
                    <section>
                        <h2 class="group">{group.title()}</h2>
                        {items(members, true)}
                    </section>
                }
            })
        })
        .collect_view()
}

fn items(rows: Vec<TaskRow>, page: bool) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let rows: Vec<_> = rows.into_iter().map(|row| task_item(row, page)).collect();
        view! { <ul>{rows}</ul> }
    })
}

/// One task with its tick; on the page of its own also with what is more to it.
pub fn task_item(row: TaskRow, page: bool) -> impl IntoView {
    let TaskRow {
        id,
        title,
        description,
        done,
        note,
        late,
        version,
        ..
    } = row;
    let label = format!("{}: {title}", if done { "Not done" } else { "Done" });
    let delete = page.then(|| delete_form(id, &title));
    view! {
        <li class="todo" id=format!("task-{id}") data-version=version data-ticks data-done=done.then_some("")>
            <form method="post" action="/api/fn/toggle_task" data-do="task" data-error="tasks-error">
                <input type="hidden" name="task_id" value=id.to_string()/>
                <input type="hidden" name="done" value=if done { "false" } else { "true" }/>
                <button class="tick" aria-label=label>
                    <span>{icon(Icon::Check)}</span>
                </button>
            </form>
            <div class="words">
                <span class="title">{title}</span>
                {(page && !description.is_empty()).then(|| view! { <p>{description}</p> })}
                {(!note.is_empty()).then(|| view! { <small data-late=late.then_some("")>{note}</small> })}
            </div>
            {delete}
        </li>
    }
}

fn delete_form(id: TaskId, title: &str) -> impl IntoView + use<> {
    view! {
        <details class="sure">
            <summary class="icon" aria-label=format!("Delete: {title}")>
                {icon(Icon::Trash)}
            </summary>
            <form method="post" action="/api/fn/delete_task" data-do="task" data-error="tasks-error">
                <input type="hidden" name="task_id" value=id.to_string()/>
                <button class="btn small danger">"Delete"</button>
            </form>
        </details>
    }
}

fn empty(page: bool) -> impl IntoView {
    let text = if page {
        "Nothing on your list. Add a task above, or ask for one in a conversation."
    } else {
        "Nothing on your list yet. Ask for a task, and it appears here."
    };
    view! { <p class="empty">{text}</p> }
}

fn add_form(page: bool, flash: &Flash) -> impl IntoView + use<> {
    let title = flash.value("title").to_owned();
    let due = flash.value("due").to_owned();
    view! {
        <form class="add" method="post" action="/api/fn/add_task" data-do="task" data-error="tasks-error">
            {icon(Icon::Plus)}
            <input
                name="title"
                aria-label="New task"
                placeholder="Add a task"
                maxlength="200"
                autocomplete="off"
                required
                value=title
            />
            {page
                .then(|| {
                    view! {
                        <input type="date" name="due" aria-label="Due on" value=due/>
                        <select name="priority" aria-label="Priority">
                            <option value="low">"Low"</option>
                            <option value="normal" selected>
                                "Normal"
                            </option>
                            <option value="high">"High"</option>
                        </select>
                    }
                })}
            <button class="btn small go">"Add"</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(title: &str, group: TaskGroup) -> TaskRow {
        TaskRow {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: title.into(),
            description: String::new(),
            done: group == TaskGroup::Done,
            note: String::new(),
            late: false,
            group,
            version: 7,
        }
    }

    #[test]
    fn the_bar_is_full_only_when_all_is_done() {
        let mut list = TaskList::default();
        assert_eq!(list.tenths_done(), 0);
        (list.open, list.done) = (1, 99);
        assert_eq!(list.tenths_done(), 9);
        list.open = 0;
        assert_eq!(list.tenths_done(), 10);
    }

    #[test]
    fn the_page_has_headings_in_order_and_plain_forms() {
        let list = TaskList {
            rows: vec![row("<i>a</i>", TaskGroup::Done), row("b", TaskGroup::Today)],
            page: true,
            ..TaskList::default()
        };
        let html = task_list(list).to_html();
        let (today, done) = (html.find(">Today<").unwrap(), html.find(">Done<").unwrap());
        assert!(today < done, "{html}");
        assert!(!html.contains("Overdue"), "{html}");
        assert!(html.contains("&lt;i&gt;a"), "{html}");
        assert!(html.contains("method=\"post\""), "{html}");
        assert!(html.contains("action=\"/api/fn/toggle_task\""), "{html}");
    }
}
