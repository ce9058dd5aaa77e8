//! The living end of the thread: everything from the first unfinished answer on. What stands above it is plain HTML.

use leptos::either::Either;
use leptos::prelude::*;
use protocol::MessageId;

use super::answer::answer_view;
use super::entry::{Entry, Mine, SendStatus};
use super::model::EntryData;
use super::state::ChatState;
use super::{earlier, scroll};

/// The entries that can still change.
#[island]
pub fn Thread(
    entries: Vec<EntryData>,
    /// The last message above them.
    last: Option<MessageId>,
    /// The page ends with the conversation's newest message.
    is_newest: bool,
) -> impl IntoView {
    let chat = expect_context::<ChatState>();
    chat.entries.set(entries.into_iter().map(Entry::new).collect());
    chat.last.set_value(last);
    chat.is_newest.set_value(is_newest);
    Effect::new(move || {
        scroll::follow_newest(chat);
        earlier::load_on_scroll(chat);
        if is_newest {
            chat.show_unsent();
        }
        chat.follow();
    });
    view! {
        <For each=move || chat.entries.get() key=Entry::key children=move |entry| entry_view(entry, chat)/>
        <div class="sr-only" aria-live="polite">
            {chat.announcement}
        </div>
    }
}

fn entry_view(entry: Entry, chat: ChatState) -> impl IntoView {
    match entry {
        Entry::Mine(mine) => Either::Left(mine_view(mine, Some(chat))),
        Entry::Answer(answer) => Either::Right(answer_view(answer, Some(chat))),
    }
}

/// A message of the reader's own.
pub fn mine_view(mine: Mine, chat: Option<ChatState>) -> impl IntoView {
    let text = mine.text.clone();
    let anchor = format!("m-{}", mine.key);
    let status = mine.status.clone();
    let actions = mine.actions.clone();
    let busy = Signal::derive({
        let status = mine.status.clone();
        move || {
            status
                .with(|status| *status == SendStatus::Sending)
                .then_some("true")
        }
    });
    view! {
        <article class="mine" id=anchor aria-busy=busy>
            <h2 class="sr-only">"You"</h2>
            <p class="bubble" dir="auto">
                {text}
            </p>
            {move || match status.get() {
                SendStatus::Failed(why) => Some(not_sent(why, mine.clone(), chat)),
                _ => None,
            }}
            <div class="under" inner_html=move || actions.get()></div>
        </article>
    }
}

fn not_sent(why: String, mine: Mine, chat: Option<ChatState>) -> impl IntoView {
    let again = move |_| {
        if let Some(chat) = chat {
            chat.deliver(mine.clone());
        }
    };
    view! {
        <div class="ended" data-failed role="alert">
            <span>{format!("Not sent. {why}")}</span>
            <button class="btn small" type="button" on:click=again>
                "Try again"
            </button>
        </div>
    }
}
