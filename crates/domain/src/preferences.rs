//! What people chose, and what follows from it.

use protocol::limits::CONTEXT_MESSAGES;
use protocol::preferences::UpdatePreferences;
use protocol::{ChosenFormats, Preferences};
use store::preferences::ChangedPreferences;
use store::{Scope, accounts, preferences};

use crate::accounts::known_time_zone;
use crate::{Actor, Domain, Error};

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
        let found = all(&mut tx, actor).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Changes what the request names; the answer is all of it.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub async fn update(&self, actor: &Actor, request: &UpdatePreferences) -> Result<Preferences, Error> {
        check(request)?;
        let user = actor.user_id();
        let mut tx = self.domain.store().begin(Scope::Actor(user)).await?;
        let change = ChangedPreferences {
            theme: request.theme.as_ref().map(Option::as_deref),
            context_messages: request.context_messages,
            approval: request.approval,
        };
        if change != ChangedPreferences::default() {
            preferences::change(&mut tx, user, &change).await?;
        }
        if let Some(zone) = &request.time_zone {
            accounts::choose_time_zone(&mut tx, user, zone.as_deref()).await?;
        }
        let old = all(&mut tx, actor).await?;
        let formats = ChosenFormats {
            clock: request.clock.unwrap_or(old.clock),
            date_order: request.date_order.unwrap_or(old.date_order),
            first_day: request.first_day.unwrap_or(old.first_day),
        };
        if formats != chosen_formats(&old) {
            accounts::set_formats(&mut tx, user, formats).await?;
        }
        tx.commit().await?;
        Ok(Preferences {
            clock: formats.clock,
            date_order: formats.date_order,
            first_day: formats.first_day,
            ..old
        })
    }

    /// Chooses a theme: `dark`, `light`, or `None` for the system's.
    ///
    /// # Errors
    /// `Invalid` for any other word.
    pub async fn set_theme(&self, actor: &Actor, theme: Option<&str>) -> Result<(), Error> {
        let request = UpdatePreferences {
            theme: Some(theme.map(str::to_owned)),
            ..UpdatePreferences::default()
        };
        self.update(actor, &request).await.map(drop)
    }

    /// Chooses how many of a conversation's newest messages the model sees; `None`: as the server is set.
    ///
    /// # Errors
    /// `Invalid` for a number out of range.
    pub async fn set_context_messages(&self, actor: &Actor, count: Option<i32>) -> Result<(), Error> {
        let request = UpdatePreferences {
            context_messages: Some(count),
            ..UpdatePreferences::default()
        };
        self.update(actor, &request).await.map(drop)
    }
}

fn chosen_formats(chosen: &Preferences) -> ChosenFormats {
    ChosenFormats {
        clock: chosen.clock,
        date_order: chosen.date_order,
        first_day: chosen.first_day,
    }
}

fn check(request: &UpdatePreferences) -> Result<(), Error> {
    if let Some(Some(theme)) = &request.theme
        && !matches!(theme.as_str(), "dark" | "light")
    {
        return Err(Error::invalid("theme", "must be dark or light"));
    }
    let (least, most) = CONTEXT_MESSAGES;
    if let Some(Some(count)) = request.context_messages
        && !(least..=most).contains(&count)
    {
        let message = format!("must be between {least} and {most}");
        return Err(Error::invalid("context_messages", message));
    }
    if let Some(Some(zone)) = &request.time_zone
        && known_time_zone(Some(zone)).is_none()
    {
        let message = "must be an IANA time zone such as Europe/Berlin";
        return Err(Error::invalid("time_zone", message));
    }
    Ok(())
}

async fn all(tx: &mut store::Tx, actor: &Actor) -> Result<Preferences, Error> {
    let chosen = preferences::find(tx, actor.user_id()).await?;
    // Deleted between the session's check and now.
    let user = accounts::find_user(tx, actor.user_id())
        .await?
        .ok_or(Error::Unauthenticated)?;
    Ok(Preferences {
        theme: chosen.theme,
        context_messages: chosen.context_messages,
        approval: chosen.approval,
        time_zone: user.time_zone_chosen.then_some(user.time_zone),
        clock: user.formats.clock,
        date_order: user.formats.date_order,
        first_day: user.formats.first_day,
    })
}
