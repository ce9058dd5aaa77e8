//! The one place where text becomes HTML.

/// Appends `text` so that it is text, between tags as well as in a quoted attribute. Control
/// characters, which HTML forbids, become replacement characters; a carriage return becomes the
/// newline that a browser makes of it.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            b'\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => "",
            b'\r' => "\n",
            b'\t' | b'\n' => continue,
            0..0x20 | 0x7f => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(entity);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// `text` with HTML's special characters escaped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_html_reads() {
        assert_eq!(
            escaped("a<b>&\"'ü\0\n\u{7f}\r\n\r"),
            "a&lt;b&gt;&amp;&quot;&#39;ü\u{fffd}\n\u{fffd}\n\n"
        );
    }
}
