//! The list of conversations.

use domain::Actor;
use leptos::prelude::*;
use protocol::{Conversation, ConversationId};

use super::row_menu::row_menu;
use crate::dates;
use crate::error::AppError;
use crate::server_context::domain;

const ROWS: u32 = 50;
/// The most that is rendered at once when a list that has grown is brought up to date.
const MOST_ROWS: u32 = 500;

/// A conversation as the sidebar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationRow {
    pub id: ConversationId,
    pub title: String,
    /// One line of the newest message; may be empty.
    pub preview: String,
    /// When it last changed.
    pub when: dates::Moment,
    /// The heading under which it stands: `Pinned`, `Today`, `Yesterday`, …
    pub group: &'static str,
    /// An answer is being written.
    pub running: bool,
    /// An answer rests until its reader allows or refuses a tool call.
    pub waiting: bool,
    /// An answer ended since the reader last looked.
    pub unread: bool,
}

impl ConversationRow {
    /// Whether it is pinned to the top.
    pub fn is_pinned(&self) -> bool {
        self.group == PINNED
    }

    /// What stands under the title.
    pub fn line(&self) -> impl IntoView + use<> {
        let line = if self.waiting {
            "Waits for you".to_owned()
        } else {
            self.preview.clone()
        };
        view! { <span class=self.waiting.then_some("waits")>{line}</span> }
    }
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
        Self::page(actor, cursor, ROWS).await
    }

    /// The newest conversations, as many as are shown already.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn load_at_least(actor: &Actor, rows: u32) -> Result<Self, AppError> {
        Self::page(actor, None, rows.clamp(ROWS, MOST_ROWS)).await
    }

    async fn page(actor: &Actor, cursor: Option<String>, limit: u32) -> Result<Self, AppError> {
        let older = cursor.is_some();
        let page = domain()
            .conversations()
            .sidebar(actor, cursor.as_deref(), limit)
            .await?;
        let now = dates::now_of(actor);
        Ok(Self {
            rows: page
                .conversations
                .into_iter()
                .map(|conversation| row(conversation, &now))
                .collect(),
            next: page.next_cursor,
            older,
        })
    }
}

const PINNED: &str = "Pinned";

fn row(conversation: Conversation, now: &dates::Now) -> ConversationRow {
    let at = dates::local(conversation.updated_at, now);
    ConversationRow {
        id: conversation.id,
        title: conversation.title,
        preview: conversation.last_message_preview.unwrap_or_default(),
        when: dates::Moment::of(conversation.updated_at, now),
        group: if conversation.pinned {
            PINNED
        } else {
            dates::conversation_group(&at, now)
        },
        running: conversation.running,
        waiting: conversation.waiting,
        unread: conversation.unread,
    }
}

/// The first page of the list, `current` marked.
///
/// # Errors
/// Those of the domain.
pub async fn first_page_html(actor: &Actor, current: &str) -> Result<String, AppError> {
    let list = ConversationRows::load(actor, None).await?;
    Ok(conversation_list(&list, current.parse().ok()).to_html())
}

/// Conversations under their groups' headings, `current` marked.
pub fn conversation_list(list: &ConversationRows, current: Option<ConversationId>) -> impl IntoView + use<> {
    let newest = list
        .older
        .then(|| view! { <a class="more" href="?">"Newest conversations"</a> });
    view! {
        {newest}
        {more_rows(list, current, "")}
        // Last, and once: what is appended goes above it.
        {(!list.older).then(|| view! { <a class="more quiet" href="/dashboard/conversations/deleted">"Deleted conversations"</a> })}
    }
}

/// The groups of a page, the first one without its heading if that is `group`, and the link to the next page.
pub fn more_rows(
    list: &ConversationRows,
    current: Option<ConversationId>,
    group: &str,
) -> impl IntoView + use<> {
    let groups: Vec<_> = list
        .rows
        .chunk_by(|a, b| a.group == b.group)
        .map(|rows| {
            let name = rows[0].group;
            let items: Vec<_> = rows.iter().map(|row| item(row, current)).collect();
            view! {
                <section>
                    {(name != group).then(|| view! { <h2 class="group">{name}</h2> })}
                    <ul>{items}</ul>
                </section>
            }
        })
        .collect();
    let older = list.next.as_ref().map(|cursor| {
        let page = current.map_or_else(
            || "/dashboard/chat".to_owned(),
            |id| format!("/dashboard/chat/{id}"),
        );
        view! {
            <a
                class="more"
                href=format!("{page}?conversations={cursor}")
                data-cursor=cursor.clone()
                data-current=current.map(|id| id.to_string())
                data-group=list.rows.last().map(|row| row.group)
            >
                "Older conversations"
            </a>
        }
    });
    view! {
        {groups}
        {older}
    }
}

fn item(row: &ConversationRow, current: Option<ConversationId>) -> impl IntoView + use<> {
    view! {
        <li class="conv-row" id=format!("row-{}", row.id)>
            {row_inside(row, current)}
        </li>
    }
}

fn row_inside(row: &ConversationRow, current: Option<ConversationId>) -> impl IntoView + use<> {
    let is_current = current == Some(row.id);
    let mark = if row.running {
        Some(view! { <i class="live" role="img" aria-label="Being answered"></i> }.into_any())
    } else if row.unread && !is_current {
        Some(view! { <i class="unread" role="img" aria-label="Unread"></i> }.into_any())
    } else {
        None
    };
    view! {
        <a
            class="conv"
            href=format!("/dashboard/chat/{}", row.id)
            aria-current=is_current.then_some("page")
        >
            <b>{mark} {row.title.clone()}</b>
            {row.line()}
            {row.when.view()}
        </a>
        {row_menu(row, current)}
    }
}

/// A row with its new title, which is shown at the page's top too if the page is the conversation's.
pub fn renamed_row(
    actor: &Actor,
    conversation: Conversation,
    current: Option<ConversationId>,
) -> impl IntoView + use<> {
    let row = row(conversation, &dates::now_of(actor));
    let title = (current == Some(row.id))
        .then(|| view! { <span hidden data-into="title">{row.title.clone()}</span> });
    view! {
        {row_inside(&row, current)}
        {title}
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
            when: dates::Moment::default(),
            group,
            running: id == 2,
            waiting: id == 3,
            unread: id != 2,
        }
    }

    #[test]
    fn each_group_has_one_heading_and_the_current_one_is_marked() {
        let list = ConversationRows {
            rows: vec![row(1, PINNED), row(2, "Today"), row(3, "Today")],
            next: Some("pAb-_".into()),
            older: false,
        };
        let html = conversation_list(&list, Some(list.rows[2].id)).to_html();
        assert_eq!(html.matches("<section>").count(), 2, "{html}");
        assert_eq!(html.matches("aria-current=\"page\"").count(), 1, "{html}");
        assert_eq!(html.matches("Being answered").count(), 1, "{html}");
        assert_eq!(html.matches("Waits for you").count(), 1, "{html}");
        assert!(html.contains("&lt;b&gt;1"), "{html}");
        assert!(html.contains("?conversations=pAb-_"), "{html}");
        // Not the current one: that is being looked at.
        assert_eq!(html.matches("aria-label=\"Unread\"").count(), 1, "{html}");
        let more = more_rows(&list, None, PINNED).to_html();
        assert!(!more.contains(">Pinned<") && more.contains(">Today<"), "{more}");
    }
}
