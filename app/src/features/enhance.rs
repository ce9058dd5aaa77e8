//! Forms that need not load the page anew. Every form works as it is; one that says `data-do` is sent by script, and
//! what it changed is brought up to date in place.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, HtmlElement, HtmlFormElement, HtmlTextAreaElement, KeyboardEvent};

use super::auth::passwords;
use super::chat::older::load_on_scroll;
use super::chat::state::ChatState;
use super::keys;
use super::tasks::drag;
use super::tasks::refresh::{refresh_tasks, show_tasks};
use super::{copy, toast};
use crate::browser::{self, Refusal, send_form};

/// Listens for the page's forms. Once on each page; inside a chat's scope where there is one.
#[island]
pub fn Enhance() -> impl IntoView {
    let chat = use_context::<ChatState>();
    Effect::new(move || {
        copy::listen();
        let submitted = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let form = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            match form.map(|form| (form.get_attribute("data-do"), form)) {
                Some((Some(what), form)) => {
                    event.prevent_default();
                    spawn_local(run(form, what, chat));
                }
                Some((None, form)) if !event.default_prevented() && form.method() == "post" => {
                    if let Some(chat) = chat {
                        chat.leaving.set_value(true);
                    }
                }
                _ => {}
            }
        });
        // For as long as the page lives.
        let submitted = submitted.into_js_value();
        let _ = document().add_event_listener_with_callback("submit", submitted.unchecked_ref());
        let pressed =
            Closure::<dyn FnMut(KeyboardEvent)>::new(|event: KeyboardEvent| match event.key().as_str() {
                "Escape" => escape(&event),
                "Enter" => enter(&event),
                _ => {}
            });
        let pressed = pressed.into_js_value();
        let _ = document().add_event_listener_with_callback("keydown", pressed.unchecked_ref());
        if !browser::has("HTMLButtonElement", "commandForElement") {
            let clicked = Closure::<dyn FnMut(Event)>::new(|event: Event| command(&event)).into_js_value();
            let _ = document().add_event_listener_with_callback("click", clicked.unchecked_ref());
        }
        let closed = Closure::<dyn FnMut(Event)>::new(|event: Event| give_back_focus(&event)).into_js_value();
        // Does not bubble.
        let _ = document().add_event_listener_with_callback_and_bool("close", closed.unchecked_ref(), true);
        keys::listen();
        passwords::listen();
        drag::listen();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-scripted", "");
        }
        load_on_scroll();
    });
}

/// Opens or closes the dialog that a button commands, in a browser that does not do so itself.
fn command(event: &Event) {
    let button = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("button[commandfor]").ok()?);
    let Some(button) = button else {
        return;
    };
    match button.get_attribute("command").as_deref() {
        Some("show-modal") => browser::show_modal(&button.get_attribute("commandfor").unwrap_or_default()),
        _ => browser::close_around(&button),
    }
}

/// Leaves what is open around the focus, by the button that it has for that.
fn escape(event: &KeyboardEvent) {
    let around = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| {
            element
                .closest("div[data-escape], form[data-escape], [data-escape][open]")
                .ok()?
        });
    if let Some(button) = around.and_then(|around| around.query_selector("[data-cancel]").ok()?)
        && let Some(button) = button.dyn_ref::<HtmlElement>()
    {
        let _ = button.focus();
        button.click();
    }
}

/// A dialog closed. The browser gives the focus back to the button that opened it, which it cannot where that stands in a
/// menu: the menu is closed by then, and its own button gets the focus.
fn give_back_focus(event: &Event) {
    let Some(dialog) = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
    else {
        return;
    };
    let is_given = document()
        .active_element()
        .is_some_and(|element| element.tag_name() != "BODY" && !dialog.contains(Some(&element)));
    if is_given {
        return;
    }
    let find = |selector: String| document().query_selector(&selector).ok().flatten();
    let menu = find(format!("[popover] [commandfor='{}']", dialog.id()))
        .and_then(|opener| opener.closest("[popover]").ok().flatten());
    if let Some(button) = menu.and_then(|menu| find(format!("[popovertarget='{}']", menu.id()))) {
        browser::focus(&button);
    }
}

/// Sends what is written in a text area that says `data-enter`. While an input method composes, Enter is its own; see the
/// composer.
fn enter(event: &KeyboardEvent) {
    let plain = !event.shift_key() && !event.is_composing() && event.key_code() != 229;
    let area = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok())
        .filter(|area| plain && area.has_attribute("data-enter"));
    if let Some(form) = area.and_then(|area| area.form()) {
        event.prevent_default();
        let _ = form.request_submit();
    }
}

async fn run(form: HtmlFormElement, what: String, chat: Option<ChatState>) {
    // Twice the same is once.
    if form.has_attribute("data-busy") {
        return;
    }
    let _ = form.set_attribute("data-busy", "");
    let outcome = match (what.as_str(), chat) {
        ("theme", _) => choose_theme(&form).await,
        ("task", _) => change_task(&form).await,
        ("undo", _) => undo(&form, chat).await,
        ("swap", _) => swap(&form).await,
        ("go", _) => go(&form).await,
        ("retry", Some(chat)) => chat.retry(&form).await,
        ("suggest", Some(chat)) => {
            chat.send(field(&form, "content"));
            Ok(())
        }
        // A form of another page's: as the browser does it. This does not raise the event again.
        _ => form.submit().map_err(|_| Refusal(String::new())),
    };
    let _ = form.remove_attribute("data-busy");
    if let Err(Refusal(sentence)) = outcome {
        say(&form, &sentence);
    }
}

fn field(form: &HtmlFormElement, name: &str) -> String {
    web_sys::FormData::new_with_form(form)
        .ok()
        .and_then(|data| data.get(name).as_string())
        .unwrap_or_default()
}

async fn choose_theme(form: &HtmlFormElement) -> Result<(), Refusal> {
    let theme = field(form, "theme");
    if let Some(root) = document().document_element() {
        let _ = match theme.as_str() {
            "dark" | "light" => root.set_attribute("data-theme", &theme),
            _ => root.remove_attribute("data-theme"),
        };
    }
    for button in browser::all("[data-theme-choice]") {
        let chosen = button.get_attribute("data-theme-choice").as_ref() == Some(&theme);
        let _ = button.set_attribute("aria-pressed", if chosen { "true" } else { "false" });
    }
    send_form(form).await
}

/// Sends a form that is answered with where to go then.
async fn go(form: &HtmlFormElement) -> Result<(), Refusal> {
    let path: String = send_form(form).await?;
    let _ = window().location().set_href(&path);
    Ok(())
}

/// Ticks or adds beside a conversation. A tick is shown at once, so also what failed is followed by the list as it is.
async fn change_task(form: &HtmlFormElement) -> Result<(), Refusal> {
    browser::set_text("tasks-error", "");
    if let Ok(Some(item)) = form.closest("[data-ticks]") {
        let _ = item.toggle_attribute("data-done");
    }
    match send_form::<String>(form).await {
        Ok(html) => {
            show_tasks(&html, false);
            form.reset();
            Ok(())
        }
        refused => refresh_tasks(false).await.and(refused.map(drop)),
    }
}

/// Takes a tool call back, or does it again; the answer is its badge as it is then, perhaps with a question in it.
async fn undo(form: &HtmlFormElement, chat: Option<ChatState>) -> Result<(), Refusal> {
    let badge: String = send_form(form).await?;
    if let Some(holder) = form
        .closest(".tool")
        .ok()
        .flatten()
        .and_then(|tool| tool.parent_element())
    {
        holder.set_inner_html(&badge);
        // Its button is gone or another one.
        let find = |selector| holder.query_selector(selector).ok().flatten();
        if let Some(next) = find("[data-focus]").or_else(|| find("summary")) {
            browser::focus(&next);
        }
        // A question speaks for itself.
        let said = if find(".overwrite").is_some() {
            return Ok(());
        } else if form.action().ends_with("tool_badge") {
            "Kept"
        } else if find("[data-status=undone]").is_some() {
            "Undone"
        } else {
            "Redone"
        };
        if let Some(chat) = chat {
            chat.announcement.set(said.into());
        }
    }
    refresh_tasks(true).await
}

/// Sends a form that is answered with HTML and shows that in the element whose id `data-target` names: an action that
/// changes a part of the page needs no code of its own in the browser. A dialog or menu around the form closes, unless
/// the form says `data-stays`.
async fn swap(form: &HtmlFormElement) -> Result<(), Refusal> {
    let html: String = send_form(form).await?;
    if !form.has_attribute("data-stays") {
        browser::close_around(form);
    }
    // What a notice offered was taken up.
    if let Ok(Some(toast)) = form.closest("[data-toast]") {
        toast.remove();
    }
    if let Some(place) = form
        .get_attribute("data-target")
        .and_then(|id| browser::by_id(&id))
    {
        toast::show_html(&place, &html);
    }
    Ok(())
}

/// Says why a form had no effect: where its page keeps that, else in a notice.
fn say(form: &HtmlFormElement, sentence: &str) {
    match form
        .get_attribute("data-error")
        .and_then(|id| browser::by_id(&id))
    {
        Some(place) => place.set_text_content(Some(sentence)),
        // What was said at the fields needs no notice.
        None if sentence.is_empty() => {}
        None => toast::say(sentence),
    }
}
