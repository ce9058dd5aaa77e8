//! One task: its tick, its words, what can be done with it, and the form in which it is edited.

use leptos::prelude::*;
use protocol::limits::{TASK_DESCRIPTION_CHARS, TASK_TITLE_CHARS};
use protocol::{TaskId, TaskPriority};

use super::row::{RowFocus, TaskRow};
use crate::server_context::Flash;
use crate::ui::field::field_error;
use crate::ui::text_area::text_area;
use crate::ui::{Icon, icon};

/// Where a task stands, which decides what is shown of it and what its forms change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// The page of their own: everything.
    Page,
    /// Beside a conversation: the tick.
    Rail,
    /// A card of the dashboard: the tick.
    Overview,
}

impl Shelf {
    /// The id of what an action brings up to date.
    pub fn target(self) -> &'static str {
        match self {
            Self::Page => "board",
            Self::Rail => "tasks",
            Self::Overview => "overview",
        }
    }

    /// How a form is sent. The rail's list keeps marks of what is new, and its tick shows at once.
    pub fn way(self) -> &'static str {
        match self {
            Self::Page | Self::Overview => "swap",
            Self::Rail => "task",
        }
    }
}

/// One task. On the page of their own, `editing` shows its form instead.
pub fn task_item(row: TaskRow, shelf: Shelf, editing: Option<&Flash>) -> impl IntoView + use<> {
    let inside = match editing {
        Some(flash) => edit_form(&row, flash).into_any(),
        None => item_inside(&row, shelf).into_any(),
    };
    view! {
        <li
            class="todo"
            id=format!("task-{}", row.id)
            data-version=row.version
            data-ticks
            data-done=row.done.then_some("")
            data-moment=row.moment.clone().filter(|_| shelf == Shelf::Page)
        >
            {inside}
        </li>
    }
}

/// What is inside a task's line.
pub fn item_inside(row: &TaskRow, shelf: Shelf) -> impl IntoView + use<> {
    let title = row.title.clone();
    let label = format!("{}: {title}", if row.done { "Not done" } else { "Done" });
    let page = shelf == Shelf::Page;
    let description = (page && !row.description.is_empty()).then(|| row.description.clone());
    let when = row.when.clone();
    let apart = (when.is_some() && row.matters().is_some()).then_some(" · ");
    let note = (when.is_some() || row.matters().is_some()).then(|| {
        view! {
            <small data-late=row.late.then_some("")>{when.map(|when| when.view())} {apart} {row.matters()}</small>
        }
    });
    view! {
        <form
            method="post"
            action="/api/fn/toggle_task"
            data-do=shelf.way()
            data-target=shelf.target()
            data-error="tasks-error"
        >
            <input type="hidden" name="task_id" value=row.id.to_string()/>
            <input type="hidden" name="done" value=if row.done { "false" } else { "true" }/>
            <button class="tick" aria-label=label data-focus=focused(row, RowFocus::Tick)>
                <span>{icon(Icon::Check)}</span>
            </button>
        </form>
        <div class="words">
            <span class="title">{title}</span>
            {description.map(|description| view! { <p>{description}</p> })}
            {note}
        </div>
        {page.then(|| view! { {edit_button(row)} {menu(row)} {grip(row)} })}
    }
}

fn focused(row: &TaskRow, part: RowFocus) -> Option<&'static str> {
    (row.focus == Some(part)).then_some("")
}

fn edit_button(row: &TaskRow) -> impl IntoView + use<> {
    view! {
        <form
            method="post"
            action="/api/fn/edit_task"
            data-do="swap"
            data-target=format!("task-{}", row.id)
            data-error="tasks-error"
        >
            <input type="hidden" name="task_id" value=row.id.to_string()/>
            <button class="icon" aria-label=format!("Edit: {}", row.title) data-focus=focused(row, RowFocus::Edit)>
                {icon(Icon::Pencil)}
            </button>
        </form>
    }
}

/// What a pointer drags the task by; nothing where it can only stand where it does.
fn grip(row: &TaskRow) -> impl IntoView + use<> {
    (row.neighbours != (None, None)).then(|| {
        view! {
            <span class="grip with-script" data-grip aria-hidden="true" title="Drag to another place">
                {icon(Icon::Grip)}
            </span>
        }
    })
}

fn menu(row: &TaskRow) -> impl IntoView + use<> {
    let open = matches!(row.focus, Some(RowFocus::Up | RowFocus::Down));
    let (above, below) = row.neighbours;
    let up = above.map(|above| move_form(row, "before", above, "Move up", RowFocus::Up));
    let down = below.map(|below| move_form(row, "after", below, "Move down", RowFocus::Down));
    view! {
        <details class="todo-menu" name="todo-menu" open=open data-escape>
            <summary class="icon" aria-label=format!("More: {}", row.title) data-cancel>
                {icon(Icon::More)}
            </summary>
            <div class="panel">
                {up} {down}
                <form
                    method="post"
                    action="/api/fn/delete_task"
                    data-do="swap"
                    data-target="board"
                    data-error="tasks-error"
                >
                    <input type="hidden" name="task_id" value=row.id.to_string()/>
                    <button class="item danger">"Delete"</button>
                </form>
            </div>
        </details>
    }
}

fn move_form(
    row: &TaskRow,
    side: &'static str,
    neighbour: TaskId,
    label: &'static str,
    part: RowFocus,
) -> impl IntoView + use<> {
    view! {
        <form method="post" action="/api/fn/move_task" data-do="swap" data-target="board" data-error="tasks-error">
            <input type="hidden" name="task_id" value=row.id.to_string()/>
            <input type="hidden" name=side value=neighbour.to_string()/>
            <button class="item" data-focus=focused(row, part)>
                {label}
            </button>
        </form>
    }
}

/// The form that stands in a task's line while it is edited. `flash`: what a plain form brought back.
pub fn edit_form(row: &TaskRow, flash: &Flash) -> impl IntoView + use<> {
    let id = row.id;
    let back = flash.value("task_id") == id.to_string();
    let value = |field: &str, now: &str| {
        if back {
            flash.value(field).to_owned()
        } else {
            now.to_owned()
        }
    };
    let field = |name: &'static str, label: &'static str, kind: &'static str, value: String| {
        let error = flash.error(name).filter(|_| back);
        let at = format!("{name}-{id}");
        let says = format!("{name}-error-{id}");
        view! {
            <div class=format!("field {name}")>
                <label for=at.clone()>{label}</label>
                <input
                    class="input"
                    id=at
                    name=name
                    type=kind
                    value=value
                    autocomplete="off"
                    required=name == "title"
                    data-focus=(name == "title").then_some("")
                    aria-describedby=says.clone()
                    aria-invalid=error.is_some().then_some("true")
                />
                {field_error(says, label, error)}
            </div>
        }
    };
    let description_error = flash.error("description").filter(|_| back);
    let priority = TaskPriority::parse(&value("priority", row.priority.as_str())).unwrap_or(row.priority);
    view! {
        <form
            class="edit"
            method="post"
            action="/api/fn/update_task"
            data-do="swap"
            data-target="board"
            data-error=format!("edit-error-{id}")
            data-escape
            aria-label=format!("Edit: {}", row.title)
        >
            <input type="hidden" name="task_id" value=id.to_string()/>
            {field("title", "Title", "text", value("title", &row.title))}
            <div class="field">
                <label for=format!("description-{id}")>"Description"</label>
                {text_area(
                    format!("description-{id}"),
                    "description",
                    &value("description", &row.description),
                    format!("description-error-{id}"),
                )}
                {field_error(format!("description-error-{id}"), "Description", description_error)}
            </div>
            <div class="when">
                {field("due", "Due on", "date", value("due", &row.due.0))}
                {field("time", "At", "time", value("time", &row.due.1))}
                <div class="field">
                    <label for=format!("priority-{id}")>"Priority"</label>
                    {priority_select(Some(format!("priority-{id}")), "input", priority)}
                </div>
            </div>
            <p class="field-error" role="alert" id=format!("edit-error-{id}")></p>
            <div class="row">
                <button class="btn go">"Save"</button>
                <button class="btn" form=format!("cancel-{id}") data-cancel>
                    "Cancel"
                </button>
                <span class="field-hint">
                    {format!("Title up to {TASK_TITLE_CHARS} characters, description up to {TASK_DESCRIPTION_CHARS}.")}
                </span>
            </div>
        </form>
        <form
            id=format!("cancel-{id}")
            hidden
            method="post"
            action="/api/fn/show_task"
            data-do="swap"
            data-target=format!("task-{id}")
            data-error=format!("edit-error-{id}")
        >
            <input type="hidden" name="task_id" value=id.to_string()/>
        </form>
    }
}

/// The choice of a priority.
pub fn priority_select(id: Option<String>, class: &'static str, chosen: TaskPriority) -> impl IntoView {
    let option = move |priority: TaskPriority, label: &'static str| {
        view! {
            <option value=priority.as_str() selected=priority == chosen>
                {label}
            </option>
        }
    };
    let label = id.is_none().then_some("Priority");
    view! {
        <select id=id class=class name="priority" aria-label=label>
            {option(TaskPriority::Low, "Low")}
            {option(TaskPriority::Normal, "Normal")}
            {option(TaskPriority::High, "High")}
        </select>
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::row::TaskGroup;
    use super::*;

    pub(crate) fn row(title: &str, group: TaskGroup) -> TaskRow {
        TaskRow {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: title.into(),
            description: String::new(),
            done: group == TaskGroup::Done,
            when: None,
            late: false,
            group,
            version: 7,
            priority: TaskPriority::Normal,
            due: (String::new(), String::new()),
            moment: None,
            neighbours: (None, None),
            focus: None,
        }
    }

    #[test]
    fn an_edit_that_was_sent_back_shows_what_was_typed_and_why() {
        let task = row("Milk", TaskGroup::NoDate);
        let flash = Flash {
            form: "edit-task".into(),
            values: vec![
                ("task_id".into(), task.id.to_string()),
                ("title".into(), "<b>".into()),
                ("description".into(), "</textarea>".into()),
                ("priority".into(), "high".into()),
            ],
            errors: vec![protocol::FieldError {
                field: "title".into(),
                message: "must have at most 200 characters, but has 201".into(),
            }],
            message: String::new(),
        };
        let html = edit_form(&task, &flash).to_html();
        assert!(html.contains("value=\"&lt;b&gt;\""), "{html}");
        assert!(html.contains("&lt;/textarea&gt;</textarea>"), "{html}");
        assert!(
            html.contains("Title must have at most 200 characters, but has 201."),
            "{html}"
        );
        assert!(html.contains("<option value=\"high\" selected"), "{html}");
        // Another task's form knows nothing of it.
        let other = TaskRow {
            id: "01890000-0000-7000-8000-000000000002".parse().unwrap(),
            ..task
        };
        let html = edit_form(&other, &flash).to_html();
        assert!(
            html.contains("value=\"Milk\"") && !html.contains("at most 200 characters, but"),
            "{html}"
        );
    }

    #[test]
    fn a_task_in_the_rail_has_its_tick_alone() {
        let html = task_item(row("<i>a</i>", TaskGroup::Today), Shelf::Rail, None).to_html();
        assert!(html.contains("&lt;i&gt;a"), "{html}");
        assert_eq!(html.matches("<form").count(), 1, "{html}");
        let html = task_item(row("a", TaskGroup::Today), Shelf::Page, None).to_html();
        assert!(
            html.contains("/api/fn/delete_task") && !html.contains("Move up"),
            "{html}"
        );
    }
}
