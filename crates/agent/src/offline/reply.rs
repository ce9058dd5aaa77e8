use jiff::Zoned;
use jiff::civil::Date;
pub(super) fn on_day(date: Date, _now: &Zoned) -> String { date.to_string() }
pub(super) fn day(date: Date, _now: &Zoned) -> String { date.to_string() }
