//! From text to top-level blocks.

use crate::Options;
use crate::code::Cache;
use crate::slug::Slugs;
use crate::writer::Writer;
use pulldown_cmark::utils::TextMergeWithOffset;
use pulldown_cmark::{Event, Options as Syntax, Parser, Tag};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// A piece of the parse, and where in the text it comes from.
pub(crate) type Piece<'t> = (Event<'t>, Range<usize>);

/// One rendered top-level block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) html: String,
    /// The levels, as written, and texts of its headings, in order: what it took from [`Slugs`].
    pub(crate) headings: Vec<(u8, String)>,
}

/// The footnotes of a text: numbered in the order in which they are first referred to, then those
/// that nothing refers to.
#[derive(Debug, Default)]
pub(crate) struct Footnotes {
    numbers: HashMap<String, usize>,
    referenced: HashSet<usize>,
    /// How many references to each were written so far, so that each has an id of its own.
    written: HashMap<usize, usize>,
    defined: HashSet<usize>,
}

impl Footnotes {
    fn collect(pieces: &[Piece<'_>]) -> Self {
        let mut footnotes = Self::default();
        for (event, _) in pieces {
            if let Event::FootnoteReference(label) = event {
                let number = footnotes.number(label);
                footnotes.referenced.insert(number);
            }
        }
        for (event, _) in pieces {
            if let Event::Start(Tag::FootnoteDefinition(label)) = event {
                footnotes.number(label);
            }
        }
        footnotes
    }

    /// The number of a footnote. Labels are alike whatever their case.
    pub(crate) fn number(&mut self, label: &str) -> usize {
        let next = self.numbers.len() + 1;
        *self.numbers.entry(label.to_lowercase()).or_insert(next)
    }

    pub(crate) fn is_referenced(&self, number: usize) -> bool {
        self.referenced.contains(&number)
    }

    /// Counts a written reference: 1 for the first.
    pub(crate) fn count_reference(&mut self, number: usize) -> usize {
        let count = self.written.entry(number).or_insert(0);
        *count += 1;
        *count
    }

    /// Notes a definition; `false` if there was one before.
    pub(crate) fn define(&mut self, number: usize) -> bool {
        self.defined.insert(number)
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    TextMergeWithOffset::new(parser(text).into_offset_iter()).collect()
}

fn parser(text: &str) -> Parser<'_> {
    let syntax = Syntax::ENABLE_TABLES
        | Syntax::ENABLE_STRIKETHROUGH
        | Syntax::ENABLE_TASKLISTS
        | Syntax::ENABLE_FOOTNOTES
        | Syntax::ENABLE_GFM;
    Parser::new_ext(text, syntax)
}

/// Renders the blocks of `text` from byte `from` on, which is where a top-level block begins. The
/// headings before it took `slugs`.
///
/// Parts of the text before `from` have an influence only through link and footnote definitions:
/// the caller renders from 0 if there may be any.
pub(crate) fn render_from(
    text: &str,
    from: usize,
    options: &Options,
    slugs: &Slugs,
    highlighted: &mut Cache,
) -> Vec<Block> {
    let tail = &text[from..];
    let pieces = pieces(tail);
    let mut footnotes = Footnotes::collect(&pieces);
    let mut slugs = slugs.clone();
    highlighted.begin();
    let blocks = top_level(&pieces)
        .into_iter()
        .map(|range| {
            let mut writer = Writer::new(options, from, &mut footnotes, &mut slugs, highlighted);
            let (html, headings) = writer.write(&pieces[range]);
            Block { html, headings }
        })
        .collect();
    highlighted.finish();
    blocks
}

/// Where the last top-level block of `text` starts, and how many stand before it. `None` if there
/// is no block.
pub(crate) fn last_block(text: &str) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    let mut count = 0;
    let mut last = None;
    for (event, range) in parser(text).into_offset_iter() {
        if depth == 0 {
            count += 1;
            last = Some(line_start(text, range.start));
        }
        depth = depth_after(depth, &event);
    }
    last.map(|start| (start, count - 1))
}

/// The top-level blocks as ranges of `pieces`.
fn top_level(pieces: &[Piece<'_>]) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, (event, _)) in pieces.iter().enumerate() {
        if depth == 0 {
            start = index;
        }
        depth = depth_after(depth, event);
        if depth == 0 {
            blocks.push(start..index + 1);
        }
    }
    blocks
}

fn depth_after(depth: usize, event: &Event<'_>) -> usize {
    match event {
        Event::Start(_) => depth + 1,
        Event::End(_) => depth.saturating_sub(1),
        _ => depth,
    }
}

/// The parser gives where a block's content begins, without its indentation.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}
