//! What islands ask of the browser. Only effects and event handlers may call this: there is no browser on the server.
//!
//! Server functions are called from here by their address, with the fields of a form, and not through the callers that
//! Leptos generates: those bring a URL parser and a client of their own for each function, a third of what the whole
//! page weighs. A form that a script sends is thereby the very form that works without one.

use leptos::prelude::{document, window};
use protocol::FieldError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, RequestInit, Response, UrlSearchParams,
};

use crate::field_errors;

/// Why the server did not do it, as a sentence for the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

impl Refusal {
    fn unreachable() -> Self {
        Self("The server cannot be reached. Check the connection and try again.".into())
    }
}

// What of a problem a reader sees.
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
    #[serde(default)]
    errors: Vec<FieldError>,
}

/// A refusal, with what belongs to which field.
struct Refused {
    sentence: String,
    errors: Vec<FieldError>,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self(refused.sentence)
    }
}

impl From<Refusal> for Refused {
    fn from(Refusal(sentence): Refusal) -> Self {
        Self {
            sentence,
            errors: vec![],
        }
    }
}

/// Calls a server function with some fields.
///
/// # Errors
/// The refusal's sentence; also when the server cannot be reached.
pub async fn call<T: DeserializeOwned>(path: &str, fields: &[(&str, &str)]) -> Result<T, Refusal> {
    let parameters = UrlSearchParams::new().map_err(|_| Refusal::unreachable())?;
    for (name, value) in fields {
        parameters.append(name, value);
    }
    parse(&post(path, &parameters).await?)
}

/// Sends a form as the browser would, and reads the answer. What is wrong with its fields is shown at them.
///
/// # Errors
/// As [`call`]; the sentence is empty where everything was said at the fields.
pub async fn send_form<T: DeserializeOwned>(form: &HtmlFormElement) -> Result<T, Refusal> {
    let parameters = FormData::new_with_form(form)
        .and_then(|data| UrlSearchParams::new_with_str_sequence_sequence(&data))
        .map_err(|_| Refusal::unreachable())?;
    let path = form.get_attribute("action").unwrap_or_default();
    field_errors::clear(form);
    match post(&path, &parameters).await {
        Ok(answer) => parse(&answer),
        Err(refused) if field_errors::show(form, &refused.errors) => Err(Refusal(String::new())),
        Err(refused) => Err(refused.into()),
    }
}

fn parse<T: DeserializeOwned>(answer: &str) -> Result<T, Refusal> {
    // A server of another version.
    serde_json::from_str(answer).map_err(|_| Refusal("Reload the page and try again.".into()))
}

async fn post(path: &str, parameters: &UrlSearchParams) -> Result<String, Refused> {
    let request = RequestInit::new();
    request.set_method("POST");
    request.set_body(parameters);
    let (status, answer) = fetch(path, &request).await.map_err(|_| Refusal::unreachable())?;
    match status {
        200..=299 => Ok(answer),
        _ => Err(match serde_json::from_str::<Problem>(&answer) {
            // Not so where a password is refused.
            Ok(problem) if problem.code == "unauthenticated" => {
                Refusal("Your session has ended. Sign in in another tab, then try again.".into()).into()
            }
            Ok(Problem { detail, errors, .. }) => Refused {
                sentence: detail,
                errors,
            },
            Err(_) => Refusal::unreachable().into(),
        }),
    }
}

async fn fetch(path: &str, request: &RequestInit) -> Result<(u16, String), JsValue> {
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(path, request))
        .await?
        .dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

/// Fetches the present page again and takes the content of the element with this id from it, if the page has one.
/// Returns whether it shows: not while somebody [uses](is_in_use) it.
///
/// # Errors
/// When the server cannot be reached or refuses.
pub async fn refresh_own(id: &str) -> Result<bool, Refusal> {
    let Some(place) = by_id(id) else {
        return Ok(true);
    };
    let address = window().location().href().unwrap_or_default();
    let (status, html) = fetch(&address, &RequestInit::new())
        .await
        .map_err(|_| Refusal::unreachable())?;
    let fresh = web_sys::DomParser::new()
        .and_then(|parser| parser.parse_from_string(&html, web_sys::SupportedType::TextHtml))
        .ok()
        .filter(|_| status == 200)
        .and_then(|page| page.get_element_by_id(id));
    match fresh {
        // Somebody may have begun meanwhile.
        Some(_) if is_in_use(&place) => Ok(false),
        Some(fresh) => {
            let typed = typed_in(&place);
            replace_inner(&place, &fresh.inner_html());
            for (selector, text) in typed {
                if let Ok(Some(field)) = place.query_selector(&selector)
                    && let Some(field) = field.dyn_ref::<HtmlInputElement>()
                {
                    field.set_value(&text);
                }
            }
            Ok(true)
        }
        None => Err(Refusal::unreachable()),
    }
}

/// Puts other HTML into an element; what had the focus there has it again, if it is still there.
pub fn replace_inner(place: &Element, html: &str) {
    let focused = focused_in(place);
    place.set_inner_html(html);
    if let Some(same) = focused.and_then(|selector| document().query_selector(&selector).ok().flatten()) {
        focus(&same);
    }
}

/// Whether somebody has something open in there: then nothing moves under their hands.
pub fn is_in_use(place: &Element) -> bool {
    const OPEN: &str = "form.edit, dialog[open], details[open] form, :popover-open";
    place.query_selector(OPEN).is_ok_and(|found| found.is_some())
}

/// What was typed into the fields of an element and not sent, with what finds each field in the same HTML made anew.
fn typed_in(place: &Element) -> Vec<(String, String)> {
    let Ok(list) = place.query_selector_all("input:not([type=hidden])[name]") else {
        return vec![];
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into::<HtmlInputElement>().ok())
        .filter(|field| field.value() != field.default_value())
        .filter_map(|field| {
            let action = field.form()?.get_attribute("action")?;
            let selector = format!("form[action=\"{action}\"] [name=\"{}\"]", field.name());
            Some((selector, field.value()))
        })
        .collect()
}

/// What has the focus in an element, by the nearest id and its own name, so that it is found again in the same HTML made
/// anew.
fn focused_in(place: &Element) -> Option<String> {
    let focused = document().active_element()?;
    if !place.contains(Some(&focused)) {
        return None;
    }
    if !focused.id().is_empty() {
        return Some(format!("#{}", focused.id()));
    }
    let around = focused.closest("[id]").ok()??;
    let class = focused.class_list().item(0).map(|class| format!(".{class}"));
    let name = focused.get_attribute("name").map(|name| format!("[name={name}]"));
    Some(format!(
        "#{} {}{}{}",
        around.id(),
        focused.tag_name(),
        class.unwrap_or_default(),
        name.unwrap_or_default()
    ))
}

/// What this browser keeps under a name; `None` also where it keeps nothing (private windows, full disks).
pub fn kept(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Keeps a text under a name, or forgets it.
pub fn keep(name: &str, text: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = match text {
            Some(text) => storage.set_item(name, text),
            None => storage.remove_item(name),
        };
    }
}

/// The element with this id, if the page has it.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The elements that match, in the page's order.
pub fn all(selector: &str) -> Vec<Element> {
    let Ok(list) = document().query_selector_all(selector) else {
        return vec![];
    };
    (0..list.length())
        .filter_map(|index| list.item(index)?.dyn_into().ok())
        .collect()
}

/// Puts words into the element with this id, if the page has it.
pub fn set_text(id: &str, text: &str) {
    if let Some(element) = by_id(id) {
        element.set_text_content(Some(text));
    }
}

/// Whether something in the element with this id has the focus.
pub fn has_focus_in(id: &str) -> bool {
    by_id(id).is_some_and(|element| element.matches(":focus-within").unwrap_or(false))
}

/// Gives an element the focus, if it can have it.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Clicks an element.
pub fn click(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        element.click();
    }
}

/// Goes to a page of this site.
pub fn go(path: &str) {
    let _ = window().location().set_href(path);
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// Whether what this browser makes with that constructor has such a property.
pub fn has(constructor: &str, property: &str) -> bool {
    js_sys::Reflect::get(&window(), &constructor.into())
        .and_then(|constructor| js_sys::Reflect::get(&constructor, &"prototype".into()))
        .is_ok_and(|prototype| js_sys::Reflect::has(&prototype, &property.into()).unwrap_or(false))
}

/// Opens the dialog with this id, if the page has it and it is not open.
pub fn show_modal(id: &str) {
    if let Some(dialog) = by_id(id)
        && !dialog.has_attribute("open")
    {
        invoke(&dialog, "showModal");
    }
}

/// Calls a method that our bindings do not have.
fn invoke(element: &Element, method: &str) {
    if let Ok(method) = js_sys::Reflect::get(element, &method.into())
        && let Some(method) = method.dyn_ref::<js_sys::Function>()
    {
        let _ = method.call0(element);
    }
}

/// Closes the dialog or the popover that an element is in.
pub fn close_around(element: &Element) {
    for (selector, method) in [("dialog[open]", "close"), (":popover-open", "hidePopover")] {
        if let Ok(Some(around)) = element.closest(selector) {
            invoke(&around, method);
        }
    }
}

/// A fresh key of 32 hexadecimal digits. `crypto.randomUUID` would do, but exists on https and localhost only, and
/// people run this on their home network.
pub fn random_key() -> String {
    let mut bytes = [0u8; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Changes the address without loading anything.
pub fn replace_path(path: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
    }
}
