//! The server functions about the list of conversations and the rows in it. Each works as a plain form's action too; a
//! script gets HTML to put in place.

use leptos::prelude::*;

use crate::error::AppError;

/// The newest conversations as HTML, as the sidebar shows them: `current` is marked, and with `seen` it is read. `rows`
/// says how many are shown already, and as many come back.
///
/// # Errors
/// `unauthenticated`.
#[server(prefix = "/api/fn", endpoint = "list_conversations")]
pub async fn list_conversations(
    #[server(default)] current: String,
    #[server(default)] seen: bool,
    #[server(default)] rows: u32,
) -> Result<String, AppError> {
    use super::sidebar::{ConversationRows, conversation_list};
    use crate::server_context::{actor, domain};

    let actor = actor()?;
    let current = current.parse().ok();
    if let Some(current) = current.filter(|_| seen) {
        domain().conversations().mark_read(&actor, current).await?;
    }
    let list = ConversationRows::load_at_least(&actor, rows).await?;
    Ok(conversation_list(&list, current).to_html())
}

/// The page of older conversations that a cursor leads to; its first group's heading is left out if it is `group`.
///
/// # Errors
/// `validation_failed` for a broken cursor.
#[server(prefix = "/api/fn", endpoint = "more_conversations")]
pub async fn more_conversations(
    cursor: String,
    #[server(default)] current: String,
    #[server(default)] group: String,
) -> Result<String, AppError> {
    use super::sidebar::{ConversationRows, more_rows};

    let list = ConversationRows::load(&crate::server_context::actor()?, Some(cursor)).await?;
    Ok(more_rows(&list, current.parse().ok(), &group).to_html())
}

/// Gives a conversation another title. Returns its row.
///
/// # Errors
/// `validation_failed` for an empty or too long title.
#[server(prefix = "/api/fn", endpoint = "rename_conversation")]
pub async fn rename_conversation(
    conversation_id: String,
    title: String,
    #[server(default)] current: String,
) -> Result<String, AppError> {
    use protocol::api::UpdateConversation;

    use super::sidebar::renamed_row;
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let row = async {
        let actor = actor()?;
        let id = id(&conversation_id, "conversation")?;
        let update = UpdateConversation {
            title: Some(title.clone()),
            pinned: None,
        };
        let renamed = domain().conversations().update(&actor, id, update).await?;
        Ok(renamed_row(&actor, renamed, current.parse().ok()).to_html())
    };
    Form::new("rename")
        .keep("conversation_id", &conversation_id)
        .keep("title", &title)
        .end(row.await, |_| back())
}

/// Pins a conversation to the top of the list, or takes the pin away. Returns the list.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "pin_conversation")]
pub async fn pin_conversation(
    conversation_id: String,
    pinned: bool,
    #[server(default)] current: String,
) -> Result<String, AppError> {
    use protocol::api::UpdateConversation;

    use super::sidebar::first_page_html;
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let list = async {
        let actor = actor()?;
        let id = id(&conversation_id, "conversation")?;
        let update = UpdateConversation {
            title: None,
            pinned: Some(pinned),
        };
        domain().conversations().update(&actor, id, update).await?;
        first_page_html(&actor, &current).await
    };
    Form::new("rename").end(list.await, |_| back())
}

/// Deletes a conversation; [`restore_conversation`] brings it back. Returns what takes the row's place: a notice with
/// the way back.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "delete_conversation")]
pub async fn delete_conversation(
    conversation_id: String,
    #[server(default)] current: String,
) -> Result<String, AppError> {
    use super::row_menu::deleted_toast;
    use crate::forms::{Form, back, id};
    use crate::server_context::{Flash, actor, domain, request, set_flash};

    let toast = async {
        let id = id(&conversation_id, "conversation")?;
        domain().conversations().delete(&actor()?, id).await?;
        Ok(deleted_toast(id, &current).to_html())
    };
    let toast = toast.await;
    if toast.is_ok() && request().accepts_html {
        set_flash(&Flash {
            form: "deleted".into(),
            values: vec![("conversation_id".into(), conversation_id.clone())],
            ..Flash::default()
        });
    }
    Form::new("rename").end(toast, |_| {
        // The page of what is gone is none to go back to.
        let back = back();
        if back.contains(&conversation_id) {
            "/dashboard/chat".into()
        } else {
            back
        }
    })
}

/// Brings a deleted conversation back. Returns the list.
///
/// # Errors
/// `forbidden`; `not_found` also when it was deleted more than thirty days ago.
#[server(prefix = "/api/fn", endpoint = "restore_conversation")]
pub async fn restore_conversation(
    conversation_id: String,
    #[server(default)] current: String,
) -> Result<String, AppError> {
    use super::sidebar::first_page_html;
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let list = async {
        let actor = actor()?;
        let id = id(&conversation_id, "conversation")?;
        domain().conversations().restore(&actor, id).await?;
        first_page_html(&actor, &current).await
    };
    Form::new("deleted").end(list.await, |_| format!("/dashboard/chat/{conversation_id}"))
}
