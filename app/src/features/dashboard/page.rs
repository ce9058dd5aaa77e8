//! `/dashboard`

use domain::tasks::{Due, ListTasks, TaskCounts};
use leptos::either::Either;
use leptos::prelude::*;
use protocol::TaskStatus;

use crate::dates::now_in;
use crate::features::chat::sidebar::{ConversationRow, ConversationRows};
use crate::features::tasks::list::task_item;
use crate::features::tasks::row::{TaskRow, rows};
use crate::frame::{Section, framed, shown_name, signed_in};
use crate::server_context::{domain, take_flash};
use crate::ui::{Icon, icon};

const RECENT: usize = 5;
/// How many open tasks are shown besides those that are due by today.
const NEXT: u32 = 8;

/// Counts, what is due, and the newest conversations.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let flash = take_flash("tasks");
    signed_in(|actor| async move {
        let domain = domain();
        let tasks = domain.tasks();
        let due = |due| ListTasks {
            status: Some(TaskStatus::Open),
            due: Some(due),
            limit: Some(20),
            ..ListTasks::default()
        };
        let next = ListTasks {
            status: Some(TaskStatus::Open),
            limit: Some(NEXT),
            ..ListTasks::default()
        };
        let (counts, overdue, today, next) = futures::try_join!(
            tasks.counts(&actor),
            tasks.list(&actor, due(Due::Overdue)),
            tasks.list(&actor, due(Due::Today)),
            tasks.list(&actor, next),
        )?;
        let conversations = ConversationRows::load(&actor, None).await?;
        // What is due earlier today is in all three.
        let mut tasks = overdue.tasks;
        tasks.extend(today.tasks);
        tasks.extend(next.tasks);
        let mut seen = std::collections::HashSet::new();
        tasks.retain(|task| seen.insert(task.id));
        let tasks = rows(tasks, &actor);
        let greeting = greeting(now_in(&actor.time_zone).hour(), &shown_name(&actor));
        let recent = conversations.rows.iter().take(RECENT).cloned().collect();
        let body = view! {
            <p class="hello">{greeting}</p>
            {flash.map(|flash| view! { <p class="notice bad" role="alert">{flash.message}</p> })}
            {numbers(counts)}
            <div class="columns">
                {next_card(tasks)}
                {recent_card(recent)}
            </div>
        };
        Ok(framed(
            &actor,
            Section::Overview,
            "Overview",
            &conversations,
            body.into_any(),
        ))
    })
}

fn greeting(hour: i8, name: &str) -> String {
    let part = match hour {
        5..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    };
    format!("{part}, {}.", name.trim_end_matches('.'))
}

fn numbers(counts: TaskCounts) -> impl IntoView {
    let number = |value: u32, label: &'static str, late: bool| {
        view! {
            <div class="number" data-late=(late && value > 0).then_some("")>
                <dd>{value}</dd>
                <dt>{label}</dt>
            </div>
        }
    };
    view! {
        <dl class="numbers">
            {number(counts.due_today, "due today", false)}
            {number(counts.overdue, "overdue", true)}
            {number(counts.open, "open", false)}
            {number(counts.done_this_week, "done this week", false)}
        </dl>
    }
}

fn next_card(tasks: Vec<TaskRow>) -> impl IntoView {
    let list = if tasks.is_empty() {
        Either::Left(view! { <p class="empty">"Nothing to do."</p> })
    } else {
        Either::Right(
            view! { <ul class="tasks">{tasks.into_iter().map(|row| task_item(row, false)).collect_view()}</ul> },
        )
    };
    view! {
        <section class="card">
            <h2>"Next"</h2>
            {list}
            <a class="more" href="/dashboard/tasks">
                "All tasks"
                {icon(Icon::Chevron)}
            </a>
        </section>
    }
}

fn recent_card(conversations: Vec<ConversationRow>) -> impl IntoView {
    let list = if conversations.is_empty() {
        Either::Left(view! { <p class="empty">"No conversations yet."</p> })
    } else {
        Either::Right(
            conversations
                .into_iter()
                .map(|row| {
                    view! {
                        <a class="conv" href=format!("/dashboard/chat/{}", row.id)>
                            <b>{row.title}</b>
                            <span>{row.preview}</span>
                            <time>{row.when}</time>
                        </a>
                    }
                })
                .collect_view(),
        )
    };
    view! {
        <section class="card">
            <h2>"Recent conversations"</h2>
            {list}
            <a class="more" href="/dashboard/chat">
                "New conversation"
                {icon(Icon::Chevron)}
            </a>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::greeting;

    #[test]
    fn the_greeting_knows_the_hour() {
        assert_eq!(greeting(5, "Ada"), "Good morning, Ada.");
        assert_eq!(greeting(12, "Ada"), "Good afternoon, Ada.");
        assert_eq!(greeting(23, "Ada"), "Good evening, Ada.");
        assert_eq!(greeting(0, "Ada"), "Good evening, Ada.");
    }
}
