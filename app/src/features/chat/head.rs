//! The bar above the thread.

use leptos::prelude::*;

use super::state::ChatState;
use crate::ui::{Icon, icon};

/// The conversation's title, the model, and what can be done with the conversation as a whole.
#[island]
pub fn ConversationHead(
    model: String,
    /// The offline assistant answers.
    offline: bool,
) -> impl IntoView {
    let chat = expect_context::<ChatState>();
    let id = move || {
        chat.conversation_id
            .get()
            .map(|id| id.to_string())
            .unwrap_or_default()
    };
    let pinned = move || {
        let id = chat.conversation_id.get();
        chat.conversations
            .with(|rows| rows.iter().any(|row| Some(row.id) == id && row.group == "Pinned"))
    };
    view! {
        <header class="top">
            <button class="icon menu" type="button" popovertarget="side" aria-label="Menu">
                {icon(Icon::Menu)}
            </button>
            <h1>{move || chat.title.get()}</h1>
            <span class="chip" title=offline.then_some("No model is connected; see the README")>
                {model}
            </span>
            <span class="sp"></span>
            <button
                class="icon"
                type="button"
                popovertarget="conversation-menu"
                aria-label="Conversation"
                hidden=move || chat.conversation_id.get().is_none()
            >
                {icon(Icon::More)}
            </button>
            <div id="conversation-menu" class="popover" popover="auto">
                <form method="post" action="/api/fn/rename_conversation">
                    <input type="hidden" name="conversation_id" value=id/>
                    <label for="conversation-title">"Title"</label>
                    <div class="row">
                        <input
                            id="conversation-title"
                            class="input"
                            name="title"
                            maxlength="200"
                            required
                            autocomplete="off"
                            prop:value=move || chat.title.get()
                            value=chat.title.get_untracked()
                        />
                        <button class="btn">"Rename"</button>
                    </div>
                </form>
                <form method="post" action="/api/fn/pin_conversation">
                    <input type="hidden" name="conversation_id" value=id/>
                    <input type="hidden" name="pinned" value=move || if pinned() { "false" } else { "true" }/>
                    <button class="item">{move || if pinned() { "Unpin" } else { "Pin to the top" }}</button>
                </form>
                <form method="post" action="/api/fn/delete_conversation">
                    <input type="hidden" name="conversation_id" value=id/>
                    <button class="item danger">"Delete conversation"</button>
                </form>
            </div>
        </header>
    }
}
