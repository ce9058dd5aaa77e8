//! The server functions of what can be done with a message. Each works as a plain form's action too.

use leptos::prelude::*;

use super::model::Sent;
use crate::error::AppError;

/// Puts another text in a message's place and has that answered.
///
/// # Errors
/// `validation_failed` for an empty or too long text, `rate_limited`, `conflict` while an answer is being written.
#[server(prefix = "/api/fn", endpoint = "edit_message")]
pub async fn edit_message(
    conversation_id: String,
    message_id: String,
    content: String,
) -> Result<Sent, AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let sent = async {
        let conversation = id(&conversation_id, "conversation")?;
        let message = id(&message_id, "message")?;
        let runs = domain();
        let sent = runs
            .runs()
            .edit(&actor()?, conversation, message, &content, None)
            .await?;
        Ok(super::api::sent(sent))
    };
    Form::new("edit")
        .keep("message_id", &message_id)
        .keep("content", &content)
        .end(sent.await, super::api::page_of)
}

/// The form that edits a message, or with `cancel` what stands there otherwise, as HTML.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "edit_form")]
pub async fn edit_form(
    conversation_id: String,
    message_id: String,
    #[server(default)] cancel: bool,
) -> Result<String, AppError> {
    use super::actions::{Editing, Focus, buttons_html, editor_html};
    use crate::forms::Form;

    let html = async {
        let message = find(&conversation_id, &message_id).await?;
        if cancel {
            return Ok(buttons_html(&message, Focus::Edit));
        }
        let editing = Editing {
            message_id: message.id,
            text: None,
            error: String::new(),
        };
        Ok(editor_html(&message, &editing))
    };
    Form::new("versions").end(html.await, |_| {
        let edit = if cancel {
            ""
        } else {
            &*format!("&edit={message_id}")
        };
        format!("/dashboard/chat/{conversation_id}?at={message_id}{edit}#m-{message_id}")
    })
}

/// Has an answer written once more.
///
/// # Errors
/// `conflict` while an answer is being written, `rate_limited`.
#[server(prefix = "/api/fn", endpoint = "regenerate_answer")]
pub async fn regenerate_answer(conversation_id: String, message_id: String) -> Result<Sent, AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let sent = async {
        let conversation = id(&conversation_id, "conversation")?;
        let message = id(&message_id, "message")?;
        let sent = domain()
            .runs()
            .regenerate(&actor()?, conversation, message)
            .await?;
        Ok(super::api::sent(sent))
    };
    Form::new("versions").end(sent.await, super::api::page_of)
}

/// Shows another version of a message and what followed it.
///
/// # Errors
/// `conflict` while an answer is being written.
#[server(prefix = "/api/fn", endpoint = "show_version")]
pub async fn show_version(conversation_id: String, message_id: String) -> Result<(), AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let done = async {
        let conversation = id(&conversation_id, "conversation")?;
        let message = id(&message_id, "message")?;
        domain().runs().activate(&actor()?, conversation, message).await?;
        Ok(())
    };
    // What follows a version may be longer than a page.
    Form::new("versions").end(done.await, |()| {
        format!("/dashboard/chat/{conversation_id}?at={message_id}#m-{message_id}")
    })
}

/// Keeps what the reader thinks of an answer (`up`, `down`, or nothing) and returns its actions as HTML, the `thumb` that
/// was pressed with the focus.
///
/// # Errors
/// `validation_failed` for another word, and for a message that is no answer.
#[server(prefix = "/api/fn", endpoint = "give_feedback")]
pub async fn give_feedback(
    conversation_id: String,
    message_id: String,
    #[server(default)] value: String,
    #[server(default)] thumb: String,
) -> Result<String, AppError> {
    use protocol::Feedback;

    use super::actions::Focus;
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let html = async {
        let feedback = match value.as_str() {
            "" => None,
            word => Some(
                Feedback::parse(word)
                    .ok_or_else(|| domain::Error::invalid("value", "must be up, down or nothing"))?,
            ),
        };
        let conversation = id(&conversation_id, "conversation")?;
        let message = id(&message_id, "message")?;
        let answer = domain()
            .conversations()
            .give_feedback(&actor()?, conversation, message, feedback)
            .await?;
        let focus = Feedback::parse(&thumb).map_or(Focus::Nothing, Focus::Thumb);
        Ok(super::actions::buttons_html(&answer, focus))
    };
    Form::new("versions").end(html.await, |_| {
        format!("/dashboard/chat/{conversation_id}?at={message_id}#m-{message_id}")
    })
}

/// What can be done with a message, as HTML.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "message_actions")]
pub async fn message_actions(conversation_id: String, message_id: String) -> Result<String, AppError> {
    let message = find(&conversation_id, &message_id).await?;
    Ok(super::actions::actions_html(&message, None))
}

/// A message's text as it was written, for copying.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "message_text")]
pub async fn message_text(conversation_id: String, message_id: String) -> Result<String, AppError> {
    Ok(find(&conversation_id, &message_id).await?.content)
}

#[cfg(feature = "ssr")]
async fn find(conversation_id: &str, message_id: &str) -> Result<protocol::Message, AppError> {
    use crate::forms::id;
    use crate::server_context::{actor, domain};

    let conversation = id(conversation_id, "conversation")?;
    let message = id(message_id, "message")?;
    Ok(domain()
        .conversations()
        .message(&actor()?, conversation, message)
        .await?)
}
