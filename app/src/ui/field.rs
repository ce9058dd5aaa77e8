//! A labelled input with its error, as every form shows it.

use leptos::either::Either;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use super::text_area::escaped;

/// What is wrong with a field, as a sentence tied to the input by `id`.
pub fn field_error(id: String, label: &str, message: Option<&str>) -> impl IntoView + use<> {
    match message {
        Some(message) => {
            Either::Left(view! { <p class="field-error" id=id>{format!("{label} {message}.")}</p> })
        }
        None => Either::Right(()),
    }
}

/// What a field for text is made from. Lengths are judged by the server alone, which counts characters; the browser counts
/// otherwise and cuts off what is pasted without a word.
#[cfg(feature = "ssr")]
#[derive(Default)]
pub struct TextField<'a> {
    /// Of the element.
    pub id: &'static str,
    /// Under which the form sends it.
    pub name: &'static str,
    pub label: &'static str,
    /// What a sentence about an error calls it, if that is not the label.
    pub called: Option<&'static str>,
    /// The input's type; `text` if empty.
    pub kind: &'static str,
    /// As the attribute; `off` if empty.
    pub autocomplete: &'static str,
    pub value: String,
    pub required: bool,
    /// Of a number.
    pub range: Option<(i32, i32)>,
    /// A text area of so many lines.
    pub lines: Option<u8>,
    pub hint: Option<String>,
    pub error: Option<&'a str>,
}

/// The field with its label, its hint and what is wrong with it.
#[cfg(feature = "ssr")]
pub fn text_field(field: TextField<'_>) -> impl IntoView + use<> {
    let id = field.id;
    let or = |text: &'static str, usual: &'static str| if text.is_empty() { usual } else { text };
    let described = match field.hint {
        Some(_) => format!("{id}-hint {id}-error"),
        None => format!("{id}-error"),
    };
    let invalid = field.error.is_some().then_some("true");
    let hint_id = format!("{id}-hint");
    let hint = field
        .hint
        .map(|hint| view! { <p class="field-hint" id=hint_id>{hint}</p> });
    let input = match field.lines {
        Some(lines) => Either::Left(view! {
            <textarea
                class="input"
                id=id
                name=field.name
                rows=lines
                autocomplete="off"
                required=field.required
                data-called=field.called
                aria-describedby=described
                aria-invalid=invalid
                inner_html=escaped(&field.value)
            ></textarea>
        }),
        None => Either::Right(view! {
            <input
                class="input"
                id=id
                name=field.name
                type=or(field.kind, "text")
                autocomplete=or(field.autocomplete, "off")
                inputmode=field.range.map(|_| "numeric")
                min=field.range.map(|(least, _)| least)
                max=field.range.map(|(_, most)| most)
                required=field.required
                value=field.value
                data-called=field.called
                aria-describedby=described
                aria-invalid=invalid
            />
        }),
    };
    view! {
        <div class="field">
            <label for=id>{field.label}</label>
            {input}
            {hint}
            {field_error(format!("{id}-error"), field.called.unwrap_or(field.label), field.error)}
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_field_keeps_what_was_typed_and_is_tied_to_what_is_wrong() {
        let html = text_field(TextField {
            id: "words",
            name: "text",
            label: "In your words",
            called: Some("Text"),
            value: "</textarea><b>".into(),
            lines: Some(4),
            hint: Some("Short".into()),
            error: Some("must not be empty"),
            ..TextField::default()
        })
        .to_html();
        assert!(html.contains("&lt;/textarea&gt;&lt;b&gt;</textarea>"), "{html}");
        assert!(
            html.contains("aria-describedby=\"words-hint words-error\""),
            "{html}"
        );
        assert!(
            html.contains("id=\"words-error\" class=\"field-error\">Text must not be empty.<"),
            "{html}"
        );
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
    }
}
