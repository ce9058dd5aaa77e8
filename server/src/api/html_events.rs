//! A run's events for our own page: text as patches of rendered HTML.
//!
//! The browser holds no Markdown parser. So this follows the answer from its first event on, renders
//! it here, and sends `text.html` (a [`HtmlPatch`]) wherever `text.delta` or `text.reset` would be
//! sent. The page starts from the HTML that the server rendered for the same snapshot, and both
//! number their ids alike. Tool calls come as `tool.html`, their badge.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use app::dates::Reader;
use app::features::chat::badge::tool_html;
use app::server_context::markdown_options;
use markdown::StreamRenderer;
use protocol::event::RunCreated;
use protocol::html::HtmlPatch;
use protocol::{Message, MessageStatus, Part, Role, RunEvent, SequencedEvent};

use super::sse::Frame;

/// Turns events, from the run's first on, into the frames after a sequence number.
pub(super) struct HtmlEvents {
    after: u64,
    reader: Reader,
    /// The answer as far as it was followed; `None` before the first event.
    message: Option<Message>,
    /// By index in [`Message::parts`]; made when a part's text is first sent.
    renderers: BTreeMap<usize, StreamRenderer>,
    /// How many parts the page has been told of, or showed from the start.
    known_parts: usize,
}

impl HtmlEvents {
    /// `after`: the last event that the page's own HTML covers; 0 for none.
    /// `reader`: for dates on badges.
    pub(super) fn new(after: u64, reader: impl Into<Reader>) -> Self {
        Self {
            after,
            reader: reader.into(),
            message: None,
            renderers: BTreeMap::new(),
            known_parts: 0,
        }
    }

    /// The frames for events that follow those of the last call. Text events that stand side by
    /// side become one round of patches under the last one's id.
    pub(super) fn frames(&mut self, events: &[SequencedEvent]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut text = PendingText::default();
        for event in events {
            let is_new = event.seq > self.after;
            match &event.event {
                RunEvent::TextDelta { .. } | RunEvent::TextReset { .. } => {
                    let is_reset = matches!(event.event, RunEvent::TextReset { .. });
                    self.fold(&event.event);
                    if is_new {
                        text.last = Some(event.seq);
                        text.is_reset |= is_reset;
                    }
                }
                _ => {
                    self.send_text(&mut text, &mut frames);
                    if is_new {
                        self.finish_text(event.seq, &mut frames);
                    }
                    self.fold(&event.event);
                    if is_new {
                        frames.extend(frame_of(event, &self.reader));
                    }
                }
            }
            if !is_new {
                self.known_parts = self.message.as_ref().map_or(0, |message| message.parts.len());
            }
        }
        self.send_text(&mut text, &mut frames);
        frames
    }

    fn fold(&mut self, event: &RunEvent) {
        if let RunEvent::RunCreated(created) = event {
            self.message = Some(empty_answer(created));
        }
        if let Some(message) = &mut self.message {
            message.apply(event);
        }
    }

    fn send_text(&mut self, text: &mut PendingText, frames: &mut Vec<Frame>) {
        let Some(id) = text.last.take() else { return };
        let is_reset = std::mem::take(&mut text.is_reset);
        let Some(message) = &self.message else { return };
        let count = message.parts.len();
        let mut patches = Vec::new();
        for (index, part) in message.parts.iter().enumerate() {
            let Part::Text { text } = part else {
                // A reset may have moved a tool call to where text was.
                self.renderers.remove(&index);
                continue;
            };
            // Only the last part grows; a reset may change any.
            if !is_reset && index + 1 < count {
                continue;
            }
            let renderer = self
                .renderers
                .entry(index)
                .or_insert_with(|| StreamRenderer::new(markdown_options(message.id, index)));
            let shown = renderer.blocks().len();
            match text.strip_prefix(renderer.text()) {
                Some(more) => renderer.push(more),
                None => renderer.reset(text),
            }
            let patch = if index + 1 < count {
                renderer.finish()
            } else {
                renderer.patches()
            };
            if is_reset || !patch.is_empty(shown) {
                patches.push(patch.for_part(number(index)));
            }
        }
        // Parts that a reset took away.
        for index in count..self.known_parts {
            self.renderers.remove(&index);
            patches.push(HtmlPatch {
                part: number(index),
                blocks: 0,
                changes: vec![],
            });
        }
        self.known_parts = count;
        frames.extend(patches.iter().filter_map(|patch| text_frame(id, patch)));
    }

    /// Shows the text as it is without what may have been added while it was written: something else comes, with this
    /// number.
    fn finish_text(&mut self, next: u64, frames: &mut Vec<Frame>) {
        let Some(message) = &self.message else { return };
        let Some((Part::Text { text }, index)) = message.parts.last().zip(message.parts.len().checked_sub(1))
        else {
            return;
        };
        let options = markdown_options(message.id, index);
        let renderer = match self.renderers.entry(index) {
            Entry::Occupied(known) => known.into_mut(),
            // The page has it as its own HTML.
            Entry::Vacant(_)
                if markdown::render(text, &options) == markdown::render_unfinished(text, &options) =>
            {
                return;
            }
            Entry::Vacant(new) => {
                let renderer = new.insert(StreamRenderer::new(options));
                renderer.push(text);
                renderer
            }
        };
        let shown = renderer.blocks().len();
        let patch = renderer.finish();
        if !patch.is_empty(shown) {
            // Whoever goes on after this one gets what comes next.
            frames.extend(text_frame(next - 1, &patch.for_part(number(index))));
        }
    }
}

fn text_frame(id: u64, patch: &HtmlPatch) -> Option<Frame> {
    Some(Frame {
        id,
        name: "text.html",
        data: serde_json::to_string(patch).ok()?,
    })
}

fn frame_of(event: &SequencedEvent, reader: &Reader) -> Option<Frame> {
    match &event.event {
        RunEvent::ToolStarted(call) | RunEvent::ToolFinished(call) | RunEvent::ToolApprovalRequired(call) => {
            Some(Frame {
                id: event.seq,
                name: "tool.html",
                data: serde_json::to_string(&tool_html(call, &reader.now())).ok()?,
            })
        }
        _ => Frame::of(event),
    }
}

#[derive(Default)]
struct PendingText {
    /// The last text event that was not sent yet.
    last: Option<u64>,
    is_reset: bool,
}

fn empty_answer(created: &RunCreated) -> Message {
    Message {
        id: created.assistant_message_id,
        conversation_id: created.conversation_id,
        role: Role::Assistant,
        content: String::new(),
        tool_calls: vec![],
        status: MessageStatus::Streaming,
        created_at: created.user_message.created_at,
        run_id: Some(created.run_id),
        parts: vec![],
        failure: None,
        versions: vec![],
        feedback: None,
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use protocol::{Timestamp, ToolCall, ToolCallStatus};
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    fn events(list: Vec<RunEvent>) -> Vec<SequencedEvent> {
        let created = RunEvent::RunCreated(Box::new(RunCreated {
            run_id: Uuid::from_u128(1).into(),
            conversation_id: Uuid::from_u128(2).into(),
            assistant_message_id: Uuid::from_u128(3).into(),
            user_message: empty_answer(&RunCreated {
                run_id: Uuid::from_u128(1).into(),
                conversation_id: Uuid::from_u128(2).into(),
                assistant_message_id: Uuid::from_u128(4).into(),
                user_message: blank(),
            }),
        }));
        std::iter::once(created)
            .chain(list)
            .zip(1..)
            .map(|(event, seq)| SequencedEvent { seq, event })
            .collect()
    }

    fn blank() -> Message {
        Message {
            id: Uuid::from_u128(4).into(),
            conversation_id: Uuid::from_u128(2).into(),
            role: Role::User,
            content: String::new(),
            tool_calls: vec![],
            status: MessageStatus::Complete,
            created_at: Timestamp::from_millis(0),
            run_id: None,
            parts: vec![],
            failure: None,
            versions: vec![],
            feedback: None,
        }
    }

    fn delta(text: &str) -> RunEvent {
        RunEvent::TextDelta { text: text.into() }
    }

    fn call() -> RunEvent {
        RunEvent::ToolFinished(Box::new(ToolCall {
            id: Uuid::from_u128(9).into(),
            tool_name: "add_task".into(),
            arguments: Value::Null,
            result: Value::Null,
            status: ToolCallStatus::Success,
            summary: String::new(),
            timestamp: Timestamp::from_millis(0),
            duration_ms: None,
            undoable: false,
            redoable: false,
        }))
    }

    fn story() -> Vec<SequencedEvent> {
        events(vec![
            RunEvent::RunThinking {},
            delta("On **"),
            delta("it**. So *far"),
            call(),
            delta("\n\n- one\n"),
            delta("- two\n\nDone"),
            delta(", *really*.\n\n| a | **b"),
            RunEvent::RunCompleted {},
        ])
    }

    /// What a page shows that began with the HTML of the first `after` events.
    fn page_after(story: &[SequencedEvent], after: u64, batch: usize) -> BTreeMap<u32, Vec<String>> {
        let mut message = blank();
        message.id = Uuid::from_u128(3).into();
        for event in story.iter().filter(|event| event.seq <= after) {
            message.apply(&event.event);
        }
        let mut page = BTreeMap::new();
        for (index, part) in message.parts.iter().enumerate() {
            if let Part::Text { text } = part {
                let is_growing =
                    index + 1 == message.parts.len() && message.status == MessageStatus::Streaming;
                let render = if is_growing {
                    markdown::render_unfinished
                } else {
                    markdown::render
                };
                page.insert(index as u32, render(text, &markdown_options(message.id, index)));
            }
        }
        let mut html = HtmlEvents::new(after, TimeZone::UTC);
        let mut last = after;
        for batch in story.chunks(batch) {
            for frame in html.frames(batch) {
                assert!(frame.id >= last);
                assert!(!["text.delta", "text.reset"].contains(&frame.name));
                last = frame.id;
                if frame.name == "text.html" {
                    let patch: HtmlPatch = serde_json::from_str(&frame.data).unwrap();
                    let blocks = page.entry(patch.part).or_default();
                    let whole = markdown::Patch {
                        blocks: patch.blocks,
                        changes: patch.changes,
                    };
                    assert!(whole.apply(blocks), "a patch does not fit after {after}");
                }
            }
        }
        assert_eq!(last, story.len() as u64);
        page.retain(|_, blocks| !blocks.is_empty());
        page
    }

    fn rendered(story: &[SequencedEvent]) -> BTreeMap<u32, Vec<String>> {
        page_after(story, story.len() as u64 - 1, 1)
    }

    #[test]
    fn from_wherever_a_page_begins_it_ends_with_the_same_html() {
        let story = story();
        let whole = rendered(&story);
        assert_eq!(whole[&0], ["<p dir=\"auto\">On <strong>it</strong>. So *far</p>"]);
        assert_eq!(whole[&2].len(), 3);
        for after in 0..story.len() as u64 {
            for batch in [1, 2, 3, 100] {
                assert_eq!(
                    page_after(&story, after, batch),
                    whole,
                    "after {after}, by {batch}"
                );
            }
        }
    }

    #[test]
    fn a_reset_takes_blocks_and_parts_away() {
        let story = events(vec![
            delta("One\n\nTwo"),
            call(),
            delta("three"),
            RunEvent::TextReset { text: "One".into() },
            RunEvent::RunCompleted {},
        ]);
        let whole = rendered(&story);
        assert_eq!(whole.len(), 1);
        for after in 0..story.len() as u64 {
            assert_eq!(page_after(&story, after, 1), whole, "after {after}");
        }
    }

    #[test]
    fn neighbouring_text_is_sent_once_and_a_page_with_older_html_gets_whole_blocks() {
        let story = story();
        let frames = HtmlEvents::new(3, TimeZone::UTC).frames(&story[..4]);
        assert_eq!(frames.len(), 1);
        assert_eq!((frames[0].id, frames[0].name), (4, "text.html"));
        let patch: HtmlPatch = serde_json::from_str(&frames[0].data).unwrap();
        assert_eq!(patch.changes.len(), 1);
        assert_eq!(patch.changes[0].keep, 0);
        assert_eq!(HtmlEvents::new(0, TimeZone::UTC).frames(&story[2..4]), []);
    }
}
