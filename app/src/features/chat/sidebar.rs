//! The list of conversations.

use domain::Actor;
use domain::conversations::ListConversations;
use leptos::prelude::*;
use protocol::{Conversation, ConversationId};

use crate::dates;
use crate::error::AppError;
use crate::server_context::domain;

const ROWS: u32 = 50;

/// A conversation as the sidebar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub title: String,
    /// One line of the newest message; may be empty.
    pub preview: String,
    /// When it last changed, in words.
    pub when: String,
    /// The heading under which it stands: `Pinned`, `Today`, `Yesterday`, …
    pub group: &'static str,
    /// An answer is being written.
    pub running: bool,
}

/// A page of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConversationRows {
    /// Pinned ones first, then newest first.
    pub rows: Vec<ConversationRow>,
    /// Leads to the page of older ones.
    pub next: Option<String>,
    /// This is not the first page.
    pub older: bool,
}

impl ConversationRows {
    /// The newest conversations, or the page of older ones that `cursor` leads to.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn load(actor: &Actor, cursor: Option<String>) -> Result<Self, AppError> {
        let older = cursor.is_some();
        let query = ListConversations {
            limit: Some(ROWS),
            cursor,
            q: None,
        };
        let page = domain().conversations().list(actor, query).await?;
        let now = dates::now_in(&actor.time_zone);
        let mut conversations = page.conversations;
        conversations.sort_by_key(|conversation| !conversation.pinned);
        Ok(Self {
            rows: conversations
                .into_iter()
                .map(|conversation| row(conversation, &now))
                .collect(),
            next: page.next_cursor,
            older,
        })
    }

    /// Whether a conversation is among the pinned ones.
    pub fn is_pinned(&self, id: ConversationId) -> bool {
        self.rows.iter().any(|row| row.id == id && row.group == PINNED)
    }
}

const PINNED: &str = "Pinned";

fn row(conversation: Conversation, now: &jiff::Zoned) -> ConversationRow {
    let at = dates::local(conversation.updated_at, now);
    ConversationRow {
        id: conversation.id,
        title: conversation.title,
        preview: conversation.last_message_preview.unwrap_or_default(),
        when: dates::moment(&at, now),
        group: if conversation.pinned {
            PINNED
        } else {
            dates::conversation_group(&at, now)
        },
        running: conversation.running,
    }
}

/// Conversations under their groups' headings, `current` marked.
pub fn conversation_list(list: &ConversationRows, current: Option<ConversationId>) -> impl IntoView + use<> {
    let groups: Vec<_> = list
        .rows
        .chunk_by(|a, b| a.group == b.group)
        .map(|rows| {
            let items: Vec<_> = rows.iter().map(|row| item(row, current)).collect();
            view! {
                <section>
                    <h2 class="group">{rows[0].group}</h2>
                    <ul>{items}</ul>
                </section>
            }
        })
        .collect();
    let newest = list
        .older
        .then(|| view! { <a class="more" href="?">"Newest conversations"</a> });
    let older = list.next.as_ref().map(|cursor| {
        let cursor = percent_encoding::utf8_percent_encode(cursor, percent_encoding::NON_ALPHANUMERIC);
        view! { <a class="more" href=format!("?conversations={cursor}")>"Older conversations"</a> }
    });
    view! {
        {newest}
        {groups}
        {older}
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, group: &'static str) -> ConversationRow {
        ConversationRow {
            id: ConversationId(uuid::Uuid::from_u128(id)),
            title: format!("<b>{id}</b>"),
            preview: String::new(),
            when: "now".into(),
            group,
            running: id == 2,
        }
    }

    #[test]
    fn each_group_has_one_heading_and_the_current_one_is_marked() {
        let list = ConversationRows {
            rows: vec![row(1, PINNED), row(2, "Today"), row(3, "Today")],
            next: Some("a&b".into()),
            older: false,
        };
        let html = conversation_list(&list, Some(list.rows[2].id)).to_html();
        assert_eq!(html.matches("<section>").count(), 2, "{html}");
        assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
        assert_eq!(html.matches("Being answered").count(), 1, "{html}");
        assert!(html.contains("&lt;b&gt;1"), "{html}");
        assert!(html.contains("?conversations=a%26b"), "{html}");
        assert!(list.is_pinned(list.rows[0].id) && !list.is_pinned(list.rows[1].id));
    }
}
