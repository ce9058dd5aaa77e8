//! What people chose, and what follows from it.

use protocol::limits::CONTEXT_MESSAGES;
use store::{Scope, preferences};

use crate::{Actor, Domain, Error};

pub use store::preferences::Preferences;

/// Choices of a [`Domain`]'s users.
pub struct OwnPreferences<'a> {
    domain: &'a Domain,
}

impl<'a> OwnPreferences<'a> {
    pub(crate) fn new(domain: &'a Domain) -> Self {
        Self { domain }
    }

    /// What the actor chose.
    pub async fn get(&self, actor: &Actor) -> Result<Preferences, Error> {
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        let found = preferences::find(&mut tx, actor.user_id()).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Chooses a theme: `dark`, `light`, or `None` for the system's.
    ///
    /// # Errors
    /// `Invalid` for any other word.
    pub async fn set_theme(&self, actor: &Actor, theme: Option<&str>) -> Result<(), Error> {
        if theme.is_some_and(|theme| !matches!(theme, "dark" | "light")) {
            return Err(Error::invalid("theme", "must be dark or light"));
        }
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        preferences::set_theme(&mut tx, actor.user_id(), theme).await?;
        Ok(tx.commit().await?)
    }

    /// Chooses how many of a conversation's newest messages the model sees; `None`: as the server is set.
    ///
    /// # Errors
    /// `Invalid` for a number out of range.
    pub async fn set_context_messages(&self, actor: &Actor, count: Option<i32>) -> Result<(), Error> {
        let (least, most) = CONTEXT_MESSAGES;
        if count.is_some_and(|count| !(least..=most).contains(&count)) {
            return Err(Error::invalid(
                "context_messages",
                format!("must be between {least} and {most}"),
            ));
        }
        let mut tx = self.domain.store().begin(Scope::Actor(actor.user_id())).await?;
        preferences::set_context_messages(&mut tx, actor.user_id(), count).await?;
        Ok(tx.commit().await?)
    }
}
