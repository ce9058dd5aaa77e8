//! Where somebody is, and how times and dates are written for them.

use domain::Actor;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use protocol::{Clock, DateOrder, FirstDay, Preferences};

use super::card::{heading, refused, save};
use crate::dates;
use crate::server_context::Flash;

/// The time zone and the formats. Empty choices go by the browser.
pub(super) fn formats(
    actor: &Actor,
    chosen: &Preferences,
    flash: &Flash,
    again: bool,
) -> impl IntoView + use<> {
    let zone = actor.time_zone.iana_name().unwrap_or("UTC");
    let own = match &chosen.time_zone {
        None => format!("As the browser: {zone}"),
        Some(_) => "As the browser".to_owned(),
    };
    let zones: Vec<_> = time_zones()
        .into_iter()
        .map(|name| (name.clone(), name.replace('_', " ")))
        .collect();
    let error = flash
        .error("time_zone")
        .map(|message| format!("Time zone {message}."));
    let now = dates::now_of(actor);
    view! {
        {heading("formats", "Times and dates")}
        <form
            class="stack narrow"
            method="post"
            action="/api/fn/set_formats"
            data-do="swap"
            data-target="formats"
            data-error="formats-problem"
        >
            {refused("formats-problem", flash, &["time_zone"])}
            {choice("time_zone", "Time zone", own, chosen.time_zone.as_deref(), zones)}
            {error.map(|error| view! { <p class="field-error" id="time_zone-error">{error}</p> })}
            {choice(
                "clock",
                "Clock",
                "As the browser".into(),
                chosen.clock.map(Clock::as_str),
                vec![("24h".into(), "14:05".into()), ("12h".into(), "2:05 PM".into())],
            )}
            {choice(
                "date_order",
                "Dates",
                "As the browser".into(),
                chosen.date_order.map(DateOrder::as_str),
                vec![("day_first".into(), "3 Nov 2026".into()), ("month_first".into(), "Nov 3, 2026".into())],
            )}
            {choice(
                "first_day",
                "Weeks begin on",
                "As the browser".into(),
                chosen.first_day.map(FirstDay::as_str),
                vec![
                    ("monday".into(), "Monday".into()),
                    ("saturday".into(), "Saturday".into()),
                    ("sunday".into(), "Sunday".into()),
                ],
            )}
            <p class="field-hint">
                {format!(
                    "For you it is {}. The time zone decides what “today” and “tomorrow” mean.",
                    dates::in_full(&now),
                )}
            </p>
            {save("Save", again)}
        </form>
    }
}

fn choice(
    name: &'static str,
    label: &'static str,
    browser: String,
    chosen: Option<&str>,
    others: Vec<(String, String)>,
) -> impl IntoView + use<> {
    let options: Vec<_> = std::iter::once((String::new(), browser))
        .chain(others)
        .map(|(value, label)| {
            let selected = value == chosen.unwrap_or_default();
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select class="input" id=name name=name aria-describedby=format!("{name}-error")>
                {options}
            </select>
        </div>
    }
}

/// The time zones that people know themselves by, such as `Europe/Berlin`; no aliases of whole offsets.
fn time_zones() -> Vec<String> {
    const REGIONS: [&str; 10] = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ];
    let mut names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.to_string())
        .filter(|name| {
            name == "UTC"
                || name.split_once('/').is_some_and(|(region, _)| {
                    // The database of a system may hold every name once more in small letters.
                    REGIONS.contains(&region)
                })
        })
        .filter(|name| TimeZone::get(name).is_ok())
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::time_zones;

    #[test]
    fn every_listed_zone_is_one() {
        let names = time_zones();
        assert!(names.len() > 300, "{}", names.len());
        for name in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Ushuaia",
            "Asia/Kolkata",
        ] {
            assert!(names.iter().any(|listed| listed == name), "{name}");
        }
        assert!(!names.iter().any(|name| name.starts_with("Etc/") || name == "EST"));
    }
}
