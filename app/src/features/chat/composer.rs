//! The box in which messages are written.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::limits::MESSAGE_CHARS;

use super::api::cancel_run;
use super::scroll;
use super::state::ChatState;
use crate::browser;
use crate::ui::{Icon, TextArea, icon};

// From here on the box counts.
const COUNT_FROM: usize = 9_000;

/// The box, its send and stop buttons, and what has to be said right above it.
#[island]
pub fn Composer(
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
    let busy = Memo::new(move |_| chat.is_busy());
    let typed = move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        count.set(area.value().trim().chars().count());
        if !error.with_untracked(String::is_empty) {
            error.set(String::new());
        }
    };
    let send = move || {
        let Some(area) = area.get_untracked() else {
            return;
        };
        let text = area.value().trim().to_owned();
        let length = text.chars().count();
        if length == 0 {
            return;
        }
        if length > MESSAGE_CHARS {
            error.set(format!(
                "A message has at most {MESSAGE_CHARS} characters; this one has {length}."
            ));
            return;
        }
        area.set_value("");
        typed();
        chat.send(text);
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
    Effect::new(move || {
        // What was typed before this island woke.
        typed();
        if focus && let Some(area) = area.get_untracked() {
            let _ = area.focus();
        }
    });
    let stop = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(run) = chat.active_run() {
            spawn_local(async move {
                if let Err(problem) = cancel_run(run.to_string()).await {
                    error.set(problem.0.detail);
                }
            });
        }
    };
    let is_filled = move || count.get() != 0;
    let jump = move |_| {
        if let Some(scroller) = browser::by_id("scroll") {
            scroll::to_newest(&scroller);
        }
    };
    let conversation = move || {
        chat.conversation_id
            .get()
            .map(|id| id.to_string())
            .unwrap_or_default()
    };
    let run = move || {
        chat.entries.track();
        chat.active_run().map(|id| id.to_string()).unwrap_or_default()
    };
    view! {
        <div class="dock">
            <button class="jump" type="button" hidden=move || chat.at_end.get() on:click=jump>
                {icon(Icon::Down)}
                "Jump to newest"
            </button>
            <p class="lost" role="status">
                {move || chat.disconnected.get().then_some("Connection lost. Reconnecting…")}
            </p>
            <form id="stop" method="post" action="/api/fn/cancel_run" on:submit=stop>
                <input type="hidden" name="run_id" value=run/>
            </form>
            <form class="box" method="post" action="/api/fn/send_message" on:submit=submitted>
                <input type="hidden" name="conversation_id" value=conversation/>
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
                <div class="bar">
                    <p id="composer-error" class="field-error" role="alert">
                        {move || error.get()}
                    </p>
                    <span class="count" data-over=move || (count.get() > MESSAGE_CHARS).then_some("")>
                        {move || {
                            (count.get() >= COUNT_FROM).then(|| format!("{} / {MESSAGE_CHARS}", count.get()))
                        }}
                    </span>
                    <button class="send" form="stop" aria-label="Stop" hidden=move || !busy.get() || is_filled()>
                        {icon(Icon::Stop)}
                    </button>
                    <button class="send" aria-label="Send" hidden=move || busy.get() && !is_filled()>
                        {icon(Icon::Send)}
                    </button>
                </div>
            </form>
            <p class="hint">
                <span>"Enter to send · Shift+Enter for a new line"</span>
                <span>"Every action can be undone"</span>
            </p>
        </div>
    }
}
