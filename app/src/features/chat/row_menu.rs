//! What can be done with a conversation from its row in the list. All of it works without a script: the menu is a
//! popover, the question before deleting a dialog that its button names.

use leptos::prelude::*;
use protocol::ConversationId;

use super::sidebar::ConversationRow;
use crate::ui::{Icon, icon};

/// The menu, its button and the dialog.
pub(super) fn row_menu(row: &ConversationRow, current: Option<ConversationId>) -> impl IntoView + use<> {
    let id = row.id;
    let pinned = row.is_pinned();
    // The page of one that goes has to go too.
    let is_here = current == Some(id);
    let current = current.map(|id| id.to_string()).unwrap_or_default();
    let fields = move || {
        view! {
            <input type="hidden" name="conversation_id" value=id.to_string()/>
            <input type="hidden" name="current" value=current.clone()/>
        }
    };
    view! {
        <button
            class="icon options"
            type="button"
            popovertarget=format!("menu-{id}")
            aria-label=format!("Options: {}", row.title)
        >
            {icon(Icon::More)}
        </button>
        <div id=format!("menu-{id}") class="popover row-menu" popover="auto">
            <form
                method="post"
                action="/api/fn/rename_conversation"
                data-do="swap"
                data-target=format!("row-{id}")
                data-error=format!("error-{id}")
            >
                {fields()} <label for=format!("title-{id}")>"Title"</label> <div class="row">
                    <input
                        id=format!("title-{id}")
                        class="input"
                        name="title"
                        maxlength="200"
                        required
                        autocomplete="off"
                        value=row.title.clone()
                    />
                    <button class="btn">"Rename"</button>
                </div>
                <p class="field-error" role="alert" id=format!("error-{id}")></p>
            </form>
            <form method="post" action="/api/fn/pin_conversation" data-do="swap" data-target="conversations">
                {fields()} <input type="hidden" name="pinned" value=if pinned { "false" } else { "true" }/>
                <button class="item">{if pinned { "Unpin" } else { "Pin to the top" }}</button>
            </form>
            {delete_button(&format!("delete-{id}"))}
        </div>
        {delete_dialog(format!("delete-{id}"), id.to_string(), &row.title, (!is_here).then(|| fields().into_any()))}
    }
}

/// Opens the dialog that asks before a conversation is deleted.
pub(super) fn delete_button(dialog: &str) -> impl IntoView + use<> {
    view! {
        <button class="item danger" type="button" command="show-modal" commandfor=dialog.to_owned()>
            "Delete conversation"
        </button>
    }
}

/// The question before deleting. With `fields`, those of a row in the list, the row goes in place; else it is the page's
/// own conversation, and the page has to go.
pub(super) fn delete_dialog(
    dialog: String,
    id: String,
    title: &str,
    fields: Option<AnyView>,
) -> impl IntoView + use<> {
    let in_place = fields.is_some();
    let target = in_place.then(|| format!("row-{id}"));
    let fields =
        fields.unwrap_or_else(|| view! { <input type="hidden" name="conversation_id" value=id/> }.into_any());
    view! {
        <dialog id=dialog.clone() class="dialog" aria-labelledby=format!("{dialog}-title")>
            <h2 id=format!("{dialog}-title")>"Delete this conversation?"</h2>
            <p>
                <b>{title.to_owned()}</b>
                " can be brought back for 30 days. Tasks stay as they are."
            </p>
            <div class="row">
                <button class="btn" type="button" command="close" commandfor=dialog.clone()>
                    "Cancel"
                </button>
                <form
                    method="post"
                    action="/api/fn/delete_conversation"
                    data-do=in_place.then_some("swap")
                    data-target=target
                >
                    {fields}
                    <button class="btn danger">"Delete"</button>
                </form>
            </div>
        </dialog>
    }
}

/// Says that a conversation was deleted and brings it back.
pub(super) fn deleted_toast(id: ConversationId, current: &str) -> impl IntoView + use<> {
    view! {
        <div data-toast>
            <span>"The conversation was deleted."</span>
            <form
                method="post"
                action="/api/fn/restore_conversation"
                data-do="swap"
                data-target="conversations"
            >
                <input type="hidden" name="conversation_id" value=id.to_string()/>
                <input type="hidden" name="current" value=current.to_owned()/>
                <button class="btn small">"Undo"</button>
            </form>
        </div>
    }
}
