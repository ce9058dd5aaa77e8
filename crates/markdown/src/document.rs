//! From text to top-level blocks.

use crate::Options;
use crate::code::Cache;
use crate::dollars;
use crate::slug::Slugs;
use crate::unfinished;
use crate::writer::Writer;
use pulldown_cmark::utils::TextMergeWithOffset;
use pulldown_cmark::{CowStr, Event, LinkType, Options as Syntax, Parser, Tag};
use std::borrow::Cow;
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

const SYNTAX: Syntax = Syntax::ENABLE_TABLES
    .union(Syntax::ENABLE_STRIKETHROUGH)
    .union(Syntax::ENABLE_TASKLISTS)
    .union(Syntax::ENABLE_FOOTNOTES)
    .union(Syntax::ENABLE_GFM);

fn pieces(text: &str) -> Vec<Piece<'_>> {
    match dollars::prepared(text) {
        Cow::Borrowed(_) => TextMergeWithOffset::new(parser(text).into_offset_iter()).collect(),
        Cow::Owned(prepared) => {
            let parser = Parser::new_ext(&prepared, SYNTAX | Syntax::ENABLE_MATH);
            TextMergeWithOffset::new(parser.into_offset_iter())
                .map(|(event, range)| (as_written(event, &text[range.clone()]), range))
                .collect()
        }
    }
}

/// Without formulas, which change nothing about where blocks are.
pub(crate) fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, SYNTAX)
}

/// An event with the signs that were changed for the parser as `source` has them.
fn as_written(event: Event<'_>, source: &str) -> Event<'static> {
    let back = |text: CowStr<'_>| dollars::restored(&text).map_or_else(|| text.into_static(), CowStr::from);
    match event {
        Event::DisplayMath(tex) if source.starts_with("\\(") => Event::InlineMath(back(tex)),
        Event::DisplayMath(tex) => Event::DisplayMath(back(tex)),
        Event::InlineMath(tex) => Event::InlineMath(back(tex)),
        Event::Text(text) => Event::Text(back(text)),
        Event::Code(code) => Event::Code(back(code)),
        Event::Html(html) => Event::Html(back(html)),
        Event::InlineHtml(html) => Event::InlineHtml(back(html)),
        // Only signs in what is shown as text were changed.
        event => event.into_static(),
    }
}

/// Where the text of each paragraph, heading, cell and so on is, in pieces: without code, without where links lead.
pub(crate) fn inline_runs(text: &str) -> Vec<Vec<Range<usize>>> {
    let mut runs: Vec<Vec<Range<usize>>> = vec![vec![]];
    // Code, or an address that is its own text.
    let mut in_code = false;
    for (event, range) in parser(text).into_offset_iter() {
        match event {
            Event::Text(_) if !in_code => runs
                .last_mut()
                .into_iter()
                .for_each(|run| run.push(range.clone())),
            Event::Start(tag) => {
                in_code = match tag {
                    Tag::CodeBlock(_) | Tag::HtmlBlock => true,
                    Tag::Link { link_type, .. } => matches!(link_type, LinkType::Autolink | LinkType::Email),
                    _ => false,
                };
                if !is_inline(&tag) {
                    runs.push(vec![]);
                }
            }
            Event::End(_) => in_code = false,
            _ => {}
        }
    }
    runs
}

/// Whether a tag belongs into a line of text.
pub(crate) fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

/// Whether a backslash takes the meaning from the character at `at`.
pub(crate) fn is_backslashed(text: &str, at: usize) -> bool {
    let before = &text.as_bytes()[..at];
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
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
    render_tail(&text[from..], from, options, slugs, highlighted)
}

/// As [`render_from`], for a text that goes on: marks at its end that are not closed yet count as closed.
pub(crate) fn render_unfinished_from(
    text: &str,
    from: usize,
    options: &Options,
    slugs: &Slugs,
    highlighted: &mut Cache,
) -> Vec<Block> {
    render_tail(
        &unfinished::mended(&text[from..]),
        from,
        options,
        slugs,
        highlighted,
    )
}

fn render_tail(
    tail: &str,
    from: usize,
    options: &Options,
    slugs: &Slugs,
    highlighted: &mut Cache,
) -> Vec<Block> {
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

/// Where the line begins that `at` is in. The parser gives where a block's content begins, without its indentation.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}
