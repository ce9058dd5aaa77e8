//! What a person wrote and the server does not have yet. The browser keeps it, by person: it survives reloads and signing
//! out, and nobody else who uses the browser sees it.

use leptos::prelude::{GetUntracked, GetValue};
use protocol::ConversationId;
use serde::{Deserialize, Serialize};

use super::entry::Mine;
use super::state::ChatState;
use crate::browser::{keep, kept};

/// A message that was sent and not accepted.
#[derive(Serialize, Deserialize)]
struct Unsent {
    key: String,
    /// `None`: it begins one.
    conversation_id: Option<ConversationId>,
    text: String,
}

fn draft_name(chat: ChatState) -> String {
    let place = chat.conversation_id.get_untracked();
    let place = place.map_or_else(|| "new".into(), |id| id.to_string());
    format!("draft:{}:{place}", chat.user.get_value())
}

/// What was being written in this conversation.
pub(super) fn draft(chat: ChatState) -> Option<String> {
    kept(&draft_name(chat))
}

/// Keeps what is being written; the empty text is forgotten.
pub(super) fn keep_draft(chat: ChatState, text: &str) {
    keep(&draft_name(chat), Some(text).filter(|text| !text.is_empty()));
}

/// A conversation begins with the first message: what was written after it belongs to it.
pub(super) fn begin(chat: ChatState, id: ConversationId) {
    if let Some(text) = draft(chat) {
        keep_draft(chat, "");
        keep(&format!("draft:{}:{id}", chat.user.get_value()), Some(&text));
    }
}

fn unsent_name(chat: ChatState) -> String {
    format!("unsent:{}", chat.user.get_value())
}

fn all(chat: ChatState) -> Vec<Unsent> {
    kept(&unsent_name(chat))
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default()
}

fn save(chat: ChatState, unsent: &[Unsent]) {
    let json = serde_json::to_string(unsent).ok();
    keep(&unsent_name(chat), json.as_deref().filter(|_| !unsent.is_empty()));
}

/// Keeps a message that is on its way.
pub(super) fn keep_unsent(chat: ChatState, mine: &Mine) {
    let mut unsent = all(chat);
    unsent.push(Unsent {
        key: mine.key.clone(),
        conversation_id: chat.conversation_id.get_untracked(),
        text: mine.text.clone(),
    });
    save(chat, &unsent);
}

/// Forgets a message that the server has.
pub(super) fn forget_unsent(chat: ChatState, key: &str) {
    let mut unsent = all(chat);
    unsent.retain(|unsent| unsent.key != key);
    save(chat, &unsent);
}

/// The messages of this conversation that an earlier visit could not send, by key and text, oldest first.
pub(super) fn unsent(chat: ChatState) -> Vec<(String, String)> {
    let here = chat.conversation_id.get_untracked();
    all(chat)
        .into_iter()
        .filter(|unsent| unsent.conversation_id == here)
        .map(|unsent| (unsent.key, unsent.text))
        .collect()
}
