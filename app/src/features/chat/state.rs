//! What the islands of one chat page share, and what happens when a message is sent.
//!
//! `send` shows the message at once and puts it into the outbox; one task empties the outbox in order, so that a second
//! message waits until the first one's conversation exists. What the server answers becomes an [`Answer`] below the
//! message, and `follow` opens its run's stream. Only one stream is open at a time: a browser allows six connections
//! to a host, and runs of one conversation come one after the other anyway.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::html::ToolHtml;
use protocol::{ConversationId, MessageId};
use web_sys::HtmlFormElement;

use super::entry::{Answer, Entry, Mine, SendStatus};
use super::model::{AnswerData, AnswerStatus, Sent};
use super::surroundings::{refresh_conversations, show_id, show_title};
use crate::browser::{self, Refusal, call, send_form};
use crate::features::tasks::refresh::forget_fresh;

/// What the islands of one chat page share; made by `ChatScope`, found as context.
#[derive(Clone, Copy)]
pub struct ChatState {
    /// `None` until the first message of a new conversation was sent.
    pub conversation_id: RwSignal<Option<ConversationId>>,
    pub entries: RwSignal<Vec<Entry>>,
    /// Goes up with every message that is sent from this page.
    pub sends: RwSignal<u32>,
    /// What a screen reader is told.
    pub announcement: RwSignal<String>,
    /// The connection to the running answer broke and has to be made anew.
    pub disconnected: RwSignal<bool>,
    /// The reader is at the newest message, so the thread follows it.
    pub at_end: RwSignal<bool>,
    outbox: StoredValue<VecDeque<Mine>>,
    delivering: StoredValue<bool>,
}

impl ChatState {
    /// The state of a page that was just loaded.
    pub fn new(conversation_id: Option<ConversationId>) -> Self {
        Self {
            conversation_id: RwSignal::new(conversation_id),
            entries: RwSignal::new(vec![]),
            sends: RwSignal::new(0),
            announcement: RwSignal::new(String::new()),
            disconnected: RwSignal::new(false),
            at_end: RwSignal::new(true),
            outbox: StoredValue::new(VecDeque::new()),
            delivering: StoredValue::new(false),
        }
    }

    /// Whether an answer is being written or waits to be. Tracked.
    pub fn is_busy(self) -> bool {
        self.entries
            .with(|entries| entries.iter().filter_map(Entry::answer).any(is_live))
    }

    /// Whether another answer of this page has to end before this one begins. Tracked.
    pub fn is_queued(self, answer: MessageId) -> bool {
        self.entries.with(|entries| {
            let above = entries.iter().filter_map(Entry::answer);
            above.take_while(|above| above.message_id != answer).any(is_live)
        })
    }

    /// The answer that is at work. Not tracked.
    pub fn first_live(self) -> Option<Answer> {
        self.entries.with_untracked(|entries| {
            let mut answers = entries.iter().filter_map(Entry::answer);
            answers.find(|answer| answer.is_live()).cloned()
        })
    }

    /// Shows a message and sends it.
    pub fn send(self, text: String) {
        let mine = Mine {
            key: browser::random_key(),
            text,
            status: ArcRwSignal::new(SendStatus::Sending),
        };
        for (id, hidden) in [("greeting", true), ("first-day", false)] {
            if let Some(element) = browser::by_id(id) {
                element.set_hidden(hidden);
            }
        }
        forget_fresh();
        self.at_end.set(true);
        self.sends.update(|sends| *sends += 1);
        self.entries
            .update(|entries| entries.push(Entry::Mine(mine.clone())));
        self.deliver(mine);
    }

    /// Sends a message that is shown already; its key makes a repetition harmless.
    pub fn deliver(self, mine: Mine) {
        mine.status.set(SendStatus::Sending);
        self.outbox.update_value(|outbox| outbox.push_back(mine));
        if self.delivering.get_value() {
            return;
        }
        self.delivering.set_value(true);
        spawn_local(async move {
            while let Some(mine) = self.outbox.try_update_value(VecDeque::pop_front).flatten() {
                let conversation = self.conversation_id.get_untracked();
                let fields = [
                    (
                        "conversation_id",
                        &*conversation.map(|id| id.to_string()).unwrap_or_default(),
                    ),
                    ("content", &mine.text),
                    ("idempotency_key", &mine.key),
                ];
                match call::<Sent>("/api/fn/send_message", &fields).await {
                    Ok(sent) => {
                        mine.status.set(SendStatus::Sent);
                        self.sent(Some(&mine.key), sent);
                    }
                    Err(Refusal(sentence)) => mine.status.set(SendStatus::Failed(sentence)),
                }
            }
            self.delivering.set_value(false);
        });
    }

    /// Asks for the answer of a failed or stopped run once more, and takes the form that did so away.
    ///
    /// # Errors
    /// As [`send_form`].
    pub async fn retry(self, form: &HtmlFormElement) -> Result<(), Refusal> {
        let sent = send_form(form).await?;
        form.remove();
        self.at_end.set(true);
        self.sends.update(|sends| *sends += 1);
        self.sent(None, sent);
        Ok(())
    }

    /// Shows the answer to come below the message with this key, or at the end.
    fn sent(self, after: Option<&str>, sent: Sent) {
        let id = sent.conversation_id;
        if self.conversation_id.get_untracked().is_none() {
            self.conversation_id.set(Some(id));
            show_id(id);
            show_title(&sent.title);
        }
        refresh_conversations(Some(id));
        let answer = Entry::Answer(Answer::new(AnswerData {
            message_id: sent.message_id,
            run_id: Some(sent.run_id),
            seq: 0,
            parts: vec![],
            status: AnswerStatus::Live,
            waiting: true,
        }));
        self.entries.update(|entries| {
            // A repeated send is answered like the first.
            if entries.iter().any(|entry| entry.key() == answer.key()) {
                return;
            }
            // A second try takes the place of a first one that wrote nothing.
            entries.retain(|entry| entry.answer().is_none_or(|old| old.message_id != sent.message_id));
            let at = after
                .and_then(|key| entries.iter().position(|entry| entry.key() == key))
                .map_or(entries.len(), |at| at + 1);
            entries.insert(at, answer);
        });
        self.follow();
    }

    /// Shows what a tool call came to.
    pub(super) fn put_tool(self, answer: &Answer, tool: ToolHtml) {
        answer.waiting.set(!tool.running);
        answer.put_tool(tool.id, tool.html);
        if !tool.running {
            self.announcement.set(tool.summary);
            spawn_local(async {
                // One that fails is made good by the next.
                let _ = crate::features::tasks::refresh::refresh_tasks(true).await;
            });
        }
    }
}

fn is_live(answer: &Answer) -> bool {
    answer.status.with(|status| *status == AnswerStatus::Live)
}
