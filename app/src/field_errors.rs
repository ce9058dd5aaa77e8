//! What the server said about a form's fields, shown at them in the browser: as the server itself shows it when a plain
//! form comes back. What was typed stays where it is.

use leptos::prelude::document;
use protocol::FieldError;
use web_sys::{Element, HtmlFormElement};

use crate::browser;

/// Takes away what was said before.
pub(crate) fn clear(form: &HtmlFormElement) {
    while let Ok(Some(input)) = form.query_selector("[aria-invalid]") {
        let _ = input.remove_attribute("aria-invalid");
        if let Some(place) = error_id(&input).and_then(|id| browser::by_id(&id)) {
            place.set_text_content(None);
        }
    }
}

/// Shows each error at its field and goes to the first. Returns whether all of them have a place.
pub(crate) fn show(form: &HtmlFormElement, errors: &[FieldError]) -> bool {
    let mut first = None;
    let mut placed = 0;
    for error in errors {
        let input = form
            .query_selector(&format!(".field [name='{}']", error.field))
            .ok()
            .flatten();
        if let Some(input) = input
            && say(&input, &error.message).is_some()
        {
            placed += 1;
            first.get_or_insert(input);
        }
    }
    if let Some(first) = first {
        browser::focus(&first);
    }
    placed > 0 && placed == errors.len()
}

fn error_id(input: &Element) -> Option<String> {
    let described = input.get_attribute("aria-describedby")?;
    let id = described.split_whitespace().find(|id| id.contains("-error"))?;
    Some(id.to_owned())
}

fn say(input: &Element, message: &str) -> Option<()> {
    let field = input.closest(".field").ok()??;
    let id = error_id(input)?;
    let place = match document().get_element_by_id(&id) {
        Some(place) => place,
        None => {
            let place = document().create_element("p").ok()?;
            place.set_class_name("field-error");
            place.set_id(&id);
            field.append_child(&place).ok()?;
            place
        }
    };
    let called = input.get_attribute("data-called").or_else(|| {
        let label = field.query_selector("label").ok()??;
        label.text_content()
    });
    let called = called.unwrap_or_default();
    place.set_text_content(Some(&format!("{} {message}.", called.trim())));
    input.set_attribute("aria-invalid", "true").ok()
}
