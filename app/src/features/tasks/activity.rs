//! `/dashboard/tasks/activity`: what the assistant changed, in which conversation, and the way back.

use domain::tool_calls::{Change, ChangeRecord};
use leptos::prelude::*;
use protocol::{Task, TaskStatus};

use super::place::Filters;
use crate::dates::{self, Moment, Now};
use crate::features::chat::badge::tool_badge;
use crate::features::chat::sidebar::ConversationRows;
use crate::features::chat::turns;
use crate::frame::{Section, framed, signed_in};
use crate::server_context::{domain, request, take_flash};
use crate::ui::{Icon, icon};

const PATH: &str = "/dashboard/tasks/activity";

/// The newest changes first.
#[component]
pub fn ActivityPage() -> impl IntoView {
    // The forms that stand in the badges.
    let flash = take_flash(turns::FORM);
    let path = request().path_and_query;
    let after = Filters::read(path.split_once('?').map_or("", |(_, query)| query)).after;
    signed_in(|actor| async move {
        let domain = domain();
        let conversations = ConversationRows::load(&actor, None).await?;
        let page = domain.tool_calls().changes(&actor, after.as_deref()).await?;
        let now = dates::now_of(&actor);
        let is_empty = page.changes.is_empty();
        let entries = page
            .changes
            .into_iter()
            .map(|change| entry(change, &now))
            .collect_view();
        let body = view! {
            <a class="more back" href="/dashboard/tasks">
                {icon(Icon::Chevron)}
                "Tasks"
            </a>
            <div class="turned">{flash.map(|flash| turns::turn_notice(&flash))}</div>
            <ul class="activity">{entries}</ul>
            {is_empty
                .then(|| {
                    view! {
                        <p class="empty">
                            "Nothing yet. What the assistant changes in your tasks is listed here; "
                            <a href="/dashboard/chat">"ask it for something"</a> "."
                        </p>
                    }
                })}
            {page
                .next_cursor
                .map(|next| {
                    view! {
                        <a class="btn" href=format!("{PATH}?after={next}")>
                            "Earlier changes"
                        </a>
                    }
                })}
        };
        Ok(framed(
            &actor,
            Section::Tasks,
            "What the assistant did",
            &conversations,
            body.into_any(),
        ))
    })
}

fn entry(change: ChangeRecord, now: &Now) -> impl IntoView + use<> {
    let ChangeRecord {
        record,
        conversation_title,
    } = change;
    let details = record.changes.iter().flat_map(|change| differences(change, now));
    let details: Vec<_> = details.map(|line| view! { <li>{line}</li> }).collect();
    let place = match conversation_title {
        Some(title) => {
            view! { <a href=format!("/dashboard/chat/{}", record.conversation_id)>{title}</a> }.into_any()
        }
        None => "a deleted conversation".into_any(),
    };
    view! {
        <li>
            <div>{tool_badge(&record.call, now)}</div>
            <ul class="differences-of">{details}</ul>
            <p class="quiet-note">
                {Moment::of(record.call.timestamp, now).view()} " in " {place}
            </p>
        </li>
    }
}

/// What a change did, field by field.
fn differences(change: &Change, now: &Now) -> Vec<String> {
    let due = |task: &Task| {
        task.due_at.map_or_else(
            || "none".into(),
            |at| dates::due_words(&dates::local(at, now), now).label,
        )
    };
    let (before, after) = match (&change.before, &change.after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(task)) => return vec![format!("Added “{}”", task.title)],
        (Some(task), None) => return vec![format!("Deleted “{}”", task.title)],
        (None, None) => return vec![],
    };
    let mut lines = vec![];
    if before.title != after.title {
        lines.push(format!("Title: “{}” → “{}”", before.title, after.title));
    }
    if before.due_at != after.due_at {
        lines.push(format!("Due: {} → {}", due(before), due(after)));
    }
    if before.priority != after.priority {
        lines.push(format!(
            "Priority: {} → {}",
            before.priority.as_str(),
            after.priority.as_str()
        ));
    }
    if before.description != after.description {
        lines.push(
            match (before.description.is_empty(), after.description.is_empty()) {
                (true, _) => "Description added".into(),
                (_, true) => "Description removed".into(),
                _ => "Description changed".into(),
            },
        );
    }
    match (before.status, after.status) {
        (TaskStatus::Open, TaskStatus::Done) => lines.push("Open → done".into()),
        (TaskStatus::Done, TaskStatus::Open) => lines.push("Done → open".into()),
        _ => {}
    }
    lines
}

#[cfg(test)]
mod tests {
    use protocol::{TaskPriority, Timestamp};

    use super::*;

    #[test]
    fn a_change_is_told_field_by_field() {
        let now = "2026-11-21T12:00:00[Europe/Warsaw]"
            .parse::<jiff::Zoned>()
            .unwrap()
            .into();
        let before = Task {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: "Milk".into(),
            description: String::new(),
            status: TaskStatus::Open,
            priority: TaskPriority::Normal,
            due_at: None,
            completed_at: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        };
        let after = Task {
            title: "Oat milk".into(),
            description: "2 l".into(),
            status: TaskStatus::Done,
            priority: TaskPriority::High,
            due_at: Some("2026-11-22T22:59:59Z".parse().unwrap()),
            ..before.clone()
        };
        let told = |before: Option<&Task>, after: Option<&Task>| {
            let change = Change {
                before: before.cloned(),
                after: after.cloned(),
            };
            differences(&change, &now)
        };
        assert_eq!(
            told(Some(&before), Some(&after)),
            [
                "Title: “Milk” → “Oat milk”",
                "Due: none → Tomorrow",
                "Priority: normal → high",
                "Description added",
                "Open → done"
            ]
        );
        assert_eq!(told(None, Some(&before)), ["Added “Milk”"]);
        assert_eq!(told(Some(&before), None), ["Deleted “Milk”"]);
        assert!(told(Some(&before), Some(&before)).is_empty());
    }
}
