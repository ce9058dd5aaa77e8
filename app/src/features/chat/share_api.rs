//! The server functions of sharing. Each works as a plain form's action too.

use leptos::prelude::*;

use crate::error::AppError;

/// Makes a conversation's link, or lets the one it has show everything up to now; returns what the dialog shows then.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "share_conversation")]
pub async fn share_conversation(conversation_id: String) -> Result<String, AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let html = async {
        let id = id(&conversation_id, "conversation")?;
        let link = domain().shares().share(&actor()?, id).await?;
        Ok(super::share::share_body(&conversation_id, Some(&link)))
    };
    Form::new("versions").end(html.await, |_| {
        format!("/dashboard/chat/{conversation_id}?share=1")
    })
}

/// Takes a conversation's link back; returns what the dialog shows then.
///
/// # Errors
/// `forbidden` and `not_found`.
#[server(prefix = "/api/fn", endpoint = "unshare_conversation")]
pub async fn unshare_conversation(conversation_id: String) -> Result<String, AppError> {
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let html = async {
        let id = id(&conversation_id, "conversation")?;
        domain().shares().revoke(&actor()?, id).await?;
        Ok(super::share::share_body(&conversation_id, None))
    };
    Form::new("versions").end(html.await, |_| {
        format!("/dashboard/chat/{conversation_id}?share=1")
    })
}
