//! Dates in words: read without a clock into a [`When`], which a clock turns into a [`Due`].

mod calendar;
mod day;
mod range;
mod read;
mod span;
mod time;

pub(super) use range::{Range, read_range};
pub(super) use read::{Found, Mark, read, read_whole};
pub(super) use span::read_span;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan, Zoned};

/// A date and time as somebody said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day, a time of day, or both.
    At {
        day: Option<Day>,
        time: Option<TimeOfDay>,
    },
    /// "in two hours".
    After { minutes: i64 },
}

/// A day as somebody said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Today is 0, yesterday -1.
    In {
        days: i64,
    },
    InMonths(i64),
    Weekday(Weekday, Which),
    /// The weekday so many weeks after its next one: "a week from Friday".
    WeekdayAfter(Weekday, i64),
    /// The last day of this week, the next one, and so on.
    EndOfWeek(i64),
    EndOfMonth(i64),
    EndOfYear,
    /// The Saturday of this week or the next one.
    Weekend(i64),
    /// "next week": its Monday.
    NextWeek,
    /// "next month": its first day.
    NextMonth,
    /// The 3rd of December, of the next year that still has it before it.
    Yearly {
        month: i8,
        day: i8,
    },
    /// The 15th.
    Monthly(i8),
    Exact(Date),
}

/// Which of the days with one weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// "Friday": the next one, never today.
    Coming,
    /// "this Friday": the next one, today included.
    This,
    /// "next Friday": the one in the week that begins with the next Monday.
    NextWeek,
    /// "last Friday".
    Last,
}

/// A time of day as somebody said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TimeOfDay {
    /// `None` is the end of the day.
    pub(super) time: Option<Time>,
    /// Neither "am" nor "pm" nor minutes were said, so that "at 5" may be 17:00.
    pub(super) guessed: bool,
}

/// A moment for a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Day(Date),
    Local(DateTime),
    Moment(jiff::Timestamp),
}

/// How far something is put off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) months: i64,
    pub(super) days: i64,
    pub(super) minutes: i64,
}

impl Due {
    /// As the tools' `due_at` wants it.
    pub(super) fn argument(self) -> String {
        match self {
            Self::Day(date) => date.to_string(),
            Self::Local(local) => local.strftime("%Y-%m-%dT%H:%M").to_string(),
            Self::Moment(moment) => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// The moment itself; the end of the day for a day.
    pub(super) fn moment(self, time_zone: &TimeZone) -> jiff::Timestamp {
        let local = match self {
            Self::Day(date) => date.at(23, 59, 59, 0),
            Self::Local(local) => local,
            Self::Moment(moment) => return moment,
        };
        time_zone.to_timestamp(local).unwrap_or(jiff::Timestamp::MAX)
    }
}

impl When {
    /// What is meant, said at `now`.
    pub(super) fn resolve(self, now: &Zoned) -> Due {
        match self {
            Self::After { minutes } => {
                let later = now.saturating_add(minutes.minutes()).timestamp();
                let rest = later.as_second().rem_euclid(60);
                // A whole minute reads better, and rounding down could land in the past.
                Due::Moment(if rest == 0 && later.subsec_nanosecond() == 0 {
                    later
                } else {
                    jiff::Timestamp::from_second(later.as_second() - rest + 60).unwrap_or(later)
                })
            }
            Self::At { day: None, time } => unsaid_day(now, time),
            Self::At { day: Some(day), time } => {
                let date = day.resolve(now.date());
                match time.and_then(|time| time.on(date == now.date(), now)) {
                    Some(time) => Due::Local(date.to_datetime(time)),
                    None => Due::Day(date),
                }
            }
        }
    }

    /// Whether only a day was said.
    pub(super) fn is_day(self) -> bool {
        matches!(
            self,
            Self::At {
                day: Some(_),
                time: None
            }
        )
    }

    /// Whether only a time of day was said.
    pub(super) fn is_time(self) -> bool {
        matches!(
            self,
            Self::At {
                day: None,
                time: Some(_)
            }
        )
    }
}

fn unsaid_day(now: &Zoned, time: Option<TimeOfDay>) -> Due {
    let today = now.date();
    let Some(time) = time.and_then(|time| time.on(true, now)) else {
        return Due::Day(today);
    };
    let due = Due::Local(today.to_datetime(time));
    if due.moment(now.time_zone()) > now.timestamp() {
        return due;
    }
    Due::Local(today.saturating_add(1.day()).to_datetime(time))
}

impl TimeOfDay {
    pub(super) fn sure(hour: i8, minute: i8) -> Option<Self> {
        Some(Self {
            time: Some(Time::new(hour, minute, 0, 0).ok()?),
            guessed: false,
        })
    }

    /// The time; `None` for the end of the day. "At 5" is in the afternoon; "at 9" in the morning,
    /// unless it is today and that has passed while the evening has not.
    fn on(self, today: bool, now: &Zoned) -> Option<Time> {
        let time = self.time?;
        if !self.guessed || time.hour() == 0 || time.hour() > 11 {
            return Some(time);
        }
        let later = Time::new(time.hour() + 12, time.minute(), 0, 0).unwrap_or(time);
        let passed = today && time <= now.time();
        let evening = later.hour() <= 21 && later > now.time();
        Some(if time.hour() <= 6 || (passed && evening) {
            later
        } else {
            time
        })
    }
}

impl Day {
    /// The date, said on `today`.
    pub(super) fn resolve(self, today: Date) -> Date {
        let weekday = i64::from(today.weekday().to_monday_zero_offset());
        let monday = today.saturating_sub(weekday.days());
        let plus = |date: Date, span: Span| date.saturating_add(span);
        match self {
            Self::In { days } => plus(today, days.days()),
            Self::InMonths(months) => plus(today, months.months()),
            Self::Weekday(day, which) => on_weekday(today, day, which),
            Self::WeekdayAfter(day, weeks) => plus(on_weekday(today, day, Which::Coming), weeks.weeks()),
            Self::EndOfWeek(weeks) => plus(monday, (weeks * 7 + 6).days()),
            Self::EndOfMonth(months) => plus(today.first_of_month(), months.months()).last_of_month(),
            Self::EndOfYear => today.last_of_year(),
            Self::Weekend(0) if weekday >= 5 => plus(monday, 6.days()),
            Self::Weekend(weeks) => plus(monday, (weeks * 7 + 5).days()),
            Self::NextWeek => plus(monday, 7.days()),
            Self::NextMonth => plus(today.first_of_month(), 1.month()),
            Self::Yearly { month, day } => (0..=8)
                .filter_map(|years| Date::new(today.year().checked_add(years)?, month, day).ok())
                .find(|date| *date >= today)
                .unwrap_or(today),
            Self::Monthly(day) => (0..=12)
                .map(|months| plus(today.first_of_month(), i64::from(months).months()))
                .filter_map(|first| Date::new(first.year(), first.month(), day).ok())
                .find(|date| *date >= today)
                .unwrap_or(today),
            Self::Exact(date) => date,
        }
    }
}

fn on_weekday(today: Date, day: Weekday, which: Which) -> Date {
    let ahead = i64::from(day.to_monday_zero_offset()) - i64::from(today.weekday().to_monday_zero_offset());
    let days = match which {
        Which::Coming => (ahead - 1).rem_euclid(7) + 1,
        Which::This => ahead.rem_euclid(7),
        Which::NextWeek => ahead + 7,
        Which::Last => -((-ahead - 1).rem_euclid(7) + 1),
    };
    today.saturating_add(days.days())
}

impl Shift {
    /// The moment so much later; a date without a time of day stays one.
    pub(super) fn after(self, due: jiff::Timestamp, time_zone: &TimeZone) -> Due {
        let local = due.to_zoned(time_zone.clone());
        let span = Span::new().months(self.months).days(self.days);
        let moved = local.saturating_add(span);
        if self.minutes != 0 {
            return Due::Moment(moved.saturating_add(self.minutes.minutes()).timestamp());
        }
        if is_whole_day(&local) {
            Due::Day(local.date().saturating_add(span))
        } else {
            Due::Local(moved.datetime())
        }
    }
}

/// Whether a moment stands for a day: 23:59:59 there.
pub(super) fn is_whole_day(local: &Zoned) -> bool {
    (local.hour(), local.minute(), local.second()) == (23, 59, 59)
}
