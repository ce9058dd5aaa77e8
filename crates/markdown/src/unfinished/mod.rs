//! The end of a text that is still being written, made whole: `**bo` is shown bold and not with two asterisks that
//! vanish a moment later. Nothing here decides what is safe. It only adds closing marks to the source, or leaves
//! out what cannot be judged yet; what comes of that is rendered like any other text, and the finished text is
//! rendered without any of this.

mod inline;

use crate::document::{is_backslashed, is_inline, line_start, parser};
use inline::closed;
use pulldown_cmark::{Event, Tag};
use std::borrow::Cow;

/// The block that the text ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Paragraph,
    /// A heading or a table's cell: it ends with its line.
    Line,
    Code,
    /// Nothing that could be open.
    None,
}

/// The text with its end mended. The beginning of a top-level block at least must be there.
pub(crate) fn mended(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        return Cow::Borrowed(text);
    }
    let (leaf, start, end) = last_leaf(text);
    let kept = without_marker(text, leaf);
    let (leaf, start, end) = if kept.len() < text.len() {
        last_leaf(kept)
    } else {
        (leaf, start, end)
    };
    if is_over(kept, leaf, end) {
        return Cow::Borrowed(kept);
    }
    let content = closed(&kept[start..end]);
    if content.is_empty() {
        // A list's marker alone would make a heading of the line above.
        return Cow::Borrowed(&kept[..line_start(kept, start)]);
    }
    let mut out = kept[..start].to_owned();
    out.push_str(&content);
    if leaf == Leaf::Paragraph {
        complete_table(&mut out, start);
    }
    Cow::Owned(out)
}

/// The last block that holds text, and where its text starts and ends.
fn last_leaf(text: &str) -> (Leaf, usize, usize) {
    let mut leaf = Leaf::None;
    let (mut start, mut end) = (0, 0);
    // The block that was opened; it counts once there is something in it.
    let mut opened = None;
    for (event, range) in parser(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => (leaf, opened) = (Leaf::Code, None),
            Event::Start(Tag::HtmlBlock) | Event::Rule => (leaf, opened) = (Leaf::None, None),
            Event::Start(tag) if !is_inline(&tag) => {
                if leaf == Leaf::Code {
                    leaf = Leaf::None;
                }
                opened = Some(match tag {
                    Tag::Heading { .. } | Tag::TableCell => Leaf::Line,
                    _ => Leaf::Paragraph,
                });
            }
            Event::End(_) | Event::TaskListMarker(_) => {}
            _ => {
                if let Some(next) = opened.take() {
                    // The parser leaves out the backslash before a first character.
                    let backslash = usize::from(is_backslashed(text, range.start));
                    (leaf, start, end) = (next, range.start - backslash, range.end);
                }
                end = end.max(range.end);
            }
        }
    }
    (leaf, start, end.max(start))
}

/// Whether what follows cannot become part of the last leaf any more.
fn is_over(text: &str, leaf: Leaf, end: usize) -> bool {
    let after = &text[end..];
    let lines = after.replace("\r\n", "\n").matches(['\n', '\r']).count();
    !after.trim().is_empty()
        || match leaf {
            Leaf::Paragraph => lines > 1,
            Leaf::Line => lines > 0,
            Leaf::Code | Leaf::None => true,
        }
}

/// The text without a last line that is nothing but the beginning of a mark: of a list's item, a heading, a fence, a
/// rule, a table's second line, a box to tick, a footnote.
fn without_marker(text: &str, leaf: Leaf) -> &str {
    let start = line_start(text, text.len());
    let line = text[start..].trim();
    if line.is_empty() {
        return text;
    }
    let is_all = |line: &str, marks: &str| line.chars().all(|c| marks.contains(c) || c.is_whitespace());
    let content = line.trim_start_matches(['>', ' ', '\t']);
    let is_marker = if leaf == Leaf::Code && !is_fence(content) {
        is_all(line, "`") || is_all(line, "~")
    } else {
        let unlisted = without_list_marker(content);
        is_all(unlisted, "-+*=#_~`|:>")
            || is_fence(unlisted)
            || is_open_box(unlisted)
            || (content.starts_with('[') && content.contains("]:"))
    };
    // A fence in the middle of code that is as long as another one's is a line of it.
    let is_marker = is_marker && !(leaf == Leaf::Code && is_fence(content) && !opens_last_code(text, start));
    if is_marker { &text[..start] } else { text }
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

/// Whether the line at `start` is the first of the block of code that the text ends in.
fn opens_last_code(text: &str, start: usize) -> bool {
    parser(text)
        .into_offset_iter()
        .filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))))
        .last()
        .is_some_and(|(_, range)| range.start >= start)
}

fn without_list_marker(line: &str) -> &str {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=9).contains(&digits) {
        let rest = &line[digits..];
        return match rest.strip_prefix(['.', ')']) {
            Some(rest) if rest.is_empty() || rest.starts_with(' ') => rest.trim_start(),
            None if rest.is_empty() => rest,
            _ => line,
        };
    }
    match line.strip_prefix(['-', '*', '+']) {
        Some(rest) if rest.starts_with(' ') => rest.trim_start(),
        _ => line,
    }
}

fn is_open_box(line: &str) -> bool {
    matches!(line, "[" | "[ " | "[x" | "[X" | "[ ]" | "[x]" | "[X]")
}

/// A last line between bars gets what makes a table of it. `leaf` is where the paragraph begins.
fn complete_table(out: &mut String, leaf: usize) {
    let start = line_start(out, out.len());
    let line = &out[start..];
    let Some(bar) = line.find('|').filter(|bar| {
        let before = line[..*bar].trim_start_matches(['>', ' ', '\t']);
        without_list_marker(before).is_empty()
    }) else {
        return;
    };
    let row = line[bar + 1..].trim_end();
    // The line above would have been the head of the same table.
    let above = out[leaf.min(start)..start].trim_end_matches(['\n', '\r']);
    let above = above.rsplit(['\n', '\r']).next().unwrap_or_default();
    if row.is_empty() || above.trim_start_matches(['>', ' ', '\t']).starts_with('|') {
        return;
    }
    let row_start = start + bar + 1;
    let is_bar = |at: usize| out.as_bytes()[at] == b'|' && !is_backslashed(out, at);
    let bars = (row_start..row_start + row.len())
        .filter(|at| is_bar(*at))
        .count();
    let closed = is_bar(row_start + row.len() - 1);
    let columns = if closed { bars } else { bars + 1 };
    // What a list's item or a quote has before each of its lines.
    let indent: String = line[..bar]
        .chars()
        .map(|c| if c == '>' || c.is_whitespace() { c } else { ' ' })
        .collect();
    let end = if closed { "" } else { " |" };
    let second = "---|".repeat(columns);
    out.truncate(row_start + row.len());
    out.push_str(&format!("{end}\n{indent}|{second}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(mended(text), expected, "{text:?}");
    }

    #[test]
    fn open_marks_are_closed() {
        check("a **bo", "a **bo**");
        check("a **bold**", "a **bold**");
        check("a **bold*", "a **bold**");
        check("a **", "a");
        check("a **bo **", "a **bo**");
        check("a *it", "a *it*");
        check("a ***both", "a ***both***");
        check("**a *b", "**a *b***");
        check("a ~~go", "a ~~go~~");
        check("about ~5 minutes", "about ~5 minutes");
        check("2 * 3", "2 * 3");
        check("snake_case", "snake_case");
        check("_a", "_a_");
        check("a `co", "a `co`");
        check("a ``c`o`", "a ``c`o``");
        check("a `", "a");
        check("**a `b", "**a `b`**");
        check("a `*`", "a `*`");
        check("\\*a", "\\*a");
        check("> - **a", "> - **a**");
        check("# **a", "# **a**");
        check("- **a\n- *b", "- **a\n- *b*");
    }

    #[test]
    fn what_is_finished_stays() {
        for text in [
            "",
            "a **b\n\n",
            "a **b\n\nc",
            "# **a\n",
            "| a |\n|---|\n| **b |\n",
            "```\na **b",
            "<div>\n**a",
            "a **b**\n\n***\n\n",
            "[a](https://b.example) [c",
        ] {
            if text.ends_with("[c") {
                check(text, "[a](https://b.example) c");
            } else {
                check(text, text);
            }
        }
    }

    #[test]
    fn links_are_shown_by_their_text_until_they_lead_somewhere() {
        check("see [the si", "see the si");
        check("see [the **si", "see the **si**");
        check("see [the site]", "see the site");
        check("see [the site](https://a.exa", "see the site");
        check(
            "see [the site](https://a.example)",
            "see [the site](https://a.example)",
        );
        check("see ![a c", "see a c");
        check("see ![a cat](https://a", "see a cat");
        check("a[^1", "a");
        check("a[^1]", "a[^1]");
        check("a[1] b", "a[1] b");
        check("wow!", "wow");
        check("**[a", "**a**");
        check("**[", "");
    }

    #[test]
    fn formulas_wait_for_their_end_and_money_does_not() {
        check("so $x^2", "so");
        check("so $\\frac", "so");
        check("so $x^2$ a", "so $x^2$ a");
        check("costs $5 and **mo", "costs $5 and **mo**");
        check("set $HOME to", "set $HOME to");
        check("$$\na = b\n", "");
        check("so \\(x", "so");
        check("so \\[x\n= y", "so");
        check("so \\(x\\) and **b", "so \\(x\\) and **b**");
    }

    #[test]
    fn a_line_that_is_only_a_mark_waits() {
        for line in [
            "-", "- ", "*", "**", "1", "1.", "12. ", "#", "### ", "`", "``", "```", "```ru", "---", "==",
            "- [", "- [x]", "> ", "- **", "|", "|--",
        ] {
            check(&format!("text\n{line}"), "text");
            check(&format!("- a **b\n{line}"), "- a **b**");
        }
        check("[a]: htt", "");
        check("2024 was", "2024 was");
        check("```rust\nlet a;\n``", "```rust\nlet a;\n");
        check("```rust\nlet a;\n```", "```rust\nlet a;\n```");
        check("```ru", "");
    }

    #[test]
    fn a_line_between_bars_is_a_table_from_its_beginning() {
        check("| a", "| a |\n|---|");
        check("| a | b", "| a | b |\n|---|---|");
        check("| a | **b", "| a | **b** |\n|---|---|");
        check("| a | b |\n", "| a | b |\n|---|---|");
        check("| a | b |\n|--", "| a | b |\n|---|---|");
        check("> text\n> | a", "> text\n> | a |\n> |---|");
        check("- | a", "- | a |\n  |---|");
        check("| a | b |\n|---|---|\n| **c", "| a | b |\n|---|---|\n| **c**");
        check("a | b", "a | b");
    }
}
