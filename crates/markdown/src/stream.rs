//! Rendering a text while it is being written, and saying what changed.
//!
//! A block that another block follows does not change any more, with one exception: the
//! definition of a link or a footnote changes every place that refers to it. So a text without
//! anything like a definition is parsed from its last block on, others from the start. What is
//! compared is always HTML with HTML, so a patch is right whatever was skipped; that what was
//! skipped would have come out the same is what the property tests are for.

use crate::Options;
use crate::code::Cache;
use crate::document::{Block, last_block, render_from, render_unfinished_from};
use crate::place::place;
use crate::slug::Slugs;
use protocol::html::{BlockChange, HtmlPatch};

/// What brings the HTML of a text up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// How many blocks the text has now; blocks beyond are gone.
    pub blocks: u32,
    /// The blocks that are new or differ, in ascending order of their index.
    pub changes: Vec<BlockChange>,
}

impl Patch {
    /// Whether nothing changed, for a page that has `blocks` blocks.
    pub fn is_empty(&self, blocks: usize) -> bool {
        self.changes.is_empty() && self.blocks as usize == blocks
    }

    /// Brings a page's blocks up to date, as the page itself does.
    ///
    /// Returns `false`, and leaves the blocks in an unknown state, if the patch is for other blocks
    /// than these: a `keep` is beyond their end or within a character, or a block is skipped.
    pub fn apply(&self, blocks: &mut Vec<String>) -> bool {
        for change in &self.changes {
            let (index, keep) = (change.index as usize, change.keep as usize);
            if index == blocks.len() {
                blocks.push(String::new());
            }
            let Some(block) = blocks.get_mut(index).filter(|block| block.is_char_boundary(keep)) else {
                return false;
            };
            block.truncate(keep);
            block.push_str(&change.html);
        }
        let count = self.blocks as usize;
        let is_complete = count <= blocks.len();
        blocks.truncate(count);
        is_complete
    }

    /// The same as an event's payload, for the part of a message with this index.
    pub fn for_part(self, part: u32) -> HtmlPatch {
        HtmlPatch {
            part,
            blocks: self.blocks,
            changes: self.changes,
        }
    }
}

/// Renders one text that grows. Push what arrives, as often as it does; take patches when a page is
/// to be told, at least one pushed piece each, and finish at the end.
#[derive(Debug)]
pub struct StreamRenderer {
    options: Options,
    text: String,
    /// The HTML as of the last call of `patches`.
    shown: Vec<String>,
    /// Blocks before this need not be looked at again.
    settled: Settled,
    definitions: DefinitionScan,
    highlighted: Cache,
}

/// How the blocks from an offset on are rendered.
type Render = fn(&str, usize, &Options, &Slugs, &mut Cache) -> Vec<Block>;

/// How far the text is settled: as long as it only grows, and defines nothing.
#[derive(Debug, Default)]
struct Settled {
    blocks: usize,
    /// Where the first block that is not settled starts, in bytes.
    offset: usize,
    /// What the headings of the settled blocks are named, and how they nest.
    slugs: Slugs,
    /// The whole lines that this was found out from, as the text's length up to there.
    lines: usize,
}

impl StreamRenderer {
    /// An empty text.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            text: String::new(),
            shown: Vec::new(),
            settled: Settled::default(),
            definitions: DefinitionScan::default(),
            highlighted: Cache::default(),
        }
    }

    /// Appends to the text. Cheap: the work is done in [`patches`](Self::patches).
    pub fn push(&mut self, delta: &str) {
        self.text.push_str(delta);
    }

    /// Replaces the whole text. The next patch leads from what was shown to this.
    pub fn reset(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.settled = Settled::default();
        self.definitions = DefinitionScan::default();
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The HTML of each block, as a page has it that applied every patch so far.
    pub fn blocks(&self) -> &[String] {
        &self.shown
    }

    /// What changed since the last call, or since the beginning. Afterwards [`blocks`](Self::blocks)
    /// is what [`render_unfinished`](crate::render_unfinished) gives for the text.
    pub fn patches(&mut self) -> Patch {
        self.advance(render_unfinished_from)
    }

    /// As [`patches`](Self::patches), once the text is at its end: then it is what [`render`](crate::render) gives.
    /// More may be pushed nevertheless.
    pub fn finish(&mut self) -> Patch {
        self.advance(render_from)
    }

    fn advance(&mut self, render: Render) -> Patch {
        if self.definitions.finds_any(&self.text) {
            // From here on all of it, every time.
            self.settled = Settled::default();
            let none = Slugs::default();
            let blocks = render(&self.text, 0, &self.options, &none, &mut self.highlighted);
            return self.show(0, blocks);
        }
        let Settled {
            blocks: first,
            offset,
            slugs,
            ..
        } = &self.settled;
        let (first, offset) = (*first, *offset);
        let blocks = render(&self.text, offset, &self.options, slugs, &mut self.highlighted);
        self.settle(&blocks);
        self.show(first, blocks)
    }

    /// Moves the settled part forward to the last block of the whole lines. The line that is still
    /// being written is left out: what it looks like now, it need not remain.
    fn settle(&mut self, rendered: &[Block]) {
        let lines = self.text.rfind('\n').map_or(0, |end| end + 1);
        if lines <= self.settled.lines {
            return;
        }
        self.settled.lines = lines;
        let Some((start, before)) = self.text.get(self.settled.offset..lines).and_then(last_block) else {
            return;
        };
        for (level, heading) in rendered.iter().take(before).flat_map(|block| &block.headings) {
            self.settled.slugs.nest(*level);
            self.settled.slugs.take(heading);
        }
        self.settled.offset += start;
        self.settled.blocks += before;
    }

    /// Compares block `first` and those after it with what is shown, and shows them.
    fn show(&mut self, first: usize, blocks: Vec<Block>) -> Patch {
        let count = first + blocks.len();
        let mut changes = Vec::new();
        for (index, block) in (first..).zip(blocks) {
            let html = block.html;
            let known = self.shown.get(index).map_or("", String::as_str);
            if index < self.shown.len() && known == html {
                continue;
            }
            let is_known = index < self.shown.len();
            let (keep, place) = place(&html, common_prefix(known, &html));
            changes.push(BlockChange {
                index: number(index),
                keep: number(keep),
                html: html[keep..].to_string(),
                place: is_known.then_some(place),
            });
            match self.shown.get_mut(index) {
                Some(shown) => *shown = html,
                None => self.shown.push(html),
            }
        }
        self.shown.truncate(count);
        Patch {
            blocks: number(count),
            changes,
        }
    }
}

/// Looks for what may be the definition of a link or a footnote: a line that begins with `[`,
/// behind any list or quote markers, and `]:` in it or later (a label may span lines). Finds some
/// that are none, and none too few.
#[derive(Debug, Default)]
struct DefinitionScan {
    /// The start of the first line that was not complete when it was looked at.
    from: usize,
    bracket: bool,
    found: bool,
}

impl DefinitionScan {
    fn finds_any(&mut self, text: &str) -> bool {
        if self.found {
            return true;
        }
        for line in text[self.from..].split_inclusive(['\n', '\r']) {
            let markers = |c: char| c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(c);
            self.bracket |= line.trim_start_matches(markers).starts_with('[');
            self.found |= self.bracket && line.contains("]:");
            if line.ends_with(['\n', '\r']) {
                self.from += line.len();
            }
        }
        self.found
    }
}

/// The length of the longest common beginning, on a character boundary.
fn common_prefix(left: &str, right: &str) -> usize {
    let mut length = left
        .bytes()
        .zip(right.bytes())
        .take_while(|(left, right)| left == right)
        .count();
    while !left.is_char_boundary(length) {
        length -= 1;
    }
    length
}

/// A text is far shorter than 4 GiB.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render;
    use protocol::html::Place;

    #[test]
    fn common_prefixes_end_between_characters() {
        assert_eq!(common_prefix("aüb", "aüc"), 3);
        assert_eq!(common_prefix("aü", "aö"), 1);
        assert_eq!(common_prefix("", "a"), 0);
        assert_eq!(common_prefix("a", "ab"), 1);
    }

    #[test]
    fn can_move_between_threads() {
        fn check<T: Send>(_: T) {}
        check(StreamRenderer::new(Options::new("")));
    }

    #[test]
    fn finds_definitions() {
        for text in [
            "[a]: b",
            "x\n[a]: b",
            "> [a]: b",
            "- 1. [^1]: b",
            "[a\nb]: c",
            "\r[a]: b",
            "  [a]: b",
        ] {
            assert!(DefinitionScan::default().finds_any(text), "{text:?}");
            let mut scan = DefinitionScan::default();
            assert!(
                (0..=text.len()).any(|end| scan.finds_any(&text[..end])),
                "{text:?} by characters"
            );
        }
        for text in ["a[1]: b", "for x in a[1:]:\n    pass", "- [ ] task", "[a](b): c"] {
            assert!(!DefinitionScan::default().finds_any(text), "{text:?}");
        }
    }

    #[test]
    fn a_token_changes_little() {
        let mut renderer = StreamRenderer::new(Options::new("m-"));
        renderer.push("# Title\n\nFirst paragraph.\n\nSecond");
        assert_eq!(renderer.patches().changes.len(), 3);
        renderer.push(" one");
        let patch = renderer.patches();
        assert_eq!(patch.blocks, 3);
        assert_eq!(
            patch.changes,
            [BlockChange {
                index: 2,
                keep: 20,
                html: " one</p>".into(),
                place: Some(Place {
                    path: vec![0],
                    node: 0,
                    units: 6,
                    ends: vec![4]
                }),
            }]
        );
        assert!(renderer.patches().is_empty(3));
        assert_eq!(
            renderer.settled.blocks, 1,
            "the line in progress may still belong to what is before it"
        );
    }

    #[test]
    fn a_reset_leads_from_what_was_shown() {
        let mut renderer = StreamRenderer::new(Options::new("m-"));
        renderer.push("One\n\nTwo\n\nThree");
        let mut page = Vec::new();
        let patch = renderer.patches();
        assert!(patch.apply(&mut page));
        renderer.reset("One\n\nOther");
        let patch = renderer.patches();
        assert_eq!((patch.blocks, patch.changes.len()), (2, 1));
        assert!(patch.apply(&mut page));
        assert_eq!(page, render("One\n\nOther", &Options::new("m-")));
    }

    #[test]
    fn a_patch_for_another_page_is_refused() {
        let patch = |index, keep, blocks| Patch {
            blocks,
            changes: vec![BlockChange {
                index,
                keep,
                html: String::new(),
                place: None,
            }],
        };
        assert!(!patch(0, 1, 1).apply(&mut vec!["ü".into()]), "within a character");
        assert!(!patch(0, 9, 1).apply(&mut vec!["ü".into()]), "beyond the end");
        assert!(!patch(1, 0, 2).apply(&mut Vec::new()), "a block is skipped");
        assert!(
            !Patch {
                blocks: 1,
                changes: Vec::new()
            }
            .apply(&mut Vec::new()),
            "a block is missing"
        );
    }
}
