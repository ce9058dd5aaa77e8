//! Intents: what a message asks for, without knowing any task yet.

use protocol::{TaskPriority, TaskStatus};

use super::dates::{Range, Shift, When};

/// One thing that somebody asks for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Intent {
    /// New tasks; empty when no title was said.
    Add(Vec<Draft>),
    /// "Schedule the dentist for Friday": a new task, or a new date for one that exists.
    Schedule(Draft),
    List(Query),
    /// Everything about a task, its note included.
    Show(Target),
    Complete(Target),
    Reopen(Target),
    Delete(Target),
    Change(Target, Change),
    /// "Move the report": asks for the date.
    AskDate(Target),
    /// "Rename the report": asks for the title.
    AskTitle(Target),
    /// Split a task whose title names several things.
    Split(Target),
    /// Take back the last turn's changes, or so many single ones.
    Undo(Option<usize>),
    /// Take back one change, whatever was changed since.
    UndoAnyway,
    /// Make again what was taken back last; with `true` one change, whatever was changed since.
    Redo(bool),
    /// "That's wrong": take back the last turn's changes, if it made any.
    Oops,
    /// "What should I do next?"
    Next,
    /// "Help me organize my tasks."
    Organize,
    Talk(Talk),
    /// A bare answer: "2", "the first", "both", "yes".
    Answer(Answer),
    Unknown(Unknown),
}

/// Small talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Talk {
    Greeting,
    Thanks,
    Goodbye,
    Help,
    /// "Who are you?", "which model is this?"
    Identity,
    /// "How do I connect a model?"
    Connect,
    /// "What day is it?"
    Today,
    Repeat,
}

/// An answer to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    Positions(Vec<Position>),
    All,
    /// A pronoun alone ("that one").
    It,
}

/// Something that was not understood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unknown {
    /// A question or request that needs a model.
    General,
    /// It may be meant as a task.
    PerhapsTask(Draft),
    /// A verb without its object: "rename", "move".
    Incomplete(&'static str),
}

/// A task to be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) when: Option<When>,
    pub(super) priority: Option<TaskPriority>,
    /// What the title lost because it was too long: the whole text.
    pub(super) shortened: bool,
    /// "every Monday" was said, which a task cannot do.
    pub(super) repeats: bool,
}

/// What to change in a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) title: Option<String>,
    pub(super) note: Option<String>,
    /// Take the description away.
    pub(super) clear_note: bool,
    pub(super) due: Option<NewDue>,
    pub(super) priority: Option<TaskPriority>,
}

/// A change of a due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NewDue {
    At(When),
    Clear,
    /// Later by so much.
    Shift(Shift),
    /// Earlier by so much.
    Advance(Shift),
}

/// Which tasks are meant.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    /// By a title or some words of it.
    Title(String),
    /// By a title in quotes.
    Exact(String),
    /// By where they stand in the newest list; `said` in case a title reads so.
    Positions {
        positions: Vec<Position>,
        said: String,
    },
    It,
    Them,
    /// The task made or named last.
    Newest,
    Every(Query),
    /// Several of the above.
    Each(Vec<Target>),
    /// Nothing was said.
    Missing,
}

/// A place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// From 1.
    At(usize),
    /// The last is 1.
    FromEnd(usize),
}

/// Which tasks to show or to change together.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Query {
    /// `None`: not said.
    pub(super) status: Option<TaskStatus>,
    /// Open and done ones both.
    pub(super) both: bool,
    pub(super) range: Option<Range>,
    pub(super) priority: Option<TaskPriority>,
    /// Words that the title or description has.
    pub(super) text: Option<String>,
    /// Only how many.
    pub(super) count: bool,
    /// Only so many of them.
    pub(super) first: Option<usize>,
}

impl Query {
    /// Whether it names any property, so that it means fewer than all tasks.
    pub(super) fn is_narrow(&self) -> bool {
        self.status.is_some() || self.range.is_some() || self.priority.is_some() || self.text.is_some()
    }
}
