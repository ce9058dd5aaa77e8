//! What people chose.

use protocol::{Approval, UserId};

use crate::{Error, Tx};

/// One user's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// `dark`, `light`, or as the system.
    pub theme: Option<String>,
    /// How many messages the model sees; `None`: as the server is set.
    pub context_messages: Option<i32>,
    /// When the assistant asks before it acts.
    pub approval: Approval,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: None,
            context_messages: None,
            approval: Approval::Destructive,
        }
    }
}

/// What of it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedPreferences<'a> {
    /// Inside, `None` is the system's.
    pub theme: Option<Option<&'a str>>,
    /// Inside, `None` is the server's setting.
    pub context_messages: Option<Option<i32>>,
    /// When the assistant asks.
    pub approval: Option<Approval>,
}

/// The user's choices; in the user's scope.
pub async fn find(tx: &mut Tx, user: &UserId) -> Result<Preferences, Error> {
    let row: Option<(Option<String>, Option<i32>, String)> =
        sqlx::query_as("SELECT theme, context_messages, approval FROM preferences WHERE user_id = $1")
            .bind(user.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    let Some((theme, context_messages, approval)) = row else {
        return Ok(Preferences::default());
    };
    Ok(Preferences {
        theme,
        context_messages,
        approval: Approval::parse(&approval).ok_or_else(|| Error::Inconsistent {
            table: "preferences",
            column: "approval",
            row: user.to_string(),
        })?,
    })
}

/// Changes some of them; the others stay as they are, also as another request just made them.
pub async fn change(tx: &mut Tx, user: &UserId, change: &ChangedPreferences<'_>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO preferences AS old (user_id, theme, context_messages, approval)
         VALUES ($1, $2, $3, coalesce($4, 'destructive'))
         ON CONFLICT (user_id) DO UPDATE SET
             theme = CASE WHEN $5 THEN excluded.theme ELSE old.theme END,
             context_messages = CASE WHEN $6 THEN excluded.context_messages ELSE old.context_messages END,
             approval = coalesce($4, old.approval),
             updated_at = now()",
    )
    .bind(user.as_str())
    .bind(change.theme.flatten())
    .bind(change.context_messages.flatten())
    .bind(change.approval.map(Approval::as_str))
    .bind(change.theme.is_some())
    .bind(change.context_messages.is_some())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
