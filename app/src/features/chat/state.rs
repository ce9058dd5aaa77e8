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

use super::drafts;
use super::entry::{Answer, Entry, Mine, SendStatus};
use super::model::{AnswerData, AnswerStatus, EntryData, Sent};
use super::surroundings::{refresh_conversations, show_id, show_title};
use crate::browser::{self, Refusal, call, send_form};
use crate::features::live::stir;
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
    /// There is no live connection, so the page asks now and then.
    pub polling: RwSignal<bool>,
    /// Whose page it is; what the browser keeps is kept under it.
    pub user: StoredValue<String>,
    /// The page ends with the conversation's newest message.
    pub(super) is_newest: StoredValue<bool>,
    /// A form takes the reader to another page.
    pub leaving: StoredValue<bool>,
    /// The last message above the living end.
    pub(super) last: StoredValue<Option<MessageId>>,
    outbox: StoredValue<VecDeque<Mine>>,
    delivering: StoredValue<bool>,
    /// What was said elsewhere is being fetched.
    catching_up: StoredValue<bool>,
    /// Something came while a message was on its way, or while it was being fetched.
    behind: StoredValue<bool>,
}

impl ChatState {
    /// The state of a page that was just loaded.
    pub fn new(conversation_id: Option<ConversationId>, user: String) -> Self {
        Self {
            conversation_id: RwSignal::new(conversation_id),
            entries: RwSignal::new(vec![]),
            sends: RwSignal::new(0),
            announcement: RwSignal::new(String::new()),
            disconnected: RwSignal::new(false),
            at_end: RwSignal::new(true),
            polling: RwSignal::new(false),
            user: StoredValue::new(user),
            is_newest: StoredValue::new(true),
            leaving: StoredValue::new(false),
            last: StoredValue::new(None),
            outbox: StoredValue::new(VecDeque::new()),
            delivering: StoredValue::new(false),
            catching_up: StoredValue::new(false),
            behind: StoredValue::new(false),
        }
    }

    /// Whether an answer is being written or waits to be. Tracked.
    pub fn is_busy(self) -> bool {
        self.entries
            .with(|entries| entries.iter().filter_map(Entry::answer).any(is_live))
    }

    /// Whether an answer rests until a tool call is allowed or refused. Tracked.
    pub fn asks(self) -> bool {
        self.entries
            .with(|entries| entries.iter().filter_map(Entry::answer).any(Answer::asks))
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

    /// Shows a message and sends it. The browser keeps it until the server has it.
    pub fn send(self, text: String) {
        let mine = Mine {
            key: browser::random_key(),
            text,
            status: ArcRwSignal::new(SendStatus::Sending),
            actions: ArcRwSignal::new(String::new()),
        };
        drafts::keep_unsent(self, &mine);
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
                        drafts::forget_unsent(self, &mine.key);
                        mine.actions.set(sent.question_actions.clone());
                        self.sent(Some(&mine.key), sent);
                    }
                    Err(Refusal(sentence)) => mine.status.set(SendStatus::Failed(sentence)),
                }
            }
            self.delivering.set_value(false);
            if self.behind.try_update_value(std::mem::take) == Some(true) {
                self.catch_up(false);
            }
        });
    }

    /// Shows messages that an earlier visit could not send, each with the offer to try again.
    pub fn show_unsent(self) {
        spawn_local(async move {
            self.forget_arrived().await;
            self.show_kept();
        });
    }

    /// Takes messages away that seemed not to be sent, but are: only the answer to sending them was lost. They stand in
    /// the conversation as the server has them.
    async fn forget_arrived(self) {
        let unsent = drafts::unsent(self);
        let keys: Vec<_> = unsent.iter().map(|(key, _)| key.as_str()).collect();
        if keys.is_empty() {
            return;
        }
        // One that fails is made good by trying to send again, which does no harm.
        if let Ok(arrived) = call::<Vec<String>>("/api/fn/sent_keys", &[("keys", &keys.join(" "))]).await {
            self.entries.update(|entries| {
                entries.retain(|entry| entry.answer().is_some() || !arrived.contains(&entry.key()));
            });
            for key in arrived {
                drafts::forget_unsent(self, &key);
            }
        }
    }

    fn show_kept(self) {
        // Not what was sent from here while the server was asked.
        let is_shown = |key: &str| {
            self.entries
                .with_untracked(|entries| entries.iter().any(|entry| entry.key() == key))
        };
        for (key, text) in drafts::unsent(self) {
            if is_shown(&key) {
                continue;
            }
            let status = ArcRwSignal::new(SendStatus::Failed("The connection was lost.".into()));
            self.entries.update(|entries| {
                entries.push(Entry::Mine(Mine {
                    key,
                    text,
                    status,
                    actions: ArcRwSignal::new(String::new()),
                }))
            });
        }
    }

    /// Whether the page has this answer. Not tracked.
    pub fn knows(self, answer: MessageId) -> bool {
        self.entries.with_untracked(|entries| {
            let mut answers = entries.iter().filter_map(Entry::answer);
            answers.any(|known| known.message_id == answer)
        })
    }

    /// Fetches what was said elsewhere. With `anew` also the answers that are being written, for a page that cannot
    /// follow them.
    pub fn catch_up(self, anew: bool) {
        let Some(conversation) = self.conversation_id.get_untracked() else {
            return;
        };
        // An older page stays as it is.
        if !self.is_newest.get_value() {
            return;
        }
        // A message of this page that is on its way would be taken for another one.
        if self.delivering.get_value() || self.catching_up.get_value() {
            self.behind.set_value(true);
            return;
        }
        self.catching_up.set_value(true);
        let after = self.known_until(anew);
        spawn_local(async move {
            let fields = [
                ("conversation_id", &*conversation.to_string()),
                ("after", &after.map(|id| id.to_string()).unwrap_or_default()),
            ];
            match call::<Option<Vec<EntryData>>>("/api/fn/entries_since", &fields).await {
                // Among them may be what was sent meanwhile.
                Ok(Some(_)) if self.delivering.get_value() => self.behind.set_value(true),
                Ok(Some(entries)) => {
                    self.forget_arrived().await;
                    self.merge(entries);
                }
                // The conversation goes another way by now. Not under the hands of somebody who made it do so, or who is
                // writing another version.
                Ok(None) if !self.leaving.get_value() && browser::all(".editor").is_empty() => {
                    let _ = location().reload();
                }
                Ok(None) => {}
                // The next one makes it good.
                Err(_) => {}
            }
            self.catching_up.set_value(false);
            if !self.delivering.get_value() && self.behind.try_update_value(std::mem::take) == Some(true) {
                self.catch_up(false);
            }
        });
    }

    /// The last message that need not be fetched: the newest answer, or with `anew` the last one before those that are
    /// being written.
    fn known_until(self, anew: bool) -> Option<MessageId> {
        let known = self.entries.with_untracked(|entries| {
            let answers = entries.iter().filter_map(Entry::answer);
            answers
                .take_while(|answer| !anew || !answer.is_live())
                .last()
                .map(|answer| answer.message_id)
        });
        known.or(self.last.get_value())
    }

    fn merge(self, fetched: Vec<EntryData>) {
        let new_from = fetched
            .iter()
            .rposition(|entry| matches!(entry, EntryData::Answer(answer) if self.knows(answer.message_id)))
            .map_or(0, |at| at + 1);
        for (at, data) in fetched.into_iter().enumerate() {
            match data {
                EntryData::Answer(data) if at < new_from => {
                    let known = self.entries.with_untracked(|entries| {
                        let mut answers = entries.iter().filter_map(Entry::answer);
                        answers
                            .find(|answer| answer.message_id == data.message_id)
                            .cloned()
                    });
                    if let Some(answer) = known.filter(|answer| answer.is_live() && answer.replace(data)) {
                        stir();
                        if !answer.is_live() {
                            refresh_conversations(self.conversation_id.get_untracked());
                        }
                    }
                }
                EntryData::Mine { .. } if at < new_from => {}
                data => {
                    stir();
                    self.append(Entry::new(data));
                }
            }
        }
        self.follow();
    }

    /// Adds what the server has after all that it has, and before what it does not have yet.
    fn append(self, entry: Entry) {
        self.entries.update(|entries| {
            if entries.iter().any(|known| known.key() == entry.key()) {
                return;
            }
            let is_unsent = |entry: &Entry| match entry {
                Entry::Mine(mine) => mine.status.with_untracked(|status| *status != SendStatus::Sent),
                Entry::Answer(_) => false,
            };
            let at = entries
                .iter()
                .rposition(|entry| !is_unsent(entry))
                .map_or(0, |at| at + 1);
            entries.insert(at, entry);
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
            drafts::begin(self, id);
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
            actions: String::new(),
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
        let place = format!("call-{}", tool.id);
        let had_focus = browser::has_focus_in(&place);
        let asked = untrack(|| answer.asks());
        answer.waiting.set(!tool.running);
        answer.put_tool(tool.id, tool.asks, tool.html);
        if asked != untrack(|| answer.asks()) {
            refresh_conversations(self.conversation_id.get_untracked());
        }
        if had_focus {
            // After the page shows it: the question that had the focus is gone.
            spawn_local(async move {
                if let Ok(Some(line)) = document().query_selector(&format!("#{place} summary")) {
                    browser::focus(&line);
                }
            });
        }
        if tool.asks || !tool.running {
            self.announcement.set(tool.summary);
        }
        if !tool.running {
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
