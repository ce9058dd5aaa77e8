//! What makes one page out of the chat page's islands: their common state.

use leptos::prelude::*;
use protocol::ConversationId;

use super::state::ChatState;

/// Gives the islands inside it one [`ChatState`].
#[island]
pub fn ChatScope(conversation_id: Option<ConversationId>, user: String, children: Children) -> impl IntoView {
    provide_context(ChatState::new(conversation_id, user));
    view! { <div class="app chat">{children()}</div> }
}
