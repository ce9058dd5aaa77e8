//! `/dashboard/search?q=`

use domain::Actor;
use domain::search::{FoundMessage, Piece, SearchResults};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use protocol::{Conversation, Role};

use crate::dates::{Moment, now_of};
use crate::features::chat::sidebar::ConversationRows;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::domain;

/// What a search finds: conversations by their title, then messages, each leading to its place.
#[component]
pub fn SearchPage() -> impl IntoView {
    let q = use_query_map()
        .with_untracked(|query| query.get("q"))
        .unwrap_or_default();
    signed_in(|actor| async move {
        let conversations = ConversationRows::load(&actor, None).await?;
        let found = domain().conversations().search(&actor, &q).await?;
        let body = view! {
            <form class="find large" method="get" action="/dashboard/search">
                <input
                    class="input"
                    type="search"
                    name="q"
                    aria-label="Search for"
                    placeholder="Words in titles and messages"
                    maxlength="200"
                    autocomplete="off"
                    value=q.clone()
                    autofocus=q.is_empty()
                />
                <button class="btn go">"Search"</button>
            </form>
            {results(&actor, &q, found)}
        };
        Ok(framed(
            &actor,
            Section::Search,
            "Search",
            &conversations,
            body.into_any(),
        ))
    })
}

fn results(actor: &Actor, q: &str, found: SearchResults) -> impl IntoView + use<> {
    let is_empty = found.titles.is_empty() && found.messages.is_empty();
    let note = match (q.trim(), found.instead) {
        ("", _) => "Type a word, or its beginning.".to_owned(),
        (q, _) if is_empty => format!("Nothing found for “{q}”."),
        (q, Some(instead)) => format!("Nothing found for “{q}”. These are for “{instead}”."),
        _ => String::new(),
    };
    let titles: Vec<_> = found
        .titles
        .into_iter()
        .map(|(conversation, title)| title_row(actor, &conversation, title))
        .collect();
    let messages: Vec<_> = found
        .messages
        .into_iter()
        .map(|(message, passage)| message_row(actor, message, passage))
        .collect();
    view! {
        {(!note.is_empty()).then(|| view! { <p class="quiet-note" role="status">{note}</p> })}
        {section("Conversations", titles)}
        {section("Messages", messages)}
    }
}

fn section(title: &'static str, rows: Vec<impl IntoView + 'static>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        view! {
            <section>
                <h2 class="group">{title}</h2>
                <ul class="found">{rows}</ul>
            </section>
        }
    })
}

fn title_row(actor: &Actor, conversation: &Conversation, title: Vec<Piece>) -> impl IntoView + use<> {
    let when = Moment::of(conversation.updated_at, &now_of(actor));
    view! {
        <li>
            <a class="words" href=format!("/dashboard/chat/{}", conversation.id)>
                <b>{marked(title)}</b>
                <span>{conversation.last_message_preview.clone().unwrap_or_default()}</span>
            </a>
            <small>{when.view()}</small>
        </li>
    }
}

fn message_row(actor: &Actor, message: FoundMessage, passage: Vec<Piece>) -> impl IntoView + use<> {
    let when = Moment::of(message.created_at, &now_of(actor));
    let (conversation, id) = (message.conversation_id, message.id);
    let who = match message.role {
        Role::User => "You: ",
        Role::Assistant => "Greenlit: ",
    };
    view! {
        <li>
            <a class="words" href=format!("/dashboard/chat/{conversation}?at={id}#m-{id}")>
                <b>{message.conversation_title}</b>
                <span class="passage">{who} {marked(passage)}</span>
            </a>
            <small>{when.view()}</small>
        </li>
    }
}

fn marked(pieces: Vec<Piece>) -> impl IntoView {
    pieces
        .into_iter()
        .map(|piece| {
            if piece.found {
                Either::Left(view! { <mark>{piece.text}</mark> })
            } else {
                Either::Right(piece.text)
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_found_is_marked_and_nothing_is_markup() {
        let piece = |text: &str, found| Piece {
            text: text.into(),
            found,
        };
        let html = marked(vec![piece("<i>a ", false), piece("<b>", true)]).to_html();
        assert!(html.contains("&lt;i&gt;a "), "{html}");
        assert!(html.contains("<mark>&lt;b&gt;</mark>"), "{html}");
    }
}
