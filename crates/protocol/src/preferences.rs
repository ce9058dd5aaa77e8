//! What a person may choose.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every choice.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word on the wire and in the database.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// When the assistant asks before it acts.
    Approval {
        /// Before every change.
        Always = "always",
        /// Before what deletes or replaces something.
        Destructive = "destructive",
        /// Not at all.
        Never = "never",
    }
}

words! {
    /// How a time of day is written.
    Clock {
        /// `2:05 PM`
        Hours12 = "12h",
        /// `14:05`
        Hours24 = "24h",
    }
}

words! {
    /// What comes first in a date.
    DateOrder {
        /// `3 Nov 2026`
        DayFirst = "day_first",
        /// `Nov 3, 2026`
        MonthFirst = "month_first",
    }
}

words! {
    /// The day with which a week begins.
    FirstDay {
        Monday = "monday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

/// How somebody chose to have times and dates written; `None` is as their browser does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChosenFormats {
    pub clock: Option<Clock>,
    pub date_order: Option<DateOrder>,
    pub first_day: Option<FirstDay>,
}

/// Answer of `GET /api/account/preferences`. `null` is everywhere: not chosen, so as the system, the server or the
/// browser has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// `dark` or `light`.
    pub theme: Option<String>,
    /// How many of a conversation's newest messages the model sees.
    pub context_messages: Option<i32>,
    pub approval: Approval,
    /// An IANA name.
    pub time_zone: Option<String>,
    pub clock: Option<Clock>,
    pub date_order: Option<DateOrder>,
    pub first_day: Option<FirstDay>,
}

/// Body of `PATCH /api/account/preferences`; what is absent stays, and null takes a choice back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdatePreferences {
    #[serde(default, deserialize_with = "crate::api::present")]
    pub theme: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::api::present")]
    pub context_messages: Option<Option<i32>>,
    pub approval: Option<Approval>,
    #[serde(default, deserialize_with = "crate::api::present")]
    pub time_zone: Option<Option<String>>,
    #[serde(default, deserialize_with = "crate::api::present")]
    pub clock: Option<Option<Clock>>,
    #[serde(default, deserialize_with = "crate::api::present")]
    pub date_order: Option<Option<DateOrder>>,
    #[serde(default, deserialize_with = "crate::api::present")]
    pub first_day: Option<Option<FirstDay>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_and_null_are_told_apart() {
        let read = |json: &str| serde_json::from_str::<UpdatePreferences>(json).unwrap();
        assert_eq!(read("{}"), UpdatePreferences::default());
        assert_eq!(read(r#"{"clock": null}"#).clock, Some(None));
        assert_eq!(read(r#"{"clock": "12h"}"#).clock, Some(Some(Clock::Hours12)));
        assert!(serde_json::from_str::<UpdatePreferences>(r#"{"clock": "noon"}"#).is_err());
        assert_eq!(Approval::parse("always"), Some(Approval::Always));
        assert_eq!(Approval::parse("sometimes"), None);
    }
}
