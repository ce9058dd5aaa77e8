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
use super::targets::{Resolution, Trouble};
use super::transcript::Outcome;

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
            Action::Show => vec![Call::list(arguments::look_up(&task.title))],
            Action::AskDate | Action::AskTitle => Vec::new(),
        }
    }

    fn changes(&self, task: &Task, change: &Change) -> Value {
        arguments::changed_task(task, change, self.now)
    }

    fn report_added(&mut self, drafts: &[Draft], outcomes: Vec<Outcome>) {
        let mut added = Vec::new();
        for (draft, outcome) in drafts.iter().zip(outcomes) {
            match outcome {
                Outcome::Task { task, .. } => added.push(*task),
                other => self.say(format!(
                    "I couldn't add {}: {}",
                    reply::bold(&draft.title),
                    says::why_not(&other)
                )),
            }
        }
        match &added[..] {
            [] => return,
            [task] => {
                let text = says::added(task, self.now);
                self.say(text);
                self.memory.touch(added.clone());
            }
            tasks => {
                let text = format!(
                    "Added {}:\n\n{}",
                    reply::count(tasks.len(), "task"),
                    reply::numbered(tasks, 1, self.now)
                );
                self.say(text);
                self.memory.focus.clear();
                self.memory.show(added.clone());
            }
        }
        for remark in says::remarks(drafts, &added, self.now) {
            self.say(remark);
        }
    }

    fn report_done(&mut self, action: &Action, tasks: &[Task], outcomes: Vec<Outcome>) {
        match action {
            _ if tasks.is_empty() => return,
            Action::AskDate => {
                let text = format!(
                    "When shall I move {} to? Say for example “Friday” or “Dec 3 at 10:00”.",
                    reply::titles(tasks)
                );
                self.memory.touch(tasks.to_vec());
                return self.ask(text, Question::When(tasks.to_vec()));
            }
            Action::AskTitle => {
                let text = format!("What should {} be called?", reply::bold(&tasks[0].title));
                self.memory.touch(tasks.to_vec());
                return self.ask(text, Question::NewTitle(tasks[0].clone()));
            }
            Action::Split => return self.report_split(outcomes),
            Action::Show if outcomes.is_empty() => return self.tell(tasks),
            Action::Show => return self.report_details(tasks, outcomes),
            _ => {}
        }
        let (mut done, mut before, mut already) = (Vec::new(), Vec::new(), Vec::new());
        for (task, outcome) in tasks.iter().zip(outcomes) {
            match outcome {
                Outcome::Task {
                    task: after,
                    unchanged: true,
                } => already.push(*after),
                Outcome::Task { task: after, .. } => {
                    before.push(task.clone());
                    done.push(*after);
                }
                other => self.say(says::failed(action, task, &other)),
            }
        }
        if !done.is_empty() {
            let text = says::done(action, &before, &done, self.now);
            self.say(text);
        }
        if !already.is_empty() {
            let was = if already.len() == 1 { "was" } else { "were" };
            self.say(format!("{} {was} done already.", reply::titles(&already)));
        }
        if *action == Action::Delete {
            self.memory.forget(&done);
        } else {
            done.extend(already);
            self.memory.touch(done);
        }
    }

    fn report_details(&mut self, tasks: &[Task], outcomes: Vec<Outcome>) {
        let mut known = Vec::new();
        for (task, outcome) in tasks.iter().zip(outcomes) {
            let found = match outcome {
                Outcome::List { tasks, .. } => tasks.into_iter().find(|other| other.id == task.id),
                _ => None,
            };
            match found {
                Some(task) => known.push(task),
                None => self.say(format!("{} is no longer on your list.", reply::bold(&task.title))),
            }
        }
        self.tell(&known);
    }

    /// Tells everything about some tasks.
    fn tell(&mut self, tasks: &[Task]) {
        for task in tasks {
            let text = says::details(task, self.now);
            self.say(text);
        }
        self.memory.touch(tasks.to_vec());
    }

    fn report_split(&mut self, outcomes: Vec<Outcome>) {
        let mut made = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Task { task, .. } => made.push(*task),
                other => self.say(format!("One step did not work: {}", says::why_not(&other))),
            }
        }
        // The last one is the task that was split.
        let whole = made.pop();
        if let Some(whole) = whole.filter(|_| !made.is_empty()) {
            self.say(format!(
                "Split {} into {}:\n\n{}",
                reply::bold(&whole.title),
                reply::count(made.len(), "task"),
                reply::numbered(&made, 1, self.now)
            ));
            self.memory.focus.clear();
            self.memory.show(made);
        }
    }

    fn report_troubles(&mut self, action: &Action, troubles: Vec<Trouble>) {
        for trouble in troubles {
            match trouble {
                Trouble::Several { said, tasks } => {
                    let text = says::which(&said, &tasks, self.now);
                    let focus = std::mem::take(&mut self.memory.focus);
                    self.memory.show(tasks.clone());
                    if focus.len() == 1 {
                        self.memory.focus = focus;
                    }
                    self.ask(
                        text,
                        Question::Which {
                            tasks,
                            action: action.clone(),
                        },
                    );
                }
                Trouble::NotFound(said) => match action {
                    Action::Change(Change {
                        due: Some(NewDue::At(when)),
                        title: None,
                        ..
                    }) => {
                        let draft = Draft {
                            title: super::titles::capitalised(&said),
                            when: Some(*when),
                            ..Draft::default()
                        };
                        self.ask(
                            format!("I found no task like {}. Shall I add it? Say “yes”, or “show my tasks” to see the list.", reply::quoted(&said)),
                            Question::AddIt(draft),
                        );
                    }
                    _ => self.say(says::not_found(&said)),
                },
                other => self.say(says::trouble(&other, action, self.now)),
            }
        }
    }

    /// Takes back changes: so many, or all that the newest turn with any made.
    pub(super) fn undo(&mut self, count: Option<usize>) -> Result<(), Pause> {
        let here = if self.changed > 0 {
            self.changed
        } else {
            self.memory.standing
        };
        let count = count.unwrap_or(here).clamp(1, MOST);
        let outcomes = self.script.call(vec![Call::undo(); count])?;
        let mut undone = Vec::new();
        let mut refused = Vec::new();
        for outcome in outcomes {
            match outcome {
                Outcome::Undone(Some(summary)) => undone.push(summary),
                Outcome::Undone(None) => {}
                other => refused.push(says::why_not(&other)),
            }
        }
        self.say(says::undone(&undone, &refused));
        self.changed = 0;
        Ok(())
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
