//! The living end of the thread: everything from the first unfinished answer on. What stands above it is plain HTML.

use leptos::either::Either;
use leptos::prelude::*;

use super::answer::answer_view;
use super::model::EntryData;
use super::scroll;
use super::state::{ChatState, Entry, Mine, SendStatus};

/// What the empty page offers to ask.
pub const SUGGESTIONS: [&str; 3] = [
    "Help me organize my tasks",
    "Create a task called 'Review Q4 report'",
    "What is due this week?",
];

/// The entries that can still change, and the greeting while there is nothing at all.
#[island]
pub fn Thread(
    entries: Vec<EntryData>,
    /// The page has finished messages above this island.
    has_history: bool,
) -> impl IntoView {
    let chat = expect_context::<ChatState>();
    chat.entries.set(entries.into_iter().map(Entry::new).collect());
    Effect::new(move || {
        scroll::follow_newest(chat);
        chat.follow();
    });
    view! {
        {move || (!has_history && chat.entries.with(Vec::is_empty)).then(|| greeting(chat))}
        <For each=move || chat.entries.get() key=Entry::key children=move |entry| entry_view(entry, chat)/>
        <div class="sr-only" aria-live="polite">
            {move || chat.announcement.get()}
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
    let status = mine.status.clone();
    let sending = mine.status.clone();
    let text = mine.text.clone();
    view! {
        <article class="mine" aria-busy=move || (sending.get() == SendStatus::Sending).then_some("true")>
            <h2 class="sr-only">"You"</h2>
            <p class="bubble">{text}</p>
            {move || match status.get() {
                SendStatus::Failed(why) => Some(not_sent(why, mine.clone(), chat)),
                _ => None,
            }}
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
        <div class="ended failed" role="alert">
            <span>"Not sent. " {why}</span>
            <button class="btn small" type="button" on:click=again>
                "Try again"
            </button>
        </div>
    }
}

fn greeting(chat: ChatState) -> impl IntoView {
    let suggestion = move |text: &'static str| {
        let send = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            chat.send(text.to_owned());
        };
        view! {
            <li>
                <form method="post" action="/api/fn/send_message" on:submit=send>
                    <input type="hidden" name="content" value=text/>
                    <button class="suggestion">{text}</button>
                </form>
            </li>
        }
    };
    view! {
        <div class="greeting">
            <h2>"What needs doing?"</h2>
            <p>"Say it as you would to a colleague. I keep your task list, show every step, and can undo each one."</p>
            <ul>{SUGGESTIONS.map(suggestion).collect_view()}</ul>
        </div>
    }
}
