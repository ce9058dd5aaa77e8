//! `/dashboard/chat` and `/dashboard/chat/{id}`

use domain::Actor;
use domain::conversations::{ListMessages, OpenConversation};
use leptos::either::Either;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::{ConversationId, Message, MessageId, Part, Role};

use super::answer::answer_view;
use super::api::ssr::{id, optional_id};
use super::composer::Composer;
use super::head::ConversationHead;
use super::model::{AnswerData, AnswerStatus, EntryData, PartData};
use super::scope::ChatScope;
use super::sidebar::LiveConversations;
use super::state::{Answer, Mine};
use super::thread::{Thread, mine_view};
use crate::dates;
use crate::error::AppError;
use crate::features::tasks::api::ssr::list;
use crate::features::tasks::board::{RAIL_TASKS, TaskBoard};
use crate::features::tasks::model::TaskList;
use crate::frame::{Section, sidebar, sidebar_rows, signed_in, time_zone_question};
use crate::server_context::{Flash, domain, markdown_options, request, take_flash};

const PAGE_MESSAGES: u32 = 100;

/// A conversation that has not begun.
#[component]
pub fn NewConversationPage() -> impl IntoView {
    let asked = Asked::read();
    signed_in(|actor| async move {
        let title = "New conversation".to_owned();
        chat_page(actor, asked, None, title, History::default()).await
    })
}

/// A conversation and its newest messages, or with `?before=` a page of older ones.
#[component]
pub fn ConversationPage() -> impl IntoView {
    let asked = Asked::read();
    let conversation = use_params_map()
        .with_untracked(|params| params.get("id"))
        .unwrap_or_default();
    signed_in(|actor| async move {
        let conversation: ConversationId = id(&conversation, "conversation")?;
        let before = optional_id(&asked.before, "message")?;
        let (title, history) = History::load(&actor, conversation, before).await?;
        chat_page(actor, asked, Some(conversation), title, history).await
    })
}

/// What the address and the last form's flash ask of the page.
struct Asked {
    composer: Flash,
    notice: Option<Flash>,
    add_task: Flash,
    /// A message's id; empty for the newest messages.
    before: String,
    /// Of the list of conversations.
    cursor: Option<String>,
}

impl Asked {
    // Before the page's data is waited for: flashes are answered with a header.
    fn read() -> Self {
        let query = use_query_map();
        Self {
            composer: take_flash("composer").unwrap_or_default(),
            notice: take_flash("deleted").or_else(|| take_flash("rename")),
            add_task: take_flash("add-task")
                .or_else(|| take_flash("tasks"))
                .unwrap_or_default(),
            before: query
                .with_untracked(|query| query.get("before"))
                .unwrap_or_default(),
            cursor: query.with_untracked(|query| query.get("conversations")),
        }
    }
}

/// The messages of a page: those that are finished, and from the first unfinished one on those that live.
#[derive(Default)]
struct History {
    finished: Vec<Message>,
    living: Vec<EntryData>,
    is_newest_page: bool,
    has_more: bool,
}

impl History {
    async fn load(
        actor: &Actor,
        id: ConversationId,
        before: Option<MessageId>,
    ) -> Result<(String, Self), AppError> {
        let domain = domain();
        let Some(before) = before else {
            let open = domain.conversations().open(actor, id, PAGE_MESSAGES).await?;
            return Ok((open.conversation.title.clone(), Self::of(open)));
        };
        let query = ListMessages {
            limit: Some(PAGE_MESSAGES),
            before: Some(before),
            since: None,
        };
        let (conversation, page) = futures::future::try_join(
            domain.conversations().get(actor, id),
            domain.conversations().messages(actor, id, query),
        )
        .await?;
        let history = Self {
            finished: page.messages,
            has_more: page.has_more,
            ..Self::default()
        };
        Ok((conversation.title, history))
    }

    fn of(open: OpenConversation) -> Self {
        let OpenConversation {
            mut messages,
            live,
            has_more,
            ..
        } = open;
        let first_living = messages
            .iter()
            .position(|message| !message.status.is_final())
            .unwrap_or(messages.len());
        let living = messages
            .split_off(first_living)
            .into_iter()
            .map(|message| match message.role {
                Role::User => EntryData::Mine {
                    id: message.id,
                    text: message.content,
                },
                Role::Assistant => {
                    let covered = live.iter().find(|live| live.message_id == message.id);
                    let mut data = answer_data(&message);
                    data.run_id = covered.map(|live| live.run_id).or(data.run_id);
                    data.seq = covered.map_or(0, |live| live.seq);
                    EntryData::Answer(data)
                }
            })
            .collect();
        Self {
            finished: messages,
            living,
            is_newest_page: true,
            has_more,
        }
    }
}

/// A stored answer with its Markdown rendered.
pub(crate) fn answer_data(message: &Message) -> AnswerData {
    let parts = message
        .parts
        .iter()
        .enumerate()
        .filter_map(|(index, part)| match part {
            Part::Text { text } => Some(PartData::Text(markdown::render(
                text,
                &markdown_options(message.id, index),
            ))),
            Part::ToolCall { id } => Some(PartData::Tool(Box::new(message.tool_call(*id)?.clone()))),
        });
    AnswerData {
        message_id: message.id,
        run_id: message.run_id,
        seq: 0,
        parts: parts.collect(),
        status: AnswerStatus::of(message),
    }
}

async fn chat_page(
    actor: Actor,
    asked: Asked,
    id: Option<ConversationId>,
    title: String,
    history: History,
) -> Result<impl IntoView + use<>, AppError> {
    let ((rows, next_rows), tasks) = futures::future::try_join(
        sidebar_rows(&actor, asked.cursor.clone()),
        list(&actor, RAIL_TASKS),
    )
    .await?;
    let domain = domain();
    // A closure, because islands find their scope's context only when they are made inside it.
    let conversations = move || {
        view! {
            <LiveConversations/>
            {list_ends(asked.cursor.is_some(), next_rows)}
        }
        .into_any()
    };
    Ok(view! {
        <Title text=format!("{title} · Greenlit")/>
        // Belongs into the head, where nothing that waits for data can put it; browsers heed it here too.
        {(!history.living.is_empty())
            .then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> })}
        {time_zone_question()}
        <ChatScope conversation_id=id title conversations=rows>
            {sidebar(&actor, Section::Chat, conversations())}
            <main class="main">
                <ConversationHead model=domain.model().to_owned() offline=domain.is_offline()/>
                {asked.notice.map(|flash| notice(&flash))}
                {thread(&actor, id, &asked.before, history, asked.composer).into_any()}
            </main>
            {rail(tasks, asked.add_task).into_any()}
        </ChatScope>
    })
}

fn list_ends(is_older: bool, next: Option<String>) -> impl IntoView {
    let next = next.map(|cursor| {
        let cursor = percent_encoding::utf8_percent_encode(&cursor, percent_encoding::NON_ALPHANUMERIC);
        view! { <a class="more" href=format!("?conversations={cursor}")>"Older conversations"</a> }
    });
    let newest = is_older.then(|| view! { <a class="more" href="?">"Newest conversations"</a> });
    (newest, next)
}

fn notice(flash: &Flash) -> impl IntoView + use<> {
    let deleted = (flash.form == "deleted").then(|| flash.value("conversation_id").to_owned());
    let is_bad = deleted.is_none();
    let words = if flash.message.is_empty() {
        "The conversation was deleted.".to_owned()
    } else {
        flash.message.clone()
    };
    view! {
        <div class="notice top-notice" class:bad=is_bad role="status">
            <span>{words}</span>
            {deleted
                .map(|id| {
                    view! {
                        <form method="post" action="/api/fn/restore_conversation">
                            <input type="hidden" name="conversation_id" value=id/>
                            <button class="btn small">"Bring it back"</button>
                        </form>
                    }
                })}
        </div>
    }
}

fn thread(
    actor: &Actor,
    id: Option<ConversationId>,
    before: &str,
    history: History,
    flash: Flash,
) -> impl IntoView + use<> {
    let is_empty = history.finished.is_empty() && history.living.is_empty();
    let has_history = !history.finished.is_empty() || !history.is_newest_page && !before.is_empty();
    let oldest = history
        .finished
        .first()
        .map(|message| message.id)
        .filter(|_| history.has_more);
    let path = id.map(|id| format!("/dashboard/chat/{id}")).unwrap_or_default();
    let living = history.living.clone();
    let earlier = oldest.map(|oldest| {
        view! {
            <a class="more" href=format!("{path}?before={oldest}")>
                "Earlier messages"
            </a>
        }
    });
    let finished = finished_messages(actor, history);
    let error = if flash.errors.is_empty() {
        flash.message.clone()
    } else {
        flash
            .errors
            .iter()
            .map(|error| format!("A message {}.", error.message))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let composer = before.is_empty().then(|| {
        view! {
            <Composer
                text=flash.value("content").to_owned()
                error
                idempotency_key=request().request_id
                focus=is_empty
            />
        }
    });
    let newest = (!before.is_empty()).then(|| {
        view! {
            <div class="dock">
                <a class="btn" href=path.clone()>
                    "Newest messages"
                </a>
            </div>
        }
    });
    view! {
        <div class="scroll" id="scroll" tabindex="0" role="region" aria-label="Messages">
            <div class="thread" id="thread" role="log" aria-live="off">
                {earlier}
                {finished}
                <Thread entries=living has_history/>
            </div>
        </div>
        {composer.into_any()}
        {newest}
    }
}

fn finished_messages(actor: &Actor, history: History) -> impl IntoView + use<> {
    let now = dates::now_in(&actor.time_zone);
    let last = history.finished.len();
    let may_retry = history.is_newest_page && history.living.is_empty();
    let mut day = String::new();
    let mut views = Vec::with_capacity(last);
    for (index, message) in history.finished.into_iter().enumerate() {
        let heading = dates::day_heading(&dates::local(message.created_at, &now), &now);
        let new_day = (heading != day).then(|| view! { <p class="day">{heading.clone()}</p> });
        day = heading;
        let body = match message.role {
            Role::User => Either::Left(mine_view(Mine::sent(message.id, message.content), None)),
            Role::Assistant => {
                let mut data = answer_data(&message);
                if !(may_retry && index + 1 == last) {
                    data.run_id = None;
                }
                Either::Right(answer_view(Answer::new(data), None))
            }
        };
        views.push(view! {
            {new_day}
            {body}
        });
    }
    views
}

fn rail(list: TaskList, flash: Flash) -> impl IntoView {
    view! {
        <aside class="rail" aria-label="Tasks">
            <TaskBoard list page=false error=flash.message.clone() title=flash.value("title").to_owned()/>
        </aside>
    }
}
