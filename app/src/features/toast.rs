//! Short notices at the page's edge, such as what was just done and the button that undoes it.
//!
//! The server writes them: an element with `data-toast` inside the HTML that answers a form moves to the edge and goes
//! after a while. Without JavaScript it stands where it was written.

use std::time::Duration;

use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use crate::browser;

/// How long a notice stays: long enough to read it, decide and reach the button.
const STAY: Duration = Duration::from_secs(10);
/// How long one stays on that somebody points at or has the focus in.
const LONGER: Duration = Duration::from_secs(2);

/// Shows the server's HTML in an element, its notices at the edge, and the focus where it says `data-focus`. Words that
/// say `data-into` go to the element with that id.
pub fn show_html(place: &HtmlElement, html: &str) {
    browser::replace_inner(place, html);
    if let Ok(Some(focused)) = place.query_selector("[data-focus]") {
        browser::focus(&opener(place, &focused).unwrap_or(focused));
    }
    if let Ok(Some(words)) = place.query_selector("[data-into]") {
        let target = words.get_attribute("data-into").unwrap_or_default();
        browser::set_text(&target, &words.text_content().unwrap_or_default());
        words.remove();
    }
    while let Ok(Some(toast)) = place.query_selector("[data-toast]") {
        show(toast);
    }
}

/// Where the focus came from, when a key opened what stood in `place` and it is closed now.
fn opener(place: &HtmlElement, focused: &Element) -> Option<Element> {
    if focused.matches("textarea").unwrap_or(false) {
        return None;
    }
    let id = place.get_attribute("data-back")?;
    let _ = place.remove_attribute("data-back");
    browser::by_id(&id).map(Into::into)
}

/// Says a sentence at the edge.
pub fn say(sentence: &str) {
    if let Ok(toast) = document().create_element("div") {
        let _ = toast.set_attribute("data-toast", "");
        toast.set_text_content(Some(sentence));
        show(toast);
    }
}

fn show(toast: Element) {
    if let Some(edge) = browser::by_id("toasts") {
        // One at a time: an older one's button would no longer say what it is about.
        edge.set_inner_html("");
        let _ = edge.append_child(&toast);
        leave(toast, STAY);
    } else {
        toast.remove();
    }
}

fn leave(toast: Element, after: Duration) {
    set_timeout(
        move || {
            if toast.matches(":hover, :focus-within").unwrap_or(false) {
                leave(toast, LONGER);
            } else {
                toast.remove();
            }
        },
        after,
    );
}

/// Where notices stand, and the one that there is no connection (shown while the document says `data-offline`); once on
/// each page.
#[cfg(feature = "ssr")]
pub fn toasts() -> impl IntoView {
    view! {
        <div id="toasts" role="status"></div>
        <p id="lost" role="status"></p>
        <p class="offline" role="status">"You are offline. Sending works again once the connection is back."</p>
        <p id="copied" class="sr-only" role="status"></p>
    }
}
