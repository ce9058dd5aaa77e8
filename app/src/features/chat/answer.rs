//! An answer of the assistant: its parts in order, and how it stands. One component for the history on the server and
//! for the answer that is being written in the browser.

use std::time::Duration;

use leptos::either::Either;
use leptos::prelude::*;
use protocol::RunId;

use super::block::block_view;
use super::entry::{Answer, Content};
use super::model::AnswerStatus;
use super::state::ChatState;
use crate::ui::{Icon, icon};

/// The answer. `chat` is the page's state where the answer may still change.
pub fn answer_view(answer: Answer, chat: Option<ChatState>) -> impl IntoView {
    let asks = Memo::new({
        let answer = answer.clone();
        move |_| answer.asks()
    });
    let Answer {
        message_id,
        run_id,
        parts,
        status,
        waiting,
        actions,
        ..
    } = answer;
    let live = Signal::derive({
        let status = status.clone();
        move || {
            status
                .with(|status| *status == AnswerStatus::Live)
                .then_some("true")
        }
    });
    let busy = Signal::derive(move || live.get().filter(|_| !asks.get()));
    view! {
        <article class="bot" id=format!("m-{message_id}") data-live=live aria-busy=busy>
            <span class="who">{icon(Icon::Check)}</span>
            <div class="body">
                <h2 class="sr-only">"Greenlit"</h2>
                <div class="parts" id=format!("answer-{message_id}")>
                    <For each=move || parts.get() key=|part| part.key children=|part| part_view(part.content)/>
                </div>
                {move || {
                    (waiting.get() && !asks.get()).then(|| waiting_line(chat.is_some_and(|chat| chat.is_queued(message_id))))
                }}
                {move || status.with(|status| end_line(status, run_id))}
                <div class="under" inner_html=move || actions.get()></div>
            </div>
        </article>
    }
}

fn part_view(content: Content) -> impl IntoView {
    match content {
        Content::Text { blocks, .. } => Either::Left(view! {
            <div class="md">
                <For
                    each=move || blocks.get().into_iter().enumerate()
                    key=|(index, _)| *index
                    children=|(_, block)| block_view(block)
                />
            </div>
        }),
        Content::Tool { id, badge, .. } => Either::Right(view! {
            <div class="call" id=format!("call-{id}") inner_html=move || badge.get()></div>
        }),
    }
}

/// "Thinking…", with the seconds once they are worth counting.
fn waiting_line(queued: bool) -> impl IntoView {
    let seconds = RwSignal::new(0u32);
    Effect::new(move || {
        let count = move || seconds.update(|seconds| *seconds += 1);
        if let Ok(timer) = set_interval_with_handle(count, Duration::from_secs(1)) {
            on_cleanup(move || timer.clear());
        }
    });
    let counted = Signal::derive(move || match seconds.get() {
        seconds @ 3.. if !queued => Some(format!("{seconds} s")),
        _ => None,
    });
    view! {
        <p class="thinking">
            <span class=if queued { "" } else { "shimmer" }>
                {if queued { "Waiting for the answer above" } else { "Thinking…" }}
            </span>
            <span class="ms">{counted}</span>
        </p>
    }
}

fn end_line(status: &AnswerStatus, run_id: Option<RunId>) -> impl IntoView + use<> {
    let (sentence, failed) = match status {
        AnswerStatus::Live | AnswerStatus::Done => return None,
        AnswerStatus::Cancelled => ("Stopped".to_owned(), false),
        AnswerStatus::Failed(sentence) => (sentence.clone(), true),
    };
    // Also where asking again cannot help by itself (a refused key): whoever mended the cause comes back to this page.
    Some(view! {
        <div class="ended" data-failed=failed.then_some("") role=failed.then_some("alert")>
            <span>{sentence}</span>
            {run_id
                .map(|run_id| {
                    view! {
                        <form method="post" action="/api/fn/retry_run" data-do="retry">
                            <input type="hidden" name="run_id" value=run_id.to_string()/>
                            <button class="btn small">"Retry"</button>
                        </form>
                    }
                })}
        </div>
    })
}
