//! `/dashboard/tasks`

use leptos::prelude::*;

use super::list::{TaskList, task_board};
use crate::features::chat::sidebar::ConversationRows;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::take_flash;

/// The whole list, by date.
#[component]
pub fn TasksPage() -> impl IntoView {
    let flash = take_flash("add-task")
        .or_else(|| take_flash("tasks"))
        .unwrap_or_default();
    signed_in(|actor| async move {
        let (conversations, list) =
            futures::future::try_join(ConversationRows::load(&actor, None), TaskList::load(&actor, true))
                .await?;
        let body = task_board(list, &flash).into_any();
        Ok(framed(&actor, Section::Tasks, "Tasks", &conversations, body))
    })
}
