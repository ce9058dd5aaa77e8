//! Changing tasks: looks up what is meant, makes all calls of a round together, says what came of them.

use protocol::Task;
use serde_json::{Value, json};

use super::action_replies as says;
use super::arguments;
use super::intent::{Change, Draft, Intent, NewDue, Target};
use super::memory::{Action, Question};
use super::reply;
use super::script::{Call, Pause};
use super::session::Session;
use super::targets::Resolution;
use super::transcript::Outcome;
use crate::tools::may_be_cut;

/// The most tasks changed by one request.
const MOST: usize = 50;
/// Deleting or completing more tasks than this at once is asked about first.
const UNASKED: usize = 20;

/// Something to be done, as far as it is known which tasks are meant.
enum Job {
    Add(Vec<Draft>),
    Act {
        action: Action,
        resolution: Resolution,
        /// All tasks with some property are meant.
        bulk: bool,
        /// The tasks were looked up just now.
        fresh: bool,
    },
}

impl Session<'_> {
    /// Carries out requests that change tasks and do not depend on each other.
    pub(super) fn change_tasks(&mut self, intents: &[Intent]) -> Result<(), Pause> {
        let wanted: Vec<Option<(Target, Action)>> = intents.iter().map(target_and_action).collect();
        let targets: Vec<(&Target, &Action)> = wanted
            .iter()
            .flatten()
            .map(|(target, action)| (target, action))
            .collect();
        let pool = self.look_up(&targets)?;
        self.say_how_many(intents);
        let jobs: Vec<Job> = intents
            .iter()
            .zip(wanted)
            .filter_map(|(intent, wanted)| match (intent, wanted) {
                (Intent::Add(drafts), _) => Some(Job::Add(drafts.iter().take(MOST).cloned().collect())),
                (Intent::Schedule(draft), Some((target, action))) => {
                    let resolution = self.resolve(&target, &action, &pool);
                    Some(if resolution.found.len() == 1 {
                        Job::Act {
                            action,
                            resolution,
                            bulk: false,
                            fresh: true,
                        }
                    } else {
                        Job::Add(vec![draft.clone()])
                    })
                }
                (_, Some((target, action))) => Some(Job::Act {
                    resolution: self.resolve(&target, &action, &pool),
                    bulk: matches!(target, Target::Every(_)),
                    fresh: matches!(target, Target::Title(_) | Target::Exact(_) | Target::Every(_)),
                    action,
                }),
                _ => None,
            })
            .collect();
        self.carry_out(jobs)
    }

    /// Says so when more is to be added than goes at once.
    fn say_how_many(&mut self, intents: &[Intent]) {
        for intent in intents {
            if let Intent::Add(drafts) = intent
                && drafts.len() > MOST
            {
                self.say(format!(
                    "I add {MOST} tasks at a time; please send me the {} others again.",
                    drafts.len() - MOST
                ));
            }
        }
    }

    /// Does something to tasks that are known.
    pub(super) fn act(&mut self, action: Action, tasks: Vec<Task>) -> Result<(), Pause> {
        self.carry_out(vec![Job::Act {
            action,
            resolution: Resolution {
                found: tasks,
                troubles: Vec::new(),
            },
            bulk: false,
            fresh: false,
        }])
    }

    /// Adds tasks.
    pub(super) fn add(&mut self, drafts: Vec<Draft>) -> Result<(), Pause> {
        self.carry_out(vec![Job::Add(drafts)])
    }

    fn carry_out(&mut self, mut jobs: Vec<Job>) -> Result<(), Pause> {
        self.read_whole(&mut jobs)?;
        let mut calls: Vec<Call> = Vec::new();
        let mut shares = Vec::new();
        for job in &mut jobs {
            let own = self.calls_of(job);
            shares.push(own.len());
            calls.extend(own);
        }
        let mut outcomes = if calls.is_empty() {
            Vec::new()
        } else {
            self.script.call(calls)?
        }
        .into_iter();
        self.changed += outcomes
            .as_slice()
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Task { unchanged: false, .. }))
            .count();
        for (job, share) in jobs.into_iter().zip(shares) {
            let own: Vec<Outcome> = outcomes.by_ref().take(share).collect();
            match job {
                Job::Add(drafts) => self.report_added(&drafts, own),
                Job::Act {
                    action, resolution, ..
                } => {
                    self.report_done(&action, &resolution.found, own);
                    self.report_troubles(&action, resolution.troubles);
                }
            }
        }
        Ok(())
    }

    /// Asks for tasks whose description a list had cut, where the whole of it is written or shown again.
    fn read_whole(&mut self, jobs: &mut [Job]) -> Result<(), Pause> {
        let mut cut: Vec<&mut Task> = jobs
            .iter_mut()
            .filter_map(|job| match job {
                Job::Act {
                    action, resolution, ..
                } if needs_whole(action) => Some(&mut resolution.found),
                _ => None,
            })
            .flat_map(|tasks| tasks.iter_mut().take(MOST))
            .filter(|task| may_be_cut(task))
            .collect();
        if cut.is_empty() {
            return Ok(());
        }
        let calls = cut
            .iter()
            .map(|task| Call::list(json!({ "q": task.id })))
            .collect();
        let outcomes = self.script.call(calls)?;
        for (task, outcome) in cut.iter_mut().zip(outcomes) {
            if let Outcome::List { tasks, .. } = outcome
                && let Some(whole) = tasks.into_iter().find(|whole| whole.id == task.id)
            {
                **task = whole;
            }
        }
        Ok(())
    }

    /// The calls of a job; takes those tasks out of it that need none.
    fn calls_of(&mut self, job: &mut Job) -> Vec<Call> {
        match job {
            Job::Add(drafts) => drafts
                .iter()
                .map(|draft| Call::add(arguments::new_task(draft, self.now)))
                .collect(),
            Job::Act {
                action,
                resolution,
                bulk,
                fresh,
            } => {
                let tasks = &mut resolution.found;
                let drastic = matches!(action, Action::Delete | Action::Complete);
                if *bulk && drastic && tasks.len() > UNASKED {
                    let text = says::really(action, tasks);
                    let tasks = std::mem::take(tasks);
                    self.ask(
                        text,
                        Question::Confirm {
                            tasks,
                            action: action.clone(),
                        },
                    );
                    return Vec::new();
                }
                if tasks.len() > MOST {
                    self.say(format!(
                        "I take {MOST} at a time; say it again for the {} others.",
                        tasks.len() - MOST
                    ));
                    tasks.truncate(MOST);
                }
                if *action == Action::Show && *fresh {
                    return Vec::new();
                }
                self.without_idle(action, tasks);
                tasks
                    .iter()
                    .flat_map(|task| self.calls_for_task(action, task))
                    .collect()
            }
        }
    }

    /// Takes out the tasks to which nothing needs to be done, and says why.
    fn without_idle(&mut self, action: &Action, tasks: &mut Vec<Task>) {
        let mut idle = Vec::new();
        tasks.retain(|task| {
            let reason = arguments::idle(action, task);
            if let Some(reason) = reason {
                idle.push(format!("{} {reason}", reply::bold(&task.title)));
            }
            reason.is_none()
        });
        if !idle.is_empty() {
            self.say(idle.join("\n\n"));
        }
    }

    fn calls_for_task(&self, action: &Action, task: &Task) -> Vec<Call> {
        match action {
            Action::Complete => vec![Call::complete(task.id)],
            Action::Delete => vec![Call::delete(task.id)],
            Action::Reopen => vec![Call::update(json!({ "task_id": task.id, "status": "open" }))],
            Action::Change(change) => vec![Call::update(self.changes(task, change))],
            Action::Split => {
                let mut calls: Vec<Call> = arguments::split(task).into_iter().map(Call::add).collect();
                calls.push(Call::delete(task.id));
                calls
            }
            // As it is now, not as it was when it was shown.
            Action::Show => vec![Call::list(json!({ "q": task.id }))],
            Action::AskDate | Action::AskTitle => Vec::new(),
        }
    }

    fn changes(&self, task: &Task, change: &Change) -> Value {
        arguments::changed_task(task, change, self.now)
    }

    /// Takes back changes: so many, or all that the newest turn with any made.
    pub(super) fn undo(&mut self, count: Option<usize>) -> Result<(), Pause> {
        let here = if self.changed > 0 {
            self.changed
        } else {
            self.memory.standing
        };
        let count = count.unwrap_or(here).clamp(1, MOST);
        self.turn(vec![Call::undo(false); count], says::UNDO)?;
        self.changed = 0;
        Ok(())
    }

    /// Takes back one change, also where that overwrites something.
    pub(super) fn undo_anyway(&mut self) -> Result<(), Pause> {
        self.turn(vec![Call::undo(true)], says::UNDO)
    }

    /// Makes again what the last turn that took anything back took back.
    pub(super) fn redo(&mut self, anyway: bool) -> Result<(), Pause> {
        let count = if anyway {
            1
        } else {
            self.memory.undone.clamp(1, MOST)
        };
        self.turn(vec![Call::redo(anyway); count], says::REDO)
    }

    fn turn(&mut self, calls: Vec<Call>, words: says::Turning) -> Result<(), Pause> {
        let mut turned = Vec::new();
        let mut refused: Vec<String> = Vec::new();
        for outcome in self.script.call(calls)? {
            match outcome {
                Outcome::Turned(summary) => turned.extend(summary),
                other => {
                    let why = says::why_not(&other);
                    // One that is refused is the newest for the next call too.
                    if !refused.contains(&why) {
                        refused.push(why);
                    }
                }
            }
        }
        self.say(says::turned(words, &turned, &refused));
        Ok(())
    }
}

fn needs_whole(action: &Action) -> bool {
    match action {
        Action::Change(change) => change.note.is_some(),
        Action::Split | Action::Show => true,
        _ => false,
    }
}

fn target_and_action(intent: &Intent) -> Option<(Target, Action)> {
    Some(match intent {
        Intent::Complete(target) => (target.clone(), Action::Complete),
        Intent::Reopen(target) => (target.clone(), Action::Reopen),
        Intent::Delete(target) => (target.clone(), Action::Delete),
        Intent::Change(target, change) => (target.clone(), Action::Change(change.clone())),
        Intent::Split(target) => (target.clone(), Action::Split),
        Intent::Show(target) => (target.clone(), Action::Show),
        Intent::AskDate(target) => (target.clone(), Action::AskDate),
        Intent::AskTitle(target) => (target.clone(), Action::AskTitle),
        Intent::Schedule(draft) => {
            let change = Change {
                due: draft.when.map(NewDue::At),
                priority: draft.priority,
                ..Change::default()
            };
            (Target::Title(draft.title.clone()), Action::Change(change))
        }
        _ => return None,
    })
}
