//! Marks that are open in a block's text.

use crate::document::is_backslashed;
use crate::dollars::looks_like_tex;

/// What may be a formula or a link is held back up to this many bytes; then it is shown as it is.
const LONGEST_HELD: usize = 2_000;
/// The same for what follows a single dollar sign, which may well be money.
const LONGEST_HELD_DOLLAR: usize = 80;

/// An inline text with what is open in it closed.
pub(super) fn closed(text: &str) -> String {
    let mut mender = Mender {
        text,
        out: String::with_capacity(text.len() + 4),
        open: Vec::new(),
    };
    mender.run(0, text.len());
    mender.finish()
}

struct Mender<'t> {
    text: &'t str,
    out: String,
    /// The marks of emphasis that are open: which, how many, where in `out`.
    open: Vec<(u8, usize, usize)>,
}

impl Mender<'_> {
    /// Copies the text from `at` to `end`. Stops early where the rest is held back.
    fn run(&mut self, mut at: usize, end: usize) {
        while at < end {
            let byte = self.text.as_bytes()[at];
            let next = match byte {
                b'\\' => self.backslash(at, end),
                b'`' => self.code(at, end),
                b'$' => self.dollar(at, end),
                b'[' => self.bracket(at, end),
                b'!' if self.text[at..end] == *"!" || self.text[at..end].starts_with("![") => {
                    self.image(at, end)
                }
                b'<' if is_break_begun(&self.text[at + 1..end]) => None,
                b'*' | b'_' | b'~' => self.emphasis(at, end),
                _ => {
                    let rest = &self.text[at..end];
                    let special = |c: char| "\\`$[!<*_~".contains(c);
                    let length = rest
                        .char_indices()
                        .skip(1)
                        .find(|(_, c)| special(*c))
                        .map_or(rest.len(), |(at, _)| at);
                    self.keep(at, at + length)
                }
            };
            match next {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    fn keep(&mut self, from: usize, to: usize) -> Option<usize> {
        self.out.push_str(&self.text[from..to]);
        Some(to)
    }

    fn backslash(&mut self, at: usize, end: usize) -> Option<usize> {
        let rest = &self.text[at + 1..end];
        let close = match rest.chars().next() {
            None => return None,
            Some('(') => "\\)",
            Some('[') => "\\]",
            Some(c) => return self.keep(at, at + 1 + c.len_utf8()),
        };
        match rest[1..].find(close) {
            Some(found) if looks_like_tex(&rest[1..1 + found]) => self.keep(at, at + 2 + found + 2),
            None if rest.len() <= LONGEST_HELD => None,
            _ => self.keep(at, at + 2),
        }
    }

    fn code(&mut self, at: usize, end: usize) -> Option<usize> {
        let rest = &self.text[at..end];
        let marks = rest.bytes().take_while(|byte| *byte == b'`').count();
        let mut search = marks;
        while let Some(found) = rest[search..].find('`') {
            let start = search + found;
            let run = rest[start..].bytes().take_while(|byte| *byte == b'`').count();
            if run == marks {
                return self.keep(at, at + start + run);
            }
            search = start + run;
        }
        let content = rest[marks..].trim_end().trim_end_matches('`');
        if !content.trim().is_empty() {
            self.keep(at, at + marks + content.len());
            self.out.push_str(&rest[..marks]);
        }
        None
    }

    fn dollar(&mut self, at: usize, end: usize) -> Option<usize> {
        let rest = &self.text[at..end];
        if let Some(behind) = rest.strip_prefix("$$") {
            return match behind.find("$$") {
                Some(found) => self.keep(at, at + 2 + found + 2),
                None if rest.len() <= LONGEST_HELD => None,
                None => self.keep(at, at + 2),
            };
        }
        let before = self.text[..at].chars().next_back();
        let after = rest[1..].chars().next();
        let may_open = !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_whitespace);
        let close = |(found, _): &(usize, &str)| {
            !rest[..1 + *found].ends_with(char::is_whitespace)
                && !rest[2 + *found..].starts_with(|c: char| c.is_ascii_digit())
        };
        if let Some((found, _)) = rest[1..].match_indices('$').find(close).filter(|_| may_open) {
            return self.keep(at, at + 2 + found);
        }
        // A letter by itself or a command is a formula's beginning; anything else is more likely money or a shell's.
        let begins_formula = after.is_none_or(|first| {
            first == '\\'
                || (first.is_alphabetic() && !rest[1 + first.len_utf8()..].starts_with(char::is_alphanumeric))
        });
        if may_open && begins_formula && rest.len() <= LONGEST_HELD_DOLLAR {
            return None;
        }
        self.keep(at, at + 1)
    }

    fn image(&mut self, at: usize, end: usize) -> Option<usize> {
        if at + 1 == end {
            // Held back only until it is known what follows.
            return None;
        }
        let before = self.out.len();
        self.out.push('!');
        let next = self.bracket(at + 1, end);
        if self.out[before + 1..].starts_with('[') {
            return next;
        }
        self.out.remove(before);
        next
    }

    fn bracket(&mut self, at: usize, end: usize) -> Option<usize> {
        let rest = &self.text[at..end];
        let Some(label) = label_end(rest) else {
            if rest.starts_with("[^") {
                return None;
            }
            // A link's text perhaps: shown without its bracket.
            return if rest.len() <= LONGEST_HELD && !rest.contains(['\n', '\r']) {
                Some(at + 1)
            } else {
                self.keep(at, at + 1)
            };
        };
        let after = &rest[label + 1..];
        if rest.starts_with("[^") {
            return self.keep(at, at + label + 1);
        }
        if let Some(inside) = after.strip_prefix('(') {
            if let Some(length) = destination_end(inside) {
                return self.keep(at, at + label + 2 + length);
            }
            if inside.len() <= LONGEST_HELD && !inside.contains(['\n', '\r']) {
                self.run(at + 1, at + label);
                return None;
            }
        } else if after.is_empty() {
            self.run(at + 1, at + label);
            return None;
        }
        self.keep(at, at + 1)
    }

    fn emphasis(&mut self, at: usize, end: usize) -> Option<usize> {
        let byte = self.text.as_bytes()[at];
        let rest = &self.text[at..end];
        let mut count = rest.bytes().take_while(|next| *next == byte).count();
        let next = at + count;
        if byte == b'~' && count != 2 {
            // One means "about" as often as it means anything.
            return if next == end { None } else { self.keep(at, next) };
        }
        if next == end {
            // Closes what is open, or opens what is not there yet.
            return None;
        }
        let before = self.text[..at].chars().next_back();
        let after = self.text[next..].chars().next();
        let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let is_mark = |c: Option<char>| c.is_some_and(|c| c.is_ascii_punctuation());
        let left = !is_space(after) && (!is_mark(after) || is_space(before) || is_mark(before));
        let right = !is_space(before) && (!is_mark(before) || is_space(after) || is_mark(after));
        let can_open = left && (byte != b'_' || !right || is_mark(before));
        let can_close = right && (byte != b'_' || !left || is_mark(after));
        if can_close {
            while count > 0
                && let Some(index) = self.open.iter().rposition(|(mark, _, _)| *mark == byte)
            {
                let used = count.min(self.open[index].1);
                count -= used;
                self.open.truncate(index + 1);
                self.open[index].1 -= used;
                if self.open[index].1 == 0 {
                    self.open.pop();
                }
            }
        }
        if can_open && count > 0 {
            self.open
                .push((byte, count.min(3), self.out.len() + (next - at - count)));
        }
        self.keep(at, next)
    }

    fn finish(mut self) -> String {
        self.out.truncate(self.out.trim_end().len());
        let mut closing = String::new();
        while let Some((mark, count, at)) = self.open.pop() {
            let marks = String::from_utf8(vec![mark; count]).unwrap_or_default();
            let is_empty = self
                .out
                .get(at + count..)
                .is_none_or(|content| content.trim().is_empty());
            if is_empty && closing.is_empty() {
                self.out.truncate(at.min(self.out.len()));
                self.out.truncate(self.out.trim_end().len());
            } else {
                closing.push_str(&marks);
            }
        }
        self.out + &closing
    }
}

/// Where the bracket that a text begins with is closed.
fn label_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut code = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'`' => code = !code,
            _ if code || is_backslashed(text, at) => {}
            b'[' => depth += 1,
            b']' if depth == 1 => return Some(at),
            b']' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The length of a link's destination with its closing parenthesis.
fn destination_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_backslashed(text, at) => {}
            b'"' | b'\'' if quote == Some(byte) => quote = None,
            b'"' | b'\'' if quote.is_none() && text[..at].ends_with(' ') => quote = Some(byte),
            _ if quote.is_some() => {}
            b'(' => depth += 1,
            b')' if depth == 0 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether this, behind a `<`, is how a line break begins.
fn is_break_begun(rest: &str) -> bool {
    ["br>", "br/>", "br />"].iter().any(|whole| {
        rest.len() < whole.len()
            && whole
                .get(..rest.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(rest))
    })
}
