//! What a page says after one of the forms in the list of conversations, when a plain form sent it: a conversation is
//! gone, and the way back; or why something was refused.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use protocol::ConversationId;

use crate::server_context::{Flash, take_flash};

/// The notice of this page; in the context of every page with the list.
#[derive(Clone)]
pub struct Notice(Option<Flash>);

impl Notice {
    /// To be called before the page's data is waited for.
    pub fn take() -> Self {
        // A page that left a conversation deleted elsewhere says so itself; the flash is for the page that deleted it.
        let gone = use_query_map().with_untracked(|query| query.get("gone"));
        if let Some(id) = gone.and_then(|id| id.parse::<ConversationId>().ok()) {
            return Self(Some(Flash {
                form: "deleted".into(),
                values: vec![("conversation_id".into(), id.to_string())],
                ..Flash::default()
            }));
        }
        Self(take_flash("deleted").or_else(|| take_flash("rename")))
    }
}

/// The present page's notice, if it has one.
pub fn conversation_notice() -> Option<impl IntoView + use<>> {
    use_context::<Notice>()?.0.map(|flash| notice(&flash))
}

/// A notice above a page's content.
pub fn notice(flash: &Flash) -> impl IntoView + use<> {
    let deleted = (flash.form == "deleted").then(|| flash.value("conversation_id").to_owned());
    let is_bad = deleted.is_none();
    let words = if flash.message.is_empty() {
        "The conversation was deleted.".to_owned()
    } else {
        flash.message.clone()
    };
    view! {
        <div class="notice top-notice" class:bad=is_bad role="status">
            <span>{words}</span>
            {deleted
                .map(|id| {
                    view! {
                        <form method="post" action="/api/fn/restore_conversation">
                            <input type="hidden" name="conversation_id" value=id/>
                            <button class="btn small">"Undo"</button>
                        </form>
                    }
                })}
            {(flash.form == "rename" && !flash.value("title").is_empty()).then(|| rename_again(flash))}
        </div>
    }
}

/// The form of a title that was refused, with what was typed.
fn rename_again(flash: &Flash) -> impl IntoView + use<> {
    view! {
        <form class="again" method="post" action="/api/fn/rename_conversation">
            <input type="hidden" name="conversation_id" value=flash.value("conversation_id").to_owned()/>
            <input
                class="input"
                name="title"
                aria-label="Title"
                autocomplete="off"
                required
                value=flash.value("title").to_owned()
            />
            <button class="btn small">"Rename"</button>
        </form>
    }
}
