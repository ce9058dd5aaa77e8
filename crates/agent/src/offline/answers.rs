//! Taking an answer to the assistant's own question.

use super::dates;
use super::intent::{Answer, Change, Draft, Intent, NewDue};
use super::memory::{Action, Question};
use super::reply;
use super::resolve;
use super::script::Pause;
use super::session::Session;
use super::titles;
use super::words::{Phrase, tokenize};

impl Session<'_> {
    /// Takes a message as the answer to a question. `false` when it is none, so that it has to be
    /// taken for itself.
    pub(super) fn reply_to(
        &mut self,
        question: &Question,
        asked: &str,
        intents: &[Intent],
    ) -> Result<bool, Pause> {
        let [intent] = intents else {
            return Ok(false);
        };
        let understood = !matches!(intent, Intent::Answer(_) | Intent::Unknown(_));
        match (question, intent) {
            (_, Intent::Answer(Answer::No)) => {
                self.say("All right, I'll leave it.");
                Ok(true)
            }
            (Question::Which { tasks, action }, Intent::Answer(answer)) => {
                self.choose(tasks, action, answer)?;
                Ok(true)
            }
            (Question::Which { tasks, action }, _) => self.choose_by_title(tasks, action, asked, understood),
            (Question::Confirm { tasks, action }, Intent::Answer(Answer::Yes | Answer::All)) => {
                self.act(action.clone(), tasks.clone())?;
                Ok(true)
            }
            (Question::AddIt(draft), Intent::Answer(Answer::Yes)) => {
                self.add(vec![draft.clone()])?;
                Ok(true)
            }
            (Question::Title, Intent::Unknown(_) | Intent::Answer(_)) => self.take_title(asked),
            (Question::NewTitle(task), Intent::Unknown(_) | Intent::Add(_)) if !is_explicit(asked) => {
                let tokens = tokenize(asked);
                let change = Change {
                    title: Some(titles::new_title(Phrase::new(asked, &tokens))),
                    ..Change::default()
                };
                self.act(Action::Change(change), vec![task.clone()])?;
                Ok(true)
            }
            (Question::When(tasks), intent) => {
                let Some(when) = date_in(asked) else {
                    return Ok(false);
                };
                let it = matches!(intent, Intent::Change(super::intent::Target::It, _));
                if !it && !matches!(intent, Intent::Unknown(_) | Intent::List(_) | Intent::Answer(_)) {
                    return Ok(false);
                }
                let change = Change {
                    due: Some(NewDue::At(when)),
                    ..Change::default()
                };
                self.act(Action::Change(change), tasks.clone())?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn choose(&mut self, tasks: &[protocol::Task], action: &Action, answer: &Answer) -> Result<(), Pause> {
        self.memory.shown = tasks.to_vec();
        let chosen = match answer {
            Answer::All => tasks.to_vec(),
            Answer::Positions(positions) => {
                let chosen = self.at_positions(positions);
                if chosen.len() < positions.len() {
                    Vec::new()
                } else {
                    chosen
                }
            }
            Answer::Yes | Answer::It | Answer::No => Vec::new(),
        };
        if chosen.is_empty() {
            self.ask(
                format!("Please give me a number from 1 to {}.", tasks.len()),
                Question::Which {
                    tasks: tasks.to_vec(),
                    action: action.clone(),
                },
            );
            return Ok(());
        }
        self.act(action.clone(), chosen)
    }

    /// "The one for mum": more words of the title.
    fn choose_by_title(
        &mut self,
        tasks: &[protocol::Task],
        action: &Action,
        asked: &str,
        understood: bool,
    ) -> Result<bool, Pause> {
        if understood {
            return Ok(false);
        }
        let tokens = tokenize(asked);
        let said = match super::target::parse(Phrase::new(asked, &tokens)) {
            super::intent::Target::Title(said) | super::intent::Target::Exact(said) => said,
            _ => return Ok(false),
        };
        let chosen = resolve::candidates(&said, tasks, None);
        match chosen.len() {
            0 => Ok(false),
            1 => {
                self.act(action.clone(), chosen)?;
                Ok(true)
            }
            _ => {
                self.ask(
                    format!(
                        "Still several of them fit {}. Please give me a number.",
                        reply::quoted(&said)
                    ),
                    Question::Which {
                        tasks: tasks.to_vec(),
                        action: action.clone(),
                    },
                );
                Ok(true)
            }
        }
    }

    /// Takes the whole message as a title, unless it is a question.
    fn take_title(&mut self, asked: &str) -> Result<bool, Pause> {
        let line = asked.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.ends_with('?') {
            return Ok(false);
        }
        let tokens = tokenize(&line);
        let draft: Draft = titles::draft(Phrase::new(&line, &tokens), true);
        if draft.title.is_empty() {
            return Ok(false);
        }
        self.add(vec![draft])?;
        Ok(true)
    }
}

/// Whether a message asks for a new task in so many words, or asks anything at all.
fn is_explicit(asked: &str) -> bool {
    let tokens = tokenize(asked);
    asked.trim_end().ends_with('?')
        || super::add::parse(super::polite::polite(Phrase::new(asked, &tokens))).is_some()
}

/// The date that a short answer names.
fn date_in(asked: &str) -> Option<dates::When> {
    let tokens = tokenize(asked);
    let phrase = super::polite::polite(Phrase::new(asked, &tokens)).without_end_marks();
    (0..phrase.len().min(5)).find_map(|from| dates::read_whole(phrase.skip(from)))
}
