//! The list itself, as an island: ticking and adding happen in place, and beside a conversation it changes as the
//! assistant works.

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::TaskId;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, SubmitEvent};

use super::api::{add_task, delete_task, list_tasks, toggle_task};
use super::model::{TaskGroup, TaskList, TaskRow};
use crate::error::AppError;
use crate::features::chat::state::ChatState;
use crate::ui::{Icon, icon};

/// How many tasks stand beside a conversation.
pub const RAIL_TASKS: u32 = 60;
/// How many stand on the page of their own.
pub const PAGE_TASKS: u32 = 200;

#[derive(Clone, Copy)]
struct Board {
    list: RwSignal<TaskList>,
    /// What changed since the reader last sent a message.
    fresh: RwSignal<Vec<TaskId>>,
    error: RwSignal<String>,
    limit: u32,
}

impl Board {
    async fn refresh(self, mark: bool) -> Result<(), AppError> {
        let list = list_tasks(self.limit).await?;
        if mark {
            let changed = self.list.with_untracked(|old| list.changed_since(old));
            self.fresh.update(|fresh| fresh.extend(changed));
        }
        self.list.set(list);
        Ok(())
    }

    /// Does something, says why if it failed, and brings the list up to date in both cases.
    fn run(self, action: impl Future<Output = Result<(), AppError>> + 'static) {
        self.error.set(String::new());
        spawn_local(async move {
            let mut outcome = action.await;
            if let Err(error) = self.refresh(false).await {
                outcome = outcome.and(Err(error));
            }
            if let Err(error) = outcome {
                self.error.set(error.0.detail);
            }
        });
    }

    fn toggle(self, id: TaskId, done: bool) {
        self.list.update(|list| {
            if let Some(row) = list.rows.iter_mut().find(|row| row.id == id) {
                row.done = done;
            }
        });
        self.run(toggle_task(id.to_string(), done));
    }

    fn add(self, form: HtmlFormElement) {
        let Ok(data) = FormData::new_with_form(&form) else {
            return;
        };
        let field = |name| data.get(name).as_string().unwrap_or_default();
        let (title, due, priority) = (field("title"), field("due"), field("priority"));
        if title.trim().is_empty() {
            return;
        }
        self.run(async move {
            add_task(title, due, priority).await?;
            form.reset();
            Ok(())
        });
    }
}

/// The tasks and the form that adds one; on `page` under headings and with dates to choose, else for the rail.
#[island]
pub fn TaskBoard(
    list: TaskList,
    page: bool,
    /// Why a plain form was sent back; empty if it was not.
    error: String,
    /// What that form held.
    title: String,
) -> impl IntoView {
    let board = Board {
        list: RwSignal::new(list),
        fresh: RwSignal::new(vec![]),
        error: RwSignal::new(error),
        limit: if page { PAGE_TASKS } else { RAIL_TASKS },
    };
    if let Some(chat) = use_context::<ChatState>() {
        Effect::new(move |before: Option<()>| {
            chat.tool_effects.track();
            if before.is_some() {
                spawn_local(async move {
                    // A refresh that fails is made good by the next one.
                    let _ = board.refresh(true).await;
                });
            }
        });
        Effect::new(move || {
            chat.sends.track();
            board.fresh.set(vec![]);
        });
    }
    view! {
        <div class="board">
            <div class="summary">
                {if page { None } else { Some(view! { <h2>"Tasks"</h2> }) }}
                <span class="chip">
                    {move || board.list.with(|list| format!("{} of {} done", list.done, list.open + list.done))}
                </span>
            </div>
            <div class="progress" data-tenths=move || board.list.with(TaskList::tenths_done).to_string()></div>
            <div class="tasks">
                {move || board.list.with(|list| {
                    if page {
                        Either::Left(groups(list, board))
                    } else {
                        Either::Right(rows(list.rows.clone(), board, false))
                    }
                })}
            </div>
            {move || board.list.with(|list| list.rows.is_empty().then(|| empty(page)))}
            {move || board.list.with(|list| list.more.then(|| view! { <p class="quiet-note">"More tasks are not shown here."</p> }))}
            <p class="field-error" role="alert">
                {move || board.error.get()}
            </p>
            {add_form(board, page, title)}
        </div>
    }
}

fn groups(list: &TaskList, board: Board) -> impl IntoView + use<> {
    TaskGroup::ALL
        .map(|group| {
            let members: Vec<_> = list
                .rows
                .iter()
                .filter(|row| row.group == group)
                .cloned()
                .collect();
            (!members.is_empty()).then(|| {
                view! {
                    <section>
                        <h2 class="group">{group.title()}</h2>
                        {rows(members, board, true)}
                    </section>
                }
            })
        })
        .collect_view()
}

fn rows(rows: Vec<TaskRow>, board: Board, page: bool) -> impl IntoView {
    let rows: Vec<_> = rows.into_iter().map(|row| task_item(row, board, page)).collect();
    view! { <ul>{rows}</ul> }
}

fn task_item(row: TaskRow, board: Board, page: bool) -> impl IntoView {
    let TaskRow {
        id,
        title,
        description,
        done,
        note,
        late,
        ..
    } = row;
    let toggle = move |event: SubmitEvent| {
        event.prevent_default();
        board.toggle(id, !done);
    };
    let label = format!("{}: {title}", if done { "Not done" } else { "Done" });
    view! {
        <li class="task" data-done=done.then_some("") data-fresh=move || {
            board.fresh.with(|fresh| fresh.contains(&id)).then_some("")
        }>
            <form method="post" action="/api/fn/toggle_task" on:submit=toggle>
                <input type="hidden" name="task_id" value=id.to_string()/>
                <input type="hidden" name="done" value=if done { "false" } else { "true" }/>
                <button class="tick" role="checkbox" aria-checked=if done { "true" } else { "false" } aria-label=label>
                    <span>{icon(Icon::Check)}</span>
                </button>
            </form>
            <div class="words">
                <span class="title">{title.clone()}</span>
                {(page && !description.is_empty()).then(|| view! { <p>{description}</p> })}
                {(!note.is_empty()).then(|| view! { <small data-late=late.then_some("")>{note}</small> })}
            </div>
            {page.then(|| delete_form(id, &title, board))}
        </li>
    }
}

fn delete_form(id: TaskId, title: &str, board: Board) -> impl IntoView + use<> {
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        board.run(delete_task(id.to_string()));
    };
    view! {
        <details class="sure">
            <summary class="icon" aria-label=format!("Delete: {title}")>
                {icon(Icon::Trash)}
            </summary>
            <form method="post" action="/api/fn/delete_task" on:submit=delete>
                <input type="hidden" name="task_id" value=id.to_string()/>
                <button class="btn small danger">"Delete"</button>
            </form>
        </details>
    }
}

fn empty(page: bool) -> impl IntoView {
    let text = if page {
        "Nothing on your list. Add a task below, or ask for one in a conversation."
    } else {
        "Nothing on your list yet. Ask for a task, and it appears here."
    };
    view! { <p class="empty">{text}</p> }
}

fn add_form(board: Board, page: bool, title: String) -> impl IntoView {
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(form) = event.target().and_then(|target| target.dyn_into().ok()) {
            board.add(form);
        }
    };
    view! {
        <form class="add" method="post" action="/api/fn/add_task" on:submit=add>
            {icon(Icon::Plus)}
            <input name="title" aria-label="New task" placeholder="Add a task" maxlength="200" autocomplete="off" required value=title/>
            {page
                .then(|| {
                    view! {
                        <input type="date" name="due" aria-label="Due on"/>
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
