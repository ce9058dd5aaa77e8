//! The testimonials' server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Writes one's own testimonial, or replaces it, and publishes it.
///
/// # Errors
/// `validation_failed` (fields `text`, `display_name`), `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "submit_testimonial")]
pub async fn submit_testimonial(
    text: String,
    #[server(default)] display_name: String,
) -> Result<(), AppError> {
    use crate::features::settings::api::done;
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        let request = protocol::api::SubmitTestimonial {
            // A form sends line ends as two characters, and the limit counts one.
            text: text.replace("\r\n", "\n"),
            display_name: Some(display_name.clone()),
        };
        domain().testimonials().submit(&actor()?, request).await?;
        Ok(())
    };
    Form::new("testimonial")
        .keep("text", &text)
        .keep("display_name", &display_name)
        .end(outcome.await, |()| {
            done("Thank you. It is on the first page now.", "testimonial")
        })
}

/// Takes one's own testimonial from the first page.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "withdraw_testimonial")]
pub async fn withdraw_testimonial() -> Result<(), AppError> {
    use crate::features::settings::api::done;
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let outcome = async {
        domain().testimonials().withdraw(&actor()?).await?;
        Ok(())
    };
    Form::new("testimonial").end(outcome.await, |()| {
        done("It is no longer on the first page.", "testimonial")
    })
}
