//! Dates in words, at awkward moments.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::super::dates::{self, When};
use super::super::words::{Phrase, tokenize};

fn at(now: &str, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap();
    let local: jiff::civil::DateTime = now.parse().unwrap();
    zone.to_zoned(local).unwrap()
}

fn when(text: &str) -> Option<When> {
    let tokens = tokenize(text);
    dates::read_whole(Phrase::new(text, &tokens))
}

/// The date as the tools get it; "-" where there is none.
fn due(text: &str, now: &Zoned) -> String {
    when(text).map_or_else(|| "-".into(), |when| when.resolve(now).argument())
}

fn check(now: &str, zone: &str, rows: &[(&str, &str)]) {
    let now = at(now, zone);
    for (text, expected) in rows {
        assert_eq!(due(text, &now), *expected, "{text} at {now}");
    }
}

#[test]
fn days_are_reckoned_from_today() {
    // A Wednesday.
    check(
        "2026-11-25T14:30",
        "Europe/Berlin",
        &[
            ("today", "2026-11-25"),
            ("Tomorrow", "2026-11-26"),
            ("tommorow", "2026-11-26"),
            ("day after tomorrow", "2026-11-27"),
            ("yesterday", "2026-11-24"),
            ("tonight", "2026-11-25T20:00"),
            ("this evening", "2026-11-25T19:00"),
            ("tomorrow night", "2026-11-26T21:00"),
            ("Wednesday", "2026-12-02"),
            ("this Wednesday", "2026-11-25"),
            ("Thursday", "2026-11-26"),
            ("next Thursday", "2026-12-03"),
            ("Thursday next week", "2026-12-03"),
            ("next week Thursday", "2026-12-03"),
            ("last Thursday", "2026-11-19"),
            ("Tue", "2026-12-01"),
            ("next week", "2026-11-30"),
            ("the weekend", "2026-11-28"),
            ("next weekend", "2026-12-05"),
            ("end of the week", "2026-11-29"),
            ("end of next week", "2026-12-06"),
            ("end of month", "2026-11-30"),
            ("end of next month", "2026-12-31"),
            ("end of the year", "2026-12-31"),
            ("end of February", "2027-02-28"),
            ("eod", "2026-11-25"),
            ("end of business", "-"),
            ("in a day", "2026-11-26"),
            ("in a couple of days", "2026-11-27"),
            ("in a few days", "2026-11-28"),
            ("in two weeks", "2026-12-09"),
            ("in a fortnight", "2026-12-09"),
            ("in 1 month", "2026-12-25"),
            ("in a year", "2027-11-25"),
            ("two weeks from now", "2026-12-09"),
            ("a week from tomorrow", "2026-12-03"),
            ("two weeks from Monday", "2026-12-14"),
            ("Monday week", "2026-12-07"),
            ("Dec 3", "2026-12-03"),
            ("3 Dec", "2026-12-03"),
            ("3. Dec", "2026-12-03"),
            ("3rd of December", "2026-12-03"),
            ("the first of December", "2026-12-01"),
            ("Sept 1", "2027-09-01"),
            ("Nov 25", "2026-11-25"),
            ("Nov 24", "2027-11-24"),
            ("Nov 24, 2026", "2026-11-24"),
            ("Friday, 4 December", "2026-12-04"),
            ("the 15th", "2026-12-15"),
            ("on the 30th", "2026-11-30"),
            ("the 31st", "2026-12-31"),
            ("3.12.", "2026-12-03"),
            ("3.12.2027", "2027-12-03"),
            ("2026-12-03", "2026-12-03"),
            ("12/3", "2026-12-03"),
            ("13/12", "2026-12-13"),
            ("12/03/2027", "2027-12-03"),
            ("2027/01/02", "2027-01-02"),
            ("Feb 29", "2028-02-29"),
            ("Feb 30", "-"),
            ("2026-02-29", "-"),
            ("32.1.", "-"),
            ("13/13", "-"),
            ("in 0 days", "2026-11-25"),
            ("banana", "-"),
            ("", "-"),
        ],
    );
}

#[test]
fn times_are_the_next_that_fit() {
    check(
        "2026-11-25T14:30",
        "Europe/Berlin",
        &[
            ("at 5", "2026-11-25T17:00"),
            ("at 5pm", "2026-11-25T17:00"),
            ("5 p.m.", "2026-11-25T17:00"),
            ("at 5 am", "2026-11-26T05:00"),
            ("at 12", "2026-11-26T12:00"),
            ("12am", "2026-11-26T00:00"),
            ("12pm", "2026-11-26T12:00"),
            ("13pm", "-"),
            ("at 17:30", "2026-11-25T17:30"),
            ("at 17.30", "2026-11-25T17:30"),
            ("at 09:00", "2026-11-26T09:00"),
            ("at 9", "2026-11-25T21:00"),
            ("at 10", "2026-11-26T10:00"),
            ("at 24:00", "-"),
            ("at 25", "-"),
            ("noon", "2026-11-26T12:00"),
            ("midnight", "-"),
            ("at midnight", "2026-11-25"),
            ("5 o'clock", "2026-11-25T17:00"),
            ("half past five", "2026-11-25T17:30"),
            ("quarter to six", "2026-11-25T17:45"),
            ("tomorrow at 10", "2026-11-26T10:00"),
            ("tomorrow at 5", "2026-11-26T17:00"),
            ("at 10 tomorrow", "2026-11-26T10:00"),
            ("Friday 5pm", "2026-11-27T17:00"),
            ("on Dec 3 at noon", "2026-12-03T12:00"),
            ("today at 9am", "2026-11-25T09:00"),
            ("tonight at 8", "2026-11-25T20:00"),
            ("tomorrow morning at 8", "2026-11-26T08:00"),
            ("tomorrow evening at 8", "2026-11-26T20:00"),
            ("at 8 in the evening", "2026-11-25T20:00"),
            ("in an hour", "2026-11-25T14:30:00Z"),
            ("in 90 minutes", "2026-11-25T15:00:00Z"),
            ("in half an hour", "2026-11-25T14:00:00Z"),
            ("2 hours from now", "2026-11-25T15:30:00Z"),
        ],
    );
}

#[test]
fn years_and_months_end() {
    check(
        "2026-12-31T23:30",
        "America/New_York",
        &[
            ("tomorrow", "2027-01-01"),
            ("at 5", "2027-01-01T17:00"),
            ("Jan 1", "2027-01-01"),
            ("Dec 31", "2026-12-31"),
            ("the 31st", "2026-12-31"),
            ("the 1st", "2027-01-01"),
            ("next month", "2027-01-01"),
            ("end of the month", "2026-12-31"),
            ("end of next month", "2027-01-31"),
            ("Monday", "2027-01-04"),
            ("next Friday", "2027-01-08"),
            ("in an hour", "2027-01-01T05:30:00Z"),
        ],
    );
    check(
        "2027-01-31T09:00",
        "UTC",
        &[
            ("in a month", "2027-02-28"),
            ("next month", "2027-02-01"),
            ("the 30th", "2027-03-30"),
        ],
    );
}

#[test]
fn weeks_end_on_sunday() {
    check(
        "2026-11-29T10:00",
        "UTC",
        &[
            ("this week", "2026-11-29"),
            ("next week", "2026-11-30"),
            ("the weekend", "2026-11-29"),
            ("next Monday", "2026-11-30"),
            ("Monday", "2026-11-30"),
            ("Sunday", "2026-12-06"),
            ("next Sunday", "2026-12-06"),
        ],
    );
}

#[test]
fn clock_changes_neither_lose_nor_gain_an_hour() {
    // At 02:00 clocks go to 03:00; an hour from 01:30 is 03:30 there.
    let spring = at("2026-03-29T01:30", "Europe/Berlin");
    assert_eq!(due("in an hour", &spring), "2026-03-29T01:30:00Z");
    assert_eq!(due("in 2 hours", &spring), "2026-03-29T02:30:00Z");
    let skipped = when("today at 2:30 am").unwrap().resolve(&spring);
    assert_eq!(
        skipped.moment(spring.time_zone()),
        "2026-03-29T01:30:00Z".parse::<Timestamp>().unwrap()
    );
    // At 03:00 they go back to 02:00, so 02:30 comes twice.
    let autumn = at("2026-10-25T01:30", "Europe/Berlin");
    assert_eq!(due("in an hour", &autumn), "2026-10-25T00:30:00Z");
    assert_eq!(due("in 2 hours", &autumn), "2026-10-25T01:30:00Z");
    assert_eq!(due("tomorrow", &autumn), "2026-10-26");
    // A whole day is a day, whatever its hours.
    let moved = dates::read_span(Phrase::new("a day", &tokenize("a day"))).unwrap();
    let end = at("2026-10-24T23:59:59", "Europe/Berlin");
    assert_eq!(
        moved.after(end.timestamp(), end.time_zone()).argument(),
        "2026-10-25"
    );
}
