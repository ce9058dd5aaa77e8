//! `/dashboard`

use leptos::prelude::*;

use super::overview::Overview;
use crate::features::chat::sidebar::ConversationRows;
use crate::features::tasks::item::Shelf;
use crate::features::tasks::notice::Notice;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::take_flash;

/// What is due, what was done, and the newest conversations.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let flash = ["add-task", "tasks"]
        .into_iter()
        .find_map(take_flash)
        .unwrap_or_default();
    let notice = Notice::take().map(|notice| notice.view(Shelf::Overview.target(), false).into_any());
    signed_in(|actor| async move {
        let (conversations, overview) =
            futures::future::try_join(ConversationRows::load(&actor, None), Overview::load(&actor)).await?;
        let body = view! {
            <div id="overview" class="overview">
                {overview.view(notice, &flash)}
            </div>
        };
        Ok(framed(
            &actor,
            Section::Overview,
            "Overview",
            &conversations,
            body.into_any(),
        ))
    })
}
