//! The box in which messages are written.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::limits::MESSAGE_CHARS;
use web_sys::{KeyboardEvent, SubmitEvent};

use super::scroll;
use super::state::ChatState;
use crate::browser::{self, Refusal, call};
use crate::ui::{Icon, TextArea, icon};

// From here on the box counts.
const COUNT_FROM: usize = 9_000;

/// What is being written, and what happens to it.
#[derive(Clone, Copy)]
struct Draft {
    chat: ChatState,
    area: NodeRef<html::Textarea>,
    /// In characters, as the server counts.
    count: RwSignal<usize>,
    /// Why it was not sent; empty if nothing is wrong.
    error: RwSignal<String>,
}

impl Draft {
    /// The island woke: something may have been typed before.
    fn begin(self, focus: bool) {
        if let Some(area) = self.area.get_untracked() {
            let typed = area.value();
            if !typed.is_empty() {
                self.count.set(typed.trim().chars().count());
            }
            if focus {
                let _ = area.focus();
            }
        }
    }

    fn typed(self) {
        if let Some(area) = self.area.get_untracked() {
            self.count.set(area.value().trim().chars().count());
            self.error.set(String::new());
        }
    }

    fn pressed(self, event: &KeyboardEvent) {
        // While an input method composes, Enter accepts a candidate. Safari ends the composition before it tells of
        // the key, which then has the code 229.
        let composing = event.is_composing() || event.key_code() == 229;
        if event.key() == "Enter" && !event.shift_key() && !composing {
            event.prevent_default();
            self.send();
        }
    }

    fn send(self) {
        let Some(area) = self.area.get_untracked() else {
            return;
        };
        let text = area.value().trim().to_owned();
        match text.chars().count() {
            0 => {}
            1..=MESSAGE_CHARS => {
                area.set_value("");
                self.typed();
                self.chat.send(text);
            }
            length => self.error.set(format!(
                "A message has at most {MESSAGE_CHARS} characters; this one has {length}."
            )),
        }
    }

    fn stop(self) {
        if let Some(run) = self.chat.first_live().and_then(|answer| answer.run_id) {
            spawn_local(async move {
                let stopped = call::<()>("/api/fn/cancel_run", &[("run_id", &run.to_string())]).await;
                if let Err(Refusal(sentence)) = stopped {
                    self.error.set(sentence);
                }
            });
        }
    }
}

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
    let draft = Draft {
        chat: expect_context(),
        area: NodeRef::new(),
        count: RwSignal::new(text.chars().count()),
        error: RwSignal::new(error),
    };
    Effect::new(move || draft.begin(focus));
    let stops = Memo::new(move |_| draft.chat.is_busy() && draft.count.get() == 0);
    let hidden = |when: bool| Signal::derive(move || stops.get() == when);
    // Options, because an empty text is rendered as a space.
    let counted = Signal::derive(move || match draft.count.get() {
        count @ COUNT_FROM.. => Some(format!("{count} / {MESSAGE_CHARS}")),
        _ => None,
    });
    let wrong = Signal::derive(move || Some(draft.error.get()).filter(|error| !error.is_empty()));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        draft.send();
    };
    view! {
        <div class="dock">
            {above(draft, run_id)}
            <form class="box" method="post" action="/api/fn/send_message" on:submit=send>
                <input type="hidden" name="conversation_id" value=conversation_id/>
                <input type="hidden" name="idempotency_key" value=idempotency_key/>
                <label class="sr-only" for="composer">
                    "Message"
                </label>
                <div on:keydown=move |event| draft.pressed(&event) on:input=move |_| draft.typed()>
                    <TextArea
                        id="composer"
                        name="content"
                        placeholder="Ask, or tell me what to do…"
                        value=text
                        node_ref=draft.area
                        describedby="composer-error"
                    />
                </div>
                <button class="send" form="stop" aria-label="Stop" hidden=hidden(false)>
                    {icon(Icon::Stop)}
                </button>
                <button class="send" aria-label="Send" hidden=hidden(true)>
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

/// The way back to the newest message, word of a lost connection, and the form that stops a run.
fn above(draft: Draft, run_id: String) -> impl IntoView {
    let at_end = draft.chat.at_end;
    let jump = move |_| {
        if let Some(scroller) = browser::by_id("scroll") {
            scroll::to_newest(&scroller);
        }
    };
    let stop = move |event: SubmitEvent| {
        event.prevent_default();
        draft.stop();
    };
    let lost = Signal::derive(move || {
        let lost = draft.chat.disconnected.get();
        lost.then(|| "Connection lost. Reconnecting…".to_owned())
    });
    view! {
        <button class="jump" type="button" hidden=Signal::derive(move || at_end.get()) on:click=jump>
            {icon(Icon::Down)}
            "Jump to newest"
        </button>
        <p class="lost" role="status">
            {lost}
        </p>
        <form id="stop" method="post" action="/api/fn/cancel_run" on:submit=stop>
            <input type="hidden" name="run_id" value=run_id/>
        </form>
    }
}
