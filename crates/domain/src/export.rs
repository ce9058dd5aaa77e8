//! Conversations as files: Markdown for people, JSON to be imported again.

use async_stream::try_stream;
use futures::stream::{BoxStream, StreamExt};
use protocol::limits::MESSAGES_PAGE;
use protocol::{Conversation, ConversationId, Message, Part, Role, ToolCallStatus};
use serde_json::json;
use store::conversations::Probed;
use store::messages::Range;
use store::{Scope, conversations, messages};

use crate::{Actor, Domain, Error};

/// What a JSON export says it is.
pub(crate) const FORMAT: &str = "greenlit.conversation";
/// Its version; goes up when a reader of the present one could not read it.
pub(crate) const VERSION: u32 = 1;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Markdown,
    Json,
}

/// A conversation as a file.
pub struct Export {
    pub title: String,
    /// Its text, piece by piece: a long conversation is never in memory as a whole.
    pub content: BoxStream<'static, Result<String, Error>>,
}

/// The messages that a conversation shows, as a file.
pub(crate) async fn export(
    domain: &Domain,
    actor: &Actor,
    id: ConversationId,
    format: Format,
) -> Result<Export, Error> {
    let mut tx = domain.store().begin(Scope::Actor(actor.user_id())).await?;
    let found = conversations::find(&mut tx, id).await?;
    tx.commit().await?;
    let Some(conversation) = found else {
        return Err(domain.not_found(actor, Probed::Conversation, id.0).await);
    };
    let (domain, user) = (domain.clone(), actor.user_id().clone());
    let title = conversation.title.clone();
    let content = try_stream! {
        yield head(&conversation, format);
        let mut after = 0;
        loop {
            // A transaction for each page: whoever downloads slowly holds no connection.
            let mut tx = domain.store().begin(Scope::Actor(&user)).await?;
            let page = messages::list(&mut tx, id, Range::After(after), MESSAGES_PAGE.1).await?;
            tx.commit().await?;
            let Some(last) = page.last() else { break };
            let is_first = after == 0;
            after = last.position;
            yield match format {
                Format::Markdown => page.iter().map(|record| markdown(&record.message)).collect(),
                Format::Json => json_page(page.iter().map(|record| &record.message), is_first),
            };
        }
        if format == Format::Json {
            yield "\n]}\n".to_owned();
        }
    };
    Ok(Export {
        title,
        content: content.boxed(),
    })
}

fn head(conversation: &Conversation, format: Format) -> String {
    match format {
        Format::Markdown => format!("# {}\n", conversation.title),
        Format::Json => format!(
            "{{\"format\":{},\"version\":{VERSION},\"title\":{},\"created_at\":{},\"messages\":[",
            json!(FORMAT),
            json!(conversation.title),
            json!(conversation.created_at),
        ),
    }
}

fn json_page<'a>(messages: impl Iterator<Item = &'a Message>, mut is_first: bool) -> String {
    let mut text = String::new();
    for message in messages {
        text.push_str(if is_first { "\n" } else { ",\n" });
        is_first = false;
        text.push_str(&json!(message).to_string());
    }
    text
}

fn markdown(message: &Message) -> String {
    let who = match message.role {
        Role::User => "You",
        Role::Assistant => "Greenlit",
    };
    let mut text = format!("\n## {who}, {}\n", message.created_at);
    for part in &message.parts {
        match part {
            Part::Text { text: said } => {
                text.push('\n');
                text.push_str(said.trim());
                text.push('\n');
            }
            Part::ToolCall { id } => {
                if let Some(call) = message.tool_call(*id) {
                    let did = match call.summary.as_str() {
                        "" => &call.tool_name,
                        summary => summary,
                    };
                    let asks = match call.status {
                        ToolCallStatus::AwaitingApproval => "Waits to be allowed: ",
                        _ => "",
                    };
                    text.push_str(&format!("\n> {asks}{did}\n"));
                }
            }
        }
    }
    if let Some(failure) = &message.failure {
        text.push_str(&format!("\n*{}*\n", failure.message));
    }
    text
}
