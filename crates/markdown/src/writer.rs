//! From the events of one top-level block to its HTML.

use crate::Options;
use crate::code::{self, Cache};
use crate::document::{Footnotes, Piece};
use crate::escape::push_escaped;
use crate::links::{Target, heading_id, push_linkified};
use crate::math;
use crate::slug::Slugs;
use pulldown_cmark::{Alignment, BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, LinkType, Tag, TagEnd};
use std::fmt::Write;

/// Elements nested deeper than this are left out, their content is not. Nobody writes so; a
/// browser would take long over it.
const DEEPEST: usize = 64;

/// Writes one block. Elements, attributes and classes appear in this file and in `code` and
/// `links`, and nowhere else: what is not written here cannot be in the output.
pub(crate) struct Writer<'w> {
    options: &'w Options,
    /// Offset of the parsed piece in the whole text.
    base: usize,
    footnotes: &'w mut Footnotes,
    slugs: &'w mut Slugs,
    highlighted: &'w mut Cache,
    out: String,
    /// The closing tags of the open elements. Empty for one that was left out.
    closing: Vec<&'static str>,
    /// How many links are open. Within one there is no other.
    links: usize,
    /// Whether the table we are in was opened, or left out for depth and its rows with it.
    table: bool,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
    headings: Vec<(u8, String)>,
}

impl<'w> Writer<'w> {
    pub(crate) fn new(
        options: &'w Options,
        base: usize,
        footnotes: &'w mut Footnotes,
        slugs: &'w mut Slugs,
        highlighted: &'w mut Cache,
    ) -> Self {
        Self {
            options,
            base,
            footnotes,
            slugs,
            highlighted,
            out: String::new(),
            closing: Vec::new(),
            links: 0,
            table: false,
            columns: Vec::new(),
            column: 0,
            in_head: false,
            headings: Vec::new(),
        }
    }

    /// Writes the block; returns its HTML and its headings.
    pub(crate) fn write(&mut self, pieces: &[Piece<'_>]) -> (String, Vec<(u8, String)>) {
        let mut index = 0;
        while let Some((event, range)) = pieces.get(index) {
            index += 1;
            let following = &pieces[index..];
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let (code, length) = content(following);
                    let language = match kind {
                        CodeBlockKind::Fenced(info) => code::language(info),
                        CodeBlockKind::Indented => "",
                    };
                    let offset = self.base + range.start;
                    code::push_figure(&mut self.out, self.highlighted, offset, language, &code);
                    index += length;
                }
                Event::Start(Tag::Image { dest_url, title, .. }) => {
                    let (alternative, length) = content(following);
                    self.image(&alternative, dest_url, title);
                    index += length;
                }
                Event::Start(tag) => self.start(tag, following),
                Event::End(end) => self.end(*end),
                event => self.leaf(event),
            }
        }
        (std::mem::take(&mut self.out), std::mem::take(&mut self.headings))
    }

    fn leaf(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) if text.contains(is_bidi_control) => {
                // Turns round itself and not what follows it.
                self.out.push_str("<bdi>");
                self.text(text);
                self.out.push_str("</bdi>");
            }
            Event::Text(text) => self.text(text),
            Event::InlineHtml(html) if is_line_break(html) => self.out.push_str("<br>"),
            Event::Html(text) | Event::InlineHtml(text) => push_escaped(&mut self.out, text),
            Event::InlineMath(tex) => math::push(&mut self.out, tex, false),
            Event::DisplayMath(tex) => math::push(&mut self.out, tex, true),
            Event::Code(code) => {
                self.out.push_str("<code>");
                push_escaped(&mut self.out, code);
                self.out.push_str("</code>");
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>"),
            Event::TaskListMarker(done) => self.out.push_str(if *done {
                "<input type=\"checkbox\" disabled checked aria-label=\"Done\"> "
            } else {
                "<input type=\"checkbox\" disabled aria-label=\"Not done\"> "
            }),
            Event::FootnoteReference(label) => self.footnote_reference(label),
            Event::Start(_) | Event::End(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.links == 0 {
            push_linkified(&mut self.out, text, &self.options.id_prefix);
        } else {
            push_escaped(&mut self.out, text);
        }
    }

    /// Opens an element, unless it would be too deep.
    fn open(&mut self, opening: &str, closing: &'static str) {
        self.open_if(self.closing.len() < DEEPEST, opening, closing);
    }

    fn open_if(&mut self, wanted: bool, opening: &str, closing: &'static str) {
        if wanted {
            self.out.push_str(opening);
            self.closing.push(closing);
        } else {
            self.closing.push("");
        }
    }

    fn start(&mut self, tag: &Tag<'_>, following: &[Piece<'_>]) {
        match tag {
            Tag::Paragraph => self.open("<p dir=\"auto\">", "</p>"),
            Tag::Heading { level, .. } => self.heading(*level, following),
            Tag::BlockQuote(kind) => self.block_quote(*kind),
            Tag::HtmlBlock => self.open("<p class=\"raw-html\" dir=\"auto\">", "</p>"),
            Tag::List(None) => self.open("<ul>", "</ul>"),
            Tag::List(Some(1)) => self.open("<ol>", "</ol>"),
            Tag::List(Some(first)) => self.open(&format!("<ol start=\"{first}\">"), "</ol>"),
            Tag::Item if is_task(following) => self.open("<li class=\"task\" dir=\"auto\">", "</li>"),
            Tag::Item => self.open("<li dir=\"auto\">", "</li>"),
            Tag::FootnoteDefinition(label) => self.footnote(label),
            Tag::Table(columns) => {
                self.columns.clone_from(columns);
                self.table = self.closing.len() < DEEPEST;
                self.open(
                    "<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>",
                    "</tbody></table></div>",
                );
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                self.open_if(self.table, "<thead><tr>", "</tr></thead><tbody>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.open_if(self.table, "<tr>", "</tr>");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.open("<em>", "</em>"),
            Tag::Strong => self.open("<strong>", "</strong>"),
            Tag::Strikethrough => self.open("<del>", "</del>"),
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.link(*link_type, dest_url, title),
            // Handled by `write`, or belonging to syntax that is not turned on: their content is
            // shown.
            Tag::CodeBlock(_)
            | Tag::Image { .. }
            | Tag::Superscript
            | Tag::Subscript
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::MetadataBlock(_) => self.closing.push(""),
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Link => self.links = self.links.saturating_sub(1),
            TagEnd::FootnoteDefinition => {}
            TagEnd::HtmlBlock => self.out.truncate(self.out.trim_end_matches('\n').len()),
            _ => {}
        }
        let closing = self.closing.pop().unwrap_or_default();
        self.out.push_str(closing);
        match end {
            TagEnd::TableHead => self.in_head = false,
            TagEnd::TableCell => self.column += 1,
            _ => {}
        }
    }

    /// The page has a heading of its own and each message one: the text's begin at the third level, however many `#`
    /// they have, and none is skipped.
    fn heading(&mut self, level: HeadingLevel, following: &[Piece<'_>]) {
        let level = level as u8;
        let (name, closing) = match self.slugs.nest(level) {
            0 | 1 => ("h3", "</h3>"),
            2 => ("h4", "</h4>"),
            3 => ("h5", "</h5>"),
            _ => ("h6", "</h6>"),
        };
        let (text, _) = content(following);
        let mut opening = format!("<{name} dir=\"auto\"");
        if let Some(slug) = self.slugs.take(&text) {
            opening.push_str(" id=\"");
            push_escaped(&mut opening, &heading_id(&self.options.id_prefix, &slug));
            opening.push('"');
        }
        opening.push('>');
        self.headings.push((level, text));
        self.open(&opening, closing);
    }

    fn block_quote(&mut self, kind: Option<BlockQuoteKind>) {
        let Some(kind) = kind else {
            return self.open("<blockquote dir=\"auto\">", "</blockquote>");
        };
        let (class, title) = match kind {
            BlockQuoteKind::Note => ("note", "Note"),
            BlockQuoteKind::Tip => ("tip", "Tip"),
            BlockQuoteKind::Important => ("important", "Important"),
            BlockQuoteKind::Warning => ("warning", "Warning"),
            BlockQuoteKind::Caution => ("caution", "Caution"),
        };
        let opening = format!(
            "<blockquote class=\"callout callout-{class}\" dir=\"auto\"><p class=\"callout-title\" dir=\"auto\">{title}</p>"
        );
        self.open(&opening, "</blockquote>");
    }

    fn cell(&mut self) {
        let class = match self.columns.get(self.column) {
            Some(Alignment::Left) => " class=\"align-left\"",
            Some(Alignment::Center) => " class=\"align-center\"",
            Some(Alignment::Right) => " class=\"align-right\"",
            Some(Alignment::None) | None => "",
        };
        if self.in_head {
            self.open_if(
                self.table,
                &format!("<th scope=\"col\"{class} dir=\"auto\">"),
                "</th>",
            );
        } else {
            self.open_if(self.table, &format!("<td{class} dir=\"auto\">"), "</td>");
        }
    }

    fn link(&mut self, link_type: LinkType, destination: &str, title: &str) {
        self.links += 1;
        let target = match link_type {
            LinkType::Email => Target::judge(&format!("mailto:{destination}")),
            _ => Target::judge(destination),
        };
        match target.filter(|_| self.links == 1) {
            Some(target) => {
                let mut opening = String::new();
                target.push_open(&mut opening, "", title, &self.options.id_prefix);
                self.open(&opening, "</a>");
            }
            None => self.closing.push(""),
        }
    }

    /// A link in place of the image: loading it would tell a stranger when and where it is read.
    fn image(&mut self, alternative: &str, destination: &str, title: &str) {
        let alternative = alternative.trim();
        let target = match Target::judge(destination) {
            Some(Target::Elsewhere {
                href,
                host: Some(host),
            }) => Some((href, host)),
            _ => None,
        };
        let Some((href, host)) = target else {
            return push_escaped(
                &mut self.out,
                if alternative.is_empty() {
                    "Image"
                } else {
                    alternative
                },
            );
        };
        let text = format!(
            "{} ({host})",
            if alternative.is_empty() {
                "Image"
            } else {
                alternative
            }
        );
        if self.links > 0 {
            return push_escaped(&mut self.out, &text);
        }
        let target = Target::Elsewhere {
            href,
            host: Some(host),
        };
        target.push_open(&mut self.out, "image-link", title, &self.options.id_prefix);
        push_escaped(&mut self.out, &text);
        self.out.push_str("</a>");
    }

    fn footnote_reference(&mut self, label: &str) {
        let number = self.footnotes.number(label);
        let prefix = crate::escape::escaped(&self.options.id_prefix);
        // Within a link there is no other.
        if self.links > 0 {
            let _ = write!(self.out, "<sup>{number}</sup>");
            return;
        }
        let id = match self.footnotes.count_reference(number) {
            1 => format!("{prefix}fnref-{number}"),
            count => format!("{prefix}fnref-{number}-{count}"),
        };
        let _ = write!(
            self.out,
            "<sup class=\"footnote-ref\"><a id=\"{id}\" href=\"#{prefix}fn-{number}\" aria-label=\"Footnote {number}\">{number}</a></sup>"
        );
    }

    fn footnote(&mut self, label: &str) {
        let number = self.footnotes.number(label);
        let prefix = crate::escape::escaped(&self.options.id_prefix);
        let mut opening = String::from("<div class=\"footnote\"");
        if self.footnotes.define(number) {
            let _ = write!(opening, " id=\"{prefix}fn-{number}\"");
        }
        if self.footnotes.is_referenced(number) {
            let _ = write!(
                opening,
                "><a class=\"footnote-back\" href=\"#{prefix}fnref-{number}\" aria-label=\"Back to reference {number}\">{number}</a>"
            );
        } else {
            let _ = write!(opening, "><span class=\"footnote-back\">{number}</span>");
        }
        self.open(&opening, "</div>");
    }
}

/// Embeddings, overrides and isolates of the direction of writing.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text of an element that has just been opened, and the number of events up to and with its
/// end.
fn content(following: &[Piece<'_>]) -> (String, usize) {
    let mut text = String::new();
    let mut depth = 0_usize;
    for (index, (event, _)) in following.iter().enumerate() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => return (text, index + 1),
            Event::End(_) => depth -= 1,
            Event::Text(piece)
            | Event::Code(piece)
            | Event::InlineMath(piece)
            | Event::DisplayMath(piece) => {
                text.push_str(piece);
            }
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    (text, following.len())
}

/// Whether the item that has just been opened is one of a task list.
fn is_task(following: &[Piece<'_>]) -> bool {
    let first_is_paragraph = matches!(following.first(), Some((Event::Start(Tag::Paragraph), _)));
    let marker = following.get(usize::from(first_is_paragraph));
    matches!(marker, Some((Event::TaskListMarker(_), _)))
}

/// The one piece of HTML that models write for want of a Markdown way: a line break in a table.
fn is_line_break(html: &str) -> bool {
    let name = html
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or_default();
    name.trim_end_matches('/').trim_end().eq_ignore_ascii_case("br")
}
