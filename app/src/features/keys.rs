//! Keys that work on every page behind the sign-in: Ctrl+Shift+O and, where the browser lets a page have it, Ctrl+N begin
//! a conversation; `/` goes to the search.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::KeyboardEvent;

use crate::browser;

/// Listens for as long as the page lives.
pub(super) fn listen() {
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(pressed).into_js_value();
    let _ = document().add_event_listener_with_callback("keydown", pressed.unchecked_ref());
}

fn pressed(event: KeyboardEvent) {
    if event.default_prevented() || event.is_composing() || event.alt_key() {
        return;
    }
    let command = event.ctrl_key() || event.meta_key();
    let key = event.key();
    // In a field of a Mac, Ctrl+N goes to the next line.
    let is_taken = || {
        is_typing()
            && window()
                .navigator()
                .platform()
                .is_ok_and(|name| name.starts_with("Mac"))
    };
    let begins = key.eq_ignore_ascii_case("o") && event.shift_key()
        || key.eq_ignore_ascii_case("n") && !event.shift_key() && !is_taken();
    if command && begins {
        event.prevent_default();
        let _ = window().location().set_href("/dashboard/chat");
    } else if key == "/" && !command && !is_typing() {
        // On a phone's width the search is in the drawer, and such a screen seldom has keys.
        if let Some(search) = browser::by_id("search") {
            event.prevent_default();
            browser::focus(&search);
        }
    }
}

/// Whether a field has the focus, or a dialog is open.
fn is_typing() -> bool {
    document().active_element().is_some_and(|element| {
        element
            .matches("input, textarea, select, [contenteditable]")
            .unwrap_or(false)
    }) || matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}
