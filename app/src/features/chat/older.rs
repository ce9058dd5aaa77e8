//! The list of conversations grows when its end comes near. Without a script its last line is a link to the next page.

use std::cell::Cell;

use leptos::task::spawn_local;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlElement};

use crate::browser::{self, call};

/// How far before its end, in CSS pixels, the next page is fetched.
const AHEAD: i32 = 600;

thread_local! {
    static LOADING: Cell<bool> = const { Cell::new(false) };
}

/// Watches the list for as long as the page lives.
pub fn load_on_scroll() {
    let Some(list) = browser::by_id("conversations") else {
        return;
    };
    let scrolled = Closure::<dyn FnMut(Event)>::new({
        let list = list.clone();
        move |_: Event| {
            if !LOADING.get() && next(&list).is_some() {
                LOADING.set(true);
                spawn_local(load(list.clone()));
            }
        }
    });
    let scrolled: JsValue = scrolled.into_js_value();
    let _ = list.add_event_listener_with_callback("scroll", scrolled.unchecked_ref());
}

/// The link to the next page, if the reader is near it.
fn next(list: &HtmlElement) -> Option<Element> {
    let left = list.scroll_height() - list.scroll_top() - list.client_height();
    let link = list.query_selector("a[data-cursor]").ok()?;
    link.filter(|_| left < AHEAD)
}

/// Puts next pages in the place of the link to them, until the reader is far from the end again. One that fails is tried
/// again with the next movement.
async fn load(list: HtmlElement) {
    while let Some(link) = next(&list) {
        let value = |name: &str| link.get_attribute(name).unwrap_or_default();
        let (cursor, current, group) = (value("data-cursor"), value("data-current"), value("data-group"));
        let fields = [("cursor", &*cursor), ("current", &*current), ("group", &*group)];
        let Ok(html) = call::<String>("/api/fn/more_conversations", &fields).await else {
            break;
        };
        // The list may have been brought up to date meanwhile; then the link is another one.
        if link.is_connected() {
            link.set_outer_html(&html);
        }
    }
    LOADING.set(false);
}
