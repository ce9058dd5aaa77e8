//! What password fields gain from JavaScript: showing what was typed, rules that say when they are kept, and a word when
//! caps lock is on.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

/// Listens on the whole page, so that fields that come later are served too.
pub(crate) fn listen() {
    on("click", |event: Event| {
        if let Some(button) = target(&event).and_then(|target| target.closest("[data-show-password]").ok()?) {
            toggle(&button);
        }
    });
    on("input", |event: Event| {
        if let Some(input) = password(&event) {
            check_rules(&input);
        }
    });
    on("keyup", |event: Event| {
        if let Some(input) = password(&event)
            && let Some(event) = event.dyn_ref::<KeyboardEvent>()
            && let Ok(Some(hint)) = input
                .closest(".field")
                .map(|field| field.and_then(|field| field.query_selector("[data-caps]").ok().flatten()))
        {
            let on = event.get_modifier_state("CapsLock");
            hint.set_text_content(on.then_some("Caps lock is on."));
        }
    });
}

fn on(name: &str, act: fn(Event)) {
    // For as long as the page lives.
    let listener = Closure::<dyn FnMut(Event)>::new(act).into_js_value();
    let _ = document().add_event_listener_with_callback(name, listener.unchecked_ref());
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn password(event: &Event) -> Option<HtmlInputElement> {
    let target = target(event)?;
    target.closest(".password").ok()??;
    target.dyn_into().ok()
}

fn toggle(button: &Element) {
    let around = button.closest(".password").ok().flatten();
    let field = around.and_then(|around| around.query_selector("input").ok().flatten());
    if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
        let shown = field.type_() == "password";
        field.set_type(if shown { "text" } else { "password" });
        let _ = button.set_attribute("aria-pressed", if shown { "true" } else { "false" });
    }
}

/// The rule counts as the server does: in UTF-16 units.
fn check_rules(input: &HtmlInputElement) {
    let Ok(Some(rule)) = input
        .closest(".field")
        .map(|field| field.and_then(|field| field.query_selector("[data-min]").ok().flatten()))
    else {
        return;
    };
    let min = rule.get_attribute("data-min").and_then(|min| min.parse().ok());
    let met = min.is_some_and(|min: usize| input.value().encode_utf16().count() >= min);
    if met == rule.has_attribute("data-met") {
        return;
    }
    let _ = rule.toggle_attribute("data-met");
    if let Ok(Some(word)) = rule.query_selector("[role=status]") {
        word.set_text_content(met.then_some("Long enough."));
    }
}
