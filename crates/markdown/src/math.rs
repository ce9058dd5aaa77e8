//! Formulas: TeX to MathML, which browsers set without a script.
//!
//! What is refused, because it is too long, too deep, wrong or more than a formula, is shown as its source.

use crate::escape::push_escaped;
use crate::mathml;
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};
use std::convert::Infallible;
use std::panic;

/// The longest formula that is set, in bytes.
const LONGEST: usize = 4_000;
/// The deepest nesting. The parser works by recursion, and a browser takes long over more.
const DEEPEST: usize = 40;

/// Commands that define others: what they make of a short text can be of any length. And one that makes a character
/// of a number, at which the parser panics.
const REFUSED: &[&str] = &[
    "def",
    "edef",
    "gdef",
    "xdef",
    "let",
    "futurelet",
    "newcommand",
    "renewcommand",
    "providecommand",
    "char",
];

/// Commands that the parser does not know, and what comes close enough.
const REPLACED: &[(&str, &str)] = &[
    ("boxed", ""),
    ("hbox", r"\text"),
    ("mathscr", r"\mathcal"),
    ("mbox", r"\text"),
    ("nonumber", ""),
    ("notag", ""),
    ("tag", r"\qquad\text"),
];

/// Appends a formula; one in `display` has a line of its own and scrolls by itself.
pub(crate) fn push(out: &mut String, tex: &str, display: bool) {
    let Some(math) = render(tex, display) else {
        out.push_str("<code title=\"A formula, as it was written\">");
        push_escaped(out, tex.trim());
        out.push_str("</code>");
        return;
    };
    if display {
        out.push_str("<span class=\"formula\" tabindex=\"0\">");
        out.push_str(&math);
        out.push_str("</span>");
    } else {
        out.push_str(&math);
    }
}

fn render(tex: &str, display: bool) -> Option<String> {
    if tex.len() > LONGEST {
        return None;
    }
    let source = prepared(tex)?;
    // The parser is young. What it does not foresee costs one formula and not the answer.
    let written = panic::catch_unwind(|| {
        let storage = Storage::new();
        let events: Vec<_> = Parser::new(&source, &storage).collect::<Result<_, _>>().ok()?;
        let config = RenderConfig {
            display_mode: if display {
                DisplayMode::Block
            } else {
                DisplayMode::Inline
            },
            ..RenderConfig::default()
        };
        let mut written = String::new();
        let events = events.into_iter().map(Ok::<_, Infallible>);
        push_mathml(&mut written, events, config).ok()?;
        Some(written)
    });
    mathml::checked(&written.ok()??, tex.trim())
}

/// The formula with commands replaced, unless it has one that is refused or is nested too deeply.
fn prepared(tex: &str) -> Option<String> {
    let mut out = String::with_capacity(tex.len());
    let mut open = 0_usize;
    // Commands one right after the other: each may take the next as its argument.
    let mut chain = 0_usize;
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        if c != '\\' {
            match c {
                '{' => open += 1,
                '}' => open = open.saturating_sub(1),
                '^' | '_' => chain += 1,
                c if c.is_whitespace() => {}
                _ => chain = 0,
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            let after = &rest[1..];
            let letters = after
                .find(|c: char| !c.is_ascii_alphabetic())
                .unwrap_or(after.len());
            if letters == 0 {
                let length = after.chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..1 + length]);
                rest = &after[length..];
                continue;
            }
            let (name, behind) = after.split_at(letters);
            if REFUSED.contains(&name) {
                return None;
            }
            match name {
                "left" | "begin" => open += 1,
                "right" | "end" => open = open.saturating_sub(1),
                _ => chain += 1,
            }
            match REPLACED.iter().find(|(known, _)| *known == name) {
                Some((_, replacement)) => out.push_str(replacement),
                None => out.push_str(&rest[..1 + letters]),
            }
            rest = behind;
        }
        if open + chain > DEEPEST {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(tex: &str) -> String {
        let mut out = String::new();
        push(&mut out, tex, false);
        out
    }

    #[test]
    fn formulas_become_mathml() {
        assert_eq!(
            set("x^2 < \\frac{a}{b}"),
            "<math alttext=\"x^2 &lt; \\frac{a}{b}\"><msup><mi>x</mi><mn>2</mn></msup><mo>&lt;</mo><mfrac><mrow><mi>a</mi>\
             </mrow><mrow><mi>b</mi></mrow></mfrac></math>"
        );
        for tex in [
            r"\sum_{i=1}^n \sqrt[3]{x_i}",
            r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
            r"\begin{aligned}a&=b\\&=c\end{aligned}",
            r"\text{if } x \in \mathbb{R} \quad \left( \tfrac12 \right)",
            r"\boxed{42} \tag{1} \notag",
            r"\mathscr{L}\{f\} = \int_0^\infty f(t) e^{-st}\,dt",
            r"\alpha\beta\gamma\delta\to\infty",
        ] {
            assert!(set(tex).starts_with("<math"), "{tex}: {}", set(tex));
        }
        let mut out = String::new();
        push(&mut out, "x", true);
        assert!(
            out.starts_with("<span class=\"formula\" tabindex=\"0\"><math display=\"block\""),
            "{out}"
        );
    }

    #[test]
    fn what_is_no_formula_is_shown_as_written() {
        for tex in [
            r"\unknown{<b>}",
            r"\frac{a}",
            "{",
            r"\def\a#1{#1#1}\a{\a{\a{x}}}",
            r"\newcommand{\a}{x}\a",
            r"\charé",
            r"\href{javascript:alert(1)}{x}",
            &"x".repeat(LONGEST + 1),
        ] {
            let html = set(tex);
            assert!(html.starts_with("<code title="), "{html}");
            assert!(!html.contains("<b>"), "{html}");
        }
    }

    #[test]
    fn nesting_has_an_end_that_the_stack_holds() {
        let set_all = || {
            for unit in [
                "{",
                r"\sqrt ",
                "x^",
                r"\left(",
                r"\frac ",
                r"\begin{matrix}",
                r"\text{",
                r"\hat",
                r"\overset ",
                r"\not",
                r"\sum\limits_",
                r"\underbrace{",
                "^{",
                r"\color{red}{",
                r"\mathbb ",
                r"\sqrt{",
                r"\frac{",
            ] {
                for close in ["", "}", r"\right)", r"\end{matrix}"] {
                    for count in [DEEPEST - 1, DEEPEST, 600] {
                        let html = set(&format!("{}x{}", unit.repeat(count), close.repeat(count)));
                        assert!(html.starts_with("<math") || html.starts_with("<code"));
                    }
                }
            }
        };
        // As small as the stacks of the server's threads.
        std::thread::Builder::new()
            .stack_size(1 << 20)
            .spawn(set_all)
            .unwrap()
            .join()
            .unwrap();
    }
}
