//! What the islands of one chat page share, and what happens when a message is sent.
//!
//! `send` shows the message at once and puts it into the outbox; one task empties the outbox in order, so that a second
//! message waits until the first one's conversation exists. What the server answers becomes an [`Answer`] below the
//! message, and `follow` opens its run's stream. Only one stream is open at a time: a browser allows six connections
//! to a host, and runs of one conversation come one after the other anyway.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use protocol::html::HtmlPatch;
use protocol::{ConversationId, MessageId, RunId, ToolCall, ToolCallStatus};

use super::api::{retry_run, send_message};
use super::model::{AnswerData, AnswerStatus, ConversationRow, EntryData, PartData, Sent, put_first};
use crate::browser;
use crate::error::AppError;

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

    fn live_answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) if answer.is_live() => Some(answer),
            _ => None,
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
    /// The last event that is shown.
    pub seq: ArcRwSignal<u64>,
    pub parts: ArcRwSignal<Vec<Part>>,
    pub status: ArcRwSignal<AnswerStatus>,
    /// Whether the model owes the next piece.
    pub waiting: ArcRwSignal<bool>,
}

/// See [`PartData`].
#[derive(Clone)]
pub enum Part {
    Text(TextPart),
    Tool(ArcRwSignal<ToolCall>),
}

/// A text and its blocks' HTML.
#[derive(Clone)]
pub struct TextPart {
    /// Its number among the message's parts. Not always its place here: a text without anything to show is a part of
    /// the message, but never reaches the page.
    pub index: u32,
    pub blocks: ArcRwSignal<Vec<ArcRwSignal<String>>>,
}

impl Answer {
    /// Made of what the server sent with the page.
    pub fn new(data: AnswerData) -> Self {
        let owed = match data.parts.last() {
            None => true,
            Some(PartData::Text(_)) => false,
            Some(PartData::Tool(call)) => call.status != ToolCallStatus::Running,
        };
        Self {
            message_id: data.message_id,
            run_id: data.run_id,
            seq: ArcRwSignal::new(data.seq),
            parts: ArcRwSignal::new(data.parts.into_iter().zip(0..).map(Part::new).collect()),
            waiting: ArcRwSignal::new(owed && data.status == AnswerStatus::Live),
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
        let known = self.parts.with_untracked(|parts| {
            parts.iter().find_map(|part| match part {
                Part::Text(text) if text.index == patch.part => Some(text.blocks.clone()),
                _ => None,
            })
        });
        let blocks = known.unwrap_or_else(|| {
            let text = TextPart {
                index: patch.part,
                blocks: ArcRwSignal::new(vec![]),
            };
            self.parts.update(|parts| parts.push(Part::Text(text.clone())));
            text.blocks
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

    /// Adds a tool call, or brings the one with its id up to date.
    pub fn put_tool(&self, call: ToolCall) {
        let known = self.parts.with_untracked(|parts| {
            parts.iter().find_map(|part| match part {
                Part::Tool(known) if known.with_untracked(|known| known.id == call.id) => Some(known.clone()),
                _ => None,
            })
        });
        match known {
            Some(known) => known.set(call),
            None => self
                .parts
                .update(|parts| parts.push(Part::Tool(ArcRwSignal::new(call)))),
        }
    }

    /// How many tool calls it has. Not tracked.
    pub fn tool_call_count(&self) -> usize {
        self.parts
            .with_untracked(|parts| parts.iter().filter(|part| matches!(part, Part::Tool(_))).count())
    }

    /// Ends it.
    pub fn end(&self, status: AnswerStatus) {
        self.waiting.set(false);
        self.status.set(status);
    }
}

impl Part {
    fn new((data, index): (PartData, u32)) -> Self {
        match data {
            PartData::Text(blocks) => Self::Text(TextPart {
                index,
                blocks: ArcRwSignal::new(blocks.into_iter().map(ArcRwSignal::new).collect()),
            }),
            PartData::Tool(call) => Self::Tool(ArcRwSignal::new(*call)),
        }
    }
}

/// What the islands of one chat page share; made by `ChatScope`, found as context.
#[derive(Clone, Copy)]
pub struct ChatState {
    /// `None` until the first message of a new conversation was sent.
    pub conversation_id: RwSignal<Option<ConversationId>>,
    pub title: RwSignal<String>,
    pub conversations: RwSignal<Vec<ConversationRow>>,
    pub entries: RwSignal<Vec<Entry>>,
    /// Goes up with every message that is sent from this page.
    pub sends: RwSignal<u32>,
    /// Goes up with every tool call that ended: the task list may have changed.
    pub tool_effects: RwSignal<u32>,
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
    pub fn new(
        conversation_id: Option<ConversationId>,
        title: String,
        conversations: Vec<ConversationRow>,
    ) -> Self {
        Self {
            conversation_id: RwSignal::new(conversation_id),
            title: RwSignal::new(title),
            conversations: RwSignal::new(conversations),
            entries: RwSignal::new(vec![]),
            sends: RwSignal::new(0),
            tool_effects: RwSignal::new(0),
            announcement: RwSignal::new(String::new()),
            disconnected: RwSignal::new(false),
            at_end: RwSignal::new(true),
            outbox: StoredValue::new(VecDeque::new()),
            delivering: StoredValue::new(false),
        }
    }

    /// Whether an answer is being written or waits to be. Tracked.
    pub fn is_busy(self) -> bool {
        self.entries.with(|entries| {
            entries.iter().any(|entry| match entry {
                Entry::Answer(answer) => answer.status.with(|status| *status == AnswerStatus::Live),
                Entry::Mine(_) => false,
            })
        })
    }

    /// The run that is at work. Not tracked.
    pub fn active_run(self) -> Option<RunId> {
        self.first_live().and_then(|answer| answer.run_id)
    }

    pub(super) fn first_live(self) -> Option<Answer> {
        self.entries
            .with_untracked(|entries| entries.iter().find_map(Entry::live_answer).cloned())
    }

    /// Whether another answer of this page has to end before this one begins. Tracked.
    pub fn is_queued(self, answer: &Answer) -> bool {
        self.entries.with(|entries| {
            entries
                .iter()
                .filter_map(|entry| match entry {
                    Entry::Answer(answer) => Some(answer),
                    Entry::Mine(_) => None,
                })
                .take_while(|above| above.message_id != answer.message_id)
                .any(|above| above.status.with(|status| *status == AnswerStatus::Live))
        })
    }

    /// Shows a message and sends it.
    pub fn send(self, text: String) {
        let mine = Mine {
            key: browser::random_key(),
            text,
            status: ArcRwSignal::new(SendStatus::Sending),
        };
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
                let conversation = conversation.map(|id| id.to_string()).unwrap_or_default();
                match send_message(conversation, mine.text.clone(), mine.key.clone()).await {
                    Ok(sent) => {
                        mine.status.set(SendStatus::Sent);
                        self.sent(&mine.key, sent);
                    }
                    Err(error) => mine.status.set(SendStatus::Failed(error.0.detail)),
                }
            }
            self.delivering.set_value(false);
        });
    }

    fn sent(self, key: &str, sent: Sent) {
        let id = sent.conversation.id;
        if self.conversation_id.get_untracked().is_none() {
            self.conversation_id.set(Some(id));
            browser::replace_path(&format!("/dashboard/chat/{id}"));
        }
        self.conversation_changed(ConversationRow {
            running: true,
            ..sent.conversation.clone()
        });
        self.add_answer(Some(key), &sent);
    }

    /// Shows the conversation's new title and place in the list.
    pub fn conversation_changed(self, row: ConversationRow) {
        if self.title.with_untracked(|title| *title != row.title) {
            document().set_title(&format!("{} · Greenlit", row.title));
            self.title.set(row.title.clone());
        }
        self.conversations.update(|rows| put_first(rows, row));
    }

    fn add_answer(self, after: Option<&str>, sent: &Sent) {
        let answer = Entry::Answer(Answer::new(AnswerData {
            message_id: sent.message_id,
            run_id: Some(sent.run_id),
            seq: 0,
            parts: vec![],
            status: AnswerStatus::Live,
        }));
        self.entries.update(|entries| {
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

    /// Asks for the answer of a failed or stopped run once more.
    pub async fn retry(self, run_id: RunId) -> Result<(), AppError> {
        let sent = retry_run(run_id.to_string()).await?;
        self.at_end.set(true);
        self.conversation_changed(ConversationRow {
            running: true,
            ..sent.conversation.clone()
        });
        self.add_answer(None, &sent);
        Ok(())
    }
}
