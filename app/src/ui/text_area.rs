//! Text areas.

use leptos::html;
use leptos::prelude::*;

/// A text area whose content is safe to render on the server: Leptos 0.8 writes a `<textarea>`'s children unescaped, so
/// nothing else of ours may make one.
#[component]
pub fn TextArea(
    #[prop(into)] id: String,
    name: &'static str,
    placeholder: &'static str,
    /// What stands in it when the page is loaded.
    value: String,
    /// For islands that read and change it.
    node_ref: NodeRef<html::Textarea>,
    /// The element that says what is wrong with it.
    describedby: &'static str,
) -> impl IntoView {
    view! {
        <textarea
            id=id
            name=name
            rows="1"
            placeholder=placeholder
            autocomplete="off"
            aria-describedby=describedby
            node_ref=node_ref
            inner_html=escaped(&value)
        ></textarea>
    }
}

/// The same without a script of its own, three lines high.
#[cfg(feature = "ssr")]
pub fn text_area(id: String, name: &'static str, value: &str, describedby: String) -> impl IntoView + use<> {
    view! {
        <textarea
            class="input"
            id=id
            name=name
            rows="3"
            autocomplete="off"
            aria-describedby=describedby
            inner_html=escaped(value)
        ></textarea>
    }
}

pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // The parser drops a newline right after the tag.
    if text.starts_with('\n') {
        html.push('\n');
    }
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn content_cannot_leave_the_text_area() {
        let owner = Owner::new();
        let html = owner.with(|| {
            let value = "</textarea><script>alert(1)</script> a & b".to_owned();
            view! { <TextArea id="x" name="x" placeholder="" value node_ref=NodeRef::new() describedby="e"/> }
                .to_html()
        });
        assert!(
            html.ends_with("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; a &amp; b</textarea>"),
            "{html}"
        );
    }

    #[test]
    fn a_first_empty_line_survives_the_parser() {
        assert_eq!(escaped("\nx"), "\n\nx");
    }
}
