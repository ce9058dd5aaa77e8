//! An answer of the assistant: its parts in order, and how it stands. One component for the history on the server and
//! for the answer that is being written in the browser.

use leptos::either::{Either, EitherOf4};
use leptos::prelude::*;
use protocol::RunId;

use super::badge::tool_badge;
use super::model::AnswerStatus;
use super::state::{Answer, ChatState, Part, TextPart};
use crate::ui::{Icon, icon};

/// The answer. `chat` is the page's state where the answer may still change.
pub fn answer_view(answer: Answer, chat: Option<ChatState>) -> impl IntoView {
    let Answer {
        message_id,
        run_id,
        parts,
        status,
        waiting,
        ..
    } = answer.clone();
    let live = {
        let status = status.clone();
        move || status.with(|status| *status == AnswerStatus::Live)
    };
    let busy = live.clone();
    view! {
        <article class="bot" data-live=move || live().then_some("") aria-busy=move || busy().then_some("true")>
            <span class="who">{icon(Icon::Check)}</span>
            <div class="body">
                <h2 class="sr-only">"Greenlit"</h2>
                <div class="parts" id=format!("answer-{message_id}")>
                    <For
                        each=move || parts.get().into_iter().enumerate()
                        key=|(index, _)| *index
                        children=|(_, part)| part_view(part)
                    />
                </div>
                {move || {
                    waiting.get()
                        .then(|| waiting_line(chat.is_some_and(|chat| chat.is_queued(&answer))))
                }}
                {move || status.with(|status| end_line(status, run_id))}
            </div>
        </article>
    }
}

fn part_view(part: Part) -> impl IntoView {
    match part {
        Part::Text(TextPart { blocks, .. }) => Either::Left(view! {
            <div class="md">
                <For
                    each=move || blocks.get().into_iter().enumerate()
                    key=|(index, _)| *index
                    children=|(_, html)| view! { <div class="blk" inner_html=move || html.get()></div> }
                />
            </div>
        }),
        Part::Tool(call) => Either::Right(move || call.with(tool_badge)),
    }
}

fn waiting_line(queued: bool) -> impl IntoView {
    if queued {
        Either::Left(view! { <p class="thinking">"Waiting for the answer above"</p> })
    } else {
        Either::Right(view! { <Thinking/> })
    }
}

/// "Thinking…", with the seconds once they are worth counting.
#[component]
fn Thinking() -> impl IntoView {
    let seconds = RwSignal::new(0u32);
    Effect::new(move || {
        if let Ok(timer) = set_interval_with_handle(
            move || seconds.update(|seconds| *seconds += 1),
            std::time::Duration::from_secs(1),
        ) {
            on_cleanup(move || timer.clear());
        }
    });
    view! {
        <p class="thinking">
            <span class="shimmer">"Thinking…"</span>
            {move || (seconds.get() >= 3).then(|| view! { <span class="ms">{seconds.get()} " s"</span> })}
        </p>
    }
}

fn end_line(status: &AnswerStatus, run_id: Option<RunId>) -> impl IntoView + use<> {
    match status {
        AnswerStatus::Live => EitherOf4::A(()),
        AnswerStatus::Done => EitherOf4::B(()),
        AnswerStatus::Cancelled => EitherOf4::C(view! {
            <div class="ended">
                <span>"Stopped"</span>
                {retry_form(run_id)}
            </div>
        }),
        AnswerStatus::Failed { sentence, retryable } => EitherOf4::D(view! {
            <div class="ended failed" role="alert">
                <span>{sentence.clone()}</span>
                {retryable.then(|| retry_form(run_id))}
            </div>
        }),
    }
}

fn retry_form(run_id: Option<RunId>) -> impl IntoView {
    run_id.map(|run_id| {
        view! {
            <form method="post" action="/api/fn/retry_run" data-do="retry">
                <input type="hidden" name="run_id" value=run_id.to_string()/>
                <button class="btn small">"Retry"</button>
            </form>
        }
    })
}
