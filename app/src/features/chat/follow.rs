//! Following the answer that is being written: its run's events change the page.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::entry::Answer;
use super::model::AnswerStatus;
use super::state::ChatState;
use super::surroundings::{refresh_conversations, show_title};
use crate::browser;
use crate::features::live::show_badge;
use crate::sse::{LiveEvent, Received, RunStream};

thread_local! {
    // Not in `ChatState`: what a browser made may not be dropped on a server's other thread.
    static STREAM: RefCell<Option<RunStream>> = const { RefCell::new(None) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
    // When something of the running answer was read out last, in milliseconds, and how much of it by then, in bytes.
    static SAID: Cell<(Option<f64>, usize)> = const { Cell::new((None, 0)) };
}

/// How long a connection may be away before the reader is told: servers end connections now and then, and most of the
/// time the next one stands at once.
const GRACE: Duration = Duration::from_millis(1500);
/// How often a screen reader is told more of a running answer.
const CALM_MS: f64 = 3000.0;
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

impl ChatState {
    /// Follows the first answer that is not finished, unless one is followed already.
    pub fn follow(self) {
        let busy = STREAM.with_borrow(Option::is_some);
        if let Some(answer) = self.first_live().filter(|_| !busy) {
            self.connect(answer, FIRST_PAUSE);
        }
    }

    fn connect(self, answer: Answer, pause: Duration) {
        if let Some(run_id) = answer.run_id {
            let after = answer.covered;
            let receive = move |received| match received {
                Received::Open => {
                    IS_OPEN.set(true);
                    self.disconnected.set(false);
                    if after == 0 {
                        answer.parts.set(vec![]);
                    }
                }
                Received::Event(event) => self.receive(&answer, event),
                Received::Lost => self.reconnect(answer.clone(), pause),
            };
            STREAM.set(RunStream::open(run_id, after, receive));
        }
    }

    /// Makes a connection that broke anew, and shows the answer again from its first event on.
    fn reconnect(self, answer: Answer, pause: Duration) {
        if !answer.is_live() {
            return;
        }
        let (pause, next) = if IS_OPEN.replace(false) {
            (FIRST_PAUSE, FIRST_PAUSE * 2)
        } else {
            (pause, (pause * 2).min(LONGEST_PAUSE))
        };
        let from_start = Answer {
            covered: 0,
            ..answer.clone()
        };
        set_timeout(
            move || {
                if from_start.is_live() {
                    self.connect(from_start, next);
                }
            },
            pause,
        );
        set_timeout(
            move || self.disconnected.set(answer.is_live() && !IS_OPEN.get()),
            GRACE,
        );
    }

    fn receive(self, answer: &Answer, event: LiveEvent) {
        match event {
            LiveEvent::Thinking => answer.waiting.set(true),
            LiveEvent::Html(patch) => {
                answer.waiting.set(false);
                answer.patch(patch);
                let answer = answer.clone();
                // After the page shows it.
                spawn_local(async move { self.read_out(&answer) });
            }
            LiveEvent::Tool(tool) => self.put_tool(answer, tool),
            LiveEvent::Conversation { title } => {
                show_title(&title);
                refresh_conversations(self.conversation_id.get_untracked());
            }
            LiveEvent::MessageCompleted { tool_calls } => {
                // Cannot be, unless page and server are of two versions; then the server's page is right.
                if answer.tool_call_count() != tool_calls {
                    let _ = window().location().reload();
                }
            }
            LiveEvent::Completed => self.ended(answer, AnswerStatus::Done),
            LiveEvent::Cancelled => self.ended(answer, AnswerStatus::Cancelled),
            LiveEvent::Failed { message } => self.ended(answer, AnswerStatus::Failed(message)),
        }
    }

    /// Tells a screen reader the sentences that are complete by now, every few seconds and not at every word.
    fn read_out(self, answer: &Answer) {
        let now = js_sys::Date::now();
        let (at, said) = SAID.get();
        match at {
            None => SAID.set((Some(now), 0)),
            Some(at) if now - at >= CALM_MS => {
                let text = text_of(answer);
                // The text may have become shorter, if it was begun anew.
                let said = if text.is_char_boundary(said) { said } else { 0 };
                let end = said + whole_sentences(&text[said..]);
                if end > said {
                    self.announcement.set(text[said..end].to_owned());
                }
                SAID.set((Some(now), end));
            }
            Some(_) => {}
        }
    }

    fn offer_actions(self, answer: Answer) {
        let Some(conversation) = self.conversation_id.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let fields = [
                ("conversation_id", &*conversation.to_string()),
                ("message_id", &answer.message_id.to_string()),
            ];
            // Without them the answer is still there, and they come with the next load of the page.
            if let Ok(html) = browser::call("/api/fn/message_actions", &fields).await {
                answer.actions.set(html);
            }
        });
    }

    fn ended(self, answer: &Answer, status: AnswerStatus) {
        let said = match &status {
            AnswerStatus::Failed(sentence) => sentence.clone(),
            AnswerStatus::Cancelled => "Stopped".into(),
            _ => {
                let text = text_of(answer);
                text.get(SAID.get().1..).unwrap_or(&text).to_owned()
            }
        };
        SAID.set((None, 0));
        self.announcement.set(said);
        let is_whole = status == AnswerStatus::Done;
        answer.end(status);
        if !is_whole {
            // Calls that ran or waited did nothing, which no event says of each.
            const OPEN: &str = ":is([data-status=running], [data-status=awaiting_approval])";
            for badge in browser::all(&format!("#answer-{} {OPEN}", answer.message_id)) {
                show_badge(&badge.get_attribute("data-call").unwrap_or_default());
            }
        }
        self.offer_actions(answer.clone());
        self.disconnected.set(false);
        refresh_conversations(self.conversation_id.get_untracked());
        // The handler that runs now belongs to the stream, so it must not be dropped before it returns.
        let over = STREAM.take();
        IS_OPEN.set(false);
        set_timeout(
            move || {
                drop(over);
                self.follow();
            },
            Duration::ZERO,
        );
    }
}

/// An answer's text as it can be read by now, without its tool calls.
fn text_of(answer: &Answer) -> String {
    let texts = browser::all(&format!("#answer-{} > .md", answer.message_id));
    let texts: Vec<_> = texts.iter().filter_map(|text| text.text_content()).collect();
    texts.join("\n")
}

/// How much of a text is whole sentences, in bytes.
fn whole_sentences(text: &str) -> usize {
    let mut ends = text.char_indices().filter(|(at, letter)| {
        let next = text[at + letter.len_utf8()..].chars().next();
        *letter == '\n' || matches!(letter, '.' | '!' | '?' | ':') && next.is_some_and(char::is_whitespace)
    });
    ends.next_back().map_or(0, |(at, letter)| at + letter.len_utf8())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::whole_sentences;

    #[test]
    fn a_sentence_counts_once_something_follows_it() {
        for (text, whole) in [
            ("", ""),
            ("One", ""),
            ("One.", ""),
            ("One. Two", "One."),
            ("Version 1.5 is", ""),
            ("Ä! Ö? Ü", "Ä! Ö?"),
            ("A list:\none\ntw", "A list:\none\n"),
        ] {
            assert_eq!(&text[..whole_sentences(text)], whole, "{text}");
        }
    }
}
