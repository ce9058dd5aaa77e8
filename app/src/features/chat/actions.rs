//! What can be done with a message: copy, edit, ask again, say what one thinks of it, and page through its versions.
//!
//! All of it is HTML from the server, put under a message once that is finished. The island that showed an answer while
//! it was written gets it with the answer's end.

use leptos::prelude::*;
use protocol::{ConversationId, Feedback, Message, MessageId, Role, ToolCall};

use super::turns::{REDO, UNDO};
use crate::ui::{Icon, TextArea, icon};

/// A message that is being edited: the page shows a form in its place.
#[derive(Debug, Clone)]
pub(super) struct Editing {
    pub(super) message_id: MessageId,
    /// What was typed before and not taken; `None` begins with the message's own text.
    pub(super) text: Option<String>,
    /// Why it was not taken.
    pub(super) error: String,
}

/// Which of a message's actions gets the focus, after a script has put them anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    Nothing,
    Edit,
    Thumb(Feedback),
    /// Undo all, or Redo all.
    Turn,
}

/// The element that holds a message's actions, with them in it.
pub(super) fn actions_html(message: &Message, editing: Option<&Editing>) -> String {
    let id = format!("acts-{}", message.id);
    match editing.filter(|editing| editing.message_id == message.id) {
        Some(editing) => {
            view! { <div class="acts" id=id inner_html=editor_html(message, editing)></div> }.to_html()
        }
        None => view! { <div class="acts" id=id inner_html=buttons_html(message, Focus::Nothing)></div> }
            .to_html(),
    }
}

/// What stands in that element.
pub(super) fn buttons_html(message: &Message, focus: Focus) -> String {
    let ids = Ids::of(message);
    match message.role {
        Role::User => view! {
            {pager(message)}
            {copy(ids, "Copy message")}
            <form method="post" action="/api/fn/edit_form" data-do="swap" data-target=ids.target()>
                {ids.fields()}
                <button class="act" aria-label="Edit message" title="Edit" data-edit data-focus=(focus == Focus::Edit).then_some("")>
                    {icon(Icon::Pencil)}
                </button>
            </form>
        }
        .to_html(),
        Role::Assistant => view! {
            {copy(ids, "Copy answer")}
            <form method="post" action="/api/fn/regenerate_answer">
                {ids.fields()}
                <button class="act" aria-label="Answer again" title="Answer again">
                    {icon(Icon::Again)}
                </button>
            </form>
            {thumb(ids, message.feedback, Feedback::Up, focus)}
            {thumb(ids, message.feedback, Feedback::Down, focus)}
            {turn_all(message, focus)}
            {pager(message)}
        }
        .to_html(),
    }
}

/// The form that stands in a message's place while it is edited.
pub(super) fn editor_html(message: &Message, editing: &Editing) -> String {
    let ids = Ids::of(message);
    let form = format!("editor-{}", message.id);
    let text = editing.text.clone().unwrap_or_else(|| message.content.clone());
    let error = editing.error.clone();
    view! {
        <div class="editor" data-escape>
            <form id=form.clone() method="post" action="/api/fn/edit_message">
                {ids.fields()}
                <TextArea
                    id=format!("edit-{}", message.id)
                    name="content"
                    placeholder=""
                    value=text
                    node_ref=NodeRef::new()
                    describedby="edit-error"
                    attr:aria-label="Edit message"
                    attr:data-focus=""
                    attr:autofocus=""
                    attr:data-enter=""
                />
                <p class="field-error" id="edit-error" role="alert">
                    {error}
                </p>
            </form>
            <div class="row">
                <p class="note">"What follows is kept as an earlier version."</p>
                <form method="post" action="/api/fn/edit_form" data-do="swap" data-target=ids.target()>
                    {ids.fields()} <input type="hidden" name="cancel" value="true"/>
                    <button class="btn small plain" data-cancel>
                        "Cancel"
                    </button>
                </form>
                <button class="btn small go" form=form>
                    "Send"
                </button>
            </div>
        </div>
    }
    .to_html()
}

/// Which message a form is about.
#[derive(Clone, Copy)]
struct Ids {
    conversation: ConversationId,
    message: MessageId,
}

impl Ids {
    fn of(message: &Message) -> Self {
        Self {
            conversation: message.conversation_id,
            message: message.id,
        }
    }

    fn target(self) -> String {
        format!("acts-{}", self.message)
    }

    fn fields(self) -> impl IntoView {
        view! {
            <input type="hidden" name="conversation_id" value=self.conversation.to_string()/>
            <input type="hidden" name="message_id" value=self.message.to_string()/>
        }
    }
}

// The text is fetched when it is wanted: what stands in the page is no longer Markdown.
fn copy(ids: Ids, label: &'static str) -> impl IntoView {
    view! {
        <button
            class="act"
            type="button"
            aria-label=label
            title="Copy"
            data-copy="message"
            data-conversation=ids.conversation.to_string()
            data-message=ids.message.to_string()
        >
            {icon(Icon::Copy)}
        </button>
    }
}

fn thumb(ids: Ids, given: Option<Feedback>, feedback: Feedback, focus: Focus) -> impl IntoView {
    let (sign, label) = match feedback {
        Feedback::Up => (Icon::ThumbUp, "Good answer"),
        Feedback::Down => (Icon::ThumbDown, "Bad answer"),
    };
    let pressed = given == Some(feedback);
    let value = if pressed { "" } else { feedback.as_str() };
    view! {
        <form method="post" action="/api/fn/give_feedback" data-do="swap" data-target=ids.target()>
            {ids.fields()} <input type="hidden" name="value" value=value/>
            <input type="hidden" name="thumb" value=feedback.as_str()/>
            <button
                class="act"
                aria-label=label
                title=label
                aria-pressed=if pressed { "true" } else { "false" }
                data-focus=(focus == Focus::Thumb(feedback)).then_some("")
            >
                {icon(sign)}
            </button>
        </form>
    }
}

/// Undo of all changes of an answer that made several, or redo when all of them are undone.
fn turn_all(message: &Message, focus: Focus) -> impl IntoView + use<> {
    let count = |turns: fn(&ToolCall) -> bool| message.tool_calls.iter().filter(|call| turns(call)).count();
    let way = match (count(|call| call.undoable), count(|call| call.redoable)) {
        (2.., _) => Some(&UNDO),
        (0, 2..) => Some(&REDO),
        _ => None,
    };
    let ids = Ids::of(message);
    way.map(|way| {
        view! {
            <form method="post" action=way.answer data-do="swap" data-target=ids.target()>
                {ids.fields()}
                <button class="quiet" data-focus=(focus == Focus::Turn).then_some("")>
                    {format!("{} all", way.word)}
                </button>
            </form>
        }
    })
}

/// "2 / 3" between the ways to the neighbours.
fn pager(message: &Message) -> impl IntoView + use<> {
    let (version, versions) = message.version();
    let conversation = message.conversation_id;
    let at = |index: Option<usize>| index.and_then(|index| message.versions.get(index)).copied();
    let before = at(version.checked_sub(2));
    let after = at(Some(version));
    (versions > 1).then(move || {
        let step = |to: Option<MessageId>, class: &'static str, label: &'static str| {
            let message = to.unwrap_or(MessageId(uuid::Uuid::nil()));
            view! {
                <form method="post" action="/api/fn/show_version">
                    {Ids { conversation, message }.fields()}
                    <button class=class aria-label=label title=label disabled=to.is_none()>
                        {icon(Icon::Chevron)}
                    </button>
                </form>
            }
        };
        view! {
            <div class="pager" role="group" aria-label="Versions">
                {step(before, "act back", "Earlier version")}
                <span class="ms">{format!("{version} / {versions}")}</span>
                {step(after, "act", "Later version")}
            </div>
        }
    })
}

#[cfg(test)]
mod tests {
    use protocol::{MessageStatus, Timestamp};

    use super::*;

    fn message(role: Role, versions: &[u128]) -> Message {
        let id = |id: u128| MessageId(uuid::Uuid::from_u128(id));
        Message {
            id: id(2),
            conversation_id: ConversationId(uuid::Uuid::from_u128(9)),
            role,
            content: "</textarea>".into(),
            tool_calls: vec![],
            status: MessageStatus::Complete,
            created_at: Timestamp::from_millis(0),
            run_id: None,
            parts: vec![],
            failure: None,
            versions: versions.iter().map(|version| id(*version)).collect(),
            feedback: Some(Feedback::Up),
        }
    }

    #[test]
    fn the_pager_is_there_where_there_are_versions_and_ends_at_both_ends() {
        assert!(!buttons_html(&message(Role::User, &[]), Focus::Nothing).contains("pager"));
        let html = buttons_html(&message(Role::User, &[2, 3]), Focus::Nothing);
        assert!(html.contains("1 / 2"), "{html}");
        assert_eq!(html.matches("disabled").count(), 1, "{html}");
        let html = buttons_html(&message(Role::Assistant, &[1, 2, 3]), Focus::Nothing);
        assert!(html.contains("2 / 3") && !html.contains("disabled"), "{html}");
    }

    #[test]
    fn feedback_that_was_given_is_pressed_and_taken_back_by_the_same_button() {
        let html = buttons_html(&message(Role::Assistant, &[]), Focus::Nothing);
        assert_eq!(html.matches("aria-pressed=\"true\"").count(), 1, "{html}");
        assert!(html.contains("name=\"value\" value=\"down\""), "{html}");
        assert!(!html.contains("name=\"value\" value=\"up\""), "{html}");
        assert!(!html.contains("data-focus"), "{html}");
        let html = buttons_html(&message(Role::Assistant, &[]), Focus::Thumb(Feedback::Down));
        let (before, _) = html.split_once("data-focus").unwrap();
        assert!(before.ends_with("aria-pressed=\"false\" "), "{html}");
    }

    #[test]
    fn what_is_edited_stays_inside_its_text_area() {
        let owner = Owner::new();
        let message = message(Role::User, &[]);
        let editing = Editing {
            message_id: message.id,
            text: None,
            error: String::new(),
        };
        let html = owner.with(|| actions_html(&message, Some(&editing)));
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        assert!(html.contains("&lt;/textarea&gt;"), "{html}");
    }
}
