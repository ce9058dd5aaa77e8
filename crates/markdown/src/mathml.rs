//! The list of what may be in a formula. What the library wrote is read here and written anew: only these elements,
//! only these attributes, only such values.

use crate::escape::push_escaped;

/// The longest result, in bytes.
const LONGEST: usize = 64 * 1024;
const DEEPEST: usize = 120;

const ELEMENTS: &[&str] = &[
    "math",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "mspace",
    "msqrt",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];
/// Attributes whose values are a word.
const WORDS: &[&str] = &[
    "accent",
    "accentunder",
    "display",
    "displaystyle",
    "fence",
    "form",
    "largeop",
    "mathvariant",
    "movablelimits",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
];
/// Attributes whose values are a length.
const LENGTHS: &[&str] = &[
    "depth",
    "height",
    "linethickness",
    "lspace",
    "maxsize",
    "minsize",
    "rspace",
    "voffset",
    "width",
];

/// The formula with nothing in it that is not on the lists, and with its source for those who cannot see it. Unknown
/// attributes are dropped, colours among them; for anything else that is unknown there is no formula.
pub(crate) fn checked(written: &str, source: &str) -> Option<String> {
    let mut out = String::with_capacity(written.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = written;
    while !rest.is_empty() {
        let at = next_tag(rest).unwrap_or(rest.len());
        push_escaped(&mut out, &decoded(&rest[..at]));
        rest = &rest[at..];
        let Some(tag) = rest.strip_prefix('<') else { break };
        let (tag, behind) = tag.split_once('>')?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            (open.pop() == Some(name.trim_end())).then_some(())?;
            push_closing(&mut out, name.trim_end());
            continue;
        }
        let (tag, closes_itself) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        (ELEMENTS.contains(&name) && (name == "math") == open.is_empty()).then_some(())?;
        out.push('<');
        out.push_str(name);
        push_attributes(&mut out, attributes)?;
        if name == "math" {
            out.push_str(" alttext=\"");
            push_escaped(&mut out, source);
            out.push('"');
        }
        out.push('>');
        if closes_itself {
            push_closing(&mut out, name);
        } else {
            open.push(name);
        }
        (open.len() <= DEEPEST && out.len() <= LONGEST).then_some(())?;
    }
    (open.is_empty() && out.len() <= LONGEST).then_some(out)
}

fn push_closing(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Where the next tag starts. The library leaves a `<` between two tags as it is.
fn next_tag(text: &str) -> Option<usize> {
    text.match_indices('<').map(|(at, _)| at).find(|at| {
        let next = text[at + 1..].bytes().next();
        next.is_some_and(|byte| byte == b'/' || byte.is_ascii_alphabetic())
    })
}

/// `attributes`: `name="value"` with spaces between.
fn push_attributes(out: &mut String, attributes: &str) -> Option<()> {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, behind) = rest.split_once("=\"")?;
        let (value, behind) = behind.split_once('"')?;
        if is_allowed(name, value) {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            push_escaped(out, value);
            out.push('"');
        }
        rest = behind.trim_start();
    }
    Some(())
}

fn is_allowed(name: &str, value: &str) -> bool {
    let is_word = |value: &str| {
        !value.is_empty()
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-".contains(&b))
    };
    if name == "class" {
        let ours = |class: &str| is_word(class) && (class.starts_with("menv-") || class.starts_with("cell-"));
        return value.split(' ').all(ours);
    }
    // It is so by itself.
    if (name, value) == ("display", "inline") {
        return false;
    }
    WORDS.contains(&name) && is_word(value) || LENGTHS.contains(&name) && is_length(value)
}

/// Up to 40 of any unit: a formula is not there to push the rest of the page away.
fn is_length(value: &str) -> bool {
    let digits = value
        .bytes()
        .take_while(|b| b.is_ascii_digit() || b"+-.".contains(b))
        .count();
    let (number, unit) = value.split_at(digits);
    number.parse::<f64>().is_ok_and(|number| number.abs() <= 40.0)
        && matches!(unit, "" | "em" | "ex" | "px" | "pt" | "mm" | "cm" | "in" | "%")
}

/// The few entities that the library writes.
fn decoded(text: &str) -> String {
    [
        ("&nbsp;", "\u{a0}"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_is_not_on_the_list() {
        assert_eq!(
            checked(
                "<math display=\"block\"><mi style=\"color: red\" class=\"menv-align x\">a</mi><mspace width=\"1em\" /><mo \
                 class=\"cell-left\"><</mo><mspace width=\"999em\"/></math>",
                "\""
            )
            .as_deref(),
            Some(
                "<math display=\"block\" alttext=\"&quot;\"><mi>a</mi><mspace width=\"1em\"></mspace><mo \
                 class=\"cell-left\">&lt;</mo><mspace></mspace></math>"
            )
        );
    }

    #[test]
    fn refuses_what_is_not_a_formula() {
        for bad in [
            "<math><script>x</script></math>",
            "<math><mi>x</math></mi>",
            "<math><mi>x</mi>",
            "<mi>x</mi>",
            "<math></math><img src=x>",
            "<math><mi onclick=x>x</mi></math>",
            "<math><annotation>x</annotation></math>",
            "<math><mi",
        ] {
            assert_eq!(checked(bad, ""), None, "{bad}");
        }
        assert_eq!(
            checked(
                "<math><mi href=\"javascript:x\" onclick=\"x\">&amp;lt;</mi></math>",
                ""
            )
            .as_deref(),
            Some("<math alttext=\"\"><mi>&amp;lt;</mi></math>")
        );
    }
}
