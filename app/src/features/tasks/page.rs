//! `/dashboard/tasks`

use leptos::prelude::*;

use super::item::Shelf;
use super::list::{TaskList, board};
use super::notice::Notice;
use super::place::Filters;
use crate::features::chat::sidebar::ConversationRows;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::{request, take_flash};

/// The list, with its filters.
#[component]
pub fn TasksPage() -> impl IntoView {
    let flash = ["add-task", "edit-task", "tasks"]
        .into_iter()
        .find_map(take_flash)
        .unwrap_or_default();
    let notice = Notice::take().map(|notice| notice.view(Shelf::Page.target(), false).into_any());
    let path = request().path_and_query;
    let filters = Filters::read(path.split_once('?').map_or("", |(_, query)| query));
    signed_in(|actor| async move {
        let (conversations, list) = futures::future::try_join(
            ConversationRows::load(&actor, None),
            TaskList::page(&actor, filters),
        )
        .await?;
        let body = view! {
            <div id="board" class="board">
                {board(list, notice, &flash)}
            </div>
        };
        Ok(framed(
            &actor,
            Section::Tasks,
            "Tasks",
            &conversations,
            body.into_any(),
        ))
    })
}
