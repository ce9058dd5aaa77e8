//! Joining requests that belong together.

use super::super::intent::{Change, Draft, Intent, NewDue, Query, Target};

/// Puts what belongs to a new task into it, and joins new tasks that follow each other.
pub(super) fn fold(intents: Vec<Intent>) -> Vec<Intent> {
    let mut folded: Vec<Intent> = Vec::new();
    for intent in intents {
        match (folded.last_mut(), intent) {
            (Some(Intent::Add(drafts)), Intent::Add(more)) if !drafts.is_empty() && !more.is_empty() => {
                drafts.extend(more)
            }
            (
                Some(Intent::Add(drafts)),
                Intent::Change(Target::It | Target::Newest | Target::Them, change),
            ) if can_fold(drafts, &change) => {
                for draft in drafts {
                    apply(draft, &change);
                }
            }
            (Some(Intent::Change(_, first)), Intent::Change(Target::It | Target::Them, second))
                if are_apart(first, &second) =>
            {
                first.title = second.title.or(first.title.take());
                first.note = second.note.or(first.note.take());
                first.clear_note |= second.clear_note;
                first.due = second.due.or(first.due);
                first.priority = second.priority.or(first.priority);
            }
            (Some(last), intent)
                if *last == intent
                    && matches!(intent, Intent::Talk(_) | Intent::Unknown(_) | Intent::Answer(_)) => {}
            (Some(Intent::Add(drafts)), Intent::List(query))
                if is_priority_alone(&query) && !drafts.is_empty() =>
            {
                for draft in drafts {
                    draft.priority = query.priority.or(draft.priority);
                }
            }
            (Some(Intent::List(query)), Intent::Add(mut drafts))
                if is_priority_alone(query) && !drafts.is_empty() =>
            {
                for draft in &mut drafts {
                    draft.priority = draft.priority.or(query.priority);
                }
                folded.pop();
                folded.push(Intent::Add(drafts));
            }
            (_, intent) => folded.push(intent),
        }
    }
    folded
}

/// "High priority" on a line of its own.
fn is_priority_alone(query: &Query) -> bool {
    let alone = Query {
        priority: query.priority,
        ..Default::default()
    };
    query.priority.is_some() && *query == alone
}

/// Whether two changes touch different fields, so that they are one.
fn are_apart(first: &Change, second: &Change) -> bool {
    let notes = |change: &Change| change.note.is_some() || change.clear_note;
    !(first.title.is_some() && second.title.is_some()
        || notes(first) && notes(second)
        || first.due.is_some() && second.due.is_some()
        || first.priority.is_some() && second.priority.is_some())
}

fn can_fold(drafts: &[Draft], change: &Change) -> bool {
    !drafts.is_empty()
        && !change.clear_note
        && change.title.is_none()
        && matches!(change.due, None | Some(NewDue::At(_)))
}

fn apply(draft: &mut Draft, change: &Change) {
    if let Some(NewDue::At(when)) = change.due {
        draft.when = Some(when);
    }
    if let Some(note) = &change.note {
        draft.description.clone_from(note);
    }
    draft.priority = change.priority.or(draft.priority);
}
