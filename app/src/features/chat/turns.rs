//! Undo and redo: of a call, from its badge, and of a whole answer, from its actions. What was changed since is never
//! overwritten unasked: the question stands in the badge or under the answer, and after a plain form above the page.

#[cfg(feature = "ssr")]
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use protocol::{Message, Overwrite};

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{
    dates::{self, Now},
    server_context::{Flash, request},
};

/// Takes back what a tool call changed and returns its badge as it is then; with a question in it where that would
/// overwrite what was changed since.
///
/// # Errors
/// `conflict` when it changed nothing or was undone already.
#[leptos::server(prefix = "/api/fn", endpoint = "undo_tool_call")]
pub async fn undo_tool_call(call_id: String, #[server(default)] overwrite: bool) -> Result<String, AppError> {
    turn_call(&call_id, &UNDO, overwrite).await
}

/// Does again what an undone tool call had changed; otherwise as [`undo_tool_call`].
///
/// # Errors
/// `conflict` when it was not undone.
#[leptos::server(prefix = "/api/fn", endpoint = "redo_tool_call")]
pub async fn redo_tool_call(call_id: String, #[server(default)] overwrite: bool) -> Result<String, AppError> {
    turn_call(&call_id, &REDO, overwrite).await
}

/// Takes back all that an answer changed and returns the answer's actions; with a question where that would overwrite
/// what was changed since. With `keep` it only returns the actions.
///
/// # Errors
/// `conflict` when nothing of it stands.
#[leptos::server(prefix = "/api/fn", endpoint = "undo_answer")]
pub async fn undo_answer(
    conversation_id: String,
    message_id: String,
    #[server(default)] overwrite: bool,
    #[server(default)] keep: bool,
) -> Result<String, AppError> {
    turn_answer(&conversation_id, &message_id, &UNDO, overwrite, keep).await
}

/// Does again what was taken back of an answer; otherwise as [`undo_answer`].
///
/// # Errors
/// `conflict` when nothing of it was undone.
#[leptos::server(prefix = "/api/fn", endpoint = "redo_answer")]
pub async fn redo_answer(
    conversation_id: String,
    message_id: String,
    #[server(default)] overwrite: bool,
    #[server(default)] keep: bool,
) -> Result<String, AppError> {
    turn_answer(&conversation_id, &message_id, &REDO, overwrite, keep).await
}

/// A direction: its word, and the addresses of its forms.
#[cfg(feature = "ssr")]
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) word: &'static str,
    pub(super) call: &'static str,
    pub(super) answer: &'static str,
}

#[cfg(feature = "ssr")]
pub(super) const UNDO: Way = Way {
    word: "Undo",
    call: "/api/fn/undo_tool_call",
    answer: "/api/fn/undo_answer",
};
#[cfg(feature = "ssr")]
pub(super) const REDO: Way = Way {
    word: "Redo",
    call: "/api/fn/redo_tool_call",
    answer: "/api/fn/redo_answer",
};

/// The flash of these forms.
#[cfg(feature = "ssr")]
pub const FORM: &str = "undo";

#[cfg(feature = "ssr")]
async fn turn_call(call_id: &str, way: &'static Way, overwrite: bool) -> Result<String, AppError> {
    use crate::forms::{Form, back, id};
    use crate::server_context::{actor, domain};

    let badge = async {
        let id = id(call_id, "tool call")?;
        let actor = actor()?;
        let now = dates::now_of(&actor);
        let domain = domain();
        let turned = if *way == UNDO {
            domain.tool_calls().undo(&actor, id, overwrite).await
        } else {
            domain.tool_calls().redo(&actor, id, overwrite).await
        };
        match turned {
            Err(domain::Error::ChangedSince(changes)) => {
                let question = Question::new(way, way.call, vec![("call_id", call_id)], &changes, &now);
                let call = domain.tool_calls().get(&actor, id).await?;
                question.remember(&format!("{}. ", call.summary));
                Ok(super::badge::asking_html(&call, &now, &question))
            }
            turned => Ok(super::badge::badge_html(&turned?, &now)),
        }
    };
    Form::new(FORM).end(badge.await, |_| back())
}

#[cfg(feature = "ssr")]
async fn turn_answer(
    conversation_id: &str,
    message_id: &str,
    way: &'static Way,
    overwrite: bool,
    keep: bool,
) -> Result<String, AppError> {
    use super::actions::{Focus, buttons_html};
    use crate::forms::{Form, id};
    use crate::server_context::{actor, domain};

    let html = async {
        let conversation = id(conversation_id, "conversation")?;
        let message = id(message_id, "message")?;
        let actor = actor()?;
        let domain = domain();
        let turned = match (keep, *way == UNDO) {
            (true, _) => Ok(vec![]),
            (false, true) => domain.tool_calls().undo_answer(&actor, message, overwrite).await,
            (false, false) => domain.tool_calls().redo_answer(&actor, message, overwrite).await,
        };
        let asks = match turned {
            Err(domain::Error::ChangedSince(changes)) => Some(changes),
            turned => turned.map(|_| None)?,
        };
        let answer = domain
            .conversations()
            .message(&actor, conversation, message)
            .await?;
        let Some(changes) = asks else {
            return Ok(buttons_html(&answer, Focus::Turn));
        };
        let fields = vec![("conversation_id", conversation_id), ("message_id", message_id)];
        let question = Question::new(way, way.answer, fields, &changes, &dates::now_of(&actor));
        question.remember("");
        Ok(question.under_answer(&answer))
    };
    Form::new(FORM).end(html.await, |_| {
        format!("/dashboard/chat/{conversation_id}?at={message_id}#m-{message_id}")
    })
}

/// Asks whether what was changed since is to be overwritten.
#[cfg(feature = "ssr")]
pub(super) struct Question {
    word: String,
    action: String,
    fields: Vec<(String, String)>,
    sentence: String,
}

#[cfg(feature = "ssr")]
impl Question {
    fn new(way: &Way, action: &str, fields: Vec<(&str, &str)>, changes: &[Overwrite], now: &Now) -> Self {
        let since = Overwrite::sentence(changes, |at| dates::due_words(&dates::local(at, now), now).label);
        Self {
            word: way.word.to_owned(),
            action: action.to_owned(),
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            sentence: format!("Since then {since}. {} anyway?", way.word),
        }
    }

    /// Keeps the question for the page to which a plain form is led, where it stands alone: so it begins with what it
    /// is about.
    fn remember(&self, about: &str) {
        if !request().accepts_html {
            return;
        }
        let mut values = self.fields.clone();
        values.push(("word".into(), self.word.clone()));
        values.push(("action".into(), self.action.clone()));
        crate::server_context::set_flash(&Flash {
            form: FORM.into(),
            values,
            message: format!("{about}{}", self.sentence),
            ..Flash::default()
        });
    }

    fn of_flash(flash: &Flash) -> Option<Self> {
        let action = flash.value("action").to_owned();
        let fields = flash
            .values
            .iter()
            .filter(|(name, _)| name != "word" && name != "action");
        (!action.is_empty()).then(|| Self {
            word: flash.value("word").to_owned(),
            action,
            fields: fields.cloned().collect(),
            sentence: flash.message.clone(),
        })
    }

    fn hidden(&self) -> impl IntoView + use<> {
        let fields = self.fields.iter().cloned();
        fields
            .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
            .collect_view()
    }

    /// The question in a badge.
    pub(super) fn in_badge(&self) -> impl IntoView + use<> {
        view! {
            <div class="overwrite">
                <p role="alert" dir="auto">
                    {self.sentence.clone()}
                </p>
                <form method="post" action=self.action.clone() data-do="undo">
                    {self.hidden()} <input type="hidden" name="overwrite" value="true"/>
                    <button class="btn small" data-focus>
                        {format!("{} anyway", self.word)}
                    </button>
                </form>
                <form method="post" action="/api/fn/tool_badge" data-do="undo">
                    {self.hidden()} <button class="btn small plain">"Keep"</button>
                </form>
            </div>
        }
    }

    /// The question in the place of an answer's actions.
    fn under_answer(&self, answer: &Message) -> String {
        let target = format!("acts-{}", answer.id);
        view! {
            <div class="overwrite">
                <p role="alert" dir="auto">
                    {self.sentence.clone()}
                </p>
                <form method="post" action=self.action.clone() data-do="swap" data-target=target.clone()>
                    {self.hidden()} <input type="hidden" name="overwrite" value="true"/>
                    <button class="btn small" data-focus>
                        {format!("{} anyway", self.word)}
                    </button>
                </form>
                <form method="post" action=self.action.clone() data-do="swap" data-target=target>
                    {self.hidden()} <input type="hidden" name="keep" value="true"/>
                    <button class="btn small plain">"Keep"</button>
                </form>
            </div>
        }
        .to_html()
    }
}

/// What came of one of these forms that was sent without a script: the question, or why it was refused.
#[cfg(feature = "ssr")]
pub fn turn_notice(flash: &Flash) -> impl IntoView + use<> {
    let question = Question::of_flash(flash).map(|question| {
        let path = request().path_and_query;
        let path = path.split('?').next().unwrap_or_default().to_owned();
        view! {
            <form method="post" action=question.action.clone()>
                {question.hidden()} <input type="hidden" name="overwrite" value="true"/>
                <button class="btn small">{format!("{} anyway", question.word)}</button>
            </form>
            <a class="btn small plain" href=path>
                "Keep"
            </a>
        }
    });
    let is_bad = question.is_none();
    view! {
        <div class="notice top-notice" class:bad=is_bad class:asks=!is_bad role="status">
            <span dir="auto">{flash.message.clone()}</span>
            {question}
        </div>
    }
}
