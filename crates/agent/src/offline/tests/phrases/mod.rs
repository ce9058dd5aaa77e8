//! What everyday phrases are understood as. It is Wednesday, 25 November 2026, 14:30 in Berlin.

mod adding;
mod changing;
mod ending;
mod listing;
mod talking;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::super::dates::Due;
use super::super::intent::{Answer, Change, Draft, Intent, NewDue, Position, Query, Target, Unknown};
use super::super::understand::understand;

pub(super) fn now() -> Zoned {
    "2026-11-25T13:30:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .to_zoned(TimeZone::get("Europe/Berlin").unwrap())
}

fn due(due: Due) -> String {
    match due {
        Due::Moment(moment) => moment
            .to_zoned(now().time_zone().clone())
            .strftime("%Y-%m-%dT%H:%M!")
            .to_string(),
        due => due.argument(),
    }
}

fn draft(draft: &Draft) -> String {
    let mut text = draft.title.clone();
    if let Some(when) = draft.when {
        text += &format!(" @{}", due(when.resolve(&now())));
    }
    if let Some(priority) = draft.priority {
        text += &format!(" !{}", priority.as_str());
    }
    if !draft.description.is_empty() {
        text += &format!(" #{}", draft.description);
    }
    if draft.repeats {
        text += " (repeats)";
    }
    text
}

fn query(query: &Query) -> String {
    let mut text = String::new();
    if query.both {
        text += " both";
    }
    if let Some(status) = query.status {
        text += &format!(" {}", status.as_str());
    }
    if let Some(range) = query.range {
        text += &match range.days(&now()) {
            Some((from, to)) if from == to => format!(" @{from}"),
            Some((from, to)) => format!(" @{from}..{to}"),
            None => format!(" @{range:?}"),
        };
    }
    if let Some(priority) = query.priority {
        text += &format!(" !{}", priority.as_str());
    }
    if let Some(words) = &query.text {
        text += &format!(" ~{words}");
    }
    if query.count {
        text += " count";
    }
    if let Some(first) = query.first {
        text += &format!(" first {first}");
    }
    text.trim().to_owned()
}

fn positions(positions: &[Position]) -> String {
    let one = |position: &Position| match position {
        Position::At(number) => number.to_string(),
        Position::FromEnd(number) => format!("-{number}"),
    };
    positions.iter().map(one).collect::<Vec<_>>().join(",")
}

fn target(target: &Target) -> String {
    match target {
        Target::Title(said) => said.clone(),
        Target::Exact(said) => format!("'{said}'"),
        Target::Positions { positions: at, .. } => format!("#{}", positions(at)),
        Target::It => "IT".into(),
        Target::Them => "THEM".into(),
        Target::Newest => "NEWEST".into(),
        Target::Every(each) => format!("ALL({})", query(each)),
        Target::Each(targets) => targets.iter().map(self::target).collect::<Vec<_>>().join(" & "),
        Target::Missing => "?".into(),
    }
}

fn change(change: &Change) -> String {
    let mut parts = Vec::new();
    if let Some(title) = &change.title {
        parts.push(format!("title={title}"));
    }
    match change.due {
        None => {}
        Some(NewDue::At(when)) => parts.push(format!("@{}", due(when.resolve(&now())))),
        Some(NewDue::Clear) => parts.push("@never".into()),
        Some(NewDue::Shift(shift)) => {
            parts.push(format!("+{}m{}d{}min", shift.months, shift.days, shift.minutes))
        }
        Some(NewDue::Advance(shift)) => {
            parts.push(format!("-{}m{}d{}min", shift.months, shift.days, shift.minutes))
        }
    }
    if let Some(priority) = change.priority {
        parts.push(format!("!{}", priority.as_str()));
    }
    if let Some(note) = &change.note {
        parts.push(format!("#{note}"));
    }
    if change.clear_note {
        parts.push("#-".into());
    }
    parts.join(" ")
}

fn intent(intent: &Intent) -> String {
    match intent {
        Intent::Add(drafts) => format!("add {}", drafts.iter().map(draft).collect::<Vec<_>>().join("; ")),
        Intent::Schedule(one) => format!("schedule {}", draft(one)),
        Intent::List(asked) => format!("list {}", query(asked)),
        Intent::Complete(which) => format!("complete {}", target(which)),
        Intent::Reopen(which) => format!("reopen {}", target(which)),
        Intent::Delete(which) => format!("delete {}", target(which)),
        Intent::Change(which, what) => format!("change {}: {}", target(which), change(what)),
        Intent::Split(which) => format!("split {}", target(which)),
        Intent::Undo(None) => "undo".into(),
        Intent::UndoAnyway => "undo anyway".into(),
        Intent::Redo(false) => "redo".into(),
        Intent::Redo(true) => "redo anyway".into(),
        Intent::Undo(Some(count)) => format!("undo {count}"),
        Intent::Show(which) => format!("show {}", target(which)),
        Intent::AskDate(which) => format!("move {}", target(which)),
        Intent::AskTitle(which) => format!("rename {}", target(which)),
        Intent::Oops => "oops".into(),
        Intent::Next => "next".into(),
        Intent::Organize => "organize".into(),
        Intent::Talk(talk) => format!("{talk:?}").to_lowercase(),
        Intent::Answer(Answer::Positions(at)) => format!("answer #{}", positions(at)),
        Intent::Answer(answer) => format!("answer {answer:?}").to_lowercase(),
        Intent::Unknown(Unknown::General) => "unknown".into(),
        Intent::Unknown(Unknown::PerhapsTask(one)) => format!("perhaps {}", draft(one)),
        Intent::Unknown(Unknown::Incomplete(what)) => format!("incomplete {what}"),
    }
}

fn understood(message: &str) -> String {
    let text = understand(message)
        .iter()
        .map(intent)
        .collect::<Vec<_>>()
        .join(" + ");
    text.trim().to_owned()
}

fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(message, expected)| {
            let got = understood(message);
            (got != *expected).then(|| format!("{message:?}\n     got: {got}\n  wanted: {expected}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}
