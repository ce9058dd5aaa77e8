//! Code blocks, and the memory of what of them is highlighted already.

use crate::escape::{escaped, push_escaped};
use crate::highlight::Highlighter;
use std::collections::HashMap;

/// What follows this many bytes of a block is shown without colours.
const LONGEST_CODE: usize = 64 * 1024;
/// The longest language name shown, in characters.
const LONGEST_LANGUAGE: usize = 40;

/// Highlighted code by the offset of its block in the text. As a text is written at its end, the
/// same block is found again at the same offset, a little longer.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: HashMap<usize, Entry>,
    /// Counts renderings, to forget blocks that are no longer asked for.
    round: u64,
}

/// What is done of one block: all of its whole lines.
#[derive(Debug)]
struct Entry {
    language: String,
    source: String,
    html: String,
    highlighter: Option<Highlighter>,
    round: u64,
}

impl Cache {
    /// Starts a rendering.
    pub(crate) fn begin(&mut self) {
        self.round += 1;
    }

    /// Ends a rendering: forgets what it did not ask for.
    pub(crate) fn finish(&mut self) {
        let round = self.round;
        self.entries.retain(|_, entry| entry.round == round);
    }

    /// Appends the HTML of the block of code at `offset`.
    pub(crate) fn push_highlighted(&mut self, out: &mut String, offset: usize, language: &str, code: &str) {
        let round = self.round;
        let known = self.entries.remove(&offset);
        let mut entry = known
            .filter(|entry| entry.language == language && code.starts_with(&entry.source))
            .unwrap_or_else(|| Entry::new(language));
        entry.round = round;
        let whole_lines = code.rfind('\n').map_or(0, |end| end + 1);
        entry.advance(&code[..whole_lines]);
        let last_line = &code[whole_lines..];
        if last_line.is_empty() {
            // The block ends with its last line, not with an empty one.
            out.push_str(entry.html.strip_suffix('\n').unwrap_or(&entry.html));
        } else {
            out.push_str(&entry.html);
            entry.push_line(out, last_line, &mut entry.highlighter.clone());
        }
        self.entries.insert(offset, entry);
    }
}

impl Entry {
    fn new(language: &str) -> Self {
        Self {
            language: language.to_string(),
            source: String::new(),
            html: String::new(),
            highlighter: Highlighter::new(language),
            round: 0,
        }
    }

    /// Highlights the lines of `code` that are not done yet.
    fn advance(&mut self, code: &str) {
        let mut highlighter = self.highlighter.take();
        let mut html = std::mem::take(&mut self.html);
        for line in code[self.source.len()..].split_inclusive('\n') {
            self.push_line(
                &mut html,
                line.strip_suffix('\n').unwrap_or(line),
                &mut highlighter,
            );
            html.push('\n');
            self.source.push_str(line);
        }
        self.html = html;
        self.highlighter = highlighter;
    }

    /// Appends the line that follows what is done.
    fn push_line(&self, out: &mut String, line: &str, highlighter: &mut Option<Highlighter>) {
        match highlighter {
            Some(highlighter) if self.source.len() + line.len() <= LONGEST_CODE => {
                highlighter.push_line(out, line);
            }
            _ => push_escaped(out, line),
        }
    }
}

/// The language a fence names: its first word, as ```` ```rust,ignore ```` and
/// ```` ```{python} ```` have it.
pub(crate) fn language(info: &str) -> &str {
    let word = info
        .split([',', ' ', '\t', ';'])
        .find(|word| !word.is_empty())
        .unwrap_or_default();
    let word = word.trim_matches(['{', '}', '.']);
    let end = word
        .char_indices()
        .nth(LONGEST_LANGUAGE)
        .map_or(word.len(), |(at, _)| at);
    &word[..end]
}

/// Appends a block of code with its caption.
pub(crate) fn push_figure(out: &mut String, cache: &mut Cache, offset: usize, language: &str, code: &str) {
    let name = escaped(language);
    out.push_str("<figure class=\"code\"");
    if !name.is_empty() {
        out.push_str(" data-lang=\"");
        out.push_str(&name);
        out.push('"');
    }
    out.push_str("><figcaption><span>");
    out.push_str(if name.is_empty() { "text" } else { &name });
    out.push_str("</span>");
    // For the page's script, which shows it.
    out.push_str("<button type=\"button\" class=\"copy\" data-copy=\"code\" hidden>Copy</button>");
    out.push_str("</figcaption><pre tabindex=\"0\" dir=\"ltr\"><code class=\"hl\">");
    cache.push_highlighted(out, offset, language, code);
    out.push_str("</code></pre></figure>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_language() {
        assert_eq!(language("rust"), "rust");
        assert_eq!(language("rust,ignore"), "rust");
        assert_eq!(language("{python}"), "python");
        assert_eq!(language("{.c++ .numbers}"), "c++");
        assert_eq!(language(" js title=\"a\""), "js");
        assert_eq!(language(""), "");
        assert_eq!(language(&"ü".repeat(100)).chars().count(), LONGEST_LANGUAGE);
    }

    fn highlighted(cache: &mut Cache, language: &str, code: &str) -> String {
        let mut out = String::new();
        cache.begin();
        cache.push_highlighted(&mut out, 0, language, code);
        cache.finish();
        out
    }

    #[test]
    fn continuing_equals_starting_over() {
        let code = "/* a\nb */ fn f() -> &'static str {\n    \"x\ny\"\n}\n";
        let mut cache = Cache::default();
        for end in 0..=code.len() {
            let expected = highlighted(&mut Cache::default(), "rust", &code[..end]);
            assert_eq!(highlighted(&mut cache, "rust", &code[..end]), expected, "{end}");
        }
        let other = highlighted(&mut Cache::default(), "python", code);
        assert_eq!(
            highlighted(&mut cache, "python", code),
            other,
            "another language starts over"
        );
    }

    #[test]
    fn forgets_what_is_gone() {
        let mut cache = Cache::default();
        highlighted(&mut cache, "rust", "fn f() {}\n");
        assert_eq!(cache.entries.len(), 1);
        cache.begin();
        cache.finish();
        assert!(cache.entries.is_empty());
    }

    #[test]
    fn the_end_of_huge_code_is_plain() {
        let code = "let a = 1;\n".repeat(LONGEST_CODE / 11 + 10);
        let html = highlighted(&mut Cache::default(), "rust", &code);
        assert!(html.starts_with("<span class=\"hl-keyword\">let</span>"));
        assert!(html.ends_with("\nlet a = 1;"));
    }
}
