//! The chat page's server functions. Each works as a plain form's action too.

use leptos::prelude::*;

use super::model::{ConversationRow, Sent};
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
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let sent = async {
        let actor = actor()?;
        let send = domain::runs::Send {
            conversation_id: ssr::optional_id(&conversation_id, "conversation")?,
            content: content.clone(),
            idempotency_key: Some(idempotency_key).filter(|key| !key.is_empty()),
        };
        let sent = domain().runs().send(&actor, send).await?;
        Ok(ssr::sent(sent, &actor))
    };
    Form::new("composer")
        .keep("content", &content)
        .end(sent.await, ssr::conversation_page)
}

/// Asks for the answer of a failed or stopped run once more.
///
/// # Errors
/// `conflict` while that run is active.
#[server(prefix = "/api/fn", endpoint = "retry_run")]
pub async fn retry_run(run_id: String) -> Result<Sent, AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let sent = async {
        let actor = actor()?;
        let sent = domain().runs().retry(&actor, ssr::id(&run_id, "run")?).await?;
        Ok(ssr::sent(sent, &actor))
    };
    Form::new("composer").end(sent.await, ssr::conversation_page)
}

/// Stops a run; what was written stays.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "cancel_run")]
pub async fn cancel_run(run_id: String) -> Result<(), AppError> {
    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let done = async {
        domain()
            .runs()
            .cancel(&actor()?, ssr::id(&run_id, "run")?)
            .await
            .map_err(AppError::from)
    };
    Form::new("composer").end(done.await, |()| back())
}

/// The newest conversations as the sidebar shows them.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "list_conversations")]
pub async fn list_conversations() -> Result<Vec<ConversationRow>, AppError> {
    use crate::server_context::{actor, domain};

    let actor = actor()?;
    let page = domain()
        .conversations()
        .list(&actor, ssr::sidebar_query(None))
        .await?;
    Ok(ssr::rows(page.conversations, &actor))
}

/// One conversation.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "get_conversation")]
pub async fn get_conversation(conversation_id: String) -> Result<protocol::Conversation, AppError> {
    use crate::server_context::{actor, domain};

    let id = ssr::id(&conversation_id, "conversation")?;
    Ok(domain().conversations().get(&actor()?, id).await?)
}

/// Gives a conversation another title.
///
/// # Errors
/// `validation_failed` for an empty or too long title.
#[server(prefix = "/api/fn", endpoint = "rename_conversation")]
pub async fn rename_conversation(conversation_id: String, title: String) -> Result<(), AppError> {
    use protocol::api::UpdateConversation;

    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let done = async {
        let id = ssr::id(&conversation_id, "conversation")?;
        let update = UpdateConversation {
            title: Some(title.clone()),
            pinned: None,
        };
        domain().conversations().update(&actor()?, id, update).await?;
        Ok(())
    };
    Form::new("rename")
        .keep("title", &title)
        .end(done.await, |()| back())
}

/// Pins a conversation to the top of the list, or takes the pin away.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "pin_conversation")]
pub async fn pin_conversation(conversation_id: String, pinned: bool) -> Result<(), AppError> {
    use protocol::api::UpdateConversation;

    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let done = async {
        let id = ssr::id(&conversation_id, "conversation")?;
        let update = UpdateConversation {
            title: None,
            pinned: Some(pinned),
        };
        domain().conversations().update(&actor()?, id, update).await?;
        Ok(())
    };
    Form::new("rename").end(done.await, |()| back())
}

/// Deletes a conversation; [`restore_conversation`] brings it back.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "delete_conversation")]
pub async fn delete_conversation(conversation_id: String) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{Flash, actor, domain, request, set_flash};

    let done = async {
        let id = ssr::id(&conversation_id, "conversation")?;
        domain().conversations().delete(&actor()?, id).await?;
        Ok(())
    };
    let done = done.await;
    if done.is_ok() && request().accepts_html {
        set_flash(&Flash {
            form: "deleted".into(),
            values: vec![("conversation_id".into(), conversation_id)],
            ..Flash::default()
        });
    }
    Form::new("rename").end(done, |()| "/dashboard/chat".into())
}

/// Brings a deleted conversation back.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "restore_conversation")]
pub async fn restore_conversation(conversation_id: String) -> Result<(), AppError> {
    use crate::forms::Form;
    use crate::server_context::{actor, domain};

    let done = async {
        let id = ssr::id(&conversation_id, "conversation")?;
        domain().conversations().restore(&actor()?, id).await?;
        Ok(())
    };
    Form::new("deleted").end(done.await, |()| format!("/dashboard/chat/{conversation_id}"))
}

/// Takes back what a tool call changed and returns the call, now undone.
///
/// # Errors
/// `conflict` when it changed nothing, was undone already, or a task was changed since.
#[server(prefix = "/api/fn", endpoint = "undo_tool_call")]
pub async fn undo_tool_call(call_id: String) -> Result<protocol::ToolCall, AppError> {
    use crate::forms::{Form, back};
    use crate::server_context::{actor, domain};

    let call = async {
        let id = ssr::id(&call_id, "tool call")?;
        domain()
            .tool_calls()
            .undo(&actor()?, id)
            .await
            .map_err(AppError::from)
    };
    Form::new("composer").end(call.await, |_| back())
}

/// What the functions above and the pages share on the server.
#[cfg(feature = "ssr")]
pub(crate) mod ssr {
    use std::str::FromStr;

    use domain::conversations::ListConversations;
    use domain::{Actor, Error};
    use protocol::Conversation;
    use protocol::api::SentMessage;

    use super::{ConversationRow, Sent};
    use crate::dates;

    const SIDEBAR_ROWS: u32 = 50;

    /// An id that a form sent; `NotFound` if it is none, as for one that does not exist.
    pub(crate) fn id<T: FromStr>(text: &str, what: &'static str) -> Result<T, Error> {
        text.parse().map_err(|_| Error::NotFound(what))
    }

    /// The same where the empty text means none.
    pub(crate) fn optional_id<T: FromStr>(text: &str, what: &'static str) -> Result<Option<T>, Error> {
        if text.is_empty() {
            return Ok(None);
        }
        id(text, what).map(Some)
    }

    /// The query for a page of the sidebar.
    pub(crate) fn sidebar_query(cursor: Option<String>) -> ListConversations {
        ListConversations {
            limit: Some(SIDEBAR_ROWS),
            cursor,
            q: None,
        }
    }

    /// Conversations as the sidebar shows them: pinned ones first, then newest first.
    pub(crate) fn rows(mut conversations: Vec<Conversation>, actor: &Actor) -> Vec<ConversationRow> {
        let now = dates::now_in(&actor.time_zone);
        conversations.sort_by_key(|conversation| !conversation.pinned);
        conversations
            .into_iter()
            .map(|conversation| {
                let at = dates::local(conversation.updated_at, &now);
                ConversationRow {
                    id: conversation.id,
                    title: conversation.title,
                    preview: conversation.last_message_preview.unwrap_or_default(),
                    when: dates::moment(&at, &now),
                    group: if conversation.pinned {
                        "Pinned".into()
                    } else {
                        dates::conversation_group(&at, &now).into()
                    },
                    running: conversation.running,
                }
            })
            .collect()
    }

    pub(crate) fn sent(sent: SentMessage, actor: &Actor) -> Sent {
        let row = rows(vec![sent.conversation], actor).swap_remove(0);
        Sent {
            conversation: row,
            message_id: sent.assistant_message.id,
            run_id: sent.run_id,
        }
    }

    pub(crate) fn conversation_page(sent: &Sent) -> String {
        format!("/dashboard/chat/{}", sent.conversation.id)
    }
}
