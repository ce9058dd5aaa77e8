//! The list on the first page, and the form in the settings.

use domain::Actor;
use domain::testimonials::OwnTestimonial;
use leptos::prelude::*;
use protocol::Testimonial;
use protocol::limits::{TESTIMONIAL_MAX_CHARS, TESTIMONIAL_MIN_CHARS, USER_NAME_CHARS};

use crate::features::settings::account::{done_note, heading, refused};
use crate::server_context::{domain, take_flash};
use crate::ui::TextArea;
use crate::ui::field::field_error;

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
pub fn own_section(actor: &Actor, own: Option<OwnTestimonial>) -> impl IntoView + use<> {
    let flash = take_flash("testimonial");
    let typed = |field: &str, stored: &str| {
        flash
            .as_ref()
            .map_or(stored, |flash| flash.value(field))
            .to_owned()
    };
    let stored = own.as_ref().map(|own| &own.testimonial);
    let text = typed("text", stored.map_or("", |stored| &stored.text));
    let name = typed(
        "display_name",
        stored.map_or(&actor.user.name, |stored| &stored.display_name),
    );
    let flash = flash.unwrap_or_default();
    let name_error = flash.error("display_name").map(str::to_owned);
    let state = own.as_ref().map(|own| match (own.published, own.hidden) {
        (_, true) => "Whoever runs this server took it from the first page.",
        (true, _) => "It is on the first page.",
        (false, _) => "It is not on the first page.",
    });
    let published = own.is_some_and(|own| own.published);
    view! {
        <section class="card" id="testimonial" aria-labelledby="testimonial-title">
            {heading("testimonial-title", "What you say about Greenlit")}
            {done_note("testimonial")}
            {state.map(|state| view! { <p class="quiet-note">{state}</p> })}
            <form class="stack narrow" method="post" action="/api/fn/submit_testimonial">
                {refused(&flash.message, !flash.errors.is_empty())}
                <div class="field testimonial-text">
                    <label for="testimonial-text">"In your words"</label>
                    <TextArea
                        id="testimonial-text"
                        name="text"
                        placeholder=""
                        value=text
                        node_ref=NodeRef::new()
                        describedby="testimonial-text-hint testimonial-text-error"
                    />
                    <p class="field-hint" id="testimonial-text-hint">
                        {format!(
                            "{TESTIMONIAL_MIN_CHARS} to {TESTIMONIAL_MAX_CHARS} characters, without links. Everybody can read it on the first page."
                        )}
                    </p>
                    {field_error("testimonial-text-error".into(), "Text", flash.error("text"))}
                </div>
                <div class="field">
                    <label for="display_name">"Shown as"</label>
                    <input
                        class="input"
                        id="display_name"
                        name="display_name"
                        autocomplete="nickname"
                        maxlength=USER_NAME_CHARS
                        required
                        value=name
                        aria-describedby="display_name-error"
                        aria-invalid=name_error.is_some().then_some("true")
                    />
                    {field_error("display_name-error".into(), "Name", name_error.as_deref())}
                </div>
                <button class="btn">"Publish"</button>
            </form>
            {published
                .then(|| {
                    view! {
                        <form method="post" action="/api/fn/withdraw_testimonial">
                            <button class="btn plain danger">"Withdraw it"</button>
                        </form>
                    }
                })}
        </section>
    }
}
