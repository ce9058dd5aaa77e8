//! The time zone: the browser knows it, and the server does not.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::call;

/// Tells the server once where the reader is; rendered only while it does not know.
#[island]
pub fn TimeZone() -> impl IntoView {
    Effect::new(|| {
        if let Some(zone) = browser_time_zone() {
            spawn_local(async move {
                // Asked again on the next page.
                let _ = call::<()>("/api/fn/set_time_zone", &[("time_zone", &zone)]).await;
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
