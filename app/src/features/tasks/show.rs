//! What the task actions answer with.

use domain::Actor;
use leptos::prelude::*;
use protocol::{Task, TaskId};

use super::item::{Shelf, edit_form, item_inside};
use super::list::{Focus, TaskList, board_html, rail_list};
use super::notice::Notice;
use super::place::Place;
use super::row::{RowFocus, TaskRow, rows};
use crate::dates;
use crate::error::AppError;
use crate::features::dashboard::overview::overview_html;
use crate::server_context::{Flash, domain, request};

/// What stood around the form, as it is now. A plain form's browser is sent to its page and finds the notice there.
///
/// # Errors
/// Those of the domain.
pub async fn around(actor: &Actor, notice: Option<Notice>, focus: Focus) -> Result<String, AppError> {
    let place = Place::here();
    if request().accepts_html {
        // The rail has no place for one: what it did is to be seen.
        if let Some(notice) = notice.filter(|_| place != Place::Rail) {
            notice.keep();
        }
        return Ok(String::new());
    }
    match place {
        Place::Page(filters) => {
            let list = TaskList::page(actor, filters).await?.focused(focus);
            Ok(board_html(list, notice))
        }
        Place::Rail => Ok(rail_list(TaskList::rail(actor).await?).to_html()),
        Place::Overview => overview_html(actor, notice, focus).await,
    }
}

/// The inside of one task's line: as it is, or as the form that edits it.
///
/// # Errors
/// `Forbidden` and `NotFound`.
pub async fn line(actor: &Actor, id: TaskId, edited: bool) -> Result<String, AppError> {
    let task = domain().tasks().get(actor, id).await?;
    let Some(row) = rows(vec![task], actor).pop() else {
        return Ok(String::new());
    };
    if edited {
        return Ok(edit_form(&row, &Flash::default()).to_html());
    }
    // What it can change places with is known from the list alone.
    let neighbours = match Place::here() {
        Place::Page(filters) => TaskList::page(actor, filters)
            .await?
            .rows
            .into_iter()
            .find(|row| row.id == id)
            .map(|row| row.neighbours),
        Place::Rail | Place::Overview => None,
    };
    let row = TaskRow {
        neighbours: neighbours.unwrap_or_default(),
        focus: Some(RowFocus::Edit),
        ..row
    };
    Ok(item_inside(&row, Shelf::Page).to_html())
}

/// `Added “Call mum”: tomorrow, 17:00, high priority.`
pub fn added(task: &Task, actor: &Actor) -> String {
    let now = dates::now_of(actor);
    let due = task
        .due_at
        .map(|at| dates::due_words(&dates::local(at, &now), &now).label);
    let priority = super::row::priority_word(task.priority).map(|word| format!("{word} priority"));
    let details: Vec<String> = due.into_iter().chain(priority).collect();
    if details.is_empty() {
        format!("Added “{}”.", task.title)
    } else {
        format!("Added “{}”: {}.", task.title, details.join(", "))
    }
}
