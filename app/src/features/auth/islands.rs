//! What signing in gains from JavaScript: showing the password.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::browser;
use crate::ui::{Icon, icon};

/// The button that shows the content of the password field. Without JavaScript it stays hidden.
#[island]
pub fn ShowPassword() -> impl IntoView {
    let button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move || {
        if let Some(button) = button.get() {
            button.set_hidden(false);
        }
    });
    let toggle = move |_| {
        let field = browser::by_id("password").and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
        if let (Some(field), Some(button)) = (field, button.get_untracked()) {
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
