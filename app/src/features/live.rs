//! The page follows what changes elsewhere: in another tab, on another device, by the assistant.
//!
//! While the page can be seen it holds one connection to `/api/chat/events` (a browser allows six to a host, so a hidden
//! page gives its own back). An event only says which parts of the page are behind; those are fetched anew as HTML. Where
//! no such connection can be had the page asks every few seconds instead.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::{ConversationId, MessageId, ToolCallId};
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventSource, KeyboardEvent, MessageEvent};

use super::chat::state::ChatState;
use super::chat::surroundings::{refresh_conversations, show_title};
use super::tasks::refresh::refresh_tasks;
use crate::browser::{self, call};

/// Changes that come within this time are fetched together.
const GATHER: Duration = Duration::from_millis(80);
/// How long a part of the page in which somebody is writing is left alone before the next look.
const PATIENCE: Duration = Duration::from_secs(1);
/// Connections that failed in a row until the page asks by itself.
const FAILURES: u32 = 2;
const LONGEST_PAUSE: u32 = 15_000;
/// How often a page without a connection asks, and how often once nothing has happened for a while.
const POLL: Duration = Duration::from_secs(2);
const LAZY_POLL: Duration = Duration::from_secs(10);
const LAZY_AFTER: u32 = 30;

const NAMES: [&str; 8] = [
    "ready",
    "conversation.updated",
    "conversation.deleted",
    "conversation.shared",
    "task.updated",
    "task.deleted",
    "run.updated",
    "tool.updated",
];

#[derive(Clone, Copy, Default)]
struct Behind {
    conversations: bool,
    tasks: bool,
}

thread_local! {
    static SOURCE: RefCell<Option<EventSource>> = const { RefCell::new(None) };
    static STAMP: RefCell<String> = const { RefCell::new(String::new()) };
    static FAILED: Cell<u32> = const { Cell::new(0) };
    static POLLING: Cell<bool> = const { Cell::new(false) };
    /// Goes up with every beginning of it, so that what is left of an earlier one ends.
    static ROUND: Cell<u32> = const { Cell::new(0) };
    static QUIET_POLLS: Cell<u32> = const { Cell::new(0) };
    static BEHIND: Cell<Behind> = const { Cell::new(Behind { conversations: false, tasks: false }) };
    static GATHERING: Cell<bool> = const { Cell::new(false) };
}

#[derive(Deserialize)]
struct Ready {
    missed: bool,
}

#[derive(Deserialize)]
struct Titled {
    id: ConversationId,
    title: String,
}

#[derive(Deserialize)]
struct About {
    id: ConversationId,
}

#[derive(Deserialize)]
struct RunChange {
    conversation_id: ConversationId,
    assistant_message_id: MessageId,
}

#[derive(Deserialize)]
struct Call {
    id: ToolCallId,
}

/// Follows; once on each page behind the sign-in. `stamp` says what the page was rendered with.
#[island]
pub fn Live(stamp: String) -> impl IntoView {
    let chat = use_context::<ChatState>();
    Effect::new(move || {
        STAMP.set(stamp.clone());
        listen_for_help();
        let shown = Closure::<dyn FnMut(Event)>::new(move |_| {
            if document().hidden() {
                close();
            } else {
                connect(chat);
            }
        });
        // For as long as the page lives.
        let shown = shown.into_js_value();
        let _ = document().add_event_listener_with_callback("visibilitychange", shown.unchecked_ref());
        if !document().hidden() {
            connect(chat);
        }
    });
}

/// A question mark, typed while nothing is being written, shows all keys.
fn listen_for_help() {
    const WRITING: &str = "input:focus, textarea:focus, select:focus, dialog[open]";
    let pressed = Closure::<dyn FnMut(KeyboardEvent)>::new(|event: KeyboardEvent| {
        let writing = document()
            .query_selector(WRITING)
            .is_ok_and(|found| found.is_some());
        if event.key() == "?" && !writing {
            event.prevent_default();
            browser::show_modal("shortcuts");
        }
    });
    // For as long as the page lives.
    let pressed = pressed.into_js_value();
    let _ = document().add_event_listener_with_callback("keydown", pressed.unchecked_ref());
}

fn close() {
    if let Some(source) = SOURCE.take() {
        source.close();
    }
}

fn connect(chat: Option<ChatState>) {
    close();
    let stamp = STAMP.with_borrow(Clone::clone);
    let Ok(source) = EventSource::new(&format!("/api/chat/events?stamp={stamp}")) else {
        return;
    };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        STAMP.set(event.last_event_id());
        if let Some(data) = event.data().as_string() {
            hear(chat, &event.type_(), &data);
        }
    })
    .into_js_value();
    for name in NAMES {
        let _ = source.add_event_listener_with_callback(name, heard.unchecked_ref());
    }
    let failed = Closure::<dyn FnMut()>::new({
        let source = source.clone();
        move || {
            source.close();
            SOURCE.set(None);
            lost(chat);
        }
    })
    .into_js_value();
    source.set_onerror(Some(failed.unchecked_ref()));
    SOURCE.set(Some(source));
}

/// Tries again, less often each time; meanwhile the page asks by itself.
fn lost(chat: Option<ChatState>) {
    let failures = FAILED.get() + 1;
    FAILED.set(failures);
    if failures >= FAILURES && !POLLING.replace(true) {
        QUIET_POLLS.set(0);
        ROUND.set(ROUND.get() + 1);
        browser::set_text("lost", "No live connection. Looking for news every few seconds.");
        poll(chat, ROUND.get());
    }
    let pause = (500 << failures.min(5)).min(LONGEST_PAUSE);
    set_timeout(
        move || {
            if !document().hidden() && SOURCE.with_borrow(Option::is_none) {
                connect(chat);
            }
        },
        Duration::from_millis(pause.into()),
    );
}

fn hear(chat: Option<ChatState>, name: &str, data: &str) {
    FAILED.set(0);
    if POLLING.replace(false) {
        browser::set_text("lost", "");
    }
    if let Some(chat) = chat {
        chat.polling.set(false);
    }
    let mut behind = BEHIND.get();
    match name {
        "ready" => {
            if serde_json::from_str(data).is_ok_and(|Ready { missed }| missed) {
                behind = Behind {
                    conversations: true,
                    tasks: true,
                };
                if let Some(chat) = chat {
                    chat.catch_up(false);
                }
            }
        }
        "task.updated" | "task.deleted" => behind.tasks = true,
        "tool.updated" => {
            if let Ok(Call { id }) = serde_json::from_str(data) {
                show_badge(&id.to_string());
            }
        }
        "conversation.shared" => {
            if let (Some(chat), Ok(About { id })) = (chat, serde_json::from_str(data))
                && chat.conversation_id.get_untracked() == Some(id)
            {
                // One that fails shows with the next load of the page.
                spawn_local(async { drop(browser::refresh_own("share-body").await) });
            }
        }
        "run.updated" => {
            behind.conversations = true;
            if let (Some(chat), Ok(run)) = (chat, serde_json::from_str::<RunChange>(data))
                && chat.conversation_id.get_untracked() == Some(run.conversation_id)
                && !chat.knows(run.assistant_message_id)
            {
                chat.catch_up(false);
            }
        }
        "conversation.deleted" => {
            behind.conversations = true;
            if let (Some(chat), Ok(About { id })) = (chat, serde_json::from_str(data))
                && chat.conversation_id.get_untracked() == Some(id)
                // Who deleted it here is on the way already.
                && !chat.leaving.get_value()
            {
                browser::go(&format!("/dashboard/chat?gone={id}"));
            }
        }
        _ => {
            behind.conversations = true;
            if let (Some(chat), Ok(Titled { id, title })) = (chat, serde_json::from_str(data))
                && chat.conversation_id.get_untracked() == Some(id)
            {
                show_title(&title);
                // Another version may be shown by now.
                if chat.first_live().is_none() {
                    chat.catch_up(false);
                }
            }
        }
    }
    fall_behind(chat, behind);
}

/// Remembers what is behind and brings it up to date soon, all at once.
fn fall_behind(chat: Option<ChatState>, behind: Behind) {
    BEHIND.set(behind);
    if (behind.conversations || behind.tasks) && !GATHERING.replace(true) {
        set_timeout(move || spawn_local(refresh(chat)), GATHER);
    }
}

async fn refresh(chat: Option<ChatState>) {
    GATHERING.set(false);
    let mut behind = BEHIND.take();
    let is_free = |id: &str| browser::by_id(id).is_none_or(|place| !browser::is_in_use(&place));
    if behind.conversations && is_free("conversations") {
        behind.conversations = false;
        refresh_conversations(chat.and_then(|chat| chat.conversation_id.get_untracked()));
    }
    if behind.tasks && ["tasks", "board", "overview"].into_iter().all(is_free) {
        behind.tasks = false;
        // One that fails is made good by the next.
        let _ = refresh_tasks(true).await;
        for id in ["board", "overview"] {
            behind.tasks |= browser::refresh_own(id).await == Ok(false);
        }
    }
    if behind.conversations || behind.tasks {
        let again = BEHIND.get();
        BEHIND.set(Behind {
            conversations: again.conversations || behind.conversations,
            tasks: again.tasks || behind.tasks,
        });
        if !GATHERING.replace(true) {
            set_timeout(move || spawn_local(refresh(chat)), PATIENCE);
        }
    }
}

/// Shows a tool call as it is now, if the page has it.
pub(super) fn show_badge(id: &str) {
    let Some(holder) = browser::all(&format!("[data-call=\"{id}\"]"))
        .first()
        .and_then(|badge| badge.parent_element())
    else {
        return;
    };
    let id = id.to_owned();
    spawn_local(async move {
        if let Ok(html) = call::<String>("/api/fn/tool_badge", &[("call_id", &id)]).await {
            browser::replace_inner(&holder, &html);
            refresh_actions(&holder).await;
        }
    });
}

/// Shows under the answer around a badge what can be done now: whether all of it can be undone hangs on each call.
async fn refresh_actions(badge: &Element) {
    let find = |from: &Element, selector| from.query_selector(selector).ok().flatten();
    let actions = badge.closest("article").ok().flatten();
    let actions = actions.and_then(|answer| find(&answer, ".acts"));
    let Some(actions) = actions.filter(|actions| !browser::is_in_use(actions)) else {
        return;
    };
    let Some(copy) = find(&actions, "[data-copy]") else {
        return;
    };
    let named = |name| copy.get_attribute(name).unwrap_or_default();
    let fields = [
        ("conversation_id", &*named("data-conversation")),
        ("message_id", &*named("data-message")),
        ("keep", "true"),
    ];
    if let Ok(html) = call::<String>("/api/fn/undo_answer", &fields).await {
        browser::replace_inner(&actions, &html);
    }
}

/// Asks for what changed, again and again until there is a connection.
fn poll(chat: Option<ChatState>, round: u32) {
    if let Some(chat) = chat {
        chat.polling.set(true);
    }
    let quiet = QUIET_POLLS.get();
    let pause = if quiet < LAZY_AFTER { POLL } else { LAZY_POLL };
    set_timeout(
        move || {
            if !POLLING.get() || ROUND.get() != round {
                return;
            }
            if !document().hidden() {
                QUIET_POLLS.set(quiet + 1);
                if let Some(chat) = chat {
                    chat.catch_up(true);
                }
                if quiet.is_multiple_of(3) {
                    fall_behind(
                        chat,
                        Behind {
                            conversations: true,
                            tasks: true,
                        },
                    );
                }
            }
            poll(chat, round);
        },
        pause,
    );
}

/// Something happened: the page asks often again.
pub(super) fn stir() {
    QUIET_POLLS.set(0);
}
