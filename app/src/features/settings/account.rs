//! Name, password, the export and the end of an account.

use domain::Actor;
use leptos::prelude::*;
use protocol::limits::{CONTEXT_MESSAGES, USER_NAME_CHARS};

use crate::features::auth::password_field::{PasswordField, password_field};
use crate::server_context::take_flash;
use crate::ui::field::field_error;

/// A section's title.
pub(crate) fn heading(id: &'static str, title: &'static str) -> impl IntoView {
    view! { <h2 id=id>{title}</h2> }
}

/// What was just done in a section.
pub(crate) fn done_note(section: &str) -> impl IntoView + use<> {
    take_flash(&format!("{section}-done"))
        .map(|flash| view! { <p class="notice good" role="status">{flash.message}</p> })
}

/// Why a form was refused as a whole.
pub(crate) fn refused(message: &str, has_field_errors: bool) -> impl IntoView + use<> {
    (!has_field_errors && !message.is_empty())
        .then(|| view! { <p class="notice bad" role="alert">{message.to_owned()}</p> })
}

/// The name, and what cannot be changed.
pub(super) fn profile_section(actor: &Actor) -> impl IntoView + use<> {
    let flash = take_flash("profile");
    let name = flash
        .as_ref()
        .map_or(actor.user.name.as_str(), |flash| flash.value("name"))
        .to_owned();
    let error = flash
        .as_ref()
        .and_then(|flash| flash.error("name"))
        .map(str::to_owned);
    let zone = actor.time_zone.iana_name().unwrap_or("UTC").to_owned();
    view! {
        <section class="card" id="profile" aria-labelledby="profile-title">
            {heading("profile-title", "Profile")}
            {done_note("profile")}
            <form class="stack narrow" method="post" action="/api/fn/update_profile">
                <div class="field">
                    <label for="name">"Name"</label>
                    <input
                        class="input"
                        id="name"
                        name="name"
                        autocomplete="name"
                        maxlength=USER_NAME_CHARS
                        value=name
                        aria-describedby="name-error"
                        aria-invalid=error.is_some().then_some("true")
                    />
                    {field_error("name-error".into(), "Name", error.as_deref())}
                </div>
                <button class="btn">"Save name"</button>
            </form>
            <dl class="facts">
                <dt>"Email"</dt>
                <dd>{actor.user.email.clone()}</dd>
                <dt>"Time zone"</dt>
                <dd>{zone}</dd>
            </dl>
            <p class="quiet-note">
                "The time zone is your browser's. It decides what “today” and “tomorrow” mean."
            </p>
        </section>
    }
}

/// A new password; for somebody who has one.
pub(super) fn password_section() -> impl IntoView {
    let flash = take_flash("password").unwrap_or_default();
    view! {
        <section class="card" id="password-change" aria-labelledby="password-title">
            {heading("password-title", "Password")}
            {done_note("password-change")}
            <form class="stack narrow" method="post" action="/api/fn/change_password">
                {refused(&flash.message, !flash.errors.is_empty())}
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
                <button class="btn">"Change password"</button>
            </form>
        </section>
    }
}

/// How much of a conversation the model is given.
pub(super) fn context_section(chosen: Option<i32>) -> impl IntoView {
    let flash = take_flash("context");
    let (least, most) = CONTEXT_MESSAGES;
    let value = match &flash {
        Some(flash) => flash.value("context_messages").to_owned(),
        None => chosen.map(|count| count.to_string()).unwrap_or_default(),
    };
    let error = flash
        .as_ref()
        .and_then(|flash| flash.error("context_messages"))
        .map(str::to_owned);
    view! {
        <section class="card" id="context" aria-labelledby="context-title">
            {heading("context-title", "Context")}
            {done_note("context")}
            <form class="stack narrow" method="post" action="/api/fn/set_context">
                <div class="field">
                    <label for="context_messages">"Newest messages the assistant sees"</label>
                    <input
                        class="input"
                        id="context_messages"
                        name="context_messages"
                        type="number"
                        inputmode="numeric"
                        min=least
                        max=most
                        value=value
                        aria-describedby="context_messages-hint context_messages-error"
                        aria-invalid=error.is_some().then_some("true")
                    />
                    <p class="field-hint" id="context_messages-hint">
                        {format!("Of each conversation, {least} to {most}. Empty: as this server is set. More remembers longer, and costs more where the model is paid for.")}
                    </p>
                    {field_error("context_messages-error".into(), "The number", error.as_deref())}
                </div>
                <button class="btn">"Save"</button>
            </form>
        </section>
    }
}

/// Everything in one file.
pub(super) fn export_section() -> impl IntoView {
    view! {
        <section class="card" id="export" aria-labelledby="export-title">
            {heading("export-title", "Your data")}
            <p>
                "One JSON file with everything that is stored about you: profile, conversations with every message and tool call, tasks, devices and what you chose."
            </p>
            <p class="actions">
                <a class="btn" href="/api/account/export" download>
                    "Download my data"
                </a>
            </p>
        </section>
    }
}

/// The end: a password and a word, so that nobody gets here by accident.
pub(super) fn delete_section(has_password: bool) -> impl IntoView {
    let flash = take_flash("delete");
    let open = flash.is_some();
    let flash = flash.unwrap_or_default();
    let error = flash.error("confirmation").map(str::to_owned);
    view! {
        <section class="card" id="delete" aria-labelledby="delete-title">
            {heading("delete-title", "Delete account")}
            <p>
                "Your conversations, tasks and everything else of yours are deleted at once, and you are signed out everywhere. Nobody can bring them back."
            </p>
            <details class="delete" open=open>
                <summary class="btn danger">"Delete my account"</summary>
                <form class="stack narrow" method="post" action="/api/fn/delete_account">
                    {refused(&flash.message, !flash.errors.is_empty())}
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
                    <div class="field">
                        <label for="confirmation">"Type “delete” to confirm"</label>
                        <input
                            class="input"
                            id="confirmation"
                            name="confirmation"
                            autocomplete="off"
                            autocapitalize="off"
                            spellcheck="false"
                            required
                            value=flash.value("confirmation").to_owned()
                            aria-describedby="confirmation-error"
                            aria-invalid=error.is_some().then_some("true")
                        />
                        {field_error("confirmation-error".into(), "Confirmation", error.as_deref())}
                    </div>
                    <button class="btn danger">"Delete for good"</button>
                </form>
            </details>
        </section>
    }
}
