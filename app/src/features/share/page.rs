//! `/share/{token}`: a conversation to read, without an account and without a script.

use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use domain::shares::{Shared, SharedPage, SharedToolCall};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::{MessageStatus, Part, Role, ToolCallStatus};

use crate::error::AppError;
use crate::features::chat::answer::answer_view;
use crate::features::chat::badge_approval::sentence;
use crate::features::chat::entry::{Answer, Mine};
use crate::features::chat::model::{AnswerData, AnswerStatus, PartData};
use crate::features::chat::thread::mine_view;
use crate::forms::optional_id;
use crate::frame::{brand, trouble};
use crate::server_context::{append_header, domain, markdown_options, set_problem};
use crate::ui::{Icon, icon};

/// A shared conversation from its beginning, or after the message that `?after=` names.
#[component]
pub fn SharedConversationPage() -> impl IntoView {
    let token = use_params_map()
        .with_untracked(|params| params.get("token"))
        .unwrap_or_default();
    let after = use_query_map()
        .with_untracked(|query| query.get("after"))
        .unwrap_or_default();
    // A link that is taken back shall be gone, from caches and search engines too.
    append_header(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    append_header(CACHE_CONTROL, "no-store");
    Suspend::new(async move {
        match load(&token, &after).await {
            Ok(page) => shared_page(&token, &after, page).into_any(),
            Err(AppError(problem)) => {
                set_problem(&problem);
                trouble(&problem.title, &problem.detail).into_any()
            }
        }
    })
}

async fn load(token: &str, after: &str) -> Result<SharedPage, AppError> {
    let after = optional_id(after, "message")?;
    Ok(domain().shares().open(token, after).await?)
}

fn shared_page(token: &str, after: &str, page: SharedPage) -> impl IntoView + use<> {
    let path = format!("/share/{token}");
    let last = page.messages.last().map(|message| message.id);
    let more = last
        .filter(|_| page.has_more)
        .map(|last| view! { <a class="btn" href=format!("{path}?after={last}")>"Later messages"</a> });
    let beginning = (!after.is_empty()).then(|| view! { <a class="btn" href=path>"From the beginning"</a> });
    view! {
        <Title text=format!("{} · Greenlit", page.title)/>
        <Meta name="robots" content="noindex, nofollow"/>
        <header class="top shared">
            <a class="brand" href="/">
                {brand()}
            </a>
            <span class="sp"></span>
            <span class="chip">"Shared, to read only"</span>
        </header>
        <main class="thread shared">
            <h1>{page.title}</h1>
            {beginning}
            {page.messages.into_iter().map(message_view).collect_view()}
            {more}
        </main>
    }
}

fn message_view(message: Shared) -> impl IntoView {
    match message.role {
        Role::User => {
            let text = message.parts.into_iter().filter_map(|part| match part {
                Part::Text { text } => Some(text),
                Part::ToolCall { .. } => None,
            });
            Either::Left(mine_view(
                Mine::sent(message.id, text.collect(), String::new()),
                None,
            ))
        }
        Role::Assistant => {
            let parts = message
                .parts
                .iter()
                .enumerate()
                .filter_map(|(index, part)| match part {
                    Part::Text { text } => Some(PartData::Text(markdown::render(
                        text,
                        &markdown_options(message.id, index),
                    ))),
                    Part::ToolCall { id } => {
                        let call = message.tool_calls.iter().find(|call| call.id == *id)?;
                        Some(PartData::Tool {
                            asks: false,
                            id: *id,
                            html: tool_line(call).to_html(),
                        })
                    }
                });
            let data = AnswerData {
                message_id: message.id,
                run_id: None,
                seq: 0,
                parts: parts.collect(),
                status: match message.status {
                    MessageStatus::Cancelled => AnswerStatus::Cancelled,
                    _ => AnswerStatus::Done,
                },
                waiting: false,
                actions: String::new(),
            };
            Either::Right(answer_view(Answer::new(data), None))
        }
    }
}

/// What a tool did, in a line: what it was given and found is not part of the talk.
fn tool_line(call: &SharedToolCall) -> impl IntoView + use<> {
    let sign = match call.status {
        ToolCallStatus::Undone => Icon::Undo,
        ToolCallStatus::Error => Icon::Cross,
        ToolCallStatus::Denied => Icon::Barred,
        ToolCallStatus::AwaitingApproval => Icon::Lock,
        _ => Icon::Check,
    };
    let words = sentence(call.status, &call.summary).unwrap_or_else(|| match call.summary.as_str() {
        "" => call.tool_name.clone(),
        summary => summary.to_owned(),
    });
    let undone = call.status == ToolCallStatus::Undone;
    view! {
        <div class="tool" data-status=call.status.as_str()>
            <p class="line">
                <span class="sign">{icon(sign)}</span>
                <span class="what">{words}</span>
                {undone.then(|| view! { <span class="chip">"Undone"</span> })}
            </p>
        </div>
    }
}
