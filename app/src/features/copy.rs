//! Copying. Any button with `data-copy` does it: `message` for a message's own text, `code` for the code block that the
//! button stands in, `field` for the input beside it. Without a script such buttons are not shown.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, HtmlDocument, HtmlInputElement, HtmlTextAreaElement};

use crate::browser::{self, Refusal};

/// Listens for the page's copy buttons, for as long as the page lives.
pub fn listen() {
    let clicked = Closure::<dyn FnMut(Event)>::new(|event: Event| {
        let button = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("button[data-copy]").ok().flatten());
        if let Some(button) = button {
            spawn_local(async move {
                match copy(&button).await {
                    Ok(()) => {
                        let _ = button.set_attribute("data-copied", "");
                        say("Copied");
                        let shown = std::time::Duration::from_secs(2);
                        set_timeout(move || drop(button.remove_attribute("data-copied")), shown);
                    }
                    Err(Refusal(sentence)) => say(&sentence),
                }
            });
        }
    });
    let clicked = clicked.into_js_value();
    let _ = document().add_event_listener_with_callback("click", clicked.unchecked_ref());
}

fn say(words: &str) {
    browser::set_text("copied", words);
}

async fn copy(button: &Element) -> Result<(), Refusal> {
    let attribute = |name: &str| button.get_attribute(name).unwrap_or_default();
    let text = match attribute("data-copy").as_str() {
        "message" => {
            let (conversation, message) = (attribute("data-conversation"), attribute("data-message"));
            let fields = [("conversation_id", &*conversation), ("message_id", &*message)];
            browser::call::<String>("/api/fn/message_text", &fields).await?
        }
        "field" => around(button, "input")
            .and_then(|field| Some(field.dyn_ref::<HtmlInputElement>()?.value()))
            .unwrap_or_default(),
        _ => around(button, "pre")
            .and_then(|block| block.text_content())
            .unwrap_or_default(),
    };
    let refused = || Refusal("The browser did not let this page copy.".into());
    if window().is_secure_context() {
        let written = window().navigator().clipboard().write_text(&text);
        return JsFuture::from(written).await.map(drop).map_err(|_| refused());
    }
    write_the_old_way(&text)
        .filter(|done| *done)
        .map(drop)
        .ok_or_else(refused)
}

/// The nearest element of a kind in what surrounds a button.
fn around(button: &Element, kind: &str) -> Option<Element> {
    let mut place = button.parent_element();
    while let Some(now) = place {
        if let Ok(Some(found)) = now.query_selector(kind) {
            return Some(found);
        }
        place = now.parent_element();
    }
    None
}

// On plain http, where people reach a server in their home network, there is no clipboard to write to.
fn write_the_old_way(text: &str) -> Option<bool> {
    let area: HtmlTextAreaElement = document().create_element("textarea").ok()?.dyn_into().ok()?;
    area.set_value(text);
    area.set_class_name("sr-only");
    let body = document().body()?;
    body.append_child(&area).ok()?;
    area.select();
    let done = document().dyn_into::<HtmlDocument>().ok()?.exec_command("copy");
    area.remove();
    done.ok()
}
