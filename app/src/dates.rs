//! Points in time as people say them, in their own time zone. Only the server does this; the browser gets the words.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use leptos::prelude::*;

/// The present moment somewhere.
pub fn now_in(time_zone: &TimeZone) -> Zoned {
    Timestamp::now().to_zoned(time_zone.clone())
}

/// A point in time as its owner's clock shows it.
pub fn local(at: protocol::Timestamp, now: &Zoned) -> Zoned {
    // Our range is a part of jiff's, so the epoch is never used.
    Timestamp::from_millisecond(at.as_millis())
        .unwrap_or_default()
        .to_zoned(now.time_zone().clone())
}

fn days_before(at: Date, now: Date) -> i32 {
    (now - at).get_days()
}

/// The heading of the sidebar's group for a conversation that last changed then.
pub fn conversation_group(at: &Zoned, now: &Zoned) -> &'static str {
    match days_before(at.date(), now.date()) {
        ..=0 => "Today",
        1 => "Yesterday",
        2..=6 => "Last 7 days",
        7..=29 => "Last 30 days",
        _ => "Older",
    }
}

/// A point in the past as the sidebar shows it: `now`, `14:02`, `Tue`, `3 Nov`, `3 Nov 2024`.
pub fn moment(at: &Zoned, now: &Zoned) -> String {
    let format = match days_before(at.date(), now.date()) {
        ..=0 if now.timestamp().as_second() - at.timestamp().as_second() < 60 => return "now".into(),
        ..=0 => "%H:%M",
        1..=6 => "%a",
        _ if at.year() == now.year() => "%-d %b",
        _ => "%-d %b %Y",
    };
    at.strftime(format).to_string()
}

/// A point in the past for people and for machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// As [`moment`] says it.
    words: String,
    /// `Tuesday, 3 November 2026, 14:02`
    absolute: String,
    /// RFC 3339
    machine: String,
}

impl Moment {
    /// As the owner's clock shows it.
    pub fn of(at: protocol::Timestamp, now: &Zoned) -> Self {
        let local = local(at, now);
        Self {
            words: moment(&local, now),
            absolute: local.strftime("%A, %-d %B %Y, %H:%M").to_string(),
            machine: at.to_string(),
        }
    }

    /// The words; the rest on hover and for programs.
    pub fn view(&self) -> impl IntoView + use<> {
        view! {
            <time datetime=self.machine.clone() title=self.absolute.clone()>
                {self.words.clone()}
            </time>
        }
    }
}

/// The heading above a day's messages: `Today`, `Yesterday`, `Tuesday`, `3 November`, `3 November 2024`.
pub fn day_heading(at: &Zoned, now: &Zoned) -> String {
    let format = match days_before(at.date(), now.date()) {
        ..=0 => return "Today".into(),
        1 => return "Yesterday".into(),
        2..=6 => "%A",
        _ if at.year() == now.year() => "%-d %B",
        _ => "%-d %B %Y",
    };
    at.strftime(format).to_string()
}

/// A due date in words, and where that puts an open task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWords {
    /// `2 days overdue`, `Today, 10:00`, `Tomorrow`, `Thursday`, `3 Dec`.
    pub label: String,
    /// It has passed.
    pub late: bool,
    /// How many days from today; negative for the past.
    pub days: i32,
}

/// Says when something is due. The last second of a day means the day as a whole.
pub fn due_words(at: &Zoned, now: &Zoned) -> DueWords {
    let days = -days_before(at.date(), now.date());
    let late = at.timestamp() < now.timestamp();
    let day = match days {
        ..=-2 => {
            return DueWords {
                label: format!("{} days overdue", -days),
                late,
                days,
            };
        }
        -1 => "Yesterday".to_owned(),
        0 => "Today".to_owned(),
        1 => "Tomorrow".to_owned(),
        2..=6 => at.strftime("%A").to_string(),
        _ if at.year() == now.year() => at.strftime("%-d %b").to_string(),
        _ => at.strftime("%-d %b %Y").to_string(),
    };
    DueWords {
        label: if is_whole_day(at) {
            day
        } else {
            format!("{day}, {}", at.strftime("%H:%M"))
        },
        late,
        days,
    }
}

fn is_whole_day(at: &Zoned) -> bool {
    (at.hour(), at.minute(), at.second()) == (23, 59, 59)
}

/// Date and time of day as the fields of a form have them; no time for a day as a whole.
pub fn fields(at: &Zoned) -> (String, String) {
    let time = if is_whole_day(at) {
        String::new()
    } else {
        at.strftime("%H:%M").to_string()
    };
    (at.date().to_string(), time)
}

/// What a form's fields for date (`2026-11-21`) and time of day (`17:00`, or empty for the end of the day) named;
/// `None` if they named nothing.
pub fn moment_of_fields(date: &str, time: &str, time_zone: &TimeZone) -> Option<protocol::Timestamp> {
    let date = date.parse::<Date>().ok()?;
    let at = if time.is_empty() {
        let next_midnight = date.checked_add(1.day()).ok()?.to_zoned(time_zone.clone()).ok()?;
        next_midnight.timestamp().checked_sub(1.second()).ok()?
    } else {
        let time = time.parse::<Time>().ok()?;
        date.to_datetime(time)
            .to_zoned(time_zone.clone())
            .ok()?
            .timestamp()
    };
    Some(protocol::Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Zoned {
        text.parse().unwrap()
    }

    fn noon() -> Zoned {
        at("2026-11-21T12:00:00[Europe/Warsaw]")
    }

    #[test]
    fn conversations_are_grouped_by_the_reader_s_calendar() {
        for (text, group) in [
            ("2026-11-21T00:00:00[Europe/Warsaw]", "Today"),
            ("2026-11-21T12:00:05[Europe/Warsaw]", "Today"),
            ("2026-11-20T23:59:59[Europe/Warsaw]", "Yesterday"),
            ("2026-11-15T10:00:00[Europe/Warsaw]", "Last 7 days"),
            ("2026-11-14T10:00:00[Europe/Warsaw]", "Last 30 days"),
            ("2026-10-22T10:00:00[Europe/Warsaw]", "Older"),
            ("2025-11-21T10:00:00[Europe/Warsaw]", "Older"),
        ] {
            assert_eq!(conversation_group(&at(text), &noon()), group, "{text}");
        }
        // The same instant is yesterday further west.
        let instant = protocol::Timestamp::from_millis(
            at("2026-11-21T01:00:00[Europe/Warsaw]")
                .timestamp()
                .as_millisecond(),
        );
        let now = noon().with_time_zone(TimeZone::get("America/New_York").unwrap());
        assert_eq!(conversation_group(&local(instant, &now), &now), "Yesterday");
    }

    #[test]
    fn moments_get_coarser_with_age() {
        for (text, words) in [
            ("2026-11-21T11:59:30[Europe/Warsaw]", "now"),
            ("2026-11-21T09:05:00[Europe/Warsaw]", "09:05"),
            ("2026-11-20T09:05:00[Europe/Warsaw]", "Fri"),
            ("2026-11-03T09:05:00[Europe/Warsaw]", "3 Nov"),
            ("2024-11-03T09:05:00[Europe/Warsaw]", "3 Nov 2024"),
        ] {
            assert_eq!(moment(&at(text), &noon()), words, "{text}");
        }
        assert_eq!(
            day_heading(&at("2026-11-17T09:05:00[Europe/Warsaw]"), &noon()),
            "Tuesday"
        );
        assert_eq!(
            day_heading(&at("2026-11-03T09:05:00[Europe/Warsaw]"), &noon()),
            "3 November"
        );
    }

    #[test]
    fn due_dates_are_said_as_people_say_them() {
        for (text, label, late, days) in [
            ("2026-11-19T23:59:59[Europe/Warsaw]", "2 days overdue", true, -2),
            ("2026-11-20T10:00:00[Europe/Warsaw]", "Yesterday, 10:00", true, -1),
            ("2026-11-21T10:00:00[Europe/Warsaw]", "Today, 10:00", true, 0),
            ("2026-11-21T23:59:59[Europe/Warsaw]", "Today", false, 0),
            ("2026-11-22T10:00:00[Europe/Warsaw]", "Tomorrow, 10:00", false, 1),
            ("2026-11-26T23:59:59[Europe/Warsaw]", "Thursday", false, 5),
            ("2026-12-24T23:59:59[Europe/Warsaw]", "24 Dec", false, 33),
            ("2027-01-02T23:59:59[Europe/Warsaw]", "2 Jan 2027", false, 42),
        ] {
            let words = due_words(&at(text), &noon());
            assert_eq!(
                (words.label.as_str(), words.late, words.days),
                (label, late, days),
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_field_means_the_end_of_that_day() {
        let warsaw = TimeZone::get("Europe/Warsaw").unwrap();
        let moment = |date: &str, time: &str| moment_of_fields(date, time, &warsaw).map(|at| at.to_string());
        assert_eq!(
            moment("2026-11-21", "").as_deref(),
            Some("2026-11-21T22:59:59.000Z")
        );
        assert_eq!(
            moment("2026-11-21", "17:05").as_deref(),
            Some("2026-11-21T16:05:00.000Z")
        );
        // The day on which clocks go back has 25 hours.
        assert_eq!(
            moment("2026-10-25", "").as_deref(),
            Some("2026-10-25T22:59:59.000Z")
        );
        for (date, time) in [("", ""), ("tomorrow", ""), ("2026-11-21", "noon"), ("", "17:00")] {
            assert_eq!(moment(date, time), None, "{date} {time}");
        }
    }

    #[test]
    fn fields_show_a_whole_day_without_a_time() {
        assert_eq!(
            fields(&at("2026-11-21T23:59:59[Europe/Warsaw]")),
            ("2026-11-21".into(), String::new())
        );
        assert_eq!(
            fields(&at("2026-11-21T09:05:00[Europe/Warsaw]")),
            ("2026-11-21".into(), "09:05".into())
        );
    }
}
