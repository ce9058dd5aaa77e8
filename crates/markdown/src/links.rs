//! What may be linked, and where links stand in plain text.

use crate::escape::push_escaped;
use crate::slug::slug;
use std::fmt::Write;
use std::ops::Range;
use url::Url;

/// What every link to elsewhere carries: it opens beside the conversation, tells the other side
/// nothing about it and gives it no handle on it.
const ELSEWHERE: &str = " rel=\"noopener noreferrer nofollow\" target=\"_blank\"";

/// Longer addresses in plain text stay text, in bytes.
const LONGEST_ADDRESS: usize = 2_048;

/// Where a link leads, once it is known to be harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Another site or a mail address: the whole URL.
    Elsewhere {
        href: String,
        /// The host; none for mail.
        host: Option<String>,
    },
    /// A heading of the same text: its name without prefix.
    Heading(String),
}

impl Target {
    /// Judges a link's destination as the Markdown parser gives it (entities decoded). `None`
    /// means: show it as text.
    ///
    /// The list of what is allowed is short and the comparison literal, so there is nothing for
    /// tricks with case, control characters or entities to get around: whatever does not start
    /// with an allowed scheme and parse as such a URL is refused.
    pub(crate) fn judge(destination: &str) -> Option<Self> {
        if let Some(fragment) = destination.strip_prefix('#') {
            let name = slug(&percent_decoded(fragment));
            return (!name.is_empty()).then_some(Self::Heading(name));
        }
        // Browsers drop some of these inside of a URL, and take a backslash for a slash.
        if destination.chars().any(|c| c.is_control() || c == '\\') {
            return None;
        }
        let has_scheme = |scheme: &str| {
            destination
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        };
        let is_web = has_scheme("http://") || has_scheme("https://");
        if !is_web && !has_scheme("mailto:") {
            return None;
        }
        let href = percent_encoded(destination);
        let url = Url::parse(&href).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty()).map(str::to_string);
        let is_complete = if is_web {
            host.is_some()
        } else {
            url.path().contains('@')
        };
        is_complete.then_some(Self::Elsewhere { href, host })
    }

    /// Appends the opening `<a>`, with a class if there is one.
    pub(crate) fn push_open(&self, out: &mut String, class: &str, title: &str, id_prefix: &str) {
        out.push_str("<a");
        if !class.is_empty() {
            let _ = write!(out, " class=\"{class}\"");
        }
        out.push_str(" href=\"");
        match self {
            Self::Elsewhere { href, .. } => {
                push_escaped(out, href);
                out.push('"');
                out.push_str(ELSEWHERE);
            }
            Self::Heading(name) => {
                out.push('#');
                push_escaped(out, &heading_id(id_prefix, name));
                out.push('"');
            }
        }
        if !title.is_empty() {
            out.push_str(" title=\"");
            push_escaped(out, title);
            out.push('"');
        }
        out.push('>');
    }
}

/// The id of the heading with this name. Headings have a letter of their own, so that none can be
/// named like a footnote.
pub(crate) fn heading_id(id_prefix: &str, name: &str) -> String {
    format!("{id_prefix}h-{name}")
}

/// Appends plain text, with web addresses in it as links.
pub(crate) fn push_linkified(out: &mut String, text: &str, id_prefix: &str) {
    let mut from = 0;
    while let Some((range, target)) = next_address(text, from) {
        push_escaped(out, &text[from..range.start]);
        target.push_open(out, "", "", id_prefix);
        push_escaped(out, &text[range.clone()]);
        out.push_str("</a>");
        from = range.end;
    }
    push_escaped(out, &text[from..]);
}

/// The first web address in `text` that starts at `from` or later.
fn next_address(text: &str, from: usize) -> Option<(Range<usize>, Target)> {
    let mut search = from;
    while let Some(found) = text[search..].find("://") {
        let colon = search + found;
        search = colon + 3;
        let scheme = ["https", "http"].into_iter().find(|scheme| {
            let start = colon.checked_sub(scheme.len());
            start
                .and_then(|start| text.get(start..colon))
                .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        });
        let Some(start) = scheme.map(|scheme| colon - scheme.len()) else {
            continue;
        };
        let stands_free = start == from
            || !text[from..start]
                .chars()
                .next_back()
                .is_some_and(char::is_alphanumeric);
        let end = search + address_length(&text[search..]);
        if start >= from
            && stands_free
            && end > search
            && let Some(target) = Target::judge(&text[start..end])
        {
            return Some((start..end, target));
        }
    }
    None
}

/// How much of `rest` (what follows `://`) belongs to the address: up to a space or a quotation
/// mark, without the punctuation of the sentence around it.
fn address_length(rest: &str) -> usize {
    let is_end = |c: char| {
        c.is_whitespace() || c.is_control() || "<>\"`|\\{}^。，、；：！？（）「」『』【】《》“”‘’".contains(c)
    };
    let inside = rest
        .char_indices()
        .take_while(|(at, c)| *at <= LONGEST_ADDRESS && !is_end(*c));
    let end = inside.last().map_or(0, |(at, c)| at + c.len_utf8());
    if end > LONGEST_ADDRESS {
        return 0;
    }
    let mut address = &rest[..end];
    loop {
        let Some(last) = address.chars().next_back() else {
            return 0;
        };
        let belongs = match last {
            ')' => address.matches(')').count() <= address.matches('(').count(),
            ']' => address.matches(']').count() <= address.matches('[').count(),
            _ => !"?!.,:;*_~'".contains(last),
        };
        if belongs {
            return address.len();
        }
        address = &address[..address.len() - last.len_utf8()];
    }
}

/// Encodes what a URL may not hold as it is and a URL parser would encode without a word.
fn percent_encoded(destination: &str) -> String {
    let mut out = String::with_capacity(destination.len());
    for c in destination.chars() {
        match c {
            ' ' => out.push_str("%20"),
            '"' => out.push_str("%22"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '`' => out.push_str("%60"),
            c => out.push(c),
        }
    }
    out
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allows_the_web_mail_and_headings() {
        for allowed in [
            "https://example.com",
            "HTTP://example.com/a?b=c#d",
            "mailto:ann@example.com?subject=Hi there",
            "https://müller.example/ü",
            "https://[::1]:8080/",
        ] {
            assert!(
                matches!(Target::judge(allowed), Some(Target::Elsewhere { .. })),
                "{allowed}"
            );
        }
        assert_eq!(
            Target::judge("#Gr%C3%BC%C3%9Fe"),
            Some(Target::Heading("grüße".into()))
        );
    }

    #[test]
    fn refuses_everything_else() {
        for refused in [
            "",
            "#",
            "#!",
            "/path",
            "//evil.example",
            "page.md",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.com",
            "blob:https://example.com/x",
            "https:",
            "https://",
            "https:example.com",
            "https:/example.com",
            "https:\\\\example.com",
            "http:// ",
            "https://exa\tmple.com",
            "https://example.com\\@evil.example",
            "mailto:",
            "mailto:nobody",
            "https://a b.example",
            "view-source:https://example.com",
            "\u{feff}https://example.com",
        ] {
            assert_eq!(Target::judge(refused), None, "{refused:?}");
        }
    }

    fn linkified(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((range, _)) = next_address(text, from) {
            found.push(&text[range.clone()]);
            from = range.end;
        }
        found
    }

    #[test]
    fn finds_addresses_in_text() {
        let one = |text: &'static str, address: &str| assert_eq!(linkified(text), [address], "{text}");
        one("see https://example.com.", "https://example.com");
        one(
            "(https://en.wikipedia.org/wiki/Rust_(language))",
            "https://en.wikipedia.org/wiki/Rust_(language)",
        );
        one(
            "https://example.com/a?b=c&d=e, and",
            "https://example.com/a?b=c&d=e",
        );
        one("见 https://example.com/路。", "https://example.com/路");
        one("HTTPS://EXAMPLE.COM!", "HTTPS://EXAMPLE.COM");
        assert_eq!(
            linkified("http://a.example https://b.example"),
            ["http://a.example", "https://b.example"]
        );
        assert_eq!(
            linkified("xhttps://a.example, https://, ://, ftp://a.example"),
            Vec::<&str>::new()
        );
    }
}
