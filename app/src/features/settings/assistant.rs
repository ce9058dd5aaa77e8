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
    let choice = move |approval: Approval, label: &'static str| {
        view! {
            <label class="check">
                <input type="radio" name="approval" value=approval.as_str() checked=approval == chosen/>
                {label}
            </label>
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
                {choice(Approval::Always, "before every change")}
                {choice(Approval::Destructive, "before it deletes something")}
                {choice(Approval::Never, "never")}
            </fieldset>
            <p class="field-hint">
                "This version does not ask yet: the assistant acts at once, and each step can be undone. Your choice is kept and counts as soon as it can ask."
            </p>
            {save("Save", again)}
        </form>
    }
}
