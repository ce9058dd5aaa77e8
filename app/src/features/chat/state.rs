//! What the islands of one chat page share, and what happens when a message is sent.
//!
//! `send` shows the message at once and puts it into the outbox; one task empties the outbox in order, so that a second
//! message waits until the first one's conversation exists. What the server answers becomes an [`Answer`] below the
//! message, and `follow` opens its run's stream. Only one stream is open at a time: a browser allows six connections
//! to a host, and runs of one conversation come one after the other anyway.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::html::{HtmlPatch, ToolHtml};
use protocol::{ConversationId, MessageId, RunId, ToolCallId};
use web_sys::HtmlFormElement;

use super::model::{AnswerData, AnswerStatus, EntryData, PartData, Sent};
use super::surroundings::{refresh_conversations, show_id, show_title};
use crate::browser::{self, Refusal, call, send_form};
use crate::features::tasks::refresh::forget_fresh;

/// One thing in the thread.
#[derive(Clone)]
pub enum Entry {
    Mine(Mine),
    Answer(Answer),
}

impl Entry {
    /// Made of what the server sent with the page.
    pub fn new(data: EntryData) -> Self {
        match data {
            EntryData::Mine { id, text } => Self::Mine(Mine::sent(id, text)),
            EntryData::Answer(data) => Self::Answer(Answer::new(data)),
        }
    }

    /// Tells entries apart; the same for as long as the page lives.
    pub fn key(&self) -> String {
        match self {
            Self::Mine(mine) => mine.key.clone(),
            Self::Answer(answer) => answer.message_id.to_string(),
        }
    }

    fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Mine(_) => None,
        }
    }
}

/// A message of the reader's own.
#[derive(Clone)]
pub struct Mine {
    /// The idempotency key if it was sent from this page, else the message's id.
    pub key: String,
    pub text: String,
    pub status: ArcRwSignal<SendStatus>,
}

impl Mine {
    /// One that the server has.
    pub fn sent(id: MessageId, text: String) -> Self {
        Self {
            key: id.to_string(),
            text,
            status: ArcRwSignal::new(SendStatus::Sent),
        }
    }
}

/// Where the reader's message stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendStatus {
    Sending,
    Sent,
    /// Why it was not sent.
    Failed(String),
}

/// An answer and its parts, each of which can change by itself.
#[derive(Clone)]
pub struct Answer {
    pub message_id: MessageId,
    pub run_id: Option<RunId>,
    /// The last event that the parts cover which came with the page.
    pub covered: u64,
    pub parts: ArcRwSignal<Vec<Part>>,
    pub status: ArcRwSignal<AnswerStatus>,
    /// Whether the model owes the next piece.
    pub waiting: ArcRwSignal<bool>,
}

/// A piece of HTML that changes.
pub type Html = ArcRwSignal<String>;

/// See [`PartData`].
#[derive(Clone)]
pub struct Part {
    /// No other part has it, also not one that stands in the same place later.
    pub key: u32,
    pub content: Content,
}

/// What a part shows.
#[derive(Clone)]
pub enum Content {
    Text {
        /// Its number among the message's parts. Not always its place here: a text without anything to show is a part
        /// of the message, but never reaches the page.
        index: u32,
        blocks: ArcRwSignal<Vec<Html>>,
    },
    Tool {
        id: ToolCallId,
        badge: Html,
    },
}

impl Answer {
    /// Made of what the server sent with the page.
    pub fn new(data: AnswerData) -> Self {
        Self {
            message_id: data.message_id,
            run_id: data.run_id,
            covered: data.seq,
            parts: ArcRwSignal::new(data.parts.into_iter().zip(0..).map(Part::new).collect()),
            waiting: ArcRwSignal::new(data.waiting),
            status: ArcRwSignal::new(data.status),
        }
    }

    /// Whether more of it is to come. Not tracked.
    pub fn is_live(&self) -> bool {
        self.status.with_untracked(|status| *status == AnswerStatus::Live)
    }

    /// Brings a text part up to date. Touches only the blocks that changed.
    pub fn patch(&self, patch: HtmlPatch) {
        let count = patch.blocks as usize;
        let known = self.find(|content| match content {
            Content::Text { index, blocks } if *index == patch.part => Some(blocks.clone()),
            _ => None,
        });
        let blocks = known.unwrap_or_else(|| {
            let blocks = ArcRwSignal::new(vec![]);
            self.push(Content::Text {
                index: patch.part,
                blocks: blocks.clone(),
            });
            blocks
        });
        if blocks.with_untracked(Vec::len) != count {
            blocks.update(|blocks| blocks.resize_with(count, || ArcRwSignal::new(String::new())));
        }
        for change in patch.changes {
            let block = blocks.with_untracked(|blocks| blocks.get(change.index as usize).cloned());
            if let Some(block) = block {
                block.update(|html| {
                    let keep = change.keep as usize;
                    if html.is_char_boundary(keep) {
                        html.truncate(keep);
                        html.push_str(&change.html);
                    }
                });
            }
        }
    }

    /// Adds a tool call's badge, or brings it up to date.
    pub fn put_tool(&self, call: ToolCallId, html: String) {
        let known = self.find(|content| match content {
            Content::Tool { id, badge } if *id == call => Some(badge.clone()),
            _ => None,
        });
        match known {
            Some(badge) => badge.set(html),
            None => self.push(Content::Tool {
                id: call,
                badge: ArcRwSignal::new(html),
            }),
        }
    }

    fn find<T>(&self, wanted: impl Fn(&Content) -> Option<T>) -> Option<T> {
        self.parts
            .with_untracked(|parts| parts.iter().find_map(|part| wanted(&part.content)))
    }

    fn push(&self, content: Content) {
        self.parts.update(|parts| parts.push(Part::of(content)));
    }

    /// How many tool calls it has. Not tracked.
    pub fn tool_call_count(&self) -> usize {
        self.parts.with_untracked(|parts| {
            parts
                .iter()
                .filter(|part| matches!(part.content, Content::Tool { .. }))
                .count()
        })
    }

    /// Ends it.
    pub fn end(&self, status: AnswerStatus) {
        self.waiting.set(false);
        self.status.set(status);
    }
}

impl Part {
    fn new((data, index): (PartData, u32)) -> Self {
        Self::of(match data {
            PartData::Text(blocks) => Content::Text {
                index,
                blocks: ArcRwSignal::new(blocks.into_iter().map(ArcRwSignal::new).collect()),
            },
            PartData::Tool { id, html } => Content::Tool {
                id,
                badge: ArcRwSignal::new(html),
            },
        })
    }

    fn of(content: Content) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self {
            key: NEXT.fetch_add(1, Ordering::Relaxed),
            content,
        }
    }
}

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
