//! Answers about the list: what is on it, what is due, what to do next.

use jiff::Zoned;
use protocol::{Task, TaskPriority, TaskStatus};
use serde_json::json;

use super::dates::Range;
use super::intent::Query;
use super::list_replies as says;
use super::memory::{Action, Question};
use super::reply;
use super::resolve;
use super::script::{Call, Pause};
use super::session::Session;
use super::transcript::Outcome;

/// Tasks asked for when they are only to be shown.
const SHOWN: u32 = 50;

/// Tasks asked for when they are to be counted or filtered here.
const COUNTED: u32 = 200;

/// Tasks in a proposed order.
const PLANNED: usize = 10;

/// The tasks that a query means, in their order.
pub(super) fn matching(tasks: &[Task], query: &Query, now: &Zoned) -> Vec<Task> {
    let fits = |task: &&Task| {
        (query.both || query.status.is_none_or(|status| task.status == status))
            && query.priority.is_none_or(|priority| task.priority == priority)
            && query.range.is_none_or(|range| is_in(task, range, now))
    };
    let found: Vec<Task> = tasks.iter().filter(fits).cloned().collect();
    let Some(text) = &query.text else {
        return found;
    };
    let needle = super::words::plain(text);
    let says = |task: &&Task| {
        super::words::plain(&task.title).contains(&needle)
            || super::words::plain(&task.description).contains(&needle)
    };
    let literal: Vec<Task> = found.iter().filter(says).cloned().collect();
    if literal.is_empty() {
        resolve::candidates(text, &found, None)
    } else {
        literal
    }
}

fn is_in(task: &Task, range: Range, now: &Zoned) -> bool {
    // What is done is asked for by when it was done.
    let date = if task.status == TaskStatus::Done {
        task.completed_at.map(|at| reply::local(at, now).date())
    } else {
        reply::due_date(task, now)
    };
    match range {
        Range::Overdue => reply::is_overdue(task, now),
        Range::Undated => task.due_at.is_none(),
        Range::Dated => task.due_at.is_some(),
        _ => {
            let inside = range
                .days(now)
                .zip(date)
                .is_some_and(|((from, to), date)| (from..=to).contains(&date));
            inside || (range.has_overdue() && reply::is_overdue(task, now))
        }
    }
}

impl Session<'_> {
    fn fetch(&mut self, arguments: serde_json::Value) -> Result<(Vec<Task>, bool), Pause> {
        let mut outcomes = self.script.call(vec![Call::list(arguments)])?;
        Ok(match outcomes.pop() {
            Some(Outcome::List { tasks, truncated }) => (tasks, truncated),
            Some(Outcome::Refused(why)) => {
                self.say(format!("I couldn't look at your list: {}", reply::escaped(&why)));
                (Vec::new(), false)
            }
            _ => (Vec::new(), false),
        })
    }

    /// Shows or counts tasks.
    pub(super) fn list(&mut self, query: &Query) -> Result<(), Pause> {
        let mut query = query.clone();
        query.both |= query.status.is_none() && query.text.is_some();
        if query.status.is_none() && !query.both {
            query.status = Some(TaskStatus::Open);
        }
        let filtered =
            query.range.is_some() || query.priority.is_some() || query.count || query.text.is_some();
        let mut arguments = json!({ "limit": if filtered { COUNTED } else { SHOWN } });
        if let Some(status) = query.status.filter(|_| !query.both) {
            arguments["status"] = json!(status);
        }
        if let Some(key) = query.text.as_deref().and_then(resolve::key) {
            arguments["q"] = json!(key);
            arguments["limit"] = json!(SHOWN);
        }
        let said = self.said.len();
        let (mut tasks, mut truncated) = self.fetch(arguments.clone())?;
        if self.said.len() > said {
            return Ok(());
        }
        if query.text.is_some() && matching(&tasks, &query, self.now).is_empty() {
            // Perhaps the word has a typing error.
            arguments["limit"] = json!(COUNTED);
            if let Some(arguments) = arguments.as_object_mut() {
                arguments.remove("q");
            }
            (tasks, truncated) = self.fetch(arguments)?;
        }
        let mut found = matching(&tasks, &query, self.now);
        if let Some(first) = query.first {
            truncated &= found.len() < first;
            found.truncate(first);
        }
        if query.count {
            self.say(says::counted(&found, &query, truncated, self.now));
            self.memory.show(found);
            return Ok(());
        }
        if found.is_empty() {
            self.nothing(&query, &tasks);
            return Ok(());
        }
        let more = if truncated {
            "\n\nThese are the first ones; ask for fewer, for example by a word or a date."
        } else {
            ""
        };
        self.say(format!(
            "{}\n\n{}{more}",
            says::headline(&found, &query, truncated, self.now),
            says::grouped(&mut found, self.now)
        ));
        self.memory.show(found);
        Ok(())
    }

    /// Says that nothing fits, and what comes next if there is anything.
    fn nothing(&mut self, query: &Query, tasks: &[Task]) {
        let what = says::describe(query, self.now, true);
        if tasks.is_empty() && query.text.is_none() && query.status != Some(TaskStatus::Done) {
            self.say(says::empty(
                query.is_narrow() && (query.range.is_some() || query.priority.is_some()),
                &what,
            ));
            return;
        }
        let anytime = Query {
            range: None,
            ..query.clone()
        };
        let later: Vec<Task> = matching(tasks, &anytime, self.now)
            .iter()
            .filter(|task| task.due_at.is_some() && !reply::is_overdue(task, self.now))
            .take(3)
            .cloned()
            .collect();
        let forward = query
            .range
            .is_some_and(|range| !matches!(range, Range::Overdue | Range::Undated));
        if !forward || later.is_empty() || query.status == Some(TaskStatus::Done) {
            self.say(format!("You have no {what}."));
            return;
        }
        self.say(format!(
            "You have no {what}. Next up:\n\n{}",
            reply::numbered(&later, 1, self.now)
        ));
        self.memory.show(later);
    }

    /// Proposes what to do next.
    pub(super) fn next(&mut self) -> Result<(), Pause> {
        let (mut tasks, _) = self.fetch(json!({ "status": "open", "limit": COUNTED }))?;
        if tasks.is_empty() {
            if self.said.is_empty() {
                self.say(says::empty(false, ""));
            }
            return Ok(());
        }
        rank(&mut tasks, self.now);
        tasks.truncate(4);
        let (first, rest) = tasks.split_at(1);
        let mut text = format!("Do this first:\n\n{}", reply::numbered(first, 1, self.now));
        if !rest.is_empty() {
            text.push_str(&format!(
                "\n\nAfter that:\n\n{}",
                reply::numbered(rest, 2, self.now)
            ));
        }
        text.push_str("\n\nSay “done with 1” when you have finished it.");
        self.say(text);
        let first = first.to_vec();
        self.memory.show(tasks);
        self.memory.focus = first;
        Ok(())
    }

    /// Looks over the whole list: what is late, an order, what lacks a date, and one question.
    pub(super) fn organize(&mut self) -> Result<(), Pause> {
        let (mut tasks, truncated) = self.fetch(json!({ "status": "open", "limit": COUNTED }))?;
        if tasks.is_empty() {
            if self.said.is_empty() {
                self.say(says::empty(false, ""));
            }
            return Ok(());
        }
        rank(&mut tasks, self.now);
        let overdue: Vec<Task> = tasks
            .iter()
            .filter(|task| reply::is_overdue(task, self.now))
            .cloned()
            .collect();
        let undated: Vec<Task> = tasks
            .iter()
            .filter(|task| task.due_at.is_none())
            .cloned()
            .collect();
        let more = tasks.len().saturating_sub(PLANNED);
        let summary = says::summary(&tasks, truncated, self.now);
        tasks.truncate(PLANNED);
        let order = if tasks.len() == 1 {
            ""
        } else {
            " I would take them in this order:"
        };
        self.say(format!(
            "{summary}{order}\n\n{}",
            reply::numbered(&tasks, 1, self.now)
        ));
        if more > 0 {
            self.say(format!("…and {more} more that can wait."));
        }
        self.memory.show(tasks);
        self.advise(overdue, undated);
        Ok(())
    }

    fn advise(&mut self, overdue: Vec<Task>, undated: Vec<Task>) {
        if !overdue.is_empty() {
            let them = if overdue.len() == 1 {
                reply::bold(&overdue[0].title)
            } else {
                format!("the {} overdue tasks", overdue.len())
            };
            let today = super::dates::When::At {
                day: Some(super::dates::Day::In { days: 0 }),
                time: None,
            };
            let action = Action::Change(super::intent::Change {
                due: Some(super::intent::NewDue::At(today)),
                ..Default::default()
            });
            self.ask(
                format!("Shall I move {them} to today? Say “yes”, or name another day: “move 1 to Friday”."),
                Question::Confirm {
                    tasks: overdue,
                    action,
                },
            );
        } else if let Some(task) = undated.first() {
            let others = match undated.len() {
                1 => String::new(),
                number => format!(" {} have no date yet.", reply::count(number, "task")),
            };
            self.ask(
                format!(
                    "{} When do you want to get {} done? Say for example “tomorrow” or “Friday at 10”.",
                    others.trim(),
                    reply::bold(&task.title)
                )
                .trim()
                .to_owned(),
                Question::When(vec![task.clone()]),
            );
        } else {
            self.say(
                "Everything has a date. Say “done with 1” when you have finished the first one, or \
                      “move 2 to Friday” to change the plan.",
            );
        }
    }
}

/// Most pressing first: overdue, today, then by date, with what is important but undated before what
/// is due later than this week.
fn rank(tasks: &mut [Task], now: &Zoned) {
    tasks.sort_by_key(|task| {
        let days = reply::due_date(task, now).map(|date| reply::days_ahead(date, now));
        let high = task.priority == TaskPriority::High;
        let bucket = match days {
            _ if reply::is_overdue(task, now) => 0,
            Some(..=0) => 1,
            Some(1) if high => 2,
            None if high => 2,
            Some(1) => 3,
            Some(2..=7) if high => 3,
            Some(2..=7) => 4,
            _ if high => 4,
            None if task.priority == TaskPriority::Low => 7,
            None => 6,
            Some(_) => 5,
        };
        (
            bucket,
            std::cmp::Reverse(task.priority),
            task.due_at.is_none(),
            task.due_at,
            task.created_at,
        )
    });
}
