//! Conversations and their history.

use protocol::api::{ConversationPage, CreateConversation, MessagePage, UpdateConversation};
use protocol::{Conversation, ConversationId, Message, MessageId, RunId, Timestamp};

use crate::{Actor, Domain, Error};

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

    /// Makes an empty conversation. (With a first message: [`crate::runs::Runs::send`].)
    pub async fn create(&self, _actor: &Actor, _request: CreateConversation) -> Result<Conversation, Error> {
        unimplemented!()
    }

    /// Lists the actor's conversations, newest `updated_at` first, deleted ones left out.
    ///
    /// # Errors
    /// `Invalid` for a limit out of range or a broken cursor.
    pub async fn list(&self, _actor: &Actor, _query: ListConversations) -> Result<ConversationPage, Error> {
        unimplemented!()
    }

    /// One conversation.
    pub async fn get(&self, _actor: &Actor, _id: ConversationId) -> Result<Conversation, Error> {
        unimplemented!()
    }

    /// One conversation with its newest messages, for its page.
    pub async fn open(
        &self,
        _actor: &Actor,
        _id: ConversationId,
        _limit: u32,
    ) -> Result<OpenConversation, Error> {
        unimplemented!()
    }

    /// A page of its history, oldest first.
    pub async fn messages(
        &self,
        _actor: &Actor,
        _id: ConversationId,
        _query: ListMessages,
    ) -> Result<MessagePage, Error> {
        unimplemented!()
    }

    /// Renames or pins.
    pub async fn update(
        &self,
        _actor: &Actor,
        _id: ConversationId,
        _request: UpdateConversation,
    ) -> Result<Conversation, Error> {
        unimplemented!()
    }

    /// Deletes softly.
    pub async fn delete(&self, _actor: &Actor, _id: ConversationId) -> Result<(), Error> {
        unimplemented!()
    }

    /// Brings a deleted one back; no error if it is not deleted.
    pub async fn restore(&self, _actor: &Actor, _id: ConversationId) -> Result<Conversation, Error> {
        unimplemented!()
    }
}
