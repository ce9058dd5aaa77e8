//! How times and dates are written where somebody is. The words are English everywhere, as the pages are; what differs is
//! the clock, the order of a date, and the day with which a week begins.
//!
//! The regions are those of CLDR 45 (its `timeData`, `weekData`, and the order of `MMMd` in the region's main language),
//! reduced to what these three need: a library with all of it weighs megabytes.

use protocol::{ChosenFormats, Clock, DateOrder, FirstDay};

/// How times and dates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    pub clock: Clock,
    pub date_order: DateOrder,
    pub first_day: FirstDay,
}

impl Default for Formats {
    /// As in most of the world.
    fn default() -> Self {
        Self {
            clock: Clock::Hours24,
            date_order: DateOrder::DayFirst,
            first_day: FirstDay::Monday,
        }
    }
}

impl Formats {
    /// As a locale has it (`en-US`, `de`, `zh-Hant-TW`, `fr-CA-u-hc-h12`); the default for what is none.
    pub fn of_locale(tag: &str) -> Self {
        let tag = tag.trim();
        if tag.len() > 64 || !tag.is_ascii() {
            return Self::default();
        }
        let mut parts = tag.split(['-', '_']);
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let region = parts
            .by_ref()
            .take_while(|part| part.len() > 1)
            .find(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .map(str::to_ascii_uppercase)
            .unwrap_or_else(|| main_region(&language));
        let lists = |regions: &str| regions.split(' ').any(|one| one == region);
        let by_region = if lists(HOURS_12) {
            Clock::Hours12
        } else {
            Clock::Hours24
        };
        Self {
            clock: hour_cycle(tag).unwrap_or(by_region),
            date_order: if lists(MONTH_FIRST) {
                DateOrder::MonthFirst
            } else {
                DateOrder::DayFirst
            },
            first_day: if lists(SUNDAY) {
                FirstDay::Sunday
            } else if lists(SATURDAY) {
                FirstDay::Saturday
            } else {
                FirstDay::Monday
            },
        }
    }

    /// As a request's `Accept-Language` has it: its first language.
    pub fn of_accept_language(header: &str) -> Self {
        Self::of_locale(header.split([',', ';']).next().unwrap_or_default())
    }

    /// The same with what somebody chose instead.
    pub fn with(self, chosen: ChosenFormats) -> Self {
        Self {
            clock: chosen.clock.unwrap_or(self.clock),
            date_order: chosen.date_order.unwrap_or(self.date_order),
            first_day: chosen.first_day.unwrap_or(self.first_day),
        }
    }
}

/// The clock that the tag itself asks for, with the extension that browsers write for it.
fn hour_cycle(tag: &str) -> Option<Clock> {
    let (_, extension) = tag.split_once("-u-")?;
    let mut keys = extension.split('-').skip_while(|key| *key != "hc").skip(1);
    match keys.next()? {
        "h11" | "h12" => Some(Clock::Hours12),
        "h23" | "h24" => Some(Clock::Hours24),
        _ => None,
    }
}

/// Where a language without a region is at home, as far as that is not a region of the same letters.
fn main_region(language: &str) -> String {
    match language {
        "en" => "US",
        "ar" => "EG",
        "bn" => "BD",
        "el" => "GR",
        "fa" => "IR",
        "gu" | "hi" | "kn" | "ml" | "mr" | "pa" | "ta" | "te" => "IN",
        "he" => "IL",
        "ja" => "JP",
        "ko" => "KR",
        "ms" => "MY",
        "ne" => "NP",
        "pt" => "BR",
        "sq" => "AL",
        "sv" => "SE",
        "ur" => "PK",
        "vi" => "VN",
        "zh" => "CN",
        other => return other.to_ascii_uppercase(),
    }
    .to_owned()
}

const HOURS_12: &str = "AE AG AL AR AS AU BB BD BH BM BN BO BS BT CA CL CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM \
    GD GH GM GR GT GU GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX MY NA NH NI NZ OM PA \
    PE PG PH PK PR PS PW PY QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW UM US UY VC VE VG VI VU WS YE ZM";
const MONTH_FIRST: &str =
    "AS BT BQ CA CN CW ET GH GU HK HU JP KP KR LK LT MH MN MO MP NP PH PR PW TW UM US VI VU WS ZW";
const SUNDAY: &str = "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX \
    MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";
const SATURDAY: &str = "AF BH DJ DZ EG IQ IR JO KW LY MV OM QA SD SY";

#[cfg(test)]
mod tests {
    use super::*;
    use Clock::{Hours12, Hours24};
    use DateOrder::{DayFirst, MonthFirst};
    use FirstDay::{Monday, Saturday, Sunday};

    #[test]
    fn a_locale_says_how_times_and_dates_are_written() {
        for (tag, clock, date_order, first_day) in [
            ("en-US", Hours12, MonthFirst, Sunday),
            ("en", Hours12, MonthFirst, Sunday),
            ("en-GB", Hours24, DayFirst, Monday),
            ("en-AU", Hours12, DayFirst, Monday),
            ("de-DE", Hours24, DayFirst, Monday),
            ("de", Hours24, DayFirst, Monday),
            ("pt-BR", Hours24, DayFirst, Sunday),
            ("ar-EG", Hours12, DayFirst, Saturday),
            ("zh-Hant-TW", Hours12, MonthFirst, Sunday),
            ("ja", Hours24, MonthFirst, Sunday),
            ("en_us", Hours12, MonthFirst, Sunday),
            ("en-US-u-hc-h23", Hours24, MonthFirst, Sunday),
            ("de-DE-u-ca-gregory-hc-h12", Hours12, DayFirst, Monday),
            // The letters of an extension are no region.
            ("de-u-hc-h23", Hours24, DayFirst, Monday),
            ("", Hours24, DayFirst, Monday),
            ("*", Hours24, DayFirst, Monday),
            ("\u{e9}\u{e9}-US", Hours24, DayFirst, Monday),
        ] {
            let formats = Formats {
                clock,
                date_order,
                first_day,
            };
            assert_eq!(Formats::of_locale(tag), formats, "{tag}");
        }
        let header = "en-GB,en-US;q=0.9,en;q=0.8";
        assert_eq!(Formats::of_accept_language(header), Formats::of_locale("en-GB"));
        assert_eq!(Formats::of_accept_language("fr;q=0.5"), Formats::default());
    }

    #[test]
    fn what_was_chosen_counts_more() {
        let chosen = ChosenFormats {
            clock: Some(Hours24),
            ..ChosenFormats::default()
        };
        let formats = Formats::of_locale("en-US").with(chosen);
        assert_eq!((formats.clock, formats.date_order), (Hours24, MonthFirst));
    }
}
