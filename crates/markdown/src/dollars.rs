//! Which signs in a text stand around a formula.
//!
//! `$x$` does, and so do `\(x\)` and `\[x\]`, which many models write. Most dollar signs mean money. The Markdown
//! parser knows only the former and has no eye for the latter, so it is given a text of the same length in which
//! only signs around formulas are left.

use crate::document::{inline_runs, is_backslashed};
use std::borrow::Cow;
use std::ops::Range;

/// Stands for a dollar sign that is text.
const MONEY: char = '\u{1}';
/// What is shown alike for a control character in the text that is the same.
const OTHER: &str = "\u{2}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Dollar,
    Dollars,
    /// `\(` or `\[`, by its bracket.
    Open(u8),
    /// `\)` or `\]`, by the bracket that it closes.
    Close(u8),
}

/// The text for the parser, or the text itself if it has no such signs.
pub(crate) fn prepared(text: &str) -> Cow<'_, str> {
    if !["$", "\\(", "\\["].iter().any(|sign| text.contains(sign)) {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.replace(MONEY, OTHER).into_bytes();
    for run in inline_runs(text) {
        mark(text, &signs(text, &run), &mut bytes);
    }
    // Only ASCII took the place of ASCII.
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A piece of the parser's output as it is in the text.
pub(crate) fn restored(text: &str) -> Option<String> {
    text.contains(MONEY).then(|| text.replace(MONEY, "$"))
}

fn signs(text: &str, run: &[Range<usize>]) -> Vec<(usize, Sign)> {
    let bytes = text.as_bytes();
    let mut signs: Vec<(usize, Sign)> = Vec::new();
    for at in run.iter().cloned().flatten() {
        let escaped = is_backslashed(text, at);
        let sign = match bytes[at] {
            b'$' if !escaped => match signs.last_mut() {
                Some((before, sign @ Sign::Dollar)) if *before + 1 == at => {
                    *sign = Sign::Dollars;
                    continue;
                }
                _ => (at, Sign::Dollar),
            },
            bracket @ (b'(' | b'[') if escaped => (at - 1, Sign::Open(bracket)),
            b')' if escaped => (at - 1, Sign::Close(b'(')),
            b']' if escaped => (at - 1, Sign::Close(b'[')),
            _ => continue,
        };
        signs.push(sign);
    }
    signs
}

fn mark(text: &str, signs: &[(usize, Sign)], bytes: &mut [u8]) {
    let money = MONEY as u8;
    let mut index = 0;
    while let Some(&(start, sign)) = signs.get(index) {
        let rest = &signs[index + 1..];
        let end = match sign {
            Sign::Dollars => rest.iter().position(|(_, sign)| *sign == Sign::Dollars),
            Sign::Open(bracket) => rest
                .iter()
                .position(|(_, sign)| *sign == Sign::Close(bracket))
                .filter(|end| looks_like_tex(&text[start + 2..rest[*end].0])),
            Sign::Dollar if may_open(text, start) => rest
                .iter()
                .position(|(at, sign)| *sign == Sign::Dollar && may_close(text, *at))
                // A formula may begin with a digit, but so do two prices in a sentence.
                .filter(|end| *end == 0 || !text.as_bytes()[start + 1].is_ascii_digit()),
            Sign::Dollar | Sign::Close(_) => None,
        };
        let Some(end) = end else {
            if sign == Sign::Dollar {
                bytes[start] = money;
            }
            index += 1;
            continue;
        };
        for (at, sign) in &rest[..end] {
            if *sign == Sign::Dollar {
                bytes[*at] = money;
            }
        }
        if let Sign::Open(_) = sign {
            for at in [start, rest[end].0] {
                bytes[at..at + 2].copy_from_slice(b"$$");
            }
        }
        index += end + 2;
    }
}

fn may_open(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    after.is_some_and(|c| !c.is_whitespace()) && !before.is_some_and(char::is_alphanumeric)
}

/// As in `$5-$10`, a sign before a digit is a price's.
fn may_close(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 1..].chars().next();
    before.is_some_and(|c| !c.is_whitespace()) && !after.is_some_and(|c| c.is_ascii_digit())
}

/// Whether what is between escaped brackets is a formula, and not words that somebody put into brackets.
pub(crate) fn looks_like_tex(content: &str) -> bool {
    let content = content.trim();
    (1..=3).contains(&content.chars().count()) || content.contains(['\\', '^', '_', '=', '{', '+', '<', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        prepared(text).replace(MONEY, "§")
    }

    #[test]
    fn money_is_not_math() {
        for (text, expected) in [
            ("$5 and $10", "§5 and §10"),
            ("$5-$10, US$5, 5$ or $", "§5-§10, US§5, 5§ or §"),
            ("**$5**/$7", "**§5**/§7"),
            ("between $5 and $x$", "between §5 and $x$"),
            ("$x$ costs $5", "$x$ costs §5"),
            ("a $x_1 * y_2$ b", "a $x_1 * y_2$ b"),
            ("$a$ and $$b$$", "$a$ and $$b$$"),
            ("`$a$` $", "`$a$` §"),
            ("```\n$a $b\n```\n$5", "```\n$a $b\n```\n§5"),
            ("\\$5 and $x$", "\\$5 and $x$"),
            ("[a $](https://b.example/?$c)", "[a §](https://b.example/?$c)"),
            ("no signs", "no signs"),
            ("\u{1}$", "\u{2}§"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn brackets_are_signs_too() {
        for (text, expected) in [
            ("so \\(x^2\\).", "so $$x^2$$."),
            ("\\[\na = b\n\\]", "$$\na = b\n$$"),
            ("\\(not math\\) \\[x", "\\(not math\\) \\[x"),
            ("`\\(x\\)`", "`\\(x\\)`"),
            ("\\\\(x\\\\)", "\\\\(x\\\\)"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }
}
