//! From words to tasks: looks up what a request speaks of.

use protocol::{Task, TaskStatus};
use serde_json::json;

use super::arguments::{self, WHOLE_LIST};
use super::intent::{Position, Query, Target};
use super::items;
use super::memory::Action;
use super::resolve;
use super::script::{Call, Pause};
use super::session::Session;
use super::transcript::Outcome;
use super::words::{Phrase, tokenize};

/// What a target came to.
#[derive(Debug, Default)]
pub(super) struct Resolution {
    pub(super) found: Vec<Task>,
    pub(super) troubles: Vec<Trouble>,
}

/// Why a target came to nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Several tasks fit.
    Several {
        said: String,
        tasks: Vec<Task>,
    },
    NotFound(String),
    /// No task has these properties.
    NoneSuch(Query),
    /// The list shown last is shorter.
    TooFar(usize),
    /// There is no list to count in.
    NoList,
    /// Nothing was named that "it" could mean.
    NoIt,
    /// Nothing was said.
    Missing,
}

/// What was looked up for some targets.
#[derive(Debug, Default)]
pub(super) struct Pool {
    tasks: Vec<Task>,
}

impl Pool {
    fn extend(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if let Outcome::List { tasks, .. } = outcome {
                for task in tasks {
                    if !self.tasks.iter().any(|known| known.id == task.id) {
                        self.tasks.push(task);
                    }
                }
            }
        }
    }
}

/// The status that a task usually has before this is done to it.
fn preferred(action: &Action) -> TaskStatus {
    match action {
        Action::Reopen => TaskStatus::Done,
        Action::Complete
        | Action::Delete
        | Action::Change(_)
        | Action::Split
        | Action::Show
        | Action::AskDate
        | Action::AskTitle => TaskStatus::Open,
    }
}

/// The parts of "milk and eggs".
fn parts(said: &str) -> Vec<String> {
    let tokens = tokenize(said);
    let parts = items::names(Phrase::new(said, &tokens));
    parts.into_iter().map(|part| part.text().to_owned()).collect()
}

fn all_of(query: &Query, action: &Action) -> Query {
    let mut query = query.clone();
    if query.status.is_none() && !query.both {
        query.status = match action {
            Action::Reopen => Some(TaskStatus::Done),
            // "Delete everything" is everything; "delete everything overdue" is open by itself.
            Action::Delete => None,
            _ => Some(TaskStatus::Open),
        };
    }
    query
}

impl Session<'_> {
    /// Looks up everything these targets need, in one round or two.
    pub(super) fn look_up(&mut self, targets: &[(&Target, &Action)]) -> Result<Pool, Pause> {
        let mut calls = Vec::new();
        for (target, action) in targets {
            calls_for(target, action, &mut calls);
        }
        let mut pool = Pool::default();
        if calls.is_empty() {
            return Ok(pool);
        }
        let whole = Call::list(json!({ "limit": WHOLE_LIST }));
        let had_whole = calls.contains(&whole);
        pool.extend(self.script.call(calls)?);
        let missing = targets
            .iter()
            .any(|(target, action)| self.is_missing(target, action, &pool));
        if missing && !had_whole {
            // Typing errors are not found by a word: look through everything.
            pool.extend(self.script.call(vec![whole])?);
        }
        Ok(pool)
    }

    fn is_missing(&self, target: &Target, action: &Action, pool: &Pool) -> bool {
        match target {
            Target::Title(said) | Target::Exact(said) => {
                let resolution = self.by_title(said, action, pool);
                resolution
                    .troubles
                    .iter()
                    .any(|trouble| matches!(trouble, Trouble::NotFound(_)))
            }
            Target::Each(targets) => targets.iter().any(|target| self.is_missing(target, action, pool)),
            _ => false,
        }
    }

    /// The tasks that a target means.
    pub(super) fn resolve(&self, target: &Target, action: &Action, pool: &Pool) -> Resolution {
        match target {
            Target::Title(said) | Target::Exact(said) => self.by_title(said, action, pool),
            Target::Positions { positions, said } => self.by_position(positions, said),
            Target::It => match &self.memory.focus[..] {
                [] => trouble(Trouble::NoIt),
                [one] => found(vec![one.clone()]),
                several => trouble(Trouble::Several {
                    said: String::new(),
                    tasks: several.to_vec(),
                }),
            },
            Target::Them => {
                let tasks = if self.memory.focus.len() > 1 || self.memory.shown.len() < 2 {
                    &self.memory.focus
                } else {
                    &self.memory.shown
                };
                if tasks.is_empty() {
                    trouble(Trouble::NoIt)
                } else {
                    found(tasks.clone())
                }
            }
            Target::Newest => match self.memory.focus.last() {
                Some(task) => found(vec![task.clone()]),
                None => trouble(Trouble::NoIt),
            },
            Target::Every(query) => {
                let tasks = super::lists::matching(&pool.tasks, &all_of(query, action), self.now);
                if query.first == Some(1) && tasks.len() > 1 {
                    trouble(Trouble::Several {
                        said: String::new(),
                        tasks,
                    })
                } else if tasks.is_empty() {
                    trouble(Trouble::NoneSuch(all_of(query, action)))
                } else {
                    found(tasks)
                }
            }
            Target::Each(targets) => {
                let mut all = Resolution::default();
                for target in targets {
                    all.add(self.resolve(target, action, pool));
                }
                all
            }
            Target::Missing => match &self.memory.focus[..] {
                [one] if !self.memory.shown_last => found(vec![one.clone()]),
                _ => trouble(Trouble::Missing),
            },
        }
    }

    fn by_title(&self, said: &str, action: &Action, pool: &Pool) -> Resolution {
        let one = |said: &str| {
            let tasks = resolve::candidates(said, &pool.tasks, Some(preferred(action)));
            match tasks.len() {
                0 => trouble(Trouble::NotFound(said.to_owned())),
                1 => found(tasks),
                _ => match self.narrowed(&tasks) {
                    Some(task) => found(vec![task]),
                    None => trouble(Trouble::Several {
                        said: said.to_owned(),
                        tasks,
                    }),
                },
            }
        };
        let whole = one(said);
        let parts = parts(said);
        if parts.len() < 2 || !matches!(whole.troubles[..], [Trouble::NotFound(_)]) {
            return whole;
        }
        let mut each = Resolution::default();
        for part in &parts {
            each.add(one(part));
        }
        let nothing = each.found.is_empty()
            && each
                .troubles
                .iter()
                .all(|trouble| matches!(trouble, Trouble::NotFound(_)));
        if nothing { whole } else { each }
    }

    /// Of several tasks that fit, the only one that was talked about just now.
    fn narrowed(&self, tasks: &[Task]) -> Option<Task> {
        let only = |known: &[Task]| {
            let mut near = tasks
                .iter()
                .filter(|task| known.iter().any(|other| other.id == task.id));
            near.next().filter(|_| near.next().is_none()).cloned()
        };
        let focus = &self.memory.focus;
        only(if focus.len() == 1 { focus } else { &[] })
            .or_else(|| only(&self.memory.shown).filter(|_| self.memory.shown_last))
    }

    fn by_position(&self, positions: &[Position], said: &str) -> Resolution {
        let shown = &self.memory.shown;
        let titled: Vec<Task> = shown
            .iter()
            .filter(|task| resolve::words(&task.title) == resolve::words(said))
            .cloned()
            .collect();
        if let [one] = &titled[..] {
            return found(vec![one.clone()]);
        }
        if let ([Position::FromEnd(1)], false, Some(task)) =
            (positions, self.memory.shown_last, self.memory.focus.last())
        {
            return found(vec![task.clone()]);
        }
        if shown.is_empty() {
            return match (&self.memory.focus[..], positions) {
                ([one], [Position::At(1)]) => found(vec![one.clone()]),
                _ => trouble(Trouble::NoList),
            };
        }
        let tasks = self.at_positions(positions);
        if tasks.len() < positions.len() {
            return trouble(Trouble::TooFar(shown.len()));
        }
        found(tasks)
    }

    /// The tasks at these places of the list shown last, as far as it has them.
    pub(super) fn at_positions(&self, positions: &[Position]) -> Vec<Task> {
        let shown = &self.memory.shown;
        positions
            .iter()
            .filter_map(|position| match position {
                Position::At(number) => shown.get(number.checked_sub(1)?),
                Position::FromEnd(number) => shown.get(shown.len().checked_sub(*number)?),
            })
            .cloned()
            .collect()
    }
}

impl Resolution {
    fn add(&mut self, other: Self) {
        for task in other.found {
            if !self.found.iter().any(|known| known.id == task.id) {
                self.found.push(task);
            }
        }
        self.troubles.extend(other.troubles);
    }
}

fn found(found: Vec<Task>) -> Resolution {
    Resolution {
        found,
        troubles: Vec::new(),
    }
}

fn trouble(trouble: Trouble) -> Resolution {
    Resolution {
        found: Vec::new(),
        troubles: vec![trouble],
    }
}

fn calls_for(target: &Target, action: &Action, calls: &mut Vec<Call>) {
    let mut push = |call: Call| {
        if !calls.contains(&call) {
            calls.push(call);
        }
    };
    match target {
        Target::Title(said) | Target::Exact(said) => {
            for part in parts(said) {
                push(Call::list(arguments::look_up(&part)));
            }
        }
        Target::Every(query) => {
            let query = all_of(query, action);
            let mut arguments = json!({ "limit": WHOLE_LIST });
            if let Some(status) = query.status {
                arguments["status"] = json!(status);
            }
            push(Call::list(arguments));
        }
        Target::Each(targets) => {
            for target in targets {
                calls_for(target, action, calls);
            }
        }
        Target::Positions { .. } | Target::It | Target::Them | Target::Newest | Target::Missing => {}
    }
}
