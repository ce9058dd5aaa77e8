//! The list of conversations.

use leptos::prelude::*;
use protocol::ConversationId;

use super::model::ConversationRow;
use super::state::ChatState;

/// The list on the chat page, where it changes.
#[island]
pub fn LiveConversations() -> impl IntoView {
    let chat = expect_context::<ChatState>();
    move || {
        chat.conversations
            .with(|rows| conversation_list(rows, chat.conversation_id.get()))
    }
}

/// Conversations under their groups' headings, `current` marked.
pub fn conversation_list(rows: &[ConversationRow], current: Option<ConversationId>) -> impl IntoView + use<> {
    groups(rows)
        .into_iter()
        .map(|(group, rows)| {
            view! {
                <section>
                    <h2 class="group">{group.to_owned()}</h2>
                    <ul>{rows.iter().map(|row| item(row, current)).collect_view()}</ul>
                </section>
            }
        })
        .collect_view()
}

fn item(row: &ConversationRow, current: Option<ConversationId>) -> impl IntoView + use<> {
    view! {
        <li>
            <a
                class="conv"
                href=format!("/dashboard/chat/{}", row.id)
                aria-current=(current == Some(row.id)).then_some("page")
            >
                <b>
                    {row.running.then(|| view! { <i class="live" role="img" aria-label="Being answered"></i> })}
                    {row.title.clone()}
                </b>
                <span>{row.preview.clone()}</span>
                <time>{row.when.clone()}</time>
            </a>
        </li>
    }
}

/// Neighbours of one group together. A group's rows stand together already.
fn groups(rows: &[ConversationRow]) -> Vec<(&str, &[ConversationRow])> {
    rows.chunk_by(|a, b| a.group == b.group)
        .map(|rows| (rows[0].group.as_str(), rows))
        .collect()
}
