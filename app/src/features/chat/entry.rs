//! What stands in the thread and can still change: the reader's own messages, and answers piece by piece.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;
use protocol::html::HtmlPatch;
use protocol::{MessageId, RunId, ToolCallId};

use super::block::Block;
use super::model::{AnswerData, AnswerStatus, EntryData, PartData};

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
            EntryData::Mine { id, text, actions } => Self::Mine(Mine::sent(id, text, actions)),
            EntryData::Answer(data) => Self::Answer(Answer::new(data)),
        }
    }

    /// Tells entries apart; the same for as long as the page lives. An answer that is written anew in its place is
    /// another entry.
    pub fn key(&self) -> String {
        match self {
            Self::Mine(mine) => mine.key.clone(),
            Self::Answer(answer) => answer
                .run_id
                .map_or_else(|| answer.message_id.to_string(), |run_id| run_id.to_string()),
        }
    }

    /// The answer, if it is one.
    pub fn answer(&self) -> Option<&Answer> {
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
    /// What can be done with it.
    pub actions: Html,
}

impl Mine {
    /// One that the server has.
    pub fn sent(id: MessageId, text: String, actions: String) -> Self {
        Self {
            key: id.to_string(),
            text,
            status: ArcRwSignal::new(SendStatus::Sent),
            actions: ArcRwSignal::new(actions),
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
    /// What can be done with it.
    pub actions: Html,
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
        blocks: ArcRwSignal<Vec<ArcRwSignal<Block>>>,
    },
    Tool {
        id: ToolCallId,
        /// It waits to be allowed.
        asks: ArcRwSignal<bool>,
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
            actions: ArcRwSignal::new(data.actions),
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
            blocks.update(|blocks| blocks.resize_with(count, Default::default));
        }
        for change in patch.changes {
            let block = blocks.with_untracked(|blocks| blocks.get(change.index as usize).cloned());
            if let Some(block) = block {
                block.update(|block| block.change(change));
            }
        }
    }

    /// Adds a tool call's badge, or brings it up to date.
    pub fn put_tool(&self, call: ToolCallId, asks: bool, html: String) {
        let known = self.find(|content| match content {
            Content::Tool { id, asks, badge, .. } if *id == call => Some((asks.clone(), badge.clone())),
            _ => None,
        });
        match known {
            Some((known, badge)) => {
                known.set(asks);
                badge.set(html);
            }
            None => self.push(Content::Tool {
                id: call,
                asks: ArcRwSignal::new(asks),
                badge: ArcRwSignal::new(html),
            }),
        }
    }

    /// Whether it rests until a tool call is allowed or refused. Tracked.
    pub fn asks(&self) -> bool {
        let asks = |part: &Part| match &part.content {
            Content::Tool { asks, .. } => asks.get(),
            Content::Text { .. } => false,
        };
        self.status.with(|status| *status == AnswerStatus::Live)
            && self.parts.with(|parts| parts.iter().any(asks))
    }

    fn find<T>(&self, wanted: impl Fn(&Content) -> Option<T>) -> Option<T> {
        self.parts
            .with_untracked(|parts| parts.iter().find_map(|part| wanted(&part.content)))
    }

    fn push(&self, content: Content) {
        self.parts.update(|parts| parts.push(Part::of(content)));
    }

    /// Shows it as the server has it by now. Returns whether that is anything new.
    pub fn replace(&self, data: AnswerData) -> bool {
        let same = self.status.with_untracked(|status| *status == data.status)
            && self.parts.with_untracked(|parts| {
                parts.len() == data.parts.len()
                    && parts.iter().zip(&data.parts).all(|(part, data)| part.shows(data))
            });
        if !same {
            let parts = data.parts.into_iter().zip(0..).map(Part::new).collect();
            self.parts.set(parts);
            self.waiting.set(data.waiting);
            self.status.set(data.status);
        }
        !same
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

    /// Ends it. Nothing of it asks for anything any more, see [`Self::asks`].
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
                blocks: ArcRwSignal::new(
                    blocks
                        .into_iter()
                        .map(|html| ArcRwSignal::new(Block::new(html)))
                        .collect(),
                ),
            },
            PartData::Tool { id, asks, html } => Content::Tool {
                id,
                asks: ArcRwSignal::new(asks),
                badge: ArcRwSignal::new(html),
            },
        })
    }

    /// Whether this is what the page shows of it already.
    fn shows(&self, data: &PartData) -> bool {
        match (&self.content, data) {
            (Content::Text { blocks, .. }, PartData::Text(html)) => blocks.with_untracked(|blocks| {
                blocks.len() == html.len()
                    && blocks
                        .iter()
                        .zip(html)
                        .all(|(block, html)| block.with_untracked(|block| block.html() == html))
            }),
            (Content::Tool { badge, .. }, PartData::Tool { html, .. }) => {
                badge.with_untracked(|badge| badge == html)
            }
            _ => false,
        }
    }

    fn of(content: Content) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self {
            key: NEXT.fetch_add(1, Ordering::Relaxed),
            content,
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use protocol::html::BlockChange;

    use super::*;

    fn answer() -> Answer {
        Answer::new(AnswerData {
            message_id: MessageId(uuid::Uuid::from_u128(1)),
            run_id: None,
            seq: 0,
            parts: vec![PartData::Text(vec!["<p>Ein</p>".into(), "<p>ü".into()])],
            status: AnswerStatus::Live,
            waiting: false,
            actions: String::new(),
        })
    }

    fn patch(part: u32, blocks: u32, changes: &[(u32, u32, &str)]) -> HtmlPatch {
        HtmlPatch {
            part,
            blocks,
            changes: changes
                .iter()
                .map(|(index, keep, html)| BlockChange {
                    index: *index,
                    keep: *keep,
                    html: (*html).into(),
                    place: None,
                })
                .collect(),
        }
    }

    /// The parts as one text each; badges in brackets.
    fn shown(answer: &Answer) -> Vec<String> {
        let part = |part: &Part| match &part.content {
            Content::Text { blocks, .. } => blocks
                .get_untracked()
                .iter()
                .map(|block| block.with_untracked(|block| block.html().to_owned()))
                .collect::<Vec<_>>()
                .join("|"),
            Content::Tool { badge, .. } => format!("[{}]", badge.get_untracked()),
        };
        answer.parts.get_untracked().iter().map(part).collect()
    }

    #[test]
    fn a_patch_keeps_the_beginning_of_a_block_and_the_other_blocks() {
        let answer = answer();
        // "<p>ü" has five bytes.
        answer.patch(patch(0, 3, &[(1, 5, "ber</p>"), (2, 0, "<p>x")]));
        assert_eq!(shown(&answer), ["<p>Ein</p>|<p>über</p>|<p>x"]);
        answer.patch(patch(0, 1, &[]));
        assert_eq!(shown(&answer), ["<p>Ein</p>"]);
    }

    #[test]
    fn a_patch_for_another_text_than_this_does_no_harm() {
        let answer = answer();
        answer.patch(patch(0, 2, &[(1, 4, "x"), (9, 0, "y"), (0, 99, "z")]));
        assert_eq!(shown(&answer), ["<p>Ein</p>|<p>ü"]);
    }

    #[test]
    fn a_text_is_found_by_its_number_though_others_never_reached_the_page() {
        let answer = answer();
        let call = ToolCallId(uuid::Uuid::from_u128(7));
        answer.put_tool(call, true, "running".into());
        assert!(answer.asks());
        // Part 2 had nothing to show.
        answer.patch(patch(4, 1, &[(0, 0, "<p>a")]));
        answer.put_tool(call, false, "done".into());
        assert!(!answer.asks());
        answer.patch(patch(4, 1, &[(0, 4, "b</p>")]));
        assert_eq!(shown(&answer), ["<p>Ein</p>|<p>ü", "[done]", "<p>ab</p>"]);
        assert_eq!(answer.tool_call_count(), 1);
    }
}
