//! The bar above the thread.

use domain::shares::ShareLink;
use leptos::prelude::*;
use protocol::ConversationId;

use super::row_menu::{delete_button, delete_dialog};
use super::share::share_dialog;
use crate::server_context::{domain, request};
use crate::ui::{Icon, icon};

/// The conversation's title, the model, and what can be done with the conversation as a whole. `surroundings` changes
/// title and id when a new conversation gets its own.
pub fn conversation_head(
    id: Option<ConversationId>,
    title: String,
    pinned: bool,
    link: Option<&ShareLink>,
) -> impl IntoView + use<> {
    let domain = domain();
    let id_text = id.map(|id| id.to_string()).unwrap_or_default();
    let dialog = share_dialog(&id_text, link, request().path_and_query.contains("?share="));
    let offline = domain.is_offline().then_some(
        "No model is connected: the built-in assistant answers. The README says how to connect one.",
    );
    view! {
        <header class="top">
            <button class="icon menu" type="button" popovertarget="side" aria-label="Menu">
                {icon(Icon::Menu)}
            </button>
            <h1 id="title">{title.clone()}</h1>
            <span class="chip" title=offline>
                {domain.model().to_owned()}
            </span>
            <span class="sp"></span>
            <button
                class="icon"
                type="button"
                id="conversation-menu-button"
                popovertarget="conversation-menu"
                aria-label="This conversation"
                hidden=id.is_none()
            >
                {icon(Icon::More)}
            </button>
            {menu(id_text, title, pinned)}
            {dialog}
        </header>
    }
}

/// `surroundings` puts the id in once there is one.
fn export(id: &str, format: &'static str, words: &'static str) -> impl IntoView + use<> {
    let address = format!("/api/chat/conversations/{{id}}/export?format={format}");
    let href = address.replace("{id}", id);
    view! {
        <a class="item" href=href data-href=address download>
            {words}
        </a>
    }
}

fn menu(id: String, title: String, pinned: bool) -> impl IntoView {
    let field_id = id.clone();
    let id_field = move || view! { <input type="hidden" name="conversation_id" value=field_id.clone()/> };
    view! {
        <div id="conversation-menu" class="popover" popover="auto">
            <form method="post" action="/api/fn/rename_conversation">
                {id_field()} <label for="conversation-title">"Title"</label> <div class="row">
                    <input
                        id="conversation-title"
                        class="input"
                        name="title"
                        maxlength="200"
                        required
                        autocomplete="off"
                        value=title.clone()
                    />
                    <button class="btn">"Rename"</button>
                </div>
            </form>
            <form method="post" action="/api/fn/pin_conversation">
                {id_field()} <input type="hidden" name="pinned" value=if pinned { "false" } else { "true" }/>
                <button class="item">{if pinned { "Unpin" } else { "Pin to the top" }}</button>
            </form>
            <button class="item" type="button" command="show-modal" commandfor="share-dialog">
                "Share…"
            </button>
            {export(&id, "md", "Export as Markdown")}
            {export(&id, "json", "Export as JSON")}
            {delete_button("delete-current")}
        </div>
        {delete_dialog("delete-current".into(), id, &title, None)}
    }
}
