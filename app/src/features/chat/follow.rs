//! Following the answer that is being written: its run's events change the page.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;

use super::entry::Answer;
use super::model::AnswerStatus;
use super::state::ChatState;
use super::surroundings::{refresh_conversations, show_title};
use crate::browser;
use crate::sse::{LiveEvent, Received, RunStream};

thread_local! {
    // Not in `ChatState`: what a browser made may not be dropped on a server's other thread.
    static STREAM: RefCell<Option<RunStream>> = const { RefCell::new(None) };
    static IS_OPEN: Cell<bool> = const { Cell::new(false) };
}

/// How long a connection may be away before the reader is told: servers end connections now and then, and most of the
/// time the next one stands at once.
const GRACE: Duration = Duration::from_millis(1500);
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

    fn ended(self, answer: &Answer, status: AnswerStatus) {
        let said = match &status {
            AnswerStatus::Failed(sentence) => sentence.clone(),
            AnswerStatus::Cancelled => "Stopped".into(),
            _ => browser::by_id(&format!("answer-{}", answer.message_id))
                .map(|element| element.inner_text())
                .unwrap_or_default(),
        };
        self.announcement.set(said);
        answer.end(status);
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
