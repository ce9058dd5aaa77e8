//! The messages of a page, rendered on the server.

use domain::Actor;
use domain::conversations::{ListMessages, LiveMessage, OpenConversation};
use leptos::either::Either;
use leptos::prelude::*;
use protocol::{Conversation, ConversationId, Message, MessageId, Part, Role, ToolCallStatus};

use super::actions::{Editing, actions_html};
use super::answer::answer_view;
use super::badge::badge_html;
use super::entry::{Answer, Mine};
use super::model::{AnswerData, AnswerStatus, EntryData, PartData};
use super::thread::mine_view;
use crate::dates::{self, Now};
use crate::error::AppError;
use crate::server_context::{domain, markdown_options};

const PAGE_MESSAGES: u32 = 100;

/// The messages of a page: those that are finished, and from the first unfinished one on those that live.
#[derive(Default)]
pub(super) struct History {
    pub(super) finished: Vec<Message>,
    pub(super) living: Vec<EntryData>,
    /// The conversation goes on after these.
    pub(super) is_older_page: bool,
    pub(super) has_more: bool,
    /// The message that is being edited.
    pub(super) editing: Option<Editing>,
    /// A run of it rests until a tool call is allowed or refused.
    pub(super) waiting: bool,
}

impl History {
    /// A conversation and its newest messages, or those before one, or those around one.
    pub(super) async fn load(
        actor: &Actor,
        id: ConversationId,
        before: Option<MessageId>,
        at: Option<MessageId>,
    ) -> Result<(Conversation, Self), AppError> {
        let domain = domain();
        let conversations = domain.conversations();
        if before.is_none() {
            let open = conversations.open(actor, id, PAGE_MESSAGES).await?;
            let is_here = |at: MessageId| open.messages.iter().any(|message| message.id == at);
            if at.is_none_or(is_here) {
                return Ok((open.conversation.clone(), Self::of(open, &dates::now_of(actor))));
            }
        }
        let query = ListMessages {
            limit: Some(PAGE_MESSAGES),
            before,
            since: None,
            around: at,
        };
        let (conversation, page) = futures::future::try_join(
            conversations.get(actor, id),
            conversations.messages(actor, id, query),
        )
        .await?;
        let history = Self {
            finished: page.messages,
            has_more: page.has_more,
            is_older_page: true,
            living: vec![],
            editing: None,
            waiting: false,
        };
        Ok((conversation, history))
    }

    fn of(open: OpenConversation, now: &Now) -> Self {
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
            .map(|message| entry_data(message, &live, now));
        Self {
            living: living.collect(),
            finished: messages,
            has_more,
            is_older_page: false,
            editing: None,
            waiting: false,
        }
    }

    /// The run that is at work or comes next.
    pub(super) fn active_run(&self) -> Option<protocol::RunId> {
        self.living.iter().find_map(|entry| match entry {
            EntryData::Answer(answer) if answer.status == AnswerStatus::Live => answer.run_id,
            _ => None,
        })
    }

    /// The finished messages under their days' headings. Only the conversation's last answer can be tried again.
    pub(super) fn view(self, actor: &Actor) -> impl IntoView + use<> {
        let now = dates::now_of(actor);
        let retried = (!self.is_older_page && self.living.is_empty())
            .then(|| self.finished.last().map(|message| message.id))
            .flatten();
        let mut day = String::new();
        let mut views = Vec::with_capacity(self.finished.len());
        for message in self.finished {
            let heading = dates::day_heading(&dates::local(message.created_at, &now), &now);
            let new_day = (heading != day).then(|| view! { <p class="day">{heading.clone()}</p> });
            day = heading;
            views.push(view! {
                {new_day}
                {finished_message(message, retried, self.editing.as_ref(), &now)}
            });
        }
        views
    }
}

/// The newest messages after one, for a page that has that; `None` when it is not among the newest.
pub(super) async fn entries_since(
    actor: &Actor,
    id: ConversationId,
    after: Option<MessageId>,
) -> Result<Option<Vec<EntryData>>, AppError> {
    let open = domain().conversations().open(actor, id, PAGE_MESSAGES).await?;
    let now = dates::now_of(actor);
    let mut messages = open.messages;
    if let Some(after) = after {
        let Some(at) = messages.iter().position(|message| message.id == after) else {
            return Ok(None);
        };
        messages.drain(..=at);
    }
    let entries = messages
        .into_iter()
        .map(|message| entry_data(message, &open.live, &now));
    Ok(Some(entries.collect()))
}

fn entry_data(message: Message, live: &[LiveMessage], now: &Now) -> EntryData {
    match message.role {
        Role::User => EntryData::Mine {
            id: message.id,
            actions: actions_html(&message, None),
            text: message.content,
        },
        Role::Assistant => {
            let covered = live.iter().find(|live| live.message_id == message.id);
            let mut data = answer_data(&message, now);
            data.run_id = covered.map(|live| live.run_id).or(data.run_id);
            data.seq = covered.map_or(0, |live| live.seq);
            EntryData::Answer(data)
        }
    }
}

fn finished_message(
    message: Message,
    retried: Option<MessageId>,
    editing: Option<&Editing>,
    now: &Now,
) -> impl IntoView + use<> {
    match message.role {
        Role::User => {
            let actions = actions_html(&message, editing);
            Either::Left(mine_view(Mine::sent(message.id, message.content, actions), None))
        }
        Role::Assistant => {
            let mut data = answer_data(&message, now);
            data.run_id = data.run_id.filter(|_| retried == Some(message.id));
            Either::Right(answer_view(Answer::new(data), None))
        }
    }
}

/// A stored answer with all that it shows rendered.
fn answer_data(message: &Message, now: &Now) -> AnswerData {
    let status = AnswerStatus::of(message);
    let parts = message
        .parts
        .iter()
        .enumerate()
        .filter_map(|(index, part)| match part {
            Part::Text { text } => {
                let is_growing = status == AnswerStatus::Live && index + 1 == message.parts.len();
                let render = if is_growing {
                    markdown::render_unfinished
                } else {
                    markdown::render
                };
                Some(PartData::Text(render(text, &markdown_options(message.id, index))))
            }
            Part::ToolCall { id } => {
                let call = message.tool_call(*id)?;
                Some(PartData::Tool {
                    id: *id,
                    asks: call.status == ToolCallStatus::AwaitingApproval,
                    html: badge_html(call, now),
                })
            }
        });
    let owed = match message.parts.last() {
        None => true,
        Some(Part::Text { .. }) => false,
        Some(Part::ToolCall { id }) => message
            .tool_call(*id)
            .is_none_or(|call| call.status != ToolCallStatus::Running),
    };
    AnswerData {
        message_id: message.id,
        run_id: message.run_id,
        seq: 0,
        parts: parts.collect(),
        waiting: owed && status == AnswerStatus::Live,
        actions: if message.status.is_final() {
            actions_html(message, None)
        } else {
            String::new()
        },
        status,
    }
}

#[cfg(test)]
mod tests {
    use protocol::message::RunFailure;
    use protocol::{MessageStatus, Timestamp};
    use serde_json::json;

    use super::*;

    fn message(id: u128, role: Role, status: MessageStatus, text: &str) -> Message {
        Message {
            id: MessageId(uuid::Uuid::from_u128(id)),
            conversation_id: ConversationId(uuid::Uuid::from_u128(9)),
            role,
            content: text.into(),
            tool_calls: vec![],
            status,
            created_at: Timestamp::from_millis(0),
            run_id: Some(protocol::RunId(uuid::Uuid::from_u128(id))),
            parts: vec![Part::Text { text: text.into() }],
            failure: None,
            versions: vec![],
            feedback: None,
        }
    }

    fn history(messages: Vec<Message>) -> History {
        History::of(
            OpenConversation {
                conversation: serde_json::from_value(json!({
                    "id": uuid::Uuid::from_u128(9), "title": "T", "pinned": false,
                    "created_at": "2026-01-02T03:04:05.678Z", "updated_at": "2026-01-02T03:04:05.678Z",
                    "message_count": 1, "last_message_preview": null
                }))
                .unwrap(),
                live: vec![],
                messages,
                has_more: false,
            },
            &dates::now_in(&jiff::tz::TimeZone::UTC),
        )
    }

    #[test]
    fn what_comes_after_an_unfinished_answer_lives_with_it() {
        use MessageStatus::{Complete, Streaming};
        let history = history(vec![
            message(1, Role::User, Complete, "a"),
            message(2, Role::Assistant, Streaming, "b"),
            message(3, Role::User, Complete, "c"),
            message(4, Role::Assistant, Streaming, ""),
        ]);
        assert_eq!(history.finished.len(), 1);
        assert_eq!(history.living.len(), 3);
        assert_eq!(
            history.active_run(),
            Some(protocol::RunId(uuid::Uuid::from_u128(2)))
        );
    }

    #[test]
    fn a_failed_answer_says_why_and_can_be_tried_again_if_it_is_the_last() {
        let actor = Actor::new(
            serde_json::from_value(json!({
                "id": "u", "name": "", "email": "a@b.c", "emailVerified": false, "image": null,
                "createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "2026-01-02T03:04:05.678Z"
            }))
            .unwrap(),
            jiff::tz::TimeZone::UTC,
        );
        let mut failed = message(2, Role::Assistant, MessageStatus::Failed, "**half**");
        failed.failure = Some(RunFailure {
            code: "x".into(),
            message: "The model cannot be reached.".into(),
            retryable: true,
        });
        Owner::new().with(|| {
            let html = history(vec![failed.clone()]).view(&actor).to_html();
            assert!(html.contains("<strong>half</strong>"), "{html}");
            assert!(html.contains("The model cannot be reached."), "{html}");
            assert!(html.contains("action=\"/api/fn/retry_run\""), "{html}");

            let later = message(3, Role::User, MessageStatus::Complete, "<script>");
            let html = history(vec![failed, later]).view(&actor).to_html();
            assert!(!html.contains("retry_run"), "{html}");
            assert!(html.contains("&lt;script&gt;"), "{html}");
        });
    }
}
