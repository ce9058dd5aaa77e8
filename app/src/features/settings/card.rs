//! What the settings' sections have in common. A section's inside is also what its forms answer with to a script.

use leptos::prelude::*;
use protocol::FieldError;

use super::api::done;
use crate::server_context::{Flash, request, take_flash};

/// A section; `inside` begins with its [`heading`].
pub(crate) fn card(id: &'static str, inside: impl IntoView) -> impl IntoView {
    view! {
        <section class="card" id=id aria-labelledby=format!("{id}-title")>
            {done_note(id)}
            {inside}
        </section>
    }
}

/// A section's title.
pub(crate) fn heading(section: &'static str, title: &'static str) -> impl IntoView {
    view! { <h2 id=format!("{section}-title")>{title}</h2> }
}

// What a plain form just did in a section.
fn done_note(section: &str) -> impl IntoView + use<> {
    take_flash(&format!("{section}-done"))
        .map(|flash| view! { <p class="notice good" role="status">{flash.message}</p> })
}

/// Why a form was refused, unless that is said at these fields; where a script says so, too.
pub(crate) fn refused(id: &'static str, flash: &Flash, fields: &[&str]) -> impl IntoView + use<> {
    let at_field = |error: &FieldError| fields.contains(&error.field.as_str());
    let said = !flash.errors.is_empty() && flash.errors.iter().all(at_field);
    let message = Some(flash.message.clone()).filter(|message| !said && !message.is_empty());
    view! { <p class="notice bad" role="alert" id=id>{message}</p> }
}

/// The button of a form; it has the focus when a script shows the section anew.
pub(crate) fn save(label: &'static str, again: bool) -> impl IntoView {
    view! { <button class="btn" data-focus=again.then_some("")>{label}</button> }
}

/// Answers a form that did what it should: a script gets the section's inside and the sentence for the page's edge, a
/// plain form's page is told to say it.
pub(crate) fn answer<V: IntoView>(section: &str, sentence: &str, inside: impl FnOnce() -> V) -> String {
    if request().accepts_html {
        done(sentence, section);
        return String::new();
    }
    let toast = view! { <div data-toast>{sentence.to_owned()}</div> };
    view! { {inside()} {toast} }.to_html()
}

/// The settings page at a section.
pub(crate) fn path(section: &str) -> String {
    format!("/dashboard/settings#{section}")
}
