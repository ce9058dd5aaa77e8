//! The list on the first page, and the form in the settings.

use domain::Actor;
use domain::testimonials::OwnTestimonial;
use leptos::prelude::*;
use protocol::Testimonial;
use protocol::limits::{TESTIMONIAL_MAX_CHARS, TESTIMONIAL_MIN_CHARS};

use crate::features::settings::card::{heading, refused, save};
use crate::server_context::{Flash, domain};
use crate::ui::field::{TextField, text_field};

/// How many stand on the first page.
const SHOWN: u32 = 6;

/// What people said, newest first. Without any, or without a database, the page does without.
pub async fn on_first_page(signed_in: bool) -> impl IntoView {
    let page = domain().testimonials().list(Some(SHOWN), None).await;
    let said = page.map(|page| page.testimonials).unwrap_or_default();
    (!said.is_empty() || signed_in).then(|| {
        view! {
            <section class="testimonials" aria-labelledby="testimonials">
                <h2 id="testimonials">"What people say"</h2>
                <ul>{said.into_iter().map(quote).collect_view()}</ul>
                {signed_in
                    .then(|| {
                        view! {
                            <p>
                                <a class="btn" href="/dashboard/settings#testimonial">
                                    "Write what you think"
                                </a>
                            </p>
                        }
                    })}
            </section>
        }
    })
}

fn quote(said: Testimonial) -> impl IntoView {
    view! {
        <li>
            <figure>
                <blockquote>{said.text}</blockquote>
                <figcaption>{said.display_name}</figcaption>
            </figure>
        </li>
    }
}

/// Where somebody writes, changes and withdraws their own.
pub fn own_words(
    actor: &Actor,
    own: Option<OwnTestimonial>,
    flash: &Flash,
    again: bool,
) -> impl IntoView + use<> {
    let stored = own.as_ref().map(|own| &own.testimonial);
    let text = stored.map_or("", |stored| &stored.text);
    let name = stored.map_or(&actor.user.name, |stored| &stored.display_name);
    let state = own.as_ref().map(|own| match (own.published, own.hidden) {
        (_, true) => "Whoever runs this server took it from the first page.",
        (true, _) => "It is on the first page.",
        (false, _) => "It is not on the first page.",
    });
    let withdraw = own.as_ref().is_some_and(|own| own.published).then(|| {
        view! {
            <form
                method="post"
                action="/api/fn/withdraw_testimonial"
                data-do="swap"
                data-target="testimonial"
                data-error="testimonial-problem"
            >
                <button class="btn plain danger">"Withdraw it"</button>
            </form>
        }
    });
    view! {
        {heading("testimonial", "What you say about Greenlit")}
        {state.map(|state| view! { <p class="quiet-note">{state}</p> })}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/submit_testimonial"
            data-do="swap"
            data-target="testimonial"
            data-error="testimonial-problem"
        >
            {refused("testimonial-problem", flash, &["text", "display_name"])}
            {text_field(TextField {
                id: "testimonial-text",
                name: "text",
                label: "In your words",
                called: Some("Text"),
                value: flash.typed("text", text),
                lines: Some(5),
                hint: Some(
                    format!(
                        "{TESTIMONIAL_MIN_CHARS} to {TESTIMONIAL_MAX_CHARS} characters, without links. Everybody can read it on the first page.",
                    ),
                ),
                error: flash.error("text"),
                ..TextField::default()
            })}
            {text_field(TextField {
                id: "display_name",
                name: "display_name",
                label: "Shown as",
                called: Some("Name"),
                autocomplete: "nickname",
                value: flash.typed("display_name", name),
                required: true,
                error: flash.error("display_name"),
                ..TextField::default()
            })}
            {save("Publish", again)}
        </form>
        {withdraw}
    }
}
