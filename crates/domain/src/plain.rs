//! Markdown's words without its marks, for one line in a list.

use pulldown_cmark::{Event, Options, Parser, TagEnd};

/// What a reader of the rendered text would read, its lines and cells set apart by white space.
pub(crate) fn plain(text: &str) -> String {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES;
    let mut plain = String::with_capacity(text.len());
    for event in Parser::new_ext(text, options) {
        match event {
            // HTML is shown as text where the message is rendered, so it is here.
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                plain.push_str(&text);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => plain.push('\n'),
            Event::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image,
            ) => {}
            Event::End(_) => plain.push('\n'),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_marks_go() {
        let line = |text: &str| plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(
            line("# Plan\n\n1. *Collect* the __figures__"),
            "Plan Collect the figures"
        );
        assert_eq!(line("| Q3 | Q4 |\n| --- | ---: |\n| 1 | 2 |"), "Q3 Q4 1 2");
        assert_eq!(line("```rust\nfn f() {}\n```\n> a `b` ~~c~~"), "fn f() {} a b c");
        assert_eq!(
            line("[the page](https://example.com) and 2 * 3 * 4, snake_case_name"),
            "the page and 2 * 3 * 4, snake_case_name"
        );
        assert_eq!(line("a <b>bold</b> tag"), "a <b>bold</b> tag");
        assert_eq!(line("- [ ] open\n- [x] done"), "open done");
    }
}
