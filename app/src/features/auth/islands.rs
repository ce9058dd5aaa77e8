//! What signing in gains from JavaScript: showing the password.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::ui::{Icon, icon};

/// The button that shows the content of the password field beside it. Without JavaScript it stays hidden.
#[island]
pub fn ShowPassword() -> impl IntoView {
    let button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move || {
        if let Some(button) = button.get() {
            button.set_hidden(false);
        }
    });
    let toggle = move |_| {
        let Some(button) = button.get_untracked() else {
            return;
        };
        let around = button.closest(".password").ok().flatten();
        let field = around.and_then(|around| around.query_selector("input").ok().flatten());
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            let shown = field.type_() == "password";
            field.set_type(if shown { "text" } else { "password" });
            let _ = button.set_attribute("aria-pressed", if shown { "true" } else { "false" });
        }
    };
    view! {
        <button
            class="icon"
            type="button"
            aria-label="Show password"
            aria-pressed="false"
            hidden
            node_ref=button
            on:click=toggle
        >
            {icon(Icon::Eye)}
        </button>
    }
}
