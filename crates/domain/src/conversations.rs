//! Conversations and their history.

use protocol::api::{ConversationPage, CreateConversation, MessagePage, UpdateConversation};
use protocol::limits::{CONVERSATION_TITLE_CHARS, CONVERSATIONS_PAGE, MESSAGES_PAGE, checked_text};
use protocol::{Conversation, ConversationId, Feedback, Message, MessageId, RunId, Timestamp};
pub use store::conversations::DeletedConversation;
use store::conversations::{ListPosition, Probed, SidebarPosition, TitleSource};
use store::messages::Range;
use store::runs::RunStatus;
use store::{Scope, Tx, conversations, messages, runs, versions};
use uuid::Uuid;

use crate::export::{self, Export, Format};
use crate::import::{self, ImportConversation};
use crate::{Actor, Domain, Error, page};

/// The title of a conversation that was made without a message.
const UNTITLED: &str = "New conversation";

/// Conversations of a [`Domain`].
pub struct Conversations<'a> {
    domain: &'a Domain,
}

/// Which conversations to list.
#[derive(Debug, Clone, Default)]
pub struct ListConversations {
    /// 1–100, 20 unless said.
    pub limit: Option<u32>,
    /// From the page before.
    pub cursor: Option<String>,
    /// Searched in titles and messages.
    pub q: Option<String>,
}

/// Which messages to list.
#[derive(Debug, Clone, Default)]
pub struct ListMessages {
    /// 1–200, 50 unless said.
    pub limit: Option<u32>,
    /// Messages after this one, from the oldest of them on.
    pub since: Option<Since>,
    /// The newest messages before this one.
    pub before: Option<MessageId>,
    /// This one in the middle of what comes before and after it.
    pub around: Option<MessageId>,
}

/// A place in the history.
#[derive(Debug, Clone, Copy)]
pub enum Since {
    Time(Timestamp),
    Message(MessageId),
}

/// What a conversation's page needs, from one look.
#[derive(Debug, Clone)]
pub struct OpenConversation {
    pub conversation: Conversation,
    /// The newest, oldest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub has_more: bool,
    /// One for each message with status streaming or awaiting approval.
    pub live: Vec<LiveMessage>,
}

/// A message that is being written: watch its run's events after `seq` to see the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveMessage {
    pub message_id: MessageId,
    pub run_id: RunId,
    /// The last event that the message as given already covers; 0 for none.
    pub seq: u64,
    /// Waiting for an earlier answer to end.
    pub queued: bool,
}

impl<'a> Conversations<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    pub(crate) async fn begin(&self, actor: &Actor) -> Result<Tx, Error> {
        Ok(self.domain.store().begin(Scope::Actor(actor.user_id())).await?)
    }

    async fn missing(&self, actor: &Actor, id: ConversationId) -> Error {
        self.domain.not_found(actor, Probed::Conversation, id.0).await
    }

    /// Makes an empty conversation. (With a first message: [`crate::runs::Runs::send`].)
    ///
    /// # Errors
    /// `Invalid` for a title over its limit.
    pub async fn create(&self, actor: &Actor, request: CreateConversation) -> Result<Conversation, Error> {
        let (title, source) = match request.title.as_deref() {
            Some(text) => (title(text)?, TitleSource::User),
            // The first message gives it another.
            None => (UNTITLED.to_owned(), TitleSource::Auto),
        };
        let mut tx = self.begin(actor).await?;
        let made =
            conversations::insert(&mut tx, Uuid::now_v7().into(), actor.user_id(), &title, source).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Lists the actor's conversations, newest `updated_at` first, deleted ones left out.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a broken cursor.
    pub async fn list(&self, actor: &Actor, query: ListConversations) -> Result<ConversationPage, Error> {
        let limit = page::limit(query.limit, CONVERSATIONS_PAGE)?;
        let after = query.cursor.as_deref().map(page::read_position).transpose()?;
        let mut tx = self.begin(actor).await?;
        let ids = match query.q.as_deref().map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => Some(crate::search::conversations(&mut tx, actor, q).await?),
            None => None,
        };
        let after = after.unwrap_or(ListPosition::START);
        let mut found =
            conversations::list(&mut tx, actor.user_id(), after, ids.as_deref(), limit + 1).await?;
        tx.commit().await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_cursor = found
            .last()
            .filter(|_| more)
            .map(|last| page::write_position(place(last)));
        Ok(ConversationPage {
            conversations: found,
            next_cursor,
        })
    }

    /// A page of the sidebar's list: pinned ones first, each kind newest `updated_at` first.
    ///
    /// # Errors
    /// `Invalid` for a broken cursor.
    pub async fn sidebar(
        &self,
        actor: &Actor,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<ConversationPage, Error> {
        let after = cursor.map(page::read_sidebar).transpose()?;
        let after = after.unwrap_or(SidebarPosition::START);
        let mut tx = self.begin(actor).await?;
        let mut found = conversations::sidebar(&mut tx, actor.user_id(), after, limit + 1).await?;
        tx.commit().await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next_cursor = found.last().filter(|_| more).map(|last| {
            page::write_sidebar(SidebarPosition {
                pinned: last.pinned,
                within: place(last),
            })
        });
        Ok(ConversationPage {
            conversations: found,
            next_cursor,
        })
    }

    /// A page of what was deleted within the last thirty days, latest first, and the cursor of the next.
    ///
    /// # Errors
    /// `Invalid` for a broken cursor.
    pub async fn deleted(
        &self,
        actor: &Actor,
        cursor: Option<&str>,
    ) -> Result<(Vec<DeletedConversation>, Option<String>), Error> {
        let after = cursor.map(page::read_position).transpose()?;
        let after = after.unwrap_or(ListPosition::START);
        let (_, limit) = CONVERSATIONS_PAGE;
        let mut tx = self.begin(actor).await?;
        let mut found = conversations::deleted(&mut tx, actor.user_id(), after, limit + 1).await?;
        tx.commit().await?;
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|last| {
            page::write_position(ListPosition {
                updated_at: last.deleted_at,
                id: last.conversation.id,
            })
        });
        Ok((found, next))
    }

    /// The owner looks at a conversation; nothing happens if there is none.
    pub async fn mark_read(&self, actor: &Actor, id: ConversationId) -> Result<(), Error> {
        let mut tx = self.begin(actor).await?;
        conversations::mark_read(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// One conversation.
    pub async fn get(&self, actor: &Actor, id: ConversationId) -> Result<Conversation, Error> {
        let mut tx = self.begin(actor).await?;
        let found = conversations::find(&mut tx, id).await?;
        tx.commit().await?;
        match found {
            Some(conversation) => Ok(conversation),
            None => Err(self.missing(actor, id).await),
        }
    }

    /// One conversation with its newest messages, for its page; from now on it is read.
    pub async fn open(
        &self,
        actor: &Actor,
        id: ConversationId,
        limit: u32,
    ) -> Result<OpenConversation, Error> {
        let limit = page::limit(Some(limit), MESSAGES_PAGE)?;
        let mut tx = self.begin(actor).await?;
        let Some(conversation) = conversations::find(&mut tx, id).await? else {
            drop(tx);
            return Err(self.missing(actor, id).await);
        };
        let mut records = messages::list(&mut tx, id, Range::Newest, limit + 1).await?;
        versions::fill(&mut tx, &mut records).await?;
        let unfinished = runs::unfinished(&mut tx, id).await?;
        let marked = async move {
            conversations::mark_read(&mut tx, id).await?;
            tx.commit().await
        };
        match marked.await {
            // It can be read all the same, and stays marked as unread.
            Err(error) if error.is_read_only() => {}
            outcome => outcome?,
        }
        let has_more = records.len() > limit as usize;
        records.drain(..records.len().saturating_sub(limit as usize));
        let mut live = vec![];
        for run in unfinished {
            let Some(record) = records
                .iter_mut()
                .find(|record| record.message.id == run.assistant_message_id)
            else {
                continue;
            };
            // This server knows more of a run that it works on than the last snapshot does.
            if let Some((message, seq)) = self.domain.hub().snapshot(run.id) {
                // It does not know what others change of the message meanwhile.
                record.message = Message {
                    versions: std::mem::take(&mut record.message.versions),
                    feedback: record.message.feedback,
                    ..message
                };
                record.snapshot_seq = seq;
            }
            live.push(LiveMessage {
                message_id: record.message.id,
                run_id: run.id,
                seq: record.snapshot_seq,
                queued: run.status == RunStatus::Queued,
            });
        }
        let messages = records.into_iter().map(|record| record.message).collect();
        Ok(OpenConversation {
            conversation,
            messages,
            has_more,
            live,
        })
    }

    /// A page of its history, oldest first.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range, or both ends given; `NotFound` for a message that is none
    /// of this conversation's.
    pub async fn messages(
        &self,
        actor: &Actor,
        id: ConversationId,
        query: ListMessages,
    ) -> Result<MessagePage, Error> {
        let limit = page::limit(query.limit, MESSAGES_PAGE)?;
        if query.since.is_some() && query.before.is_some() {
            return Err(Error::invalid("before", "cannot be combined with since"));
        }
        let mut tx = self.begin(actor).await?;
        let Some(conversation) = conversations::find(&mut tx, id).await? else {
            drop(tx);
            return Err(self.missing(actor, id).await);
        };
        let range = match (query.since, query.before, query.around) {
            (Some(Since::Time(time)), ..) => Range::AfterTime(time),
            (Some(Since::Message(message)), ..) => Range::After(position_of(&mut tx, id, message).await?),
            (None, Some(message), _) => Range::Before(position_of(&mut tx, id, message).await?),
            (None, None, Some(message)) => {
                let half = i32::try_from(limit / 2).unwrap_or(0);
                Range::UpTo(position_of(&mut tx, id, message).await?.saturating_add(half))
            }
            (None, None, None) => Range::Newest,
        };
        let mut records = messages::list(&mut tx, id, range, limit + 1).await?;
        versions::fill(&mut tx, &mut records).await?;
        tx.commit().await?;
        let limit = limit as usize;
        let has_more = records.len() > limit;
        if query.since.is_some() {
            records.truncate(limit);
        } else {
            records.drain(..records.len().saturating_sub(limit));
        }
        Ok(MessagePage {
            messages: records.into_iter().map(|record| record.message).collect(),
            total_count: conversation.message_count,
            has_more,
        })
    }

    /// Keeps what the actor thinks of an answer, and returns it; `None` takes it back.
    ///
    /// # Errors
    /// `Invalid` for a message that is no answer.
    pub async fn give_feedback(
        &self,
        actor: &Actor,
        id: ConversationId,
        message: MessageId,
        feedback: Option<Feedback>,
    ) -> Result<Message, Error> {
        let record = self.message(actor, id, message).await?;
        let mut tx = self.begin(actor).await?;
        if !messages::set_feedback(&mut tx, message, feedback).await? {
            return Err(Error::invalid("value", "can be given to answers only"));
        }
        tx.commit().await?;
        Ok(Message { feedback, ..record })
    }

    /// One message of a conversation, shown or not.
    pub async fn message(
        &self,
        actor: &Actor,
        id: ConversationId,
        message: MessageId,
    ) -> Result<Message, Error> {
        let mut tx = self.begin(actor).await?;
        if conversations::find(&mut tx, id).await?.is_none() {
            drop(tx);
            return Err(self.missing(actor, id).await);
        }
        let found = messages::find(&mut tx, message).await?;
        let Some(record) = found.filter(|record| record.message.conversation_id == id) else {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Message, message.0).await);
        };
        let mut records = [record];
        versions::fill(&mut tx, &mut records).await?;
        tx.commit().await?;
        let [record] = records;
        Ok(record.message)
    }

    /// Renames or pins.
    ///
    /// # Errors
    /// `Invalid` for a title over its limit.
    pub async fn update(
        &self,
        actor: &Actor,
        id: ConversationId,
        request: UpdateConversation,
    ) -> Result<Conversation, Error> {
        let new_title = request.title.as_deref().map(title).transpose()?;
        let mut tx = self.begin(actor).await?;
        let updated = conversations::update(&mut tx, id, new_title.as_deref(), request.pinned).await?;
        tx.commit().await?;
        match updated {
            Some(conversation) => Ok(conversation),
            None => Err(self.missing(actor, id).await),
        }
    }

    /// Deletes softly.
    pub async fn delete(&self, actor: &Actor, id: ConversationId) -> Result<(), Error> {
        let mut tx = self.begin(actor).await?;
        let deleted = conversations::set_deleted(&mut tx, id, true).await?;
        let unfinished = if deleted {
            runs::unfinished(&mut tx, id).await?
        } else {
            vec![]
        };
        tx.commit().await?;
        if !deleted {
            return Err(self.missing(actor, id).await);
        }
        // The newest first: the end of the one that runs would begin the one that waits.
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move {
            for run in unfinished.into_iter().rev() {
                domain.runs().cancel(&actor, run.id).await?;
            }
            Ok(())
        };
        self.domain.see_through(work).await
    }

    /// The messages that it shows, as a file.
    pub async fn export(&self, actor: &Actor, id: ConversationId, format: Format) -> Result<Export, Error> {
        export::export(self.domain, actor, id, format).await
    }

    /// Makes a conversation of what [`Conversations::export`] wrote as JSON: with ids of its own, all of it or nothing.
    /// Nothing is run, and what tools did cannot be undone.
    ///
    /// # Errors
    /// `Invalid` with the field's path, `RateLimited`.
    pub async fn import(&self, actor: &Actor, request: ImportConversation) -> Result<Conversation, Error> {
        import::import(self.domain, actor, request).await
    }

    /// Brings a deleted one back; no error if it is not deleted.
    pub async fn restore(&self, actor: &Actor, id: ConversationId) -> Result<Conversation, Error> {
        let mut tx = self.begin(actor).await?;
        conversations::set_deleted(&mut tx, id, false).await?;
        let found = conversations::find(&mut tx, id).await?;
        tx.commit().await?;
        match found {
            Some(conversation) => Ok(conversation),
            None => Err(self.missing(actor, id).await),
        }
    }
}

fn place(conversation: &Conversation) -> ListPosition {
    ListPosition {
        updated_at: conversation.updated_at,
        id: conversation.id,
    }
}

fn title(text: &str) -> Result<String, Error> {
    checked_text(text, 1, CONVERSATION_TITLE_CHARS).map_err(|message| Error::invalid("title", message))
}

async fn position_of(tx: &mut Tx, conversation: ConversationId, id: MessageId) -> Result<i32, Error> {
    messages::find(tx, id)
        .await?
        .filter(|record| record.message.conversation_id == conversation)
        .map(|record| record.position)
        .ok_or(Error::NotFound("message"))
}
