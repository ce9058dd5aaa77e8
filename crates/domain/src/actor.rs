use jiff::tz::TimeZone;
use protocol::{User, UserId};

/// Who is asking: made only from a verified session or token.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user as stored.
    pub user: User,
    /// Where they are, for "today" and "tomorrow"; UTC until the browser told.
    pub time_zone: TimeZone,
}

impl Actor {
    /// The user's id.
    pub fn user_id(&self) -> &UserId {
        &self.user.id
    }
}
