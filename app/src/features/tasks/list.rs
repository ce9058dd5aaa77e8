//! The list itself: as a page of its own, and beside a conversation.

use domain::Actor;
use domain::tasks::TaskCounts;
use leptos::either::Either;
use leptos::prelude::*;
use protocol::{TaskId, TaskPriority};

use super::filters::filters;
use super::item::{Shelf, priority_select, task_item};
use super::notice::Notice;
use super::place::Filters;
use super::row::{RowFocus, TaskGroup, TaskRow, rows};
use crate::error::AppError;
use crate::server_context::{Flash, domain};
use crate::ui::{Icon, icon};

/// How many tasks stand beside a conversation.
const RAIL_TASKS: u32 = 60;
/// How many stand on a page of their own.
const PAGE_TASKS: u32 = 100;

/// What has the focus when a list is shown anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The field for a new task.
    Add,
    /// A part of a task's line; the list where the task is not in it any more.
    Row(TaskId, RowFocus),
    /// The list.
    List,
}

/// The tasks and their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskList {
    /// In the domain's order.
    pub rows: Vec<TaskRow>,
    pub counts: TaskCounts,
    /// Leads to the page of those that follow.
    pub next: Option<String>,
    /// Which tasks these are; everything in the rail.
    pub filters: Filters,
    /// What has the focus, if it is shown anew.
    pub focus: Option<Focus>,
}

impl TaskList {
    /// The actor's list beside a conversation.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn rail(actor: &Actor) -> Result<Self, AppError> {
        Self::load(actor, Filters::default(), RAIL_TASKS).await
    }

    /// A page of the actor's list.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn page(actor: &Actor, filters: Filters) -> Result<Self, AppError> {
        Self::load(actor, filters, PAGE_TASKS).await
    }

    async fn load(actor: &Actor, filters: Filters, limit: u32) -> Result<Self, AppError> {
        let domain = domain();
        let tasks = domain.tasks();
        let (found, counts) =
            futures::future::try_join(tasks.list(actor, filters.query(limit)), tasks.counts(actor)).await?;
        Ok(Self {
            rows: rows(found.tasks, actor),
            counts,
            next: found.next_cursor,
            filters,
            focus: None,
        })
    }

    /// Sets what has the focus.
    pub fn focused(mut self, focus: Focus) -> Self {
        self.focus = Some(focus);
        if let Focus::Row(id, part) = focus {
            match self.rows.iter_mut().find(|row| row.id == id) {
                Some(row) => {
                    // At the end of its way it can only go back.
                    row.focus = Some(match (part, row.neighbours) {
                        (RowFocus::Up, (None, Some(_))) => RowFocus::Down,
                        (RowFocus::Down, (Some(_), None)) => RowFocus::Up,
                        (RowFocus::Up | RowFocus::Down, (None, None)) => RowFocus::Edit,
                        _ => part,
                    });
                }
                None => self.focus = Some(Focus::List),
            }
        }
        self
    }

    /// How much is done, in tenths, for the bar.
    fn tenths_done(&self) -> u32 {
        let total = self.counts.open + self.counts.done;
        (self.counts.done * 10).checked_div(total).unwrap_or(0)
    }

    fn summary(&self) -> impl IntoView + use<> {
        let TaskCounts { open, done, .. } = self.counts;
        view! { <span class="chip">{format!("{done} of {} done", open + done)}</span> }
    }
}

/// The rail: the list and its form, and what a plain form brought back.
pub fn task_rail(list: TaskList, flash: &Flash) -> impl IntoView + use<> {
    view! {
        <div class="board">
            <div id="tasks">{rail_list(list)}</div>
            {error_line(flash)}
            {add_form(Shelf::Rail, flash, false)}
        </div>
    }
}

/// The rail's list alone: what is brought up to date when a task changes.
pub fn rail_list(list: TaskList) -> impl IntoView {
    let empty = list.rows.is_empty().then(|| {
        view! { <p class="empty">"Nothing on your list yet. Ask for a task, and it appears here."</p> }
    });
    let more = list
        .next
        .is_some()
        .then(|| view! { <a class="more" href="/dashboard/tasks">"All tasks"</a> });
    view! {
        <div class="summary">
            <h2>"Tasks"</h2>
            {list.summary()}
        </div>
        <div class="progress" data-tenths=list.tenths_done()></div>
        <div class="tasks">{rail_groups(list.rows)} {empty} {more}</div>
    }
}

/// What is inside the page's board: everything that an action may change.
pub fn board(list: TaskList, notice: Option<AnyView>, flash: &Flash) -> impl IntoView + use<> {
    let empty = list.rows.is_empty().then(|| empty(&list.filters));
    let earlier =
        list.filters.after.is_some().then(
            || view! { <a class="more" href=list.filters.first_page().path()>"From the beginning"</a> },
        );
    let later = list.next.clone().map(|next| {
        let page = Filters {
            after: Some(next),
            ..list.filters.first_page()
        };
        view! {
            <a class="btn" href=page.path()>
                "More tasks"
            </a>
        }
    });
    let list_focus = (list.focus == Some(Focus::List)).then_some("");
    let editing = list.filters.edit;
    view! {
        {notice}
        {add_form(Shelf::Page, flash, list.focus == Some(Focus::Add))}
        {error_line(flash)}
        {filters(&list.filters, &list.counts)}
        <div>
            <div class="summary">
                {list.summary()} <span class="sp"></span>
                <a class="more" href="/dashboard/tasks/activity">
                    "What the assistant did"
                    {icon(Icon::Chevron)}
                </a>
            </div>
            <div class="progress" data-tenths=list.tenths_done()></div>
        </div>
        <div class="tasks" role="region" aria-label="Tasks" tabindex="-1" data-focus=list_focus>
            {earlier}
            {groups(list.rows, editing, flash)}
            {empty}
            {later}
        </div>
    }
}

/// Why something had no effect. What belongs to a field of a task's form is said there.
fn error_line(flash: &Flash) -> impl IntoView + use<> {
    let said = flash.form == "edit-task" && !flash.errors.is_empty();
    let message = Some(flash.message.clone()).filter(|message| !message.is_empty() && !said);
    view! {
        <p class="field-error" role="alert" id="tasks-error">
            {message}
        </p>
    }
}

fn groups(rows: Vec<TaskRow>, editing: Option<TaskId>, flash: &Flash) -> impl IntoView + use<> {
    TaskGroup::ALL
        .map(|group| {
            let members: Vec<_> = rows.iter().filter(|row| row.group == group).cloned().collect();
            (!members.is_empty()).then(|| {
                view! {
                    <section>
                        <h2 class="group">{group.title()} " " <span>{members.len()}</span></h2>
                        {items(members, Shelf::Page, editing, Some(flash))}
                    </section>
                }
            })
        })
        .collect_view()
}

/// In the rail what is late and what is due today stands apart; alone, a group needs no heading.
fn rail_groups(rows: Vec<TaskRow>) -> impl IntoView {
    let title = |row: &TaskRow| match row.group {
        TaskGroup::Overdue | TaskGroup::Today | TaskGroup::Done => row.group.title(),
        _ => "Next",
    };
    let headed = rows.iter().any(|row| title(row) != title(&rows[0]));
    ["Overdue", "Today", "Next", "Done"]
        .map(|group| {
            let members: Vec<_> = rows.iter().filter(|row| title(row) == group).cloned().collect();
            let heading = (headed && !members.is_empty()).then(|| view! { <h3 class="group">{group}</h3> });
            view! { {heading} {items(members, Shelf::Rail, None, None)} }
        })
        .collect_view()
}

fn items(
    rows: Vec<TaskRow>,
    shelf: Shelf,
    editing: Option<TaskId>,
    flash: Option<&Flash>,
) -> impl IntoView + use<> {
    (!rows.is_empty()).then(|| {
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let form = flash.filter(|_| editing == Some(row.id));
                task_item(row, shelf, form)
            })
            .collect();
        view! { <ul>{rows}</ul> }
    })
}

fn empty(filters: &Filters) -> impl IntoView + use<> {
    if filters.any() || filters.after.is_some() {
        Either::Left(view! {
            <p class="empty">
                "Nothing matches. " <a href="/dashboard/tasks">"Show everything"</a>
            </p>
        })
    } else {
        Either::Right(view! {
            <p class="empty">
                "Nothing on your list. Add a task above, or " <a href="/dashboard/chat">"ask for one"</a>
                " in a conversation."
            </p>
        })
    }
}

/// The form for a new task. On a page the line may say when and how much it matters, and there are fields for that too.
pub fn add_form(shelf: Shelf, flash: &Flash, focus: bool) -> impl IntoView + use<> {
    let value = |field: &str| flash.value(field).to_owned();
    let back = flash.form == "add-task";
    let title = if back { value("title") } else { String::new() };
    let (due, time) = if back {
        (value("due"), value("time"))
    } else {
        Default::default()
    };
    let priority = TaskPriority::parse(flash.value("priority")).filter(|_| back);
    let placeholder = if shelf == Shelf::Rail {
        "Add a task"
    } else {
        "Add a task, such as “Call mum tomorrow 5pm !high”"
    };
    let more = (shelf == Shelf::Page).then(|| {
        view! {
            <span class="fields">
                <label>
                    <span>"Due on"</span>
                    <input type="date" name="due" value=due/>
                </label>
                <label>
                    <span>"At"</span>
                    <input type="time" name="time" value=time/>
                </label>
                {quick_priority(priority)}
            </span>
        }
    });
    view! {
        <form
            class="add"
            method="post"
            action="/api/fn/add_task"
            data-do=shelf.way()
            data-target=shelf.target()
            data-error="tasks-error"
        >
            {icon(Icon::Plus)}
            <input
                name="title"
                aria-label="New task"
                placeholder=placeholder
                autocomplete="off"
                required
                value=title
                data-focus=focus.then_some("")
            />
            {more}
            <button class="btn small go">"Add"</button>
        </form>
    }
}

/// The priority of a new task: unless chosen, what its line says.
fn quick_priority(chosen: Option<TaskPriority>) -> impl IntoView {
    match chosen {
        Some(chosen) => Either::Left(priority_select(None, "", chosen)),
        None => Either::Right(view! {
            <select name="priority" aria-label="Priority">
                <option value="" selected>
                    "Priority"
                </option>
                <option value="low">"Low"</option>
                <option value="normal">"Normal"</option>
                <option value="high">"High"</option>
            </select>
        }),
    }
}

/// The board as an action answers with it.
pub fn board_html(list: TaskList, notice: Option<Notice>) -> String {
    let notice = notice.map(|notice| notice.view(Shelf::Page.target(), true).into_any());
    board(list, notice, &Flash::default()).to_html()
}

#[cfg(test)]
mod tests {
    use super::super::item::tests::row;
    use super::*;

    #[test]
    fn the_bar_is_full_only_when_all_is_done() {
        let mut list = TaskList::default();
        assert_eq!(list.tenths_done(), 0);
        (list.counts.open, list.counts.done) = (1, 99);
        assert_eq!(list.tenths_done(), 9);
        list.counts.open = 0;
        assert_eq!(list.tenths_done(), 10);
    }

    #[test]
    fn the_page_has_headings_in_order_and_plain_forms() {
        let list = TaskList {
            rows: vec![row("<i>a</i>", TaskGroup::Done), row("b", TaskGroup::Today)],
            ..TaskList::default()
        };
        let html = board_html(list, None);
        let (today, done) = (
            html.find("group\">Today").unwrap(),
            html.find("group\">Done").unwrap(),
        );
        assert!(today < done, "{html}");
        assert!(!html.contains("group\">Overdue"), "{html}");
        assert!(html.contains("&lt;i&gt;a"), "{html}");
        assert!(html.contains("method=\"post\""), "{html}");
        assert!(html.contains("action=\"/api/fn/toggle_task\""), "{html}");
    }

    #[test]
    fn the_rail_sets_apart_what_is_late_and_what_is_due_today() {
        let html = |groups: &[TaskGroup]| {
            let rows = groups.iter().map(|group| row("a", *group)).collect();
            rail_list(TaskList {
                rows,
                ..TaskList::default()
            })
            .to_html()
        };
        let all = html(&[
            TaskGroup::Overdue,
            TaskGroup::Today,
            TaskGroup::Later,
            TaskGroup::NoDate,
            TaskGroup::Done,
        ]);
        let at = |heading: &str| all.find(&format!("<h3 class=\"group\">{heading}<")).unwrap();
        assert!(
            at("Overdue") < at("Today") && at("Today") < at("Next") && at("Next") < at("Done"),
            "{all}"
        );
        assert_eq!(all.matches("class=\"todo\"").count(), 5, "{all}");
        assert!(!html(&[TaskGroup::Later, TaskGroup::NoDate]).contains("<h3"));
    }

    #[test]
    fn the_focus_goes_to_the_task_or_where_it_was() {
        let task = row("a", TaskGroup::Today);
        let id = task.id;
        let other = "01890000-0000-7000-8000-000000000002".parse().unwrap();
        let list = |neighbours| TaskList {
            rows: vec![TaskRow {
                neighbours,
                ..task.clone()
            }],
            ..TaskList::default()
        };
        let focus = |neighbours, part| list(neighbours).focused(Focus::Row(id, part)).rows[0].focus;
        assert_eq!(focus((Some(other), None), RowFocus::Up), Some(RowFocus::Up));
        assert_eq!(focus((None, Some(other)), RowFocus::Up), Some(RowFocus::Down));
        assert_eq!(focus((None, None), RowFocus::Down), Some(RowFocus::Edit));
        let gone = list((None, None)).focused(Focus::Row(other, RowFocus::Tick));
        assert_eq!((gone.focus, gone.rows[0].focus), (Some(Focus::List), None));
        assert_eq!(board_html(gone, None).matches("data-focus").count(), 1);
    }
}
