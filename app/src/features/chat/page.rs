//! `/dashboard/chat` and `/dashboard/chat/{id}`

use domain::Actor;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use protocol::ConversationId;

use super::actions::Editing;
use super::badge_approval::Typed;
use super::composer::Composer;
use super::earlier::earlier_view;
use super::head::conversation_head;
use super::history::History;
use super::scope::ChatScope;
use super::sidebar::{ConversationRows, conversation_list};
use super::thread::Thread;
use super::turns;
use crate::error::AppError;
use crate::features::conversations::notice::{conversation_notice, notice};
use crate::features::enhance::Enhance;
use crate::features::tasks::list::{TaskList, task_rail};
use crate::features::toast::toasts;
use crate::forms::{id, optional_id};
use crate::frame::{Section, live, sidebar, signed_in, time_zone_question};
use crate::server_context::{Flash, domain, request, take_flash};

/// What the empty page offers to ask.
const SUGGESTIONS: [&str; 3] = [
    "Help me organize my tasks",
    "Create a task called 'Review Q4 report'",
    "What is due this week?",
];

/// A conversation that has not begun.
#[component]
pub fn NewConversationPage() -> impl IntoView {
    let asked = Asked::read();
    signed_in(|actor| async move {
        let title = "New conversation".to_owned();
        chat_page(actor, asked, None, title, false, History::default()).await
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
        let at = asked.at.parse().ok();
        let (found, mut history) = History::load(&actor, conversation, before, at).await?;
        history.editing = asked.editing.clone();
        history.waiting = found.waiting;
        chat_page(
            actor,
            asked,
            Some(conversation),
            found.title,
            found.pinned,
            history,
        )
        .await
    })
}

/// What the address and the last form's flash ask of the page.
struct Asked {
    composer: Flash,
    notice: Option<Flash>,
    /// What came of an undo or a redo.
    turn: Option<Flash>,
    add_task: Flash,
    /// Why a file was not imported.
    import: Option<String>,
    editing: Option<Editing>,
    /// A message's id; empty for the newest messages.
    before: String,
    /// A message that is to be seen; empty for none.
    at: String,
    /// Of the list of conversations.
    cursor: Option<String>,
}

impl Asked {
    // Before the page's data is waited for: flashes are answered with a header.
    fn read() -> Self {
        let query = use_query_map();
        Self {
            composer: take_flash("composer").unwrap_or_default(),
            notice: take_flash("versions").or_else(refused_decision),
            turn: take_flash(turns::FORM),
            add_task: take_flash("add-task")
                .or_else(|| take_flash("tasks"))
                .unwrap_or_default(),
            import: take_flash("import").map(|flash| flash.message),
            editing: editing(query.with_untracked(|query| query.get("edit"))),
            before: query
                .with_untracked(|query| query.get("before"))
                .unwrap_or_default(),
            at: query.with_untracked(|query| query.get("at")).unwrap_or_default(),
            cursor: query.with_untracked(|query| query.get("conversations")),
        }
    }
}

/// A decision that was refused. If it came with changed arguments, it is shown where those stand.
fn refused_decision() -> Option<Flash> {
    let flash = take_flash("approval")?;
    if flash.values.len() > 1 {
        provide_context(Typed(flash));
        return None;
    }
    Some(flash)
}

/// What is edited: what a refused form was about, else what the address says.
fn editing(asked: Option<String>) -> Option<Editing> {
    if let Some(flash) = take_flash("edit") {
        let words = flash
            .errors
            .iter()
            .map(|error| format!("A message {}.", error.message));
        let words: Vec<_> = words.collect();
        return Some(Editing {
            message_id: flash.value("message_id").parse().ok()?,
            text: Some(flash.value("content").to_owned()),
            error: if words.is_empty() {
                flash.message
            } else {
                words.join(" ")
            },
        });
    }
    Some(Editing {
        message_id: asked?.parse().ok()?,
        text: None,
        error: String::new(),
    })
}

async fn chat_page(
    actor: Actor,
    asked: Asked,
    id: Option<ConversationId>,
    title: String,
    pinned: bool,
    history: History,
) -> Result<impl IntoView + use<>, AppError> {
    let link = async {
        Ok(match id {
            Some(id) => domain().shares().find(&actor, id).await?,
            None => None,
        })
    };
    let (rows, tasks, link) = futures::future::try_join3(
        ConversationRows::load(&actor, asked.cursor.clone()),
        TaskList::rail(&actor),
        link,
    )
    .await?;
    let conversations = conversation_list(&rows, id).into_any();
    let waiting = history.waiting;
    Ok(view! {
        <Title text=format!("{title} · Greenlit")/>
        // Belongs into the head, where nothing that waits for data can put it; browsers heed it here too.
        // Not while the run rests: somebody may be filling in a form then. What the message says of that may lag behind.
        {(!history.living.is_empty() && !waiting)
            .then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="2">"#></noscript> })}
        {time_zone_question()}
        <ChatScope conversation_id=id user=actor.user_id().to_string()>
            <Enhance/>
            {live()}
            {sidebar(&actor, Section::Chat, conversations)}
            <main class="main">
                {conversation_head(id, title, pinned, link.as_ref())}
                {conversation_notice()}
                {asked.notice.map(|flash| notice(&flash))}
                {asked.turn.map(|flash| turns::turn_notice(&flash))}
                {thread(&actor, id, history, &asked.composer, asked.import).into_any()}
            </main>
            <aside class="rail" aria-label="Tasks">
                {task_rail(tasks, &asked.add_task)}
            </aside>
            {toasts()}
        </ChatScope>
    })
}

fn thread(
    actor: &Actor,
    id: Option<ConversationId>,
    history: History,
    flash: &Flash,
    import: Option<String>,
) -> impl IntoView + use<> {
    let is_empty = history.finished.is_empty() && history.living.is_empty() && !history.is_older_page;
    let is_older_page = history.is_older_page;
    let path = id.map(|id| format!("/dashboard/chat/{id}")).unwrap_or_default();
    let earlier = id.and_then(|id| earlier_view(id, &history));
    let below = if history.is_older_page {
        view! {
            <div class="dock">
                <a class="btn" href=path>
                    "Newest messages"
                </a>
            </div>
        }
        .into_any()
    } else {
        composer(id, &history, is_empty && import.is_none(), flash).into_any()
    };
    let entries = history.living.clone();
    let last = history.finished.last().map(|message| message.id);
    view! {
        <div class="scroll" id="scroll" tabindex="0" role="region" aria-label="Messages">
            <div class="thread" id="thread" role="log" aria-live="off">
                {is_empty.then(|| greeting(import))}
                {earlier}
                {history.view(actor)}
                <Thread entries last is_newest=!is_older_page/>
            </div>
        </div>
        {below}
    }
}

fn composer(
    id: Option<ConversationId>,
    history: &History,
    focus: bool,
    flash: &Flash,
) -> impl IntoView + use<> {
    let error = if flash.errors.is_empty() {
        flash.message.clone()
    } else {
        let sentences: Vec<_> = flash
            .errors
            .iter()
            .map(|error| format!("A message {}.", error.message))
            .collect();
        sentences.join(" ")
    };
    view! {
        <Composer
            conversation_id=id.map(|id| id.to_string()).unwrap_or_default()
            run_id=history.active_run().map(|id| id.to_string()).unwrap_or_default()
            text=flash.value("content").to_owned()
            error
            idempotency_key=request().request_id
            focus
        />
    }
}

fn greeting(import: Option<String>) -> impl IntoView {
    let suggestion = |text: &'static str| {
        view! {
            <li>
                <form method="post" action="/api/fn/send_message" data-do="suggest">
                    <input type="hidden" name="content" value=text/>
                    <button class="suggestion">{text}</button>
                </form>
            </li>
        }
    };
    view! {
        // Shown with the first message, when the greeting goes.
        <p class="day" id="first-day" hidden>
            "Today"
        </p>
        <div class="greeting" id="greeting">
            <h2>"What needs doing?"</h2>
            <p>"Say it as you would to a colleague. I keep your task list, show every step, and can undo each one."</p>
            <ul>{SUGGESTIONS.map(suggestion).collect_view()}</ul>
            {import_form(import)}
        </div>
    }
}

/// Wants a file; `refused` says why the last one was not taken.
fn import_form(refused: Option<String>) -> impl IntoView {
    let is_refused = refused.is_some();
    view! {
        <details class="import" open=is_refused>
            <summary>"Import a conversation"</summary>
            <form method="post" action="/api/chat/conversations/import" enctype="multipart/form-data">
                <input
                    class="input"
                    type="file"
                    name="file"
                    accept=".json,application/json"
                    required
                    aria-label="A conversation that was exported as JSON"
                    aria-describedby="import-error"
                    aria-invalid=is_refused.then_some("true")
                    autofocus=is_refused
                />
                <button class="btn">"Import"</button>
                <p class="field-error" id="import-error" role="alert">
                    {refused}
                </p>
            </form>
        </details>
    }
}
