//! Lists within a line: "milk, eggs and bread".

use super::add;
use super::dates::{self, When};
use super::words::{Phrase, one_of};

/// Splits what was announced as several things; `count`: how many were announced.
pub(super) fn split<'a>(body: Phrase<'a>, count: Option<usize>) -> Vec<Phrase<'a>> {
    let numbered = numbered(body);
    if numbered.len() > 1 {
        return numbered;
    }
    let semicolons = at_marks(body, &[";"]);
    if semicolons.len() > 1 {
        return semicolons;
    }
    let commas = at_marks(body, &[","]);
    let Some((last, front)) = commas.split_last() else {
        return commas;
    };
    let mut ands = front.to_vec();
    ands.extend(if front.is_empty() || count.is_some() {
        at_ands(*last)
    } else {
        at_last_and(*last)
    });
    match count {
        Some(count) if commas.len() == count => commas,
        _ => ands,
    }
}

/// Splits what was not announced as a list, but can hardly be one thing: quotations one after the
/// other, numbered or separated by semicolons, each with its own date, or each with its own verb.
pub(super) fn split_if_plain<'a>(body: Phrase<'a>) -> Vec<Phrase<'a>> {
    let numbered = numbered(body);
    if numbered.len() > 1 {
        return numbered;
    }
    let semicolons = at_marks(body, &[";"]);
    if semicolons.len() > 1 {
        return semicolons;
    }
    let mut pieces: Vec<Phrase<'a>> = at_marks(body, &[","]).into_iter().flat_map(at_ands).collect();
    if pieces.len() > 1 {
        let quoted = pieces.iter().filter(|piece| piece.is_quoted(0)).count();
        let dated = |piece: &Phrase<'_>| {
            let whole = dates::read(*piece, 0).is_some_and(|found| found.len == piece.len());
            !whole
                && (1..piece.len())
                    .any(|i| dates::read(*piece, i).is_some_and(|found| i + found.len == piece.len()))
        };
        if quoted == pieces.len()
            || pieces.iter().all(dated)
            || pieces.iter().all(|piece| add::is_deed(*piece))
        {
            return pieces;
        }
    }
    pieces.clear();
    pieces.push(body);
    pieces
}

/// A date at the very end that is said for all: "milk, eggs and bread for tomorrow".
pub(super) fn shared_date(body: Phrase<'_>) -> Option<When> {
    (0..body.len())
        .filter(|i| one_of(body.lower(*i), "for all by due"))
        .find_map(|i| {
            let from = i + usize::from(body.lower(i) == "all");
            let found = dates::read(body, from)?;
            (from + found.len == body.len()).then_some(found.when)
        })
}

/// Splits at "and" and commas, for naming several tasks: "milk, eggs and bread".
pub(super) fn names<'a>(body: Phrase<'a>) -> Vec<Phrase<'a>> {
    at_marks(body, &[","]).into_iter().flat_map(at_ands).collect()
}

fn at_marks<'a>(body: Phrase<'a>, marks: &[&str]) -> Vec<Phrase<'a>> {
    pieces(body, |i| body.is_punct(i) && marks.contains(&body.lower(i)))
}

fn is_and(body: Phrase<'_>, i: usize) -> bool {
    !body.is_quoted(i) && one_of(body.lower(i), "and & plus +")
}

fn at_ands<'a>(body: Phrase<'a>) -> Vec<Phrase<'a>> {
    pieces(body, |i| is_and(body, i) && i + 1 < body.len())
}

fn at_last_and<'a>(body: Phrase<'a>) -> Vec<Phrase<'a>> {
    let last = (0..body.len())
        .rev()
        .find(|i| is_and(body, *i) && i + 1 < body.len());
    pieces(body, |i| Some(i) == last)
}

fn pieces<'a>(body: Phrase<'a>, is_border: impl Fn(usize) -> bool) -> Vec<Phrase<'a>> {
    let mut found = Vec::new();
    let mut from = 0;
    for i in 0..=body.len() {
        if i == body.len() || is_border(i) {
            let mut piece = body.slice(from, i);
            if is_and(piece, 0) {
                piece = piece.skip(1);
            }
            if !piece.without_end_marks().is_empty() {
                found.push(piece);
            }
            from = i + 1;
        }
    }
    found
}

/// "1. milk 2. eggs", "1) milk 2) eggs".
fn numbered<'a>(body: Phrase<'a>) -> Vec<Phrase<'a>> {
    let mut starts = Vec::new();
    for i in 0..body.len() {
        let next = (starts.len() + 1).to_string();
        if body.lower(i) == next && matches!(body.lower(i + 1), "." | ")" | ":") && body.is_glued(i + 1) {
            starts.push(i);
        }
    }
    if starts.len() < 2 || starts[0] > 0 {
        return Vec::new();
    }
    starts
        .iter()
        .enumerate()
        .map(|(index, start)| body.slice(start + 2, starts.get(index + 1).copied().unwrap_or(body.len())))
        .collect()
}
