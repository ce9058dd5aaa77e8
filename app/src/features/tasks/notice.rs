//! What was just done to a task, in a sentence, with the button that takes it back.

use leptos::either::Either;
use leptos::prelude::*;
use protocol::TaskId;

use crate::server_context::{Flash, set_flash, take_flash};

const FORM: &str = "task-notice";

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub words: String,
    pub undo: Option<(Undo, TaskId)>,
}

/// How it is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// It was deleted.
    Restore,
    /// It was ticked.
    Reopen,
    /// It was added.
    Delete,
}

impl Undo {
    fn action(self) -> &'static str {
        match self {
            Self::Restore => "/api/fn/restore_task",
            Self::Reopen => "/api/fn/toggle_task",
            Self::Delete => "/api/fn/delete_task",
        }
    }
}

impl Notice {
    /// A sentence alone.
    pub fn new(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            undo: None,
        }
    }

    /// A sentence with a way back.
    pub fn with(words: impl Into<String>, undo: Undo, id: TaskId) -> Self {
        Self {
            undo: Some((undo, id)),
            ..Self::new(words)
        }
    }

    /// Keeps it for the page that a plain form's browser is sent to.
    pub fn keep(&self) {
        let (action, id) = match self.undo {
            Some((undo, id)) => (undo.action(), id.to_string()),
            None => ("", String::new()),
        };
        set_flash(&Flash {
            form: FORM.into(),
            values: vec![("action".into(), action.into()), ("task_id".into(), id)],
            message: self.words.clone(),
            ..Flash::default()
        });
    }

    /// The one that was kept.
    pub fn take() -> Option<Self> {
        let flash = take_flash(FORM)?;
        let undo = [Undo::Restore, Undo::Reopen, Undo::Delete]
            .into_iter()
            .find(|undo| undo.action() == flash.value("action"));
        let id = flash.value("task_id").parse().ok();
        Some(Self {
            words: flash.message,
            undo: undo.zip(id),
        })
    }

    /// For the edge of the page (`toast`) or where it stands. `target`: the id of what the way back changes.
    pub fn view(self, target: &'static str, toast: bool) -> impl IntoView {
        let Self { words, undo } = self;
        let undo = undo.map(|(undo, id)| {
            view! {
                <form
                    method="post"
                    action=undo.action()
                    data-do="swap"
                    data-target=target
                    data-error="tasks-error"
                >
                    <input type="hidden" name="task_id" value=id.to_string()/>
                    {(undo == Undo::Reopen).then(|| view! { <input type="hidden" name="done" value="false"/> })}
                    <button class="btn small">"Undo"</button>
                </form>
            }
        });
        if toast {
            Either::Left(view! {
                <div data-toast>
                    <span>{words}</span>
                    {undo}
                </div>
            })
        } else {
            Either::Right(view! {
                <div class="notice said" role="status">
                    <span>{words}</span>
                    {undo}
                </div>
            })
        }
    }
}
