use jiff::tz::TimeZone;
use protocol::{ChosenFormats, User, UserId};

use crate::Formats;

/// Who is asking: made only from a verified session or token.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The user as stored.
    pub user: User,
    /// Where they are, for "today" and "tomorrow"; UTC until the browser told.
    pub time_zone: TimeZone,
    /// How times and dates are written for them.
    pub formats: Formats,
    /// What of that they chose themselves.
    pub chosen_formats: ChosenFormats,
}

impl Actor {
    /// An actor whose browser nothing is known of.
    pub fn new(user: User, time_zone: TimeZone) -> Self {
        Self {
            user,
            time_zone,
            formats: Formats::default(),
            chosen_formats: ChosenFormats::default(),
        }
    }

    /// The same in a browser that writes times and dates so, as far as they did not choose otherwise.
    pub fn reading(mut self, formats: Formats) -> Self {
        self.formats = formats.with(self.chosen_formats);
        self
    }

    /// The user's id.
    pub fn user_id(&self) -> &UserId {
        &self.user.id
    }
}
