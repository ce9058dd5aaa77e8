//! A labelled input with its error, as every form shows it.

use leptos::either::Either;
use leptos::prelude::*;

/// What is wrong with a field, as a sentence tied to the input by `id`.
pub fn field_error(id: String, label: &str, message: Option<&str>) -> impl IntoView + use<> {
    match message {
        Some(message) => {
            Either::Left(view! { <p class="field-error" id=id>{format!("{label} {message}.")}</p> })
        }
        None => Either::Right(()),
    }
}
