//! Following the answer that is being written: its run's events change the page.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

use super::model::AnswerStatus;
use super::state::{Answer, ChatState};
use super::surroundings::{refresh_conversations, show_title};
use crate::browser;
use crate::sse::{LiveEvent, Received, RunStream};

thread_local! {
    // Not in `ChatState`: what a browser made may not be dropped on a server's other thread.
    static STREAM: RefCell<Option<RunStream>> = const { RefCell::new(None) };
}

/// How long a connection may be away before the reader is told.
const GRACE: Duration = Duration::from_millis(1500);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
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
        let Some(run_id) = answer.run_id else {
            return;
        };
        let after = answer.seq.get_untracked();
        let is_open = Rc::new(Cell::new(false));
        let receive = move |received| match received {
            Received::Open => {
                is_open.set(true);
                self.disconnected.set(false);
            }
            Received::Broken => {
                is_open.set(false);
                let (is_open, answer) = (is_open.clone(), answer.clone());
                // Servers end connections now and then, and most of the time the next one stands at once.
                set_timeout(
                    move || self.disconnected.set(answer.is_live() && !is_open.get()),
                    GRACE,
                );
            }
            Received::Lost => self.reconnect(answer.clone(), pause),
            Received::Event(seq, event) => {
                answer.seq.set(seq);
                self.receive(&answer, event);
            }
        };
        STREAM.set(RunStream::open(run_id, after, receive));
    }

    fn reconnect(self, answer: Answer, pause: Duration) {
        self.disconnected.set(true);
        let next = (pause * 2).min(LONGEST_PAUSE);
        set_timeout(
            move || {
                if answer.is_live() {
                    self.connect(answer, next);
                }
            },
            pause,
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
        set_timeout(
            move || {
                drop(over);
                self.follow();
            },
            Duration::ZERO,
        );
    }
}
