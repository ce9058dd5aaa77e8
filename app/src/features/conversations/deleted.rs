//! `/dashboard/conversations/deleted`

use domain::Actor;
use domain::conversations::DeletedConversation;
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::dates::{Moment, now_of};
use crate::features::chat::sidebar::ConversationRows;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::{domain, take_flash};

/// What was deleted within the last thirty days, and the way back.
#[component]
pub fn DeletedPage() -> impl IntoView {
    let flash = take_flash("deleted");
    let cursor = use_query_map().with_untracked(|query| query.get("cursor"));
    signed_in(|actor| async move {
        let conversations = ConversationRows::load(&actor, None).await?;
        let (deleted, next) = domain()
            .conversations()
            .deleted(&actor, cursor.as_deref())
            .await?;
        let list = if deleted.is_empty() {
            Either::Left(view! { <p class="empty">"Nothing was deleted in the last 30 days."</p> })
        } else {
            let rows: Vec<_> = deleted.into_iter().map(|deleted| row(&actor, deleted)).collect();
            Either::Right(view! { <ul class="found">{rows}</ul> })
        };
        let body = view! {
            {flash
                .filter(|flash| !flash.message.is_empty())
                .map(|flash| view! { <p class="notice bad" role="alert">{flash.message}</p> })}
            <p class="quiet-note">"Deleted conversations stay here for 30 days, then they are removed for good."</p>
            {list}
            {next
                .map(|cursor| {
                    view! { <a class="more" href=format!("?cursor={cursor}")>"Deleted earlier"</a> }
                })}
        };
        Ok(framed(
            &actor,
            Section::Deleted,
            "Deleted conversations",
            &conversations,
            body.into_any(),
        ))
    })
}

fn row(actor: &Actor, deleted: DeletedConversation) -> impl IntoView + use<> {
    let DeletedConversation {
        conversation,
        deleted_at,
    } = deleted;
    let when = Moment::of(deleted_at, &now_of(actor));
    view! {
        <li>
            <div class="words">
                <b>{conversation.title.clone()}</b>
                <span>{conversation.last_message_preview.unwrap_or_default()}</span>
            </div>
            <small>"Deleted " {when.view()}</small>
            <form method="post" action="/api/fn/restore_conversation">
                <input type="hidden" name="conversation_id" value=conversation.id.to_string()/>
                <button class="btn small" aria-label=format!("Restore: {}", conversation.title)>
                    "Restore"
                </button>
            </form>
        </li>
    }
}
