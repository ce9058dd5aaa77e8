//! How the assistant works for somebody: how much it sees, and when it asks.

use leptos::prelude::*;
use protocol::Approval;
use protocol::limits::CONTEXT_MESSAGES;

use super::card::{heading, refused, save};
use crate::server_context::Flash;
use crate::ui::field::{TextField, text_field};

/// How much of a conversation the model is given.
pub(super) fn context(chosen: Option<i32>, flash: &Flash, again: bool) -> impl IntoView + use<> {
    let (least, most) = CONTEXT_MESSAGES;
    let stored = chosen.map(|count| count.to_string()).unwrap_or_default();
    view! {
        {heading("context", "Context")}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/set_context"
            data-do="swap"
            data-target="context"
            data-error="context-problem"
        >
            {refused("context-problem", flash, &["context_messages"])}
            {text_field(TextField {
                id: "context_messages",
                name: "context_messages",
                label: "Newest messages the assistant sees",
                called: Some("The number"),
                kind: "number",
                value: flash.typed("context_messages", &stored),
                range: Some((least, most)),
                hint: Some(
                    format!(
                        "Of each conversation, {least} to {most}. Empty: as this server is set. More remembers longer, and costs more where the model is paid for.",
                    ),
                ),
                error: flash.error("context_messages"),
                ..TextField::default()
            })}
            {save("Save", again)}
        </form>
    }
}

/// When the assistant asks before it acts.
pub(super) fn approval(chosen: Approval, flash: &Flash, again: bool) -> impl IntoView + use<> {
    let choice = move |approval: Approval, label: &'static str, hint: &'static str| {
        let hint_id = format!("approval-{}-hint", approval.as_str());
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="approval"
                    value=approval.as_str()
                    checked=approval == chosen
                    aria-describedby=hint_id.clone()
                />
                {label}
            </label>
            <p class="field-hint" id=hint_id>
                {hint}
            </p>
        }
    };
    view! {
        {heading("approval", "Approval")}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/set_approval"
            data-do="swap"
            data-target="approval"
            data-error="approval-problem"
        >
            {refused("approval-problem", flash, &[])}
            <fieldset class="radios">
                <legend>"The assistant asks me first"</legend>
                {choice(
                    Approval::Always,
                    "before every change",
                    "Nothing is added, changed, completed or deleted until you allow it.",
                )}
                {choice(
                    Approval::Destructive,
                    "before it deletes something",
                    "And before one answer changes more than five tasks. Everything else is done at once.",
                )}
                {choice(Approval::Never, "never", "Everything is done at once. Each step can still be undone.")}
            </fieldset>
            <p class="field-hint">
                "A question stands in the conversation, and the answer waits for you up to 24 hours. You can allow it, refuse it, or change it first."
            </p>
            {save("Save", again)}
        </form>
    }
}
