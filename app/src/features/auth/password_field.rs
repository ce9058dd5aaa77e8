//! A password's field: the rules beside it, and a button that shows what was typed.

use leptos::prelude::*;
use protocol::limits::{PASSWORD_MAX_UNITS, PASSWORD_MIN_UNITS};

use crate::ui::field::field_error;
use crate::ui::{Icon, icon};

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

/// The field with its label, its rules and what is wrong with it. What needs a script shows once one runs.
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
                    autocapitalize="off"
                    spellcheck="false"
                    minlength=if new { PASSWORD_MIN_UNITS } else { 1 }
                    maxlength=PASSWORD_MAX_UNITS
                    required
                    aria-describedby=described
                    aria-invalid=error.is_some().then_some("true")
                />
                <button
                    class="icon with-script"
                    type="button"
                    aria-label="Show password"
                    aria-pressed="false"
                    aria-controls=id
                    data-show-password
                >
                    {icon(Icon::Eye)}
                </button>
            </div>
            <p class="field-hint caps" role="status" data-caps></p>
            {new.then(|| rules(id))}
            {field_error(format!("{id}-error"), label, error)}
        </div>
    }
}

fn rules(id: &str) -> impl IntoView + use<> {
    view! {
        <ul class="field-hint rules" id=format!("{id}-hint")>
            <li data-min=PASSWORD_MIN_UNITS>
                {format!("At least {PASSWORD_MIN_UNITS} characters")} <span class="sr-only" role="status"></span>
            </li>
            <li>"None of the passwords everybody tries first"</li>
            <li>"A few words in a row are easy to remember"</li>
        </ul>
    }
}
