//! Theme switch and time zone: what the browser knows and the server does not.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

use super::api::{set_theme, set_time_zone};
use crate::ui::{Icon, icon};

/// A button to the other theme. The server does not know which one the system chose, so both buttons are there and the
/// style sheet shows the one that changes something.
#[island]
pub fn ThemeSwitch() -> impl IntoView {
    let choose = |theme: &'static str| {
        move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", theme);
            }
            spawn_local(async move {
                // It stays on this page in any case; the next one shows whether it was kept.
                let _ = set_theme(theme.to_owned()).await;
            });
        }
    };
    let button = move |theme: &'static str, label: &'static str, sign: Icon| {
        view! {
            <form class=format!("to-{theme}") method="post" action="/api/fn/set_theme" on:submit=choose(theme)>
                <input type="hidden" name="theme" value=theme/>
                <button class="icon" aria-label=label title=label>
                    {icon(sign)}
                </button>
            </form>
        }
    };
    view! {
        {button("light", "Light theme", Icon::Sun)}
        {button("dark", "Dark theme", Icon::Moon)}
    }
}

/// Tells the server once where the reader is; rendered only while it does not know.
#[island]
pub fn TimeZone() -> impl IntoView {
    Effect::new(|| {
        if let Some(zone) = browser_time_zone() {
            spawn_local(async move {
                // Asked again on the next page.
                let _ = set_time_zone(zone).await;
            });
        }
    });
}

fn browser_time_zone() -> Option<String> {
    let get = |object: &JsValue, key: &str| js_sys::Reflect::get(object, &key.into()).ok();
    let intl = get(&window(), "Intl")?;
    let format: js_sys::Function = get(&intl, "DateTimeFormat")?.dyn_into().ok()?;
    let format = format.call0(&intl).ok()?;
    let resolved: js_sys::Function = get(&format, "resolvedOptions")?.dyn_into().ok()?;
    get(&resolved.call0(&format).ok()?, "timeZone")?.as_string()
}
