//! Reads due dates as models and people write them, in the user's time zone.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use protocol::Timestamp;

use crate::llm::Clock;

/// What the tools' schemas say about a due date.
pub(crate) const DESCRIPTION: &str = "When the task is due: a date such as 2026-11-22 (the end of that day) or a local \
     time such as 2026-11-22T15:00, both in the user's time zone, or an RFC 3339 time with an offset. Work out words \
     like \"tomorrow\" or \"next Friday\" from the current date in the instructions.";

/// Reads a due date. `None` for an empty text (or "null", "none").
///
/// Forms: RFC 3339 (seconds may be missing); `YYYY-MM-DD`, which is 23:59:59 of that day in the
/// user's time zone; `YYYY-MM-DDTHH:MM[:SS]` (or with a space) in the user's time zone. A local time
/// that a clock change skips or repeats is read as calendars do: later in a gap, the first of two.
///
/// # Errors
/// The end of a sentence that shows the forms and today's date.
pub fn parse(text: &str, clock: &Clock) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("null") || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    read(text, &clock.time_zone).map(Some).ok_or_else(|| {
        let today = clock.local().date();
        format!(
            "must be a date such as {today}, a local time such as {today}T15:00 or an RFC 3339 time, not \
             \"{}\". Today is {today}",
            protocol::limits::excerpt(text, 40)
        )
    })
}

fn read(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    // Only what looks like a date: jiff would also read week dates and durations of its own.
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.contains('[') {
        return None;
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return in_range(time);
    }
    let local: DateTime = if text.contains(':') {
        text.parse().ok()?
    } else if text.len() == "2026-11-22".len() {
        text.parse::<Date>().ok()?.at(23, 59, 59, 0)
    } else {
        return None;
    };
    in_range(zone.to_timestamp(local).ok()?)
}

fn in_range(time: jiff::Timestamp) -> Option<Timestamp> {
    let millis = time.as_millisecond();
    (Timestamp::MIN.as_millis()..=Timestamp::MAX.as_millis())
        .contains(&millis)
        .then(|| Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    fn clock(zone: &str) -> Clock {
        Clock {
            now: "2026-11-21T23:30:00Z".parse().unwrap(),
            time_zone: TimeZone::get(zone).unwrap(),
        }
    }

    fn utc(text: &str, zone: &str) -> Option<String> {
        parse(text, &clock(zone)).unwrap().map(|time| time.to_string())
    }

    #[test]
    fn a_date_is_the_end_of_that_day_where_the_user_is() {
        for (zone, instant) in [
            ("UTC", "2026-11-22T23:59:59.000Z"),
            ("Europe/Berlin", "2026-11-22T22:59:59.000Z"),
            ("America/Los_Angeles", "2026-11-23T07:59:59.000Z"),
            ("Asia/Kathmandu", "2026-11-22T18:14:59.000Z"),
        ] {
            assert_eq!(utc("2026-11-22", zone).as_deref(), Some(instant), "{zone}");
        }
    }

    #[test]
    fn times_with_and_without_an_offset_are_read() {
        for (text, instant) in [
            ("2026-11-22T15:00", "2026-11-22T14:00:00.000Z"),
            ("2026-11-22 15:00:30", "2026-11-22T14:00:30.000Z"),
            ("2026-11-22T15:00:00Z", "2026-11-22T15:00:00.000Z"),
            ("2026-11-22T15:00Z", "2026-11-22T15:00:00.000Z"),
            ("2026-11-22T15:00:00.1234-05:00", "2026-11-22T20:00:00.123Z"),
            // The clock jumps from 02:00 to 03:00 here, and repeats 02:00 to 03:00 there.
            ("2026-03-29T02:30", "2026-03-29T01:30:00.000Z"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
        ] {
            assert_eq!(utc(text, "Europe/Berlin").as_deref(), Some(instant), "{text}");
        }
    }

    #[test]
    fn nothing_means_no_date() {
        for text in ["", "  ", "null", "None"] {
            assert_eq!(utc(text, "UTC"), None);
        }
    }

    #[test]
    fn anything_else_is_answered_with_the_forms_and_the_local_day() {
        for text in [
            "tomorrow",
            "2026-13-01",
            "2026-02-30",
            "12:00",
            "2026-11",
            "-009999-01-01",
            "2026-W12-3",
            "P1D",
        ] {
            let why = parse(text, &clock("Europe/Berlin")).unwrap_err();
            assert!(
                why.contains(&format!("not \"{text}\"")) && why.ends_with("Today is 2026-11-22"),
                "{why}"
            );
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[0-9TZ:+. \\-]{0,30}|\\PC{0,30}") {
            let _ = parse(&text, &clock("Europe/Berlin"));
        }
    }
}
