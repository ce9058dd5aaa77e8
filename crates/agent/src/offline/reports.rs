//! Telling what came of a round of changes, and keeping in mind what was changed.

use protocol::Task;

use super::action_replies as says;
use super::intent::{Change, Draft, NewDue};
use super::memory::{Action, Question};
use super::reply;
use super::session::Session;
use super::targets::Trouble;
use super::titles;
use super::transcript::Outcome;

impl Session<'_> {
    pub(super) fn report_added(&mut self, drafts: &[Draft], outcomes: Vec<Outcome>) {
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

    pub(super) fn report_done(&mut self, action: &Action, tasks: &[Task], outcomes: Vec<Outcome>) {
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

    pub(super) fn report_troubles(&mut self, action: &Action, troubles: Vec<Trouble>) {
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
                            title: titles::capitalised(&said),
                            when: Some(*when),
                            ..Draft::default()
                        };
                        self.ask(
                            format!(
                                "I found no task like {}. Shall I add it? Say “yes”, or “show my \
                                     tasks” to see the list.",
                                reply::quoted(&said)
                            ),
                            Question::AddIt(draft),
                        );
                    }
                    _ => self.say(says::not_found(&said)),
                },
                other => self.say(says::trouble(&other, action, self.now)),
            }
        }
    }
}
