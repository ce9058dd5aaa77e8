//! `/`

use jiff::tz::TimeZone;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use protocol::{MessageId, Timestamp, ToolCall, ToolCallId, ToolCallStatus};
use serde_json::{Value, json};

use crate::dates;
use crate::features::chat::answer::answer_view;
use crate::features::chat::badge::badge_html;
use crate::features::chat::entry::{Answer, Mine};
use crate::features::chat::model::{AnswerData, AnswerStatus, PartData};
use crate::features::chat::thread::mine_view;
use crate::features::testimonials::view::on_first_page;
use crate::frame::brand;
use crate::server_context::request;
use crate::ui::{Icon, icon};

/// What Greenlit is, shown more than said.
#[component]
pub fn LandingPage() -> impl IntoView {
    let known = request().actor.is_some();
    view! {
        <Title text="Greenlit: a to-do list that works while you talk"/>
        <Meta
            name="description"
            content="A self-hosted assistant that keeps your task list. Every step it takes is shown, and every step can be undone."
        />
        <div class="landing">
            <header>
                <a class="brand" href="/">
                    {brand()}
                </a>
                <nav aria-label="Account">{account_links(known)}</nav>
            </header>
            <main>
                <section class="hero">
                    <div>
                        <h1>"Talk it through." <br/> "It’s on your list."</h1>
                        <p class="lead">
                            "Greenlit is an assistant that works on your task list while you speak with it. You see each step as it happens, and you can take any of them back."
                        </p>
                        <p class="actions">
                            {if known {
                                view! { <a class="btn go big" href="/dashboard/chat">"Open Greenlit"</a> }.into_any()
                            } else {
                                view! {
                                    <a class="btn go big" href="/sign-up">"Create an account"</a>
                                    <a class="btn big" href="/sign-in">"Sign in"</a>
                                }
                                    .into_any()
                            }}
                        </p>
                        <p class="small-print">"Runs on your own machine. No model or key needed to try it."</p>
                    </div>
                    {sample().into_any()}
                </section>
                {differences().into_any()}
                {Suspend::new(async move { on_first_page(known).await }).into_any()}
            </main>
            <footer>
                <span>"Greenlit"</span>
                <span>"One program, one Postgres, your data."</span>
            </footer>
        </div>
    }
    .into_any()
}

fn account_links(known: bool) -> impl IntoView {
    if known {
        view! { <a class="btn" href="/dashboard">"Dashboard"</a> }.into_any()
    } else {
        view! {
            <a class="btn plain" href="/sign-in">"Sign in"</a>
            <a class="btn" href="/sign-up">"Get started"</a>
        }
        .into_any()
    }
}

fn differences() -> impl IntoView {
    let item = |sign: Icon, title: &'static str, text: &'static str| {
        view! {
            <li>
                <span class="sign">{icon(sign)}</span>
                <h3>{title}</h3>
                <p>{text}</p>
            </li>
        }
    };
    view! {
        <section class="differences" aria-labelledby="differences">
            <h2 id="differences">"An assistant you can check"</h2>
            <ul>
                {item(Icon::Eye, "Nothing behind your back", "Each tool call is a line in the conversation. Open it and read what was asked, what came back, and how long it took.")}
                {item(Icon::Undo, "Anything can be undone", "A task created, changed or deleted by the assistant comes back to what it was with one click.")}
                {item(Icon::Bolt, "It goes on without you", "Close the tab or lose the connection in the middle of an answer: the work is finished, and the page picks it up where you left.")}
                {item(Icon::Lock, "Yours, all of it", "One program on your own machine, with any OpenAI-compatible model, or with none: a built-in assistant understands plain English about tasks.")}
            </ul>
        </section>
    }
}

/// A piece of a conversation, built from the same parts as a real one.
fn sample() -> impl IntoView {
    let mine = Mine::sent(
        MessageId(uuid(1)),
        "The Q4 report is due on Friday. Set up what I need.".into(),
        String::new(),
    );
    let answer = Answer::new(AnswerData {
        message_id: MessageId(uuid(2)),
        run_id: None,
        seq: 0,
        parts: vec![
            PartData::Text(vec![
                "<p>Two steps, with a day of slack before Friday:</p>".into(),
            ]),
            step(3, "Collect figures from sales", "2026-11-25T22:59:59.000Z", 12),
            step(4, "Review Q4 report", "2026-11-26T22:59:59.000Z", 9),
            PartData::Text(vec![
                "<p>Then you only have to publish. Shall I remind <strong>Mira</strong> of the figures?</p>"
                    .into(),
            ]),
        ],
        status: AnswerStatus::Done,
        waiting: false,
        actions: String::new(),
    });
    view! {
        <figure class="sample" aria-label="A piece of a conversation">
            <div class="thread">
                {mine_view(mine, None)}
                {answer_view(answer, None)}
            </div>
        </figure>
    }
}

fn step(id: u128, title: &str, due_at: &str, ms: u32) -> PartData {
    let id = ToolCallId(uuid(id));
    // The day before the first step, whenever the page is looked at.
    let now = dates::local(
        Timestamp::from_millis(1_795_510_800_000),
        &dates::now_in(&TimeZone::UTC),
    )
    .into();
    let call = ToolCall {
        id,
        tool_name: "add_task".into(),
        arguments: json!({ "title": title, "due_at": due_at }),
        result: Value::Null,
        status: ToolCallStatus::Success,
        summary: format!("Created task: {title}"),
        timestamp: Timestamp::from_millis(0),
        duration_ms: Some(ms),
        undoable: false,
        redoable: false,
    };
    PartData::Tool {
        asks: false,
        id,
        html: badge_html(&call, &now),
    }
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}
