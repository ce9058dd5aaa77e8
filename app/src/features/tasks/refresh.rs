//! Bringing the task list up to date in the browser: the server renders it anew, and what changed is marked.

use std::collections::HashSet;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::browser::{self, Refusal, call};

/// Fetches the list, if the page has one. With `mark`, tasks that are new or changed are shown as fresh; what was
/// fresh before stays so.
///
/// # Errors
/// As [`call`].
pub async fn refresh_tasks(mark: bool) -> Result<(), Refusal> {
    if browser::by_id("tasks").is_some() {
        show_tasks(&call::<String>("/api/fn/list_tasks", &[]).await?, mark);
    }
    Ok(())
}

/// Shows the list as the server rendered it; `mark` as for [`refresh_tasks`].
pub fn show_tasks(html: &str, mark: bool) {
    let Some(list) = browser::by_id("tasks") else {
        return;
    };
    let known: HashSet<_> = tasks().filter_map(|task| version(&task)).collect();
    let fresh: HashSet<_> = tasks()
        .filter(|task| task.has_attribute("data-fresh"))
        .map(|task| task.id())
        .collect();
    let focused = leptos::prelude::document()
        .active_element()
        .and_then(|element| element.closest("[data-version]").ok().flatten())
        .map(|task| task.id());
    list.set_inner_html(html);
    for task in tasks() {
        let changed = mark && version(&task).is_some_and(|version| !known.contains(&version));
        if changed || fresh.contains(&task.id()) {
            let _ = task.set_attribute("data-fresh", "");
        }
        if focused.as_ref() == Some(&task.id()) {
            refocus(&task);
        }
    }
}

/// Takes every mark away.
pub fn forget_fresh() {
    for task in tasks() {
        let _ = task.remove_attribute("data-fresh");
    }
}

fn tasks() -> impl Iterator<Item = Element> {
    browser::all("#tasks [data-version]").into_iter()
}

fn version(task: &Element) -> Option<String> {
    Some(format!("{}{}", task.id(), task.get_attribute("data-version")?))
}

fn refocus(task: &Element) {
    if let Ok(Some(tick)) = task.query_selector(".tick")
        && let Some(tick) = tick.dyn_ref::<HtmlElement>()
    {
        let _ = tick.focus();
    }
}
