//! What an answer may refer to: the list shown last, the task named last, an open question.

use protocol::Task;

use super::intent::{Change, Draft};
use super::reply;
use super::transcript::{Outcome, Record, Turn};

/// What earlier turns left behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// The newest list, in the order of its numbers.
    pub(super) shown: Vec<Task>,
    /// Whether that list is newer than `focus`.
    pub(super) shown_last: bool,
    /// The tasks that were named or changed last.
    pub(super) focus: Vec<Task>,
    /// What the assistant asked at the end of the last turn.
    pub(super) question: Option<Question>,
    /// How many changes of the newest turn with any still stand.
    pub(super) standing: usize,
    /// How many changes of the very last turn still stand.
    pub(super) recent: usize,
    /// How many changes the newest turn that took any back took back.
    pub(super) undone: usize,
    /// Whether the assistant has said anything yet.
    pub(super) spoke: bool,
    /// The last answer.
    pub(super) said: String,
}

/// A question that was asked and what its answer is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    /// Which of these tasks?
    Which { tasks: Vec<Task>, action: Action },
    /// Really all of these?
    Confirm { tasks: Vec<Task>, action: Action },
    /// What should the new task be called?
    Title,
    /// Should this be added?
    AddIt(Draft),
    /// When should these be done?
    When(Vec<Task>),
    /// What should this be called from now on?
    NewTitle(Task),
}

/// What is to be done with tasks once they are known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    Complete,
    Reopen,
    Delete,
    Change(Change),
    Split,
    Show,
    /// Ask when to move them to.
    AskDate,
    /// Ask what to call it.
    AskTitle,
}

impl Memory {
    /// Takes over tasks that were named or changed.
    pub(super) fn touch(&mut self, tasks: Vec<Task>) {
        if tasks.is_empty() {
            return;
        }
        for task in &tasks {
            if let Some(shown) = self.shown.iter_mut().find(|shown| shown.id == task.id) {
                *shown = task.clone();
            }
        }
        self.focus = tasks;
        self.shown_last = false;
    }

    /// Forgets deleted tasks; they keep their numbers in the list, so that the others keep theirs.
    pub(super) fn forget(&mut self, tasks: &[Task]) {
        self.focus
            .retain(|known| !tasks.iter().any(|task| task.id == known.id));
    }

    /// Takes over a list that was shown.
    pub(super) fn show(&mut self, tasks: Vec<Task>) {
        if tasks.is_empty() {
            return;
        }
        // A task that was talked about and stands in the list is still "it".
        let kept = match &self.focus[..] {
            [one] => tasks.iter().find(|task| task.id == one.id).cloned(),
            _ => None,
        };
        self.focus = kept.map_or_else(|| tasks.clone(), |task| vec![task]);
        self.shown = tasks;
        self.shown_last = true;
    }

    /// What an answer said that was not written by this assistant, or at another time: its numbered
    /// lines are matched with the tasks in its tool results.
    pub(super) fn observe(&mut self, turn: &Turn, now: &jiff::Zoned) {
        self.question = None;
        for record in &turn.records {
            match &record.outcome {
                Outcome::List { tasks, .. } => self.show(numbered_in(&turn.said, tasks, now)),
                // A list that cannot be read any more: better no numbers than those of an older one.
                _ if record.tool_name == "list_tasks" => {
                    self.shown.clear();
                    self.focus.clear();
                }
                Outcome::Task { task, .. } if record.tool_name != "delete_task" => {
                    self.touch(vec![(**task).clone()])
                }
                _ => {}
            }
        }
    }

    /// What every turn leaves behind, whoever wrote it.
    pub(super) fn close(&mut self, turn: &Turn) {
        let standing = standing(&turn.records);
        self.recent = standing;
        if standing > 0 {
            self.standing = standing;
        }
        let undone = turn.records.iter().filter(|record| record.took_back()).count();
        if undone > 0 {
            self.undone = undone;
        }
        if !turn.said.is_empty() {
            self.spoke = true;
            self.said.clone_from(&turn.said);
        }
    }
}

/// How many changes of these calls still stand.
fn standing(records: &[Record]) -> usize {
    records.iter().filter(|record| record.stands()).count()
}

/// The tasks of a result in the order of the numbers under which a text shows them; all of them, in
/// the result's order, where it shows none.
fn numbered_in(said: &str, tasks: &[Task], now: &jiff::Zoned) -> Vec<Task> {
    let mut left: Vec<&Task> = tasks.iter().collect();
    let mut shown = Vec::new();
    let mut found = false;
    for line in said.lines() {
        let line = line.trim_start();
        let rest = line.trim_start_matches(|char: char| char.is_ascii_digit());
        let Some(item) = rest.strip_prefix(". ").filter(|_| rest.len() < line.len()) else {
            continue;
        };
        let text = reply::unescaped(item);
        let at = left
            .iter()
            .position(|task| reply::line(task, now) == item)
            .or_else(|| longest_title(&left, |title| text.trim_start().starts_with(title)))
            .or_else(|| longest_title(&left, |title| text.contains(title)));
        match at {
            Some(at) => {
                found = true;
                shown.push(left.remove(at).clone());
            }
            None => shown.push(unknown(text.trim())),
        }
    }
    if found { shown } else { tasks.to_vec() }
}

/// Keeps the place of a numbered line that is no known task, so that those after it keep theirs.
pub(super) fn unknown(title: &str) -> Task {
    Task {
        id: protocol::TaskId(uuid::Uuid::nil()),
        title: title.to_owned(),
        description: String::new(),
        status: protocol::TaskStatus::Open,
        priority: protocol::TaskPriority::Normal,
        due_at: None,
        completed_at: None,
        created_at: protocol::Timestamp::from_millis(0),
        updated_at: protocol::Timestamp::from_millis(0),
    }
}

fn longest_title(tasks: &[&Task], fits: impl Fn(&str) -> bool) -> Option<usize> {
    tasks
        .iter()
        .enumerate()
        .filter(|(_, task)| fits(&task.title))
        .max_by_key(|(at, task)| (task.title.len(), std::cmp::Reverse(*at)))
        .map(|(at, _)| at)
}
