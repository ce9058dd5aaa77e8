//! A password's field: the rules beside it, and a button that shows what was typed.

use leptos::prelude::*;
use protocol::limits::{PASSWORD_MAX_UNITS, PASSWORD_MIN_UNITS};

use super::islands::ShowPassword;
use crate::ui::field::field_error;

/// What differs between such fields.
pub struct PasswordField<'a> {
    /// Of the element.
    pub id: &'static str,
    /// Under which the form sends it.
    pub name: &'static str,
    pub label: &'static str,
    pub autocomplete: &'static str,
    /// It is being chosen: the rules count.
    pub new: bool,
    pub error: Option<&'a str>,
}

/// The field with its label, its rules and what is wrong with it.
pub fn password_field(field: &PasswordField<'_>) -> impl IntoView + use<> {
    let PasswordField {
        id,
        name,
        label,
        autocomplete,
        new,
        error,
    } = *field;
    let described = if new {
        format!("{id}-hint {id}-error")
    } else {
        format!("{id}-error")
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="password">
                <input
                    class="input"
                    id=id
                    name=name
                    type="password"
                    autocomplete=autocomplete
                    minlength=if new { PASSWORD_MIN_UNITS } else { 1 }
                    maxlength=PASSWORD_MAX_UNITS
                    required
                    aria-describedby=described
                    aria-invalid=error.is_some().then_some("true")
                />
                <ShowPassword/>
            </div>
            {new
                .then(|| {
                    view! {
                        <p class="field-hint" id=format!("{id}-hint")>
                            {format!("At least {PASSWORD_MIN_UNITS} characters, and none of the passwords everybody tries first. A few words in a row are easy to remember.")}
                        </p>
                    }
                })}
            {field_error(format!("{id}-error"), label, error)}
        </div>
    }
}
