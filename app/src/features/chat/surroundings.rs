//! What stands around the thread and follows it in the browser: title, menu, the list of conversations. All of it is
//! the server's HTML; here are the few words and values in it that change.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::browser::{self, call};

/// A new conversation has got its id: the address, and every form that is about the conversation.
pub fn show_id(id: ConversationId) {
    let id = id.to_string();
    browser::replace_path(&format!("/dashboard/chat/{id}"));
    for field in browser::all("[name=conversation_id]") {
        // Those of the rows in the list, and of a notice, are about other conversations.
        if let Some(field) = field.dyn_ref::<HtmlInputElement>()
            && field.value().is_empty()
        {
            field.set_value(&id);
        }
    }
    for link in browser::all("a[data-href]") {
        let address = link.get_attribute("data-href").unwrap_or_default();
        let _ = link.set_attribute("href", &address.replace("{id}", &id));
    }
    if let Some(menu) = browser::by_id("conversation-menu-button") {
        menu.set_hidden(false);
    }
}

/// The conversation's title, wherever it stands.
pub fn show_title(title: &str) {
    document().set_title(&format!("{title} · Greenlit"));
    browser::set_text("title", title);
    if let Some(field) = browser::by_id("conversation-title")
        && let Some(field) = field.dyn_ref::<HtmlInputElement>()
    {
        // Not under the hands of who is writing another one.
        if field.value() == field.default_value() {
            field.set_value(title);
        }
        field.set_default_value(title);
    }
    for name in browser::all("#delete-current p b") {
        name.set_text_content(Some(title));
    }
}

thread_local! {
    /// Counts the requests for the list; the answer to an earlier one than the last is old.
    static TURN: Cell<u32> = const { Cell::new(0) };
}

/// Fetches the list of conversations, `current` marked.
pub fn refresh_conversations(current: Option<ConversationId>) {
    let turn = TURN.get() + 1;
    TURN.set(turn);
    spawn_local(async move {
        let current = current.map(|id| id.to_string()).unwrap_or_default();
        let shown = browser::all("#conversations .conv-row").len();
        let rows = shown.to_string();
        let seen = if document().hidden() { "false" } else { "true" };
        let fields = [("current", &*current), ("rows", &*rows), ("seen", seen)];
        // One that fails is made good by the next; and what somebody has open is not taken from under their hands.
        if let Ok(html) = call::<String>("/api/fn/list_conversations", &fields).await
            && turn == TURN.get()
            && let Some(list) = browser::by_id("conversations")
            && !browser::is_in_use(&list)
            // Else older ones that came meanwhile would be gone again.
            && browser::all("#conversations .conv-row").len() <= shown
        {
            let scrolled = list.scroll_top();
            browser::replace_inner(&list, &html);
            list.set_scroll_top(scrolled);
        }
    });
}
