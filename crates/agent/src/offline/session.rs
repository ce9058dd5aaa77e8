//! Answering one message: plays the intents against the tools and collects what to say.

use jiff::Zoned;
use protocol::Task;

use super::intent::{Intent, Target, Unknown};
use super::memory::{self, Memory, Question};
use super::resolve;
use super::script::{Pause, Script};
use super::talk_replies as says;
use super::transcript::Turn;
use super::understand::understand;
use crate::llm::Clock;

/// The most requests taken from one message.
const MOST_REQUESTS: usize = 50;

/// What comes of looking at a transcript.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// Make these calls.
    Calls(Vec<super::script::Call>),
    /// Say this and stop.
    Say(String),
}

/// One answer in the making.
pub(super) struct Session<'a> {
    pub(super) now: &'a Zoned,
    pub(super) memory: Memory,
    pub(super) script: Script,
    /// Paragraphs of the answer.
    pub(super) said: Vec<String>,
    /// Whether the answer already explains who is speaking.
    pub(super) introduced: bool,
    /// Changes made in this turn so far.
    pub(super) changed: usize,
}

/// Decides what comes next. `tools`: the tools that may be called; none in a run's last step.
pub(super) fn step(turns: &[Turn], clock: &Clock, has_tool: &dyn Fn(&str) -> bool) -> Step {
    let now = clock.local();
    let Some((current, earlier)) = turns.split_last() else {
        return Step::Say(says::greeting());
    };
    let mut memory = Memory::default();
    for turn in earlier {
        memory = after(turn, memory, &now);
    }
    let mut session = Session::new(&now, memory, current);
    match session.answer(&current.asked) {
        Ok(()) => Step::Say(session.text()),
        Err(Pause::Calls(calls)) => match calls.iter().find(|call| !has_tool(call.tool_name)) {
            None => Step::Calls(calls),
            Some(_) if session.script.is_played() && !current.records.is_empty() => {
                Step::Say(says::too_many_steps())
            }
            Some(call) => Step::Say(says::no_tool(call.tool_name)),
        },
        Err(Pause::Lost) => Step::Say(says::lost()),
    }
}

/// The memory after a turn that is over. It is played again; where that does not come to what was
/// said (another model wrote it, or midnight has passed since), its text and results are read.
fn after(turn: &Turn, memory: Memory, now: &Zoned) -> Memory {
    let mut session = Session::new(now, memory.clone(), turn);
    let played = session.answer(&turn.asked).is_ok() && session.script.is_played();
    let text = session.body();
    let same = !turn.said.is_empty() && (turn.said.starts_with(&text) || text.starts_with(&turn.said));
    let mut memory = if played && same {
        session.memory
    } else {
        let mut memory = memory;
        memory.observe(turn, now);
        memory
    };
    memory.close(turn);
    memory
}

impl<'a> Session<'a> {
    fn new(now: &'a Zoned, memory: Memory, turn: &Turn) -> Self {
        Self {
            now,
            memory,
            script: Script::new(&turn.records),
            said: Vec::new(),
            introduced: false,
            changed: 0,
        }
    }

    /// The answer without the note that opens a conversation.
    fn body(&self) -> String {
        self.said.join("\n\n")
    }

    fn text(&self) -> String {
        let body = self.body();
        if self.memory.spoke || self.introduced {
            return body;
        }
        format!("{body}\n\n{}", says::introduction())
    }

    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.said.push(text.into());
    }

    /// Asks something; only the first question of an answer is waited for.
    pub(super) fn ask(&mut self, text: String, question: Question) {
        self.say(text);
        if self.memory.question.is_none() {
            self.memory.question = Some(question);
        }
    }

    fn answer(&mut self, asked: &str) -> Result<(), Pause> {
        let mut intents = understand(asked);
        if intents.len() > MOST_REQUESTS {
            self.say(format!(
                "That is a lot at once: I take the first {MOST_REQUESTS} requests."
            ));
            intents.truncate(MOST_REQUESTS);
        }
        if let Some(question) = self.memory.question.take()
            && self.reply_to(&question, asked, &intents)?
        {
            return Ok(());
        }
        let mut rest = &intents[..];
        while !rest.is_empty() {
            let together = self.together(rest);
            if together == 0 {
                self.single(&rest[0], asked)?;
                rest = &rest[1..];
            } else {
                self.change_tasks(&rest[..together])?;
                rest = &rest[together..];
            }
        }
        Ok(())
    }

    /// How many of the next intents change tasks and can do so in one round: none of them speaks of
    /// what another one makes.
    fn together(&self, intents: &[Intent]) -> usize {
        let mut added: Vec<Task> = Vec::new();
        for (at, intent) in intents.iter().enumerate() {
            let target = match intent {
                Intent::Add(drafts) if !drafts.is_empty() => {
                    added.extend(drafts.iter().map(|draft| memory::unknown(&draft.title)));
                    continue;
                }
                Intent::Schedule(_) => continue,
                Intent::Complete(target)
                | Intent::Reopen(target)
                | Intent::Delete(target)
                | Intent::Change(target, _)
                | Intent::Split(target)
                | Intent::AskDate(target)
                | Intent::AskTitle(target)
                | Intent::Show(target) => target,
                _ => return at,
            };
            let depends = match target {
                Target::It | Target::Them | Target::Newest | Target::Every(_) => at > 0,
                Target::Title(said) | Target::Exact(said) => {
                    !resolve::candidates(said, &added, None).is_empty()
                }
                Target::Positions { .. } | Target::Each(_) | Target::Missing => false,
            };
            if depends {
                return at.max(1);
            }
        }
        intents.len()
    }

    fn single(&mut self, intent: &Intent, asked: &str) -> Result<(), Pause> {
        match intent {
            Intent::List(query) => self.list(query),
            Intent::Next => self.next(),
            Intent::Organize => self.organize(),
            Intent::Undo(count) => self.undo(*count),
            Intent::UndoAnyway => self.undo_anyway(),
            Intent::Redo(anyway) => self.redo(*anyway),
            Intent::Oops if self.memory.recent + self.changed > 0 => self.undo(None),
            Intent::Oops => {
                self.say(says::sorry());
                Ok(())
            }
            Intent::Talk(talk) => {
                self.talk(*talk);
                Ok(())
            }
            Intent::Answer(answer) => {
                self.stray_answer(answer);
                Ok(())
            }
            Intent::Unknown(Unknown::PerhapsTask(draft)) => {
                self.ask(says::perhaps_task(&draft.title), Question::AddIt(draft.clone()));
                Ok(())
            }
            Intent::Unknown(Unknown::Incomplete(what)) => {
                self.say(says::incomplete(what));
                Ok(())
            }
            Intent::Unknown(Unknown::General) => {
                self.introduced = true;
                self.say(says::not_understood(asked));
                Ok(())
            }
            Intent::Add(_) => {
                self.ask(says::what_title(), Question::Title);
                Ok(())
            }
            _ => self.change_tasks(std::slice::from_ref(intent)),
        }
    }
}
