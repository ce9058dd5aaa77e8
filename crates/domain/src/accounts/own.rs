//! What people do with their own account: name, password, sessions, leaving.

use protocol::UserId;
use protocol::limits::{USER_NAME_CHARS, checked_text};
use store::{Scope, Tx, accounts, runs, sessions};

use super::{
    Accounts, Client, Session, SignedIn, checked_password, insert_session, password, session_of, tokens,
};
use crate::{AccountError, Actor, Error};

/// How often an account's deletion is tried when its own running answers are in the way.
const DELETION_TRIES: u32 = 5;

/// A password to be replaced.
#[derive(Clone)]
pub struct ChangePassword {
    /// The one that counts until now.
    pub current: String,
    /// The one that counts from now on.
    pub new: String,
    /// Ends every session, the present one too, and begins a new one.
    pub revoke_others: bool,
    /// Of the present session.
    pub session_token: Option<String>,
}

/// A session of the actor's.
#[derive(Debug, Clone)]
pub struct OwnSession {
    pub session: Session,
    /// It is the one that asks.
    pub current: bool,
}

impl Accounts<'_> {
    /// Changes the name, the picture or both; `Some(None)` takes the picture away.
    ///
    /// # Errors
    /// `Invalid` for a name over its limit.
    pub async fn update_profile(
        &self,
        actor: &Actor,
        name: Option<&str>,
        image: Option<Option<&str>>,
    ) -> Result<(), Error> {
        let name = name
            .map(|name| checked_text(name, 0, USER_NAME_CHARS))
            .transpose()
            .map_err(|message| Error::invalid("name", message))?;
        let mut tx = self.own(actor).await?;
        accounts::set_profile(&mut tx, actor.user_id(), name.as_deref(), image).await?;
        Ok(tx.commit().await?)
    }

    /// Replaces the actor's password. With `revoke_others` the answer is a new session, and every older one is over.
    ///
    /// # Errors
    /// `Account`: `NoPassword`, `InvalidPassword`, or the new one's length, or that everybody tries it first.
    pub async fn change_password(
        &self,
        actor: &Actor,
        request: ChangePassword,
        client: &Client,
    ) -> Result<Option<SignedIn>, Error> {
        checked_password(&request.new)?;
        let old = self.verify_own_password(actor, request.current).await?;
        let new = password::hash(request.new).await?;
        let user = actor.user_id();
        let mut tx = self.own(actor).await?;
        // Changed by another request meanwhile: what was given is not the password any more.
        if !accounts::replace_password(&mut tx, user, &old, &new).await? {
            return Err(AccountError::InvalidPassword.into());
        }
        let signed_in = if request.revoke_others {
            let hash = request.session_token.as_deref().map(tokens::session_hash);
            let remembered = sessions::list(&mut tx, user)
                .await?
                .iter()
                .find(|(_, own)| Some(own) == hash.as_ref())
                .is_none_or(|(session, _)| session.remembered);
            sessions::delete_others(&mut tx, user, None).await?;
            let (session, token) = insert_session(&mut tx, user, remembered, client).await?;
            Some(SignedIn {
                user: actor.user.clone(),
                session,
                token,
            })
        } else {
            None
        };
        tx.commit().await?;
        Ok(signed_in)
    }

    /// The actor's sessions, the one used last first; `token` is the present one's.
    pub async fn list_sessions(&self, actor: &Actor, token: Option<&str>) -> Result<Vec<OwnSession>, Error> {
        let hash = token.map(tokens::session_hash);
        let mut tx = self.own(actor).await?;
        let found = sessions::list(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        Ok(found
            .into_iter()
            .map(|(session, own)| OwnSession {
                session: session_of(session),
                current: Some(own) == hash,
            })
            .collect())
    }

    /// Ends a session of the actor's, named by its id or its token. Returns whether there was one.
    pub async fn end_session(&self, actor: &Actor, id_or_token: &str) -> Result<bool, Error> {
        let hash = tokens::session_hash(id_or_token);
        let mut tx = self.own(actor).await?;
        let ended = sessions::delete_named(&mut tx, actor.user_id(), id_or_token, &hash).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Ends every session of the actor's but the one of this token; without a token every one. Returns how many.
    pub async fn end_sessions(&self, actor: &Actor, kept: Option<&str>) -> Result<u64, Error> {
        let kept = kept.map(tokens::session_hash);
        let mut tx = self.own(actor).await?;
        let ended = sessions::delete_others(&mut tx, actor.user_id(), kept.as_deref()).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Whether the actor signs in here with a password.
    pub async fn has_password(&self, actor: &Actor) -> Result<bool, Error> {
        let mut tx = self.own(actor).await?;
        let hash = accounts::password_of(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        Ok(hash.is_some())
    }

    /// Deletes the actor's account with everything in it, at once and for good. Every session is over, and answers that
    /// are being written stop. `password` is asked for unless the caller trusts the session alone. A large account takes
    /// its time; the deletion goes on when nobody waits for it any more.
    ///
    /// # Errors
    /// `Account(InvalidPassword)`; `Account(NoPassword)` when one is given and there is none.
    pub async fn delete(&self, actor: &Actor, password: Option<String>) -> Result<(), Error> {
        if let Some(password) = password {
            self.verify_own_password(actor, password).await?;
        }
        let (domain, actor) = (self.domain.clone(), actor.clone());
        let work = async move { domain.accounts().delete_all(&actor).await };
        self.domain.see_through(work).await
    }

    async fn delete_all(&self, actor: &Actor) -> Result<(), Error> {
        // By itself: the account is closed while the rest is being deleted.
        self.end_sessions(actor, None).await?;
        self.stop_runs(actor).await?;
        let mut tries = 0;
        loop {
            match self.try_delete(actor.user_id()).await {
                // A running answer was being stored at this very moment; it ends as soon as its rows are gone.
                Err(store::Error::Contended(_)) if tries < DELETION_TRIES => tries += 1,
                Err(error) => {
                    tracing::error!(error = %error, "an account could not be deleted; its owner has to ask again");
                    return Err(error.into());
                }
                Ok(()) => return Ok(()),
            }
        }
    }

    async fn try_delete(&self, user: &UserId) -> Result<(), store::Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(user)).await?;
        accounts::delete_user(&mut tx, user).await?;
        tx.commit().await
    }

    /// Other servers' workers hear of it when they store: there is nothing left to store into.
    async fn stop_runs(&self, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.own(actor).await?;
        let unfinished = runs::unfinished_of_user(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        for id in unfinished {
            if let Some(channel) = self.domain.hub().find(id) {
                channel.cancel.cancel();
            }
        }
        Ok(())
    }

    async fn verify_own_password(&self, actor: &Actor, password: String) -> Result<String, Error> {
        let mut tx = self.own(actor).await?;
        let hash = accounts::password_of(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        let hash = hash.ok_or(AccountError::NoPassword)?;
        if self
            .verify(actor.user_id().as_str(), password, Some(hash.clone()))
            .await?
        {
            Ok(hash)
        } else {
            Err(AccountError::InvalidPassword.into())
        }
    }

    pub(super) async fn own(&self, actor: &Actor) -> Result<Tx, Error> {
        Ok(self.domain.store().begin(Scope::Actor(actor.user_id())).await?)
    }
}
