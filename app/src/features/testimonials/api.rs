//! The testimonials' server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Writes one's own testimonial, or replaces it, and publishes it. Answers a script with the settings' section.
///
/// # Errors
/// `validation_failed` (fields `text`, `display_name`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "submit_testimonial")]
pub async fn submit_testimonial(
    text: String,
    #[server(default)] display_name: String,
) -> Result<String, AppError> {
    use crate::features::settings::card::path;
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        let request = protocol::api::SubmitTestimonial {
            // A form sends line ends as two characters, and the limit counts one.
            text: text.replace("\r\n", "\n"),
            display_name: Some(display_name.clone()),
        };
        let actor = actor()?;
        domain().testimonials().submit(&actor, request).await?;
        section(&actor, "Thank you. It is on the first page now.").await
    };
    Form::new("testimonial")
        .keep("text", &text)
        .keep("display_name", &display_name)
        .end(outcome.await, |_| path("testimonial"))
}

/// Takes one's own testimonial from the first page.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "withdraw_testimonial")]
pub async fn withdraw_testimonial() -> Result<String, AppError> {
    use crate::features::settings::card::path;
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        let actor = actor()?;
        domain().testimonials().withdraw(&actor).await?;
        section(&actor, "It is no longer on the first page.").await
    };
    Form::new("testimonial").end(outcome.await, |_| path("testimonial"))
}

/// The settings' section as it is now, with what was done.
#[cfg(feature = "ssr")]
async fn section(actor: &domain::Actor, sentence: &str) -> Result<String, AppError> {
    use super::view::own_words;
    use crate::features::settings::card::answer;
    use crate::server_context::{Flash, domain};

    let own = domain().testimonials().own(actor).await?;
    Ok(answer("testimonial", sentence, || {
        own_words(actor, own, &Flash::default(), true)
    }))
}
