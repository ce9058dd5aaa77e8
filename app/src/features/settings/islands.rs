//! Where the browser is and how it writes dates: it knows, and the server does not.

use js_sys::{Function, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::call;

/// Tells the server where the reader is and how they write times and dates, unless it is what was told last (`zone`,
/// `locale`): people travel.
#[island]
pub fn TimeZone(zone: String, locale: String) -> impl IntoView {
    Effect::new(move || {
        if let Some((now, written)) = browser_formats()
            && (now != zone || written != locale)
        {
            spawn_local(async move {
                // Asked again on the next page.
                let fields = [("time_zone", now.as_str()), ("locale", written.as_str())];
                let _ = call::<()>("/api/fn/set_time_zone", &fields).await;
            });
        }
    });
}

/// The time zone, and the locale with its clock in the way such tags have it: `de-DE-u-hc-h23`.
fn browser_formats() -> Option<(String, String)> {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).ok();
    let intl = get(&window(), "Intl")?;
    let make: Function = get(&intl, "DateTimeFormat")?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"hour".into(), &"numeric".into()).ok()?;
    let format = make.call2(&intl, &JsValue::UNDEFINED, &options).ok()?;
    let resolved: Function = get(&format, "resolvedOptions")?.dyn_into().ok()?;
    let resolved = resolved.call0(&format).ok()?;
    let text = |key| get(&resolved, key)?.as_string();
    let mut locale = text("locale")?;
    if let Some(cycle) = text("hourCycle") {
        locale.push_str(if locale.contains("-u-") { "-hc-" } else { "-u-hc-" });
        locale.push_str(&cycle);
    }
    Some((text("timeZone")?, locale))
}
