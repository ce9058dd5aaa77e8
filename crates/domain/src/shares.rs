//! Sharing a conversation: a link by which anybody may read it, without an account.
//!
//! A link shows the conversation as its owner sees it, up to the message that was the last when the link was made or
//! renewed; what is said later stays private until then. It shows texts and what the tools did in a line each, and
//! nothing that says whose they are: the database grants it no more. A link that was taken back, and one to a deleted
//! conversation, leads nowhere.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use protocol::{ConversationId, MessageId, Timestamp};
use sha2::{Digest, Sha256};
use store::conversations::Probed;
use store::shares::SharedMessage;
use store::{Scope, Tx, conversations, shares};
use uuid::Uuid;

use crate::{Actor, Domain, Error};

pub use store::shares::{SharedMessage as Shared, SharedToolCall};

/// Messages on a page of a shared conversation.
const PAGE: u32 = 100;
/// Characters of a token: 32 bytes in base64.
const TOKEN_CHARS: usize = 43;

/// Links of a [`Domain`].
pub struct Shares<'a> {
    domain: &'a Domain,
}

/// A link to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareLink {
    /// 256 bits that nobody can guess.
    pub token: String,
    /// The address that people follow.
    pub url: String,
    pub created_at: Timestamp,
}

/// A page of a shared conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedPage {
    pub title: String,
    /// Oldest first.
    pub messages: Vec<SharedMessage>,
    /// Whether there are later ones.
    pub has_more: bool,
}

impl<'a> Shares<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// Makes a conversation's link, or lets the one it has show everything up to now.
    pub async fn share(&self, actor: &Actor, id: ConversationId) -> Result<ShareLink, Error> {
        let mut tx = self.begin(actor, id).await?;
        // A link that was signed with another key cannot be shown any more: another one takes its place.
        let share = shares::find(&mut tx, id)
            .await?
            .filter(|share| hash(&self.token(share.id)) == share.token_hash)
            .map_or_else(Uuid::now_v7, |share| share.id);
        let token = self.token(share);
        shares::put(&mut tx, actor.user_id(), id, share, &hash(&token)).await?;
        let made = shares::find(&mut tx, id).await?.ok_or(Error::NotFound("link"))?;
        tx.commit().await?;
        Ok(self.link(token, made.created_at))
    }

    /// The link of a conversation, if it has one.
    pub async fn find(&self, actor: &Actor, id: ConversationId) -> Result<Option<ShareLink>, Error> {
        let mut tx = self.begin(actor, id).await?;
        let found = shares::find(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found
            .map(|share| (self.token(share.id), share))
            .filter(|(token, share)| hash(token) == share.token_hash)
            .map(|(token, share)| self.link(token, share.created_at)))
    }

    /// Takes a conversation's link back; no error if it has none.
    pub async fn revoke(&self, actor: &Actor, id: ConversationId) -> Result<(), Error> {
        let mut tx = self.begin(actor, id).await?;
        shares::remove(&mut tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// What a link shows, to whoever has it; after a message, or from the first one.
    ///
    /// # Errors
    /// `NotFound` for a link that is none (any more).
    pub async fn open(&self, token: &str, after: Option<MessageId>) -> Result<SharedPage, Error> {
        let gone = || Error::NotFound("shared conversation");
        if token.len() != TOKEN_CHARS {
            return Err(gone());
        }
        let hash = hash(token);
        let mut tx = self.domain.store().begin(Scope::Share(&hash)).await?;
        let (id, title) = shares::shared_conversation(&mut tx).await?.ok_or_else(gone)?;
        let mut messages = shares::shared_messages(&mut tx, id, after, PAGE + 1).await?;
        tx.commit().await?;
        let has_more = messages.len() > PAGE as usize;
        messages.truncate(PAGE as usize);
        Ok(SharedPage {
            title,
            messages,
            has_more,
        })
    }

    async fn begin(&self, actor: &Actor, id: ConversationId) -> Result<Tx, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        if conversations::find(&mut tx, id).await?.is_none() {
            drop(tx);
            return Err(self.domain.not_found(actor, Probed::Conversation, id.0).await);
        }
        Ok(tx)
    }

    fn link(&self, token: String, created_at: Timestamp) -> ShareLink {
        let url = format!("{}/share/{token}", self.domain.config().public_origin);
        ShareLink {
            token,
            url,
            created_at,
        }
    }

    /// The token of a link. Not stored, so a copy of the database opens nothing; made again whenever its owner looks.
    fn token(&self, share: Uuid) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.domain.config().secret)
            .expect("HMAC takes keys of any length");
        mac.update(b"share ");
        mac.update(share.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
