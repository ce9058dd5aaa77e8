//! The box in which messages are written.

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::limits::MESSAGE_CHARS;
use web_sys::{KeyboardEvent, SubmitEvent};

use super::command_menu::Menu;
use super::commands::Command;
use super::state::ChatState;
use super::surroundings::{refresh_conversations, show_title};
use super::{drafts, scroll};
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
    menu: Menu,
}

impl Draft {
    /// The island woke: something may have been typed before, now or on an earlier visit.
    fn begin(self, focus: bool) {
        if let Some(area) = self.area.get_untracked() {
            if area.value().is_empty()
                && let Some(draft) = drafts::draft(self.chat)
            {
                area.set_value(&draft);
            }
            if !area.value().is_empty() {
                self.count.set(area.value().trim().chars().count());
            }
            self.menu.describe(&area);
            if focus {
                let _ = area.focus();
            }
        }
    }

    fn typed(self) {
        if let Some(area) = self.area.get_untracked() {
            let text = area.value();
            self.count.set(text.trim().chars().count());
            self.error.set(String::new());
            self.menu.typed(&area, &text);
            drafts::keep_draft(self.chat, &text);
        }
    }

    /// Puts a text into the box, as if it had been typed.
    fn write(self, text: &str) {
        if let Some(area) = self.area.get_untracked() {
            area.set_value(text);
            let _ = area.focus();
            self.typed();
        }
    }

    fn pressed(self, event: &KeyboardEvent) {
        // While an input method composes, Enter accepts a candidate. Safari ends the composition before it tells of
        // the key, which then has the code 229.
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let key = event.key();
        let plain = !event.shift_key() && !event.ctrl_key() && !event.alt_key() && !event.meta_key();
        if plain && self.pressed_in_menu(&key) {
            event.prevent_default();
            return;
        }
        match key.as_str() {
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                self.send();
            }
            "ArrowUp" if plain && self.is_empty() => {
                // The last of the reader's own messages that can be changed.
                if let Some(edit) = browser::all("#thread [data-edit]").pop() {
                    event.prevent_default();
                    if let Ok(Some(place)) = edit.closest(".acts") {
                        let _ = place.set_attribute("data-back", "composer");
                    }
                    browser::click(&edit);
                }
            }
            "Escape" if plain && self.chat.is_busy() => self.stop(),
            _ => {}
        }
    }

    /// Whether the key was the menu's.
    fn pressed_in_menu(self, key: &str) -> bool {
        let Some(area) = self.area.get_untracked() else {
            return false;
        };
        match key {
            "ArrowDown" => self.menu.step(&area, 1),
            "ArrowUp" => self.menu.step(&area, -1),
            "Escape" => self.menu.close(&area),
            "Enter" => match self.menu.chosen() {
                Some(command) => {
                    self.choose(command);
                    true
                }
                None => false,
            },
            "Tab" => match self.menu.chosen() {
                Some(command) => {
                    self.write(&format!("{} ", command.name()));
                    true
                }
                None => false,
            },
            _ => false,
        }
    }

    /// A command of the menu: done, or written out where words have to follow it.
    fn choose(self, command: Command) {
        if command.wants().is_empty() {
            self.write("");
            self.carry_out(command, "");
        } else {
            self.write(&format!("{} ", command.name()));
        }
    }

    fn is_empty(self) -> bool {
        self.area
            .get_untracked()
            .is_some_and(|area| area.value().is_empty())
    }

    fn send(self) {
        let Some(area) = self.area.get_untracked() else {
            return;
        };
        let text = area.value().trim().to_owned();
        if let Some((command, rest)) = Command::parse(&text) {
            if rest.is_empty() && !command.wants().is_empty() {
                self.error
                    .set(format!("{} needs {}.", command.name(), command.wants()));
            } else {
                let rest = rest.to_owned();
                // A refused one is written back.
                self.write("");
                self.carry_out(command, &rest);
            }
            return;
        }
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

    fn carry_out(self, command: Command, rest: &str) {
        let conversation = self.chat.conversation_id.get_untracked();
        match (command, conversation) {
            (Command::New, _) => browser::go("/dashboard/chat"),
            (Command::Tasks, _) => browser::go("/dashboard/tasks"),
            (Command::Search, _) => browser::go(&format!("/dashboard/search?q={}", browser::encoded(rest))),
            (Command::Export, Some(id)) => {
                browser::go(&format!("/api/chat/conversations/{id}/export?format=md"));
            }
            (Command::Rename, Some(id)) => self.rename(id.to_string(), rest.to_owned()),
            (Command::Export | Command::Rename, None) => self.refuse(
                command,
                rest,
                "There is no conversation yet. Send a message first.".into(),
            ),
            (Command::Theme, _) => self.choose_theme(rest),
            (Command::Help, _) => browser::show_modal("shortcuts"),
        }
    }

    /// Puts a command back into the box and says why it was not done.
    fn refuse(self, command: Command, rest: &str, sentence: String) {
        self.write(&format!("{} {rest}", command.name()));
        self.error.set(sentence);
    }

    fn rename(self, conversation: String, title: String) {
        spawn_local(async move {
            let fields = [("conversation_id", &*conversation), ("title", &title)];
            // The answer is the row, and the whole list comes anyway.
            match call::<String>("/api/fn/rename_conversation", &fields).await {
                Ok(_) => {
                    show_title(&title);
                    refresh_conversations(self.chat.conversation_id.get_untracked());
                }
                Err(Refusal(sentence)) => self.refuse(Command::Rename, &title, sentence),
            }
        });
    }

    fn choose_theme(self, theme: &str) {
        let typed = theme;
        let theme = theme.to_lowercase();
        if !["dark", "light", "system"].contains(&&*theme) {
            let sentence = format!("/theme needs {}.", Command::Theme.wants());
            self.refuse(Command::Theme, typed, sentence);
            return;
        }
        if let Some(root) = document().document_element() {
            let _ = match theme.as_str() {
                "system" => root.remove_attribute("data-theme"),
                _ => root.set_attribute("data-theme", &theme),
            };
        }
        spawn_local(async move {
            if let Err(Refusal(sentence)) = call::<()>("/api/fn/set_theme", &[("theme", &theme)]).await {
                self.error.set(sentence);
            }
        });
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
        menu: Menu::new(),
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
            {draft.menu.view(move |command| draft.choose(command))}
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
                <span>"Enter to send · Shift+Enter for a new line · / for commands"</span>
                <button type="button" command="show-modal" commandfor="shortcuts">
                    "All keys"
                </button>
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
        if draft.chat.disconnected.get() {
            Some("Connection lost. Reconnecting…".to_owned())
        } else if draft.chat.polling.get() {
            Some("No live connection. Looking for news every few seconds.".to_owned())
        } else {
            None
        }
    });
    let asks = Signal::derive(move || {
        draft
            .chat
            .asks()
            .then_some("An answer waits for your permission. What you send now is answered after it.")
    });
    view! {
        <button class="jump" type="button" hidden=Signal::derive(move || at_end.get()) on:click=jump>
            {icon(Icon::Down)}
            "Jump to newest"
        </button>
        <p class="lost" role="status">
            {lost}
        </p>
        <p class="lost" role="status">
            {asks}
        </p>
        <form id="stop" method="post" action="/api/fn/cancel_run" on:submit=stop>
            <input type="hidden" name="run_id" value=run_id/>
        </form>
    }
}
