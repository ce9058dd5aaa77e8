//! What the assistant says of itself.

use super::intent::{Answer, Talk};
use super::reply;
use super::session::Session;

/// The note at the end of a conversation's first answer.
pub(super) fn introduction() -> String {
    "*I'm the offline assistant: no AI model is connected, so I understand everyday requests about your \
     tasks and nothing else. Say “help” for examples.*"
        .into()
}

const EXAMPLES: &str = "- **Add**: “Add buy milk tomorrow at 10”, “Create a task called ‘Review Q4 report’”\n\
     - **Look**: “What's due this week?”, “Show overdue tasks”, “Tasks about the report”\n\
     - **Tick off**: “Done with 1”, “I finished the report”\n\
     - **Change**: “Move it to Friday”, “Rename milk to oat milk”, “Make the second one urgent”\n\
     - **Delete**: “Delete the milk one”, “Delete all done tasks”\n\
     - **Plan**: “What should I do next?”, “Help me organize my tasks”\n\
     - **Undo**: “Undo that”";

const CONNECT: &str = "To connect an AI model, set `OPENAI_API_KEY` where Greenlit runs, or \
     `OPENAI_BASE_URL` and `OPENAI_MODEL` for Ollama, vLLM, llama.cpp or any other OpenAI-compatible \
     server, and restart it.";

pub(super) fn greeting() -> String {
    format!(
        "Hello! I'm Greenlit's offline assistant and look after your task list. You can say things like:\n\n{EXAMPLES}"
    )
}

fn help() -> String {
    format!(
        "I'm the offline assistant: I work without an AI model and understand everyday requests about your \
         tasks. For example:\n\n{EXAMPLES}\n\nSeveral requests in one message are fine, and everything can \
         be undone. {CONNECT}"
    )
}

fn identity() -> String {
    format!(
        "I'm Greenlit's offline assistant. There is no AI model behind me: I understand everyday English \
         about tasks and work on your list with the same tools a model would use. {CONNECT}"
    )
}

fn connect() -> String {
    format!(
        "{CONNECT} For example:\n\n```sh\n# OpenAI\nOPENAI_API_KEY=sk-…\n\n# Ollama on this \
         machine\nOPENAI_BASE_URL=http://localhost:11434/v1\nOPENAI_MODEL=llama3.2\n```\n\nUntil then I'm \
         the offline assistant and look after your tasks."
    )
}

/// What is said to what was not understood.
pub(super) fn not_understood(asked: &str) -> String {
    let short = asked.split_whitespace().count() <= 3
        && asked.chars().any(char::is_alphabetic)
        && !asked.contains('?');
    let hint = if short {
        format!(" If it is a task, say “add {}”.", reply::escaped(asked.trim()))
    } else {
        String::new()
    };
    format!(
        "I didn't understand {}. I'm the offline assistant: I can't answer general questions, but I can \
         work on your task list.{hint} Try one of these:\n\n{EXAMPLES}\n\n{CONNECT}",
        reply::quoted(asked)
    )
}

pub(super) fn perhaps_task(title: &str) -> String {
    format!(
        "I'm not sure what to do with that. Shall I add {} as a task? Say “yes”, or start with “add” \
         next time.",
        reply::bold(title)
    )
}

pub(super) fn what_title() -> String {
    "Gladly. What should the task be called?".into()
}

pub(super) fn incomplete(what: &str) -> String {
    match what {
        "title" => "What should it be called? Say for example “rename milk to oat milk”.",
        "date" => {
            "I couldn't make out the date. Say for example “move it to Friday” or “move 2 to Dec 3 at 10:00”."
        }
        "restore" => {
            "I can bring back what I changed last: say “undo that”. A done task comes back with “reopen” \
             and its title."
        }
        "elsewhere" => {
            "I only work on your task list. Conversations are managed in the sidebar, your account and how things look \
             under Settings."
        }
        "note" => "What should the note say? For example: “add a note to it: ask Bob first”.",
        _ => {
            "What should I change? For example: “rename it to …”, “move it to Friday”, “make it high \
              priority”."
        }
    }
    .into()
}

pub(super) fn sorry() -> String {
    "Sorry about that. My last answer changed nothing; say “undo” to take back the change before it, or \
     tell me what you would like instead."
        .into()
}

pub(super) fn too_many_steps() -> String {
    "That is as far as I get in one answer: what the steps above show is done. Tell me again what is left."
        .into()
}

pub(super) fn no_tool(name: &str) -> String {
    format!("I can't do that now: I have no access to `{name}`.")
}

pub(super) fn lost() -> String {
    "This answer was interrupted, and I can't tell where to take it up again. What the steps above show is \
     done; tell me again what is left."
        .into()
}

impl Session<'_> {
    pub(super) fn talk(&mut self, talk: Talk) {
        let text = match talk {
            Talk::Greeting => {
                self.introduced = true;
                if self.memory.spoke {
                    "Hello again! What can I do for your list?".into()
                } else {
                    greeting()
                }
            }
            Talk::Thanks => "You're welcome!".into(),
            Talk::Goodbye => "Goodbye! Your list is safe with me.".into(),
            Talk::Help => {
                self.introduced = true;
                help()
            }
            Talk::Identity => {
                self.introduced = true;
                identity()
            }
            Talk::Connect => {
                self.introduced = true;
                connect()
            }
            Talk::Today => format!("It's {}.", self.now.strftime("%A, %-d %B %Y, %H:%M")),
            Talk::Repeat => match self.memory.said.as_str() {
                "" => "I haven't said anything yet. Say “help” to see what I can do.".into(),
                said => said.to_owned(),
            },
        };
        self.say(text);
    }

    /// An answer to no question.
    pub(super) fn stray_answer(&mut self, answer: &Answer) {
        let text = match answer {
            Answer::Yes => "All right. What can I do for your list?".into(),
            Answer::No => "All right.".into(),
            Answer::Positions(positions) => match &self.at_positions(positions)[..] {
                [] => "I'm not sure what you mean. Say “show my tasks” for a numbered list.".into(),
                tasks => {
                    let text = format!(
                        "What should I do with {}? For example: “done”, “move it to Friday”, “make it \
                         urgent”, “delete it”.",
                        reply::titles(tasks)
                    );
                    self.memory.touch(tasks.to_vec());
                    text
                }
            },
            Answer::All | Answer::It => {
                "What should I do? For example: “show my tasks”, “done with 1”, “move it to Friday”.".into()
            }
        };
        self.say(text);
    }
}
