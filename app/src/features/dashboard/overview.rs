//! What the dashboard shows, all of which an action may change.

use domain::Actor;
use domain::tasks::{Due, ListTasks, TaskCounts, Week};
use leptos::either::Either;
use leptos::prelude::*;
use protocol::{Task, TaskStatus};

use super::chart::chart;
use crate::dates::now_of;
use crate::error::AppError;
use crate::features::chat::sidebar::{ConversationRow, ConversationRows};
use crate::features::tasks::item::{Shelf, task_item};
use crate::features::tasks::list::{Focus, add_form};
use crate::features::tasks::notice::Notice;
use crate::features::tasks::place::Filters;
use crate::features::tasks::row::{RowFocus, TaskGroup, TaskRow, rows};
use crate::frame::shown_name;
use crate::server_context::{Flash, domain};
use crate::ui::{Icon, icon};

const RECENT: usize = 5;
/// How many tasks a card shows.
const SHOWN: u32 = 6;
/// The chart's weeks, the present one included.
const WEEKS: u8 = 8;

/// What is on the dashboard.
pub struct Overview {
    greeting: String,
    counts: TaskCounts,
    overdue: Vec<TaskRow>,
    today: Vec<TaskRow>,
    /// Open ones that are due later or never.
    next: Vec<TaskRow>,
    done: Vec<TaskRow>,
    weeks: Vec<Week>,
    recent: Vec<ConversationRow>,
    actor: Actor,
    add_focus: bool,
}

impl Overview {
    /// The actor's dashboard.
    ///
    /// # Errors
    /// Those of the domain.
    pub async fn load(actor: &Actor) -> Result<Self, AppError> {
        let domain = domain();
        let tasks = domain.tasks();
        let asked = |due, limit| ListTasks {
            status: Some(TaskStatus::Open),
            due,
            limit: Some(limit),
            ..ListTasks::default()
        };
        let done = ListTasks {
            done_this_week: true,
            limit: Some(SHOWN),
            ..ListTasks::default()
        };
        let (counts, overdue, today, done, weeks) = futures::try_join!(
            tasks.counts(actor),
            tasks.list(actor, asked(Some(Due::Overdue), SHOWN)),
            tasks.list(actor, asked(Some(Due::Today), SHOWN)),
            tasks.list(actor, done),
            tasks.weeks(actor, WEEKS),
        )?;
        // Behind those in the two other cards, which the list has first.
        let before = counts.overdue + counts.due_today;
        let next = tasks.list(actor, asked(None, (before + SHOWN).min(200))).await?;
        let conversations = ConversationRows::load(actor, None).await?;
        let late = |rows: &TaskRow| rows.group == TaskGroup::Overdue;
        let shown = |tasks: Vec<Task>| rows(tasks, actor);
        Ok(Self {
            greeting: greeting(now_of(actor).hour(), &shown_name(actor)),
            counts,
            // What was due earlier today is among today's.
            overdue: shown(overdue.tasks).into_iter().filter(late).collect(),
            today: shown(today.tasks),
            next: shown(next.tasks)
                .into_iter()
                .filter(|row| !matches!(row.group, TaskGroup::Overdue | TaskGroup::Today))
                .take(SHOWN as usize)
                .collect(),
            done: shown(done.tasks),
            weeks,
            recent: conversations.rows.into_iter().take(RECENT).collect(),
            actor: actor.clone(),
            add_focus: false,
        })
    }

    fn focus(&mut self, focus: Focus) {
        let Self {
            overdue,
            today,
            next,
            done,
            ..
        } = self;
        let mut all = overdue.iter_mut().chain(today).chain(next).chain(done);
        let row = match focus {
            Focus::Row(id, _) => all.find(|row| row.id == id),
            Focus::Add | Focus::List => None,
        };
        match row {
            Some(row) => row.focus = Some(RowFocus::Tick),
            None => self.add_focus = true,
        }
    }

    /// All of it.
    pub fn view(self, notice: Option<AnyView>, flash: &Flash) -> impl IntoView + use<> {
        let late = (!self.overdue.is_empty()).then(|| {
            card(
                "Overdue",
                self.overdue,
                self.counts.overdue,
                open(Some(Due::Overdue)).path(),
                ().into_any(),
            )
        });
        let nothing_today = view! {
            <p class="empty">
                "Nothing is due today. Give a task a date, or " <a href="/dashboard/chat">"plan the day"</a>
                " with the assistant."
            </p>
        };
        let nothing_next =
            view! { <p class="empty">"Nothing else is open. Add what comes to mind above."</p> };
        let nothing_done =
            view! { <p class="empty">"Nothing yet this week. Tick a task, and it is listed here."</p> };
        let rest = self.counts.open;
        view! {
            {notice}
            <p class="hello">{self.greeting}</p>
            {numbers(self.counts)}
            {add_form(Shelf::Overview, flash, self.add_focus)}
            <p class="field-error" role="alert" id="tasks-error">
                {Some(flash.message.clone()).filter(|message| !message.is_empty())}
            </p>
            <div class="columns">
                <div>
                    {late}
                    {card(
                        "Today",
                        self.today,
                        self.counts.due_today,
                        open(Some(Due::Today)).path(),
                        nothing_today.into_any(),
                    )}
                    {card("Next", self.next, rest, open(None).path(), nothing_next.into_any())}
                </div>
                <div>
                    {chart(&self.weeks, &self.actor)}
                    {card(
                        "Done this week",
                        self.done,
                        self.counts.done_this_week,
                        done_this_week().path(),
                        nothing_done.into_any(),
                    )}
                    {recent_card(self.recent)}
                </div>
            </div>
        }
    }
}

/// The overview as an action answers with it.
///
/// # Errors
/// Those of the domain.
pub async fn overview_html(actor: &Actor, notice: Option<Notice>, focus: Focus) -> Result<String, AppError> {
    let mut overview = Overview::load(actor).await?;
    overview.focus(focus);
    let notice = notice.map(|notice| notice.view(Shelf::Overview.target(), true).into_any());
    Ok(overview.view(notice, &Flash::default()).to_html())
}

fn greeting(hour: i8, name: &str) -> String {
    let part = match hour {
        5..=11 => "Good morning",
        12..=17 => "Good afternoon",
        _ => "Good evening",
    };
    format!("{part}, {}.", name.trim_end_matches('.'))
}

/// The list of open tasks, of all or of those due then.
fn open(due: Option<Due>) -> Filters {
    Filters {
        status: Some(TaskStatus::Open),
        due,
        ..Filters::default()
    }
}

fn done_this_week() -> Filters {
    Filters {
        done_this_week: true,
        ..Filters::default()
    }
}

fn numbers(counts: TaskCounts) -> impl IntoView {
    let number = |value: u32, label: &'static str, late: bool, to: Filters| {
        view! {
            <li>
                <a class="number" href=to.path() data-late=(late && value > 0).then_some("")>
                    <b>{value}</b>
                    <span>{label}</span>
                </a>
            </li>
        }
    };
    view! {
        <ul class="numbers">
            {number(counts.due_today, "due today", false, open(Some(Due::Today)))}
            {number(counts.overdue, "overdue", true, open(Some(Due::Overdue)))}
            {number(counts.open, "open", false, open(None))}
            {number(counts.done_this_week, "done this week", false, done_this_week())}
        </ul>
    }
}

fn card(title: &'static str, tasks: Vec<TaskRow>, count: u32, all: String, empty: AnyView) -> impl IntoView {
    let shown = u32::try_from(tasks.len()).unwrap_or(u32::MAX);
    let list = if tasks.is_empty() {
        Either::Left(empty)
    } else {
        let items = tasks
            .into_iter()
            .map(|row| task_item(row, Shelf::Overview, None))
            .collect_view();
        Either::Right(view! { <ul class="tasks">{items}</ul> })
    };
    // A card that shows all there is leads nowhere.
    let more = (count > shown).then(|| {
        view! {
            <a class="more" href=all>
                {if title == "Next" { format!("All {count} open") } else { format!("All {count}") }}
                {icon(Icon::Chevron)}
            </a>
        }
    });
    view! {
        <section class="card" aria-label=title>
            <h2>{title}</h2>
            {list}
            {more}
        </section>
    }
}

fn recent_card(conversations: Vec<ConversationRow>) -> impl IntoView {
    let list = if conversations.is_empty() {
        Either::Left(
            view! { <p class="empty">"No conversations yet. Say what you have to do, and it becomes tasks."</p> },
        )
    } else {
        Either::Right(
            conversations
                .into_iter()
                .map(|row| {
                    let line = row.line();
                    view! {
                        <a class="conv" href=format!("/dashboard/chat/{}", row.id)>
                            <b>{row.title}</b>
                            {line}
                            {row.when.view()}
                        </a>
                    }
                })
                .collect_view(),
        )
    };
    view! {
        <section class="card" aria-label="Recent conversations">
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
