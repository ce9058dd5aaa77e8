//! The filters above the list: links, and a form for words. Each says how many tasks it would show.

use domain::tasks::{Due, TaskCounts};
use leptos::prelude::*;
use protocol::{TaskPriority, TaskStatus};

use super::place::{Filters, PATH};
use crate::ui::{Icon, icon};

/// The filters, with those chosen marked.
pub fn filters(chosen: &Filters, counts: &TaskCounts) -> impl IntoView + use<> {
    let first = chosen.first_page();
    let status = |status: Option<TaskStatus>| Filters {
        status,
        done_this_week: false,
        ..first.clone()
    };
    // When something is due is a question about open tasks, unless the done ones were asked for.
    let open = Some(first.status.unwrap_or(TaskStatus::Open)).filter(|_| !first.done_this_week);
    let due = |due: Option<Due>| Filters {
        due,
        status: due.and(open).or(first.status),
        done_this_week: false,
        ..first.clone()
    };
    let priority = |priority: Option<TaskPriority>| Filters {
        priority,
        status: priority.and(open).or(first.status),
        ..first.clone()
    };
    view! {
        <nav class="filters" aria-label="Filters">
            <ul>
                {link("All", None, status(None), first.status.is_none() && !first.done_this_week)}
                {link("Open", Some(counts.open), status(Some(TaskStatus::Open)), first.status == Some(TaskStatus::Open))}
                {link(
                    "Done",
                    Some(counts.done),
                    status(Some(TaskStatus::Done)),
                    first.status == Some(TaskStatus::Done) && !first.done_this_week,
                )}
            </ul>
            {search(&first)}
            <div class="more-filters">
            <ul>
                {link("Any date", None, due(None), first.due.is_none())}
                {link("Overdue", Some(counts.overdue), due(Some(Due::Overdue)), first.due == Some(Due::Overdue))}
                {link("Today", Some(counts.due_today), due(Some(Due::Today)), first.due == Some(Due::Today))}
                {link("Next 7 days", Some(counts.due_week), due(Some(Due::Week)), first.due == Some(Due::Week))}
                {link("No date", Some(counts.no_due), due(Some(Due::None)), first.due == Some(Due::None))}
            </ul>
            <ul>
                {link("Any priority", None, priority(None), first.priority.is_none())}
                {link(
                    "High",
                    Some(counts.high),
                    priority(Some(TaskPriority::High)),
                    first.priority == Some(TaskPriority::High),
                )}
                {link(
                    "Normal",
                    Some(counts.normal),
                    priority(Some(TaskPriority::Normal)),
                    first.priority == Some(TaskPriority::Normal),
                )}
                {link("Low", Some(counts.low), priority(Some(TaskPriority::Low)), first.priority == Some(TaskPriority::Low))}
            </ul>
            </div>
        </nav>
    }
}

fn link(label: &'static str, count: Option<u32>, to: Filters, chosen: bool) -> impl IntoView {
    view! {
        <li>
            <a class="chip" href=to.path() aria-current=chosen.then_some("true")>
                {label}
                {count.filter(|count| *count > 0).map(|count| view! { " " <b>{count}</b> })}
            </a>
        </li>
    }
}

fn search(first: &Filters) -> impl IntoView + use<> {
    let others: Vec<_> = first
        .fields()
        .into_iter()
        .filter(|(name, value)| *name != "q" && !value.is_empty())
        .map(|(name, value)| view! { <input type="hidden" name=name value=value.to_owned()/> })
        .collect();
    let all = first
        .any()
        .then(|| view! { <a class="more" href=PATH>"Show everything"</a> });
    view! {
        <form class="search" role="search" aria-label="Tasks" method="get" action=PATH>
            {others}
            <input
                class="input"
                type="search"
                name="q"
                aria-label="Find tasks"
                placeholder="Find"
                autocomplete="off"
                value=first.q.clone()
            />
            <button class="btn" aria-label="Find">
                {icon(Icon::Search)}
            </button>
            {all}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_keeps_the_others_and_begins_with_the_first_page() {
        let chosen = Filters {
            due: Some(Due::Today),
            q: "milk".into(),
            after: Some("x".into()),
            ..Filters::default()
        };
        let counts = TaskCounts {
            overdue: 3,
            ..TaskCounts::default()
        };
        let html = filters(&chosen, &counts).to_html();
        let overdue = "href=\"/dashboard/tasks?status=open&amp;due=overdue&amp;q=milk\"";
        assert!(html.contains(overdue) && html.contains("<b>3</b>"), "{html}");
        assert!(html.contains("name=\"due\" value=\"today\""), "{html}");
        assert!(!html.contains("after="), "{html}");
        assert_eq!(html.matches("aria-current").count(), 3, "{html}");
    }
}
