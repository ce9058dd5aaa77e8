//! What time it is, and where a user's days begin.

use jiff::civil::Weekday;
use jiff::{ToSpan, Zoned};
use protocol::Timestamp;

use crate::Actor;

/// Now.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}

/// The beginning of the actor's day `offset` days from today, and of the day after it.
pub(crate) fn day(actor: &Actor, offset: i32) -> (Timestamp, Timestamp) {
    let today = Zoned::now().with_time_zone(actor.time_zone.clone());
    let start = |days: i32| {
        today
            .checked_add(days.days())
            .and_then(|day| day.start_of_day())
            .map_or_else(
                |_| now(),
                |start| Timestamp::from_millis(start.timestamp().as_millisecond()),
            )
    };
    (start(offset), start(offset + 1))
}

/// The beginning of the actor's week `offset` weeks from this one, a Monday.
pub(crate) fn week_start(actor: &Actor, offset: i32) -> Timestamp {
    let today = Zoned::now().with_time_zone(actor.time_zone.clone()).weekday();
    day(actor, offset * 7 - i32::from(today.since(Weekday::Monday))).0
}
