//! The chat page's server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use super::model::Sent;
use crate::error::AppError;

/// Sends a message; an empty `conversation_id` begins a conversation. The same `idempotency_key` sends it once.
///
/// # Errors
/// `validation_failed` for an empty or too long text, `rate_limited`, `conflict` for a key used for another text.
#[server(prefix = "/api/fn", endpoint = "send_message")]
pub async fn send_message(
    #[server(default)] conversation_id: String,
    content: String,
    #[server(default)] idempotency_key: String,
) -> Result<Sent, AppError> {
    use crate::forms::{Form, optional_id};
    use crate::server_context::{actor, domain, redirect_local, request};

    // The page's script carries commands out by itself.
    if request().accepts_html
        && let Some(path) = super::commands::path_of(&content, &conversation_id)
    {
        redirect_local(&path);
        return Err(domain::Error::NotFound("message").into());
    }
    let sent = async {
        let actor = actor()?;
        let send = domain::runs::Send {
            conversation_id: optional_id(&conversation_id, "conversation")?,
            content: content.clone(),
            idempotency_key: Some(idempotency_key).filter(|key| !key.is_empty()),
        };
        let sent = domain().runs().send(&actor, send).await?;
        Ok(self::sent(sent))
    };
    Form::new("composer")
        .keep("content", &content)
        .end(sent.await, page_of)
}

/// Asks for the answer of a failed or stopped run once more.
///
/// # Errors
/// `conflict` while that run is active.
#[server(prefix = "/api/fn", endpoint = "retry_run")]
pub async fn retry_run(run_id: String) -> Result<Sent, AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let sent = async {
        let actor = actor()?;
        let sent = domain().runs().retry(&actor, id(&run_id, "run")?).await?;
        Ok(self::sent(sent))
    };
    Form::new("composer").end(sent.await, page_of)
}

/// Stops a run; what was written stays.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "cancel_run")]
pub async fn cancel_run(run_id: String) -> Result<(), AppError> {
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let done = async {
        domain()
            .runs()
            .cancel(&actor()?, id(&run_id, "run")?)
            .await
            .map_err(AppError::from)
    };
    Form::new("composer").end(done.await, |()| back())
}

/// Allows (`approve`) or refuses a tool call that waits for it, or with `every` all that wait beside it, and returns what
/// stands in the question's place meanwhile. `arguments` take the place of the model's with the same names.
///
/// # Errors
/// `conflict` when that was decided already, `validation_failed` for arguments that the tool would refuse.
#[server(prefix = "/api/fn", endpoint = "decide_call")]
pub async fn decide_call(
    call_id: String,
    approve: bool,
    #[server(default)] every: bool,
    #[server(default)] arguments: std::collections::BTreeMap<String, String>,
) -> Result<String, AppError> {
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let html = async {
        let id = id(&call_id, "tool call")?;
        let actor = actor()?;
        let domain = domain();
        if every {
            domain.runs().decide_all(&actor, id, approve).await?;
        } else {
            let changed = arguments
                .iter()
                .map(|(name, text)| (name.clone(), text.clone().into()));
            domain
                .runs()
                .decide_call(&actor, id, approve, changed.collect())
                .await?;
        }
        Ok(super::badge_approval::decided_html(approve, every))
    };
    let form = Form::new("approval").keep("call_id", &call_id);
    arguments
        .iter()
        .fold(form, |form, (name, text)| form.keep(name, text))
        .end(html.await, |_| back())
}

/// A tool call's badge as it is now.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "tool_badge")]
pub async fn tool_badge(call_id: String) -> Result<String, AppError> {
    use crate::forms::id;
    use crate::server_context::{actor, domain};

    let id = id(&call_id, "tool call")?;
    let actor = actor()?;
    let call = domain().tool_calls().get(&actor, id).await?;
    Ok(super::badge::badge_html(&call, &crate::dates::now_of(&actor)))
}

/// What comes after a message (all of it if `after` is empty): for a page that was not told as it came. `None` when the
/// message is not among the conversation's newest.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "entries_since")]
pub async fn entries_since(
    conversation_id: String,
    #[server(default)] after: String,
) -> Result<Option<Vec<super::model::EntryData>>, AppError> {
    use crate::forms::{id, optional_id};
    use crate::server_context::actor;

    let conversation = id(&conversation_id, "conversation")?;
    let after = optional_id(&after, "message")?;
    super::history::entries_since(&actor()?, conversation, after).await
}

/// Which of the messages with these idempotency keys, separated by spaces, have arrived.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "sent_keys")]
pub async fn sent_keys(keys: String) -> Result<Vec<String>, AppError> {
    use crate::server_context::{actor, domain};

    let keys: Vec<_> = keys.split(' ').collect();
    Ok(domain().runs().sent_keys(&actor()?, &keys).await?)
}

#[cfg(feature = "ssr")]
pub(super) fn sent(sent: protocol::api::SentMessage) -> Sent {
    Sent {
        question_actions: super::actions::actions_html(&sent.user_message, None),
        conversation_id: sent.conversation.id,
        title: sent.conversation.title,
        message_id: sent.assistant_message.id,
        run_id: sent.run_id,
    }
}

#[cfg(feature = "ssr")]
pub(super) fn page_of(sent: &Sent) -> String {
    format!("/dashboard/chat/{}", sent.conversation_id)
}
