//! `/dashboard/tasks`

use leptos::prelude::*;

use super::api::ssr::list;
use super::board::{PAGE_TASKS, TaskBoard};
use crate::frame::{Section, framed, sidebar_rows, signed_in};
use crate::server_context::take_flash;

/// The whole list, by date.
#[component]
pub fn TasksPage() -> impl IntoView {
    let flash = take_flash("add-task")
        .or_else(|| take_flash("tasks"))
        .unwrap_or_default();
    signed_in(|actor| async move {
        let ((conversations, _), list) =
            futures::future::try_join(sidebar_rows(&actor, None), list(&actor, PAGE_TASKS)).await?;
        let body = view! { <TaskBoard list page=true error=flash.message.clone() title=flash.value("title").to_owned()/> };
        Ok(framed(
            &actor,
            Section::Tasks,
            "Tasks",
            conversations,
            body.into_any(),
        ))
    })
}
