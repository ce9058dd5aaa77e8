//! What time it is, and where a user's days begin.

use jiff::civil::Weekday;
use jiff::{ToSpan, Zoned};
use protocol::{FirstDay, Timestamp};

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

/// The beginning of the actor's week `offset` weeks from this one.
pub(crate) fn week_start(actor: &Actor, offset: i32) -> Timestamp {
    let today = Zoned::now().with_time_zone(actor.time_zone.clone()).weekday();
    day(actor, offset * 7 - days_into_week(today, actor.formats.first_day)).0
}

fn days_into_week(today: Weekday, first: FirstDay) -> i32 {
    let first = match first {
        FirstDay::Monday => Weekday::Monday,
        FirstDay::Saturday => Weekday::Saturday,
        FirstDay::Sunday => Weekday::Sunday,
    };
    i32::from(today.since(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_where_its_owner_says() {
        for (today, first, days) in [
            (Weekday::Sunday, FirstDay::Monday, 6),
            (Weekday::Sunday, FirstDay::Sunday, 0),
            (Weekday::Friday, FirstDay::Saturday, 6),
            (Weekday::Monday, FirstDay::Sunday, 1),
        ] {
            assert_eq!(days_into_week(today, first), days, "{today:?} {first:?}");
        }
    }
}
