//! Points in time as people say them, in their own time zone. Only the server does this; the browser gets the words.

use std::ops::Deref;

use domain::{Actor, Formats};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use leptos::prelude::*;
use protocol::{Clock, DateOrder};

/// The present moment somewhere, with how times and dates are written there.
#[derive(Debug, Clone)]
pub struct Now {
    at: Zoned,
    formats: Formats,
}

impl Deref for Now {
    type Target = Zoned;

    fn deref(&self) -> &Zoned {
        &self.at
    }
}

impl From<Zoned> for Now {
    fn from(at: Zoned) -> Self {
        Self {
            at,
            formats: Formats::default(),
        }
    }
}

/// The present moment somewhere, for no reader in particular.
pub fn now_in(time_zone: &TimeZone) -> Now {
    Timestamp::now().to_zoned(time_zone.clone()).into()
}

/// The present moment where the actor is.
pub fn now_of(actor: &Actor) -> Now {
    Reader::from(actor).now()
}

/// Where somebody reads, and how times and dates are written there.
#[derive(Debug, Clone)]
pub struct Reader {
    time_zone: TimeZone,
    formats: Formats,
}

impl From<&Actor> for Reader {
    fn from(actor: &Actor) -> Self {
        Self {
            time_zone: actor.time_zone.clone(),
            formats: actor.formats,
        }
    }
}

impl From<TimeZone> for Reader {
    fn from(time_zone: TimeZone) -> Self {
        Self {
            time_zone,
            formats: Formats::default(),
        }
    }
}

impl Reader {
    /// Their present moment.
    pub fn now(&self) -> Now {
        Now {
            at: Timestamp::now().to_zoned(self.time_zone.clone()),
            formats: self.formats,
        }
    }
}

/// A point in time as its owner's clock shows it.
pub fn local(at: protocol::Timestamp, now: &Zoned) -> Zoned {
    // Our range is a part of jiff's, so the epoch is never used.
    Timestamp::from_millisecond(at.as_millis())
        .unwrap_or_default()
        .to_zoned(now.time_zone().clone())
}

/// `14:02`, or `2:02 PM`.
pub fn time_of_day(at: &Zoned, now: &Now) -> String {
    let format = match now.formats.clock {
        Clock::Hours24 => "%H:%M",
        // A space at which no line breaks.
        Clock::Hours12 => "%-I:%M\u{a0}%p",
    };
    at.strftime(format).to_string()
}

/// `Tuesday, 3 November 2026, 14:02`
pub fn in_full(now: &Now) -> String {
    let date = day(now, now, "%B", true);
    format!("{}, {date}, {}", now.strftime("%A"), time_of_day(now, now))
}

/// `3 Nov`, or `Nov 3`.
pub fn short_day(at: &Zoned, now: &Now) -> String {
    day(at, now, "%b", false)
}

/// A day with its month's name as `month` writes it; with its year if asked for.
fn day(at: &Zoned, now: &Now, month: &str, year: bool) -> String {
    let format = match (now.formats.date_order, year) {
        (DateOrder::DayFirst, false) => format!("%-d {month}"),
        (DateOrder::DayFirst, true) => format!("%-d {month} %Y"),
        (DateOrder::MonthFirst, false) => format!("{month} %-d"),
        (DateOrder::MonthFirst, true) => format!("{month} %-d, %Y"),
    };
    at.strftime(&format).to_string()
}

/// The same, with its year unless that is the present one.
fn day_and_year(at: &Zoned, now: &Now, month: &str) -> String {
    day(at, now, month, at.year() != now.year())
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
pub fn moment(at: &Zoned, now: &Now) -> String {
    match days_before(at.date(), now.date()) {
        ..=0 if now.timestamp().as_second() - at.timestamp().as_second() < 60 => "now".into(),
        ..=0 => time_of_day(at, now),
        1..=6 => at.strftime("%a").to_string(),
        _ => day_and_year(at, now, "%b"),
    }
}

/// A point in time for people and for machines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// What is read.
    pub words: String,
    /// `Tuesday, 3 November 2026, 14:02`
    absolute: String,
    /// RFC 3339
    machine: String,
}

impl Moment {
    /// A point in the past, in the words of [`moment`].
    pub fn of(at: protocol::Timestamp, now: &Now) -> Self {
        Self::saying(moment(&local(at, now), now), at, now)
    }

    /// Any point in time, in these words.
    pub fn saying(words: String, at: protocol::Timestamp, now: &Now) -> Self {
        let local = local(at, now);
        let date = format!("{}, {}", local.strftime("%A"), day(&local, now, "%B", true));
        Self {
            words,
            absolute: if is_whole_day(&local) {
                date
            } else {
                format!("{date}, {}", time_of_day(&local, now))
            },
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
pub fn day_heading(at: &Zoned, now: &Now) -> String {
    match days_before(at.date(), now.date()) {
        ..=0 => "Today".into(),
        1 => "Yesterday".into(),
        2..=6 => at.strftime("%A").to_string(),
        _ => day_and_year(at, now, "%B"),
    }
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
pub fn due_words(at: &Zoned, now: &Now) -> DueWords {
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
        _ => day_and_year(at, now, "%b"),
    };
    DueWords {
        label: if is_whole_day(at) {
            day
        } else {
            format!("{day}, {}", time_of_day(at, now))
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

    fn noon() -> Now {
        at("2026-11-21T12:00:00[Europe/Warsaw]").into()
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
        let now = noon()
            .at
            .with_time_zone(TimeZone::get("America/New_York").unwrap());
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
    fn two_readers_see_one_moment_each_as_they_write_it() {
        let instant: protocol::Timestamp = "2026-11-22T03:30:00.000Z".parse().unwrap();
        let reader = |zone: &str, locale: &str| Now {
            at: noon().at.with_time_zone(TimeZone::get(zone).unwrap()),
            formats: Formats::of_locale(locale),
        };
        let chicago = reader("America/Chicago", "en-US");
        let berlin = reader("Europe/Berlin", "de-DE");
        for (now, due, absolute, heading) in [
            (
                &chicago,
                "Today, 9:30\u{a0}PM",
                "Saturday, November 21, 2026, 9:30\u{a0}PM",
                "November 3",
            ),
            (
                &berlin,
                "Tomorrow, 04:30",
                "Sunday, 22 November 2026, 04:30",
                "3 November",
            ),
        ] {
            assert_eq!(due_words(&local(instant, now), now).label, due);
            let moment = Moment::saying(String::new(), instant, now);
            assert_eq!(moment.absolute, absolute);
            assert_eq!(moment.machine, "2026-11-22T03:30:00.000Z");
            let earlier = at("2026-11-03T12:00:00[UTC]").with_time_zone(now.time_zone().clone());
            assert_eq!(day_heading(&earlier, now), heading);
        }
        let old = at("2024-11-03T12:00:00[UTC]");
        assert_eq!(
            (moment(&old, &chicago), moment(&old, &berlin)),
            ("Nov 3, 2024".into(), "3 Nov 2024".into())
        );
        // What is due at the end of a day is due on that day.
        let day = "2026-11-24T22:59:59.000Z".parse().unwrap();
        assert_eq!(
            Moment::saying(String::new(), day, &berlin).absolute,
            "Tuesday, 24 November 2026"
        );
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
