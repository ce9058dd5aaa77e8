//! What people chose.

use protocol::UserId;

use crate::{Error, Tx};

/// One user's choices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `dark`, `light`, or as the system.
    pub theme: Option<String>,
    /// How many messages the model sees; `None`: as the server is set.
    pub context_messages: Option<i32>,
}

/// The user's choices; in the user's scope.
pub async fn find(tx: &mut Tx, user: &UserId) -> Result<Preferences, Error> {
    let row: Option<(Option<String>, Option<i32>)> =
        sqlx::query_as("SELECT theme, context_messages FROM preferences WHERE user_id = $1")
            .bind(user.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row
        .map(|(theme, context_messages)| Preferences {
            theme,
            context_messages,
        })
        .unwrap_or_default())
}

/// Chooses a theme; `None` for the system's.
pub async fn set_theme(tx: &mut Tx, user: &UserId, theme: Option<&str>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO preferences (user_id, theme) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET theme = excluded.theme, updated_at = now()",
    )
    .bind(user.as_str())
    .bind(theme)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Chooses how many messages the model sees; `None` for the server's setting.
pub async fn set_context_messages(tx: &mut Tx, user: &UserId, count: Option<i32>) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO preferences (user_id, context_messages) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET context_messages = excluded.context_messages, updated_at = now()",
    )
    .bind(user.as_str())
    .bind(count)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
