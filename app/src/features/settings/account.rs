//! Name, password, the export and the end of an account.

use leptos::prelude::*;

use super::card::{heading, refused, save};
use crate::features::auth::password_field::{PasswordField, password_field};
use crate::server_context::Flash;
use crate::ui::field::{TextField, text_field};

/// The name, and what cannot be changed. `name`: as it is stored.
pub(super) fn profile(name: &str, email: &str, flash: &Flash, again: bool) -> impl IntoView + use<> {
    view! {
        {heading("profile", "Profile")}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/update_profile"
            data-do="swap"
            data-target="profile"
            data-error="profile-problem"
        >
            {refused("profile-problem", flash, &["name"])}
            {text_field(TextField {
                id: "name",
                name: "name",
                label: "Name",
                autocomplete: "name",
                value: flash.typed("name", name),
                error: flash.error("name"),
                ..TextField::default()
            })}
            {save("Save name", again)}
        </form>
        <dl class="facts">
            <dt>"Email"</dt>
            <dd>{email.to_owned()}</dd>
        </dl>
    }
}

/// A new password; for somebody who has one.
pub(super) fn password(flash: &Flash, again: bool) -> impl IntoView + use<> {
    view! {
        {heading("password-change", "Password")}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/change_password"
            data-do="swap"
            data-target="access"
            data-error="password-problem"
        >
            {refused("password-problem", flash, &["current_password", "password"])}
            {password_field(&PasswordField {
                id: "current_password",
                name: "current_password",
                label: "Current password",
                autocomplete: "current-password",
                new: false,
                error: flash.error("current_password"),
            })}
            {password_field(&PasswordField {
                id: "password",
                name: "password",
                label: "New password",
                autocomplete: "new-password",
                new: true,
                error: flash.error("password"),
            })}
            <label class="check">
                <input type="checkbox" name="revoke_others" value="yes" checked/>
                "Sign out all other devices"
            </label>
            {save("Change password", again)}
        </form>
    }
}

/// Everything in one file.
pub(super) fn export() -> impl IntoView {
    view! {
        {heading("export", "Your data")}
        <p>
            "One JSON file with everything that is stored about you: profile, conversations with every message and tool call, tasks, devices and what you chose."
        </p>
        <p class="actions">
            <a class="btn" href="/api/account/export" download>
                "Download my data"
            </a>
        </p>
    }
}

/// The end: a password and a word, so that nobody gets here by accident.
pub(super) fn deletion(has_password: bool, flash: &Flash) -> impl IntoView + use<> {
    view! {
        {heading("delete", "Delete account")}
        <p>
            "Your conversations, tasks and everything else of yours are deleted at once, and you are signed out everywhere. Nobody can bring them back."
        </p>
        <details class="delete" open=!flash.form.is_empty()>
            <summary class="btn danger">"Delete my account"</summary>
            <form
                class="stack narrow"
                method="post"
                action="/api/fn/delete_account"
                data-do="go"
                data-error="delete-problem"
            >
                {refused("delete-problem", flash, &["current_password", "confirmation"])}
                {has_password
                    .then(|| {
                        password_field(&PasswordField {
                            id: "delete_password",
                            name: "current_password",
                            label: "Your password",
                            autocomplete: "current-password",
                            new: false,
                            error: flash.error("current_password"),
                        })
                    })}
                {text_field(TextField {
                    id: "confirmation",
                    name: "confirmation",
                    label: "Type “delete” to confirm",
                    called: Some("Confirmation"),
                    value: flash.value("confirmation").to_owned(),
                    required: true,
                    error: flash.error("confirmation"),
                    ..TextField::default()
                })}
                <button class="btn danger">"Delete for good"</button>
            </form>
        </details>
    }
}
