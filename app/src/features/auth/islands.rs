//! What signing in gains from JavaScript: showing the password.

use leptos::prelude::*;

use crate::ui::{Icon, icon};

/// A password field whose content can be shown. Without JavaScript it is just the field.
#[island]
pub fn PasswordField(
    /// `current-password` or `new-password`.
    autocomplete: String,
    minlength: u32,
    /// The element that says what is wrong with it.
    describedby: String,
    invalid: bool,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let awake = RwSignal::new(false);
    Effect::new(move || awake.set(true));
    view! {
        <div class="password">
            <input
                class="input"
                id="password"
                name="password"
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                minlength=minlength.to_string()
                maxlength="128"
                required
                aria-describedby=describedby
                aria-invalid=invalid.then_some("true")
            />
            <button
                class="icon"
                type="button"
                aria-label="Show password"
                aria-pressed=move || if shown.get() { "true" } else { "false" }
                hidden=move || !awake.get()
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {icon(Icon::Eye)}
            </button>
        </div>
    }
}
