//! The box in which messages are written.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::limits::MESSAGE_CHARS;

use super::scroll;
use super::state::ChatState;
use crate::browser::{self, Refusal, call};
use crate::ui::{Icon, TextArea, icon};

// From here on the box counts.
const COUNT_FROM: usize = 9_000;

/// The box, its send and stop buttons, and what has to be said right above it.
#[island]
pub fn Composer(
    /// Empty for a new conversation.
    conversation_id: String,
    /// The run that a plain form stops; empty while none is at work.
    run_id: String,
    /// What a plain form brought back.
    text: String,
    /// Why it was sent back; empty if it was not.
    error: String,
    /// Makes a repeated plain post harmless.
    idempotency_key: String,
    /// The page is empty, so the reader came to write.
    focus: bool,
) -> impl IntoView {
    let chat = expect_context::<ChatState>();
    let area = NodeRef::<html::Textarea>::new();
    let count = RwSignal::new(text.chars().count());
    let error = RwSignal::new(error);
    let typed = move || {
        if let Some(area) = area.get_untracked() {
            count.set(area.value().trim().chars().count());
            error.set(String::new());
        }
    };
    let send = move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        let text = area.value().trim().to_owned();
        match text.chars().count() {
            0 => {}
            1..=MESSAGE_CHARS => {
                area.set_value("");
                typed();
                chat.send(text);
            }
            length => error.set(format!(
                "A message has at most {MESSAGE_CHARS} characters; this one has {length}."
            )),
        }
    };
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        // While an input method composes, Enter accepts a candidate. Safari ends the composition before it tells of
        // the key, which then has the code 229.
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            send();
        }
    };
    let stop = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(run) = chat.first_live().and_then(|answer| answer.run_id) {
            spawn_local(async move {
                let stopped = call::<()>("/api/fn/cancel_run", &[("run_id", &run.to_string())]).await;
                if let Err(Refusal(sentence)) = stopped {
                    error.set(sentence);
                }
            });
        }
    };
    let jump = move |_| {
        if let Some(scroller) = browser::by_id("scroll") {
            scroll::to_newest(&scroller);
        }
    };
    Effect::new(move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        // What was typed before this island woke.
        if !area.value().is_empty() {
            count.set(area.value().trim().chars().count());
        }
        if focus {
            let _ = area.focus();
        }
    });
    let stops = Memo::new(move |_| chat.is_busy() && count.get() == 0);
    // Options, because an empty text is rendered as a space.
    let counted = Signal::derive(move || match count.get() {
        count @ COUNT_FROM.. => Some(format!("{count} / {MESSAGE_CHARS}")),
        _ => None,
    });
    let lost = Signal::derive(move || {
        let lost = chat.disconnected.get();
        lost.then(|| "Connection lost. Reconnecting…".to_owned())
    });
    let wrong = Signal::derive(move || Some(error.get()).filter(|error| !error.is_empty()));
    let hidden = |when: bool, hides: Memo<bool>| Signal::derive(move || hides.get() == when);
    let at_end = Memo::new(move |_| chat.at_end.get());
    view! {
        <div class="dock">
            <button class="jump" type="button" hidden=hidden(true, at_end) on:click=jump>
                {icon(Icon::Down)}
                "Jump to newest"
            </button>
            <p class="lost" role="status">
                {lost}
            </p>
            <form id="stop" method="post" action="/api/fn/cancel_run" on:submit=stop>
                <input type="hidden" name="run_id" value=run_id/>
            </form>
            <form class="box" method="post" action="/api/fn/send_message" on:submit=submitted>
                <input type="hidden" name="conversation_id" value=conversation_id/>
                <input type="hidden" name="idempotency_key" value=idempotency_key/>
                <label class="sr-only" for="composer">
                    "Message"
                </label>
                <div class="grow" on:keydown=pressed on:input=move |_| typed()>
                    <TextArea
                        id="composer"
                        name="content"
                        placeholder="Ask, or tell me what to do…"
                        value=text
                        node_ref=area
                        describedby="composer-error"
                    />
                </div>
                <button class="send" form="stop" aria-label="Stop" hidden=hidden(false, stops)>
                    {icon(Icon::Stop)}
                </button>
                <button class="send" aria-label="Send" hidden=hidden(true, stops)>
                    {icon(Icon::Send)}
                </button>
                <p id="composer-error" class="field-error" role="alert">
                    {wrong}
                </p>
                <span class="count">{counted}</span>
            </form>
            <p class="hint">
                <span>"Enter to send · Shift+Enter for a new line"</span>
                <span>"Every action can be undone"</span>
            </p>
        </div>
    }
}
