//! Where tasks are shown, and which of them.

use std::fmt::Write;

use domain::tasks::{Due, ListTasks};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use protocol::{TaskId, TaskPriority, TaskStatus};

use crate::forms::back;

/// The path of the page.
pub const PATH: &str = "/dashboard/tasks";

/// What shows tasks. An action answers with what its form stood in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The page of their own.
    Page(Filters),
    /// Beside a conversation.
    Rail,
    /// Among other things on the dashboard.
    Overview,
}

impl Place {
    /// Where the present form was sent from.
    pub fn here() -> Self {
        Self::of(&back())
    }

    fn of(path_and_query: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        match path {
            PATH => Self::Page(Filters {
                // An action ends the editing.
                edit: None,
                ..Filters::read(query)
            }),
            path if path.starts_with("/dashboard/chat") => Self::Rail,
            _ => Self::Overview,
        }
    }
}

/// Which tasks the page shows. All of it stands in its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    pub status: Option<TaskStatus>,
    pub due: Option<Due>,
    pub priority: Option<TaskPriority>,
    /// Only what was done since Monday.
    pub done_this_week: bool,
    /// May be empty.
    pub q: String,
    /// A cursor: the page begins behind it.
    pub after: Option<String>,
    /// The task that is being edited.
    pub edit: Option<TaskId>,
}

impl Filters {
    /// Reads a query string; what it does not understand is not there.
    pub fn read(query: &str) -> Self {
        let mut filters = Self::default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            let value = value.replace('+', " ");
            let value = percent_decode_str(&value).decode_utf8_lossy();
            match name {
                "status" => filters.status = TaskStatus::parse(&value),
                "due" => filters.due = Due::parse(&value),
                "priority" => filters.priority = TaskPriority::parse(&value),
                "done" => filters.done_this_week = value == "week",
                "q" => filters.q = value.trim().to_owned(),
                "after" => filters.after = Some(value.into_owned()).filter(|after| !after.is_empty()),
                "edit" => filters.edit = value.parse().ok(),
                _ => {}
            }
        }
        filters
    }

    /// The page's address with these filters, on its first page unless `after` says otherwise.
    pub fn path(&self) -> String {
        let mut path = PATH.to_owned();
        let edit = self.edit.map(|id| id.to_string());
        let mut sign = '?';
        for (name, value) in self.fields().into_iter().chain([
            ("after", self.after.as_deref().unwrap_or_default()),
            ("edit", edit.as_deref().unwrap_or_default()),
        ]) {
            if !value.is_empty() {
                // Writing to a string does not fail.
                let _ = write!(
                    path,
                    "{sign}{name}={}",
                    utf8_percent_encode(value, NON_ALPHANUMERIC)
                );
                sign = '&';
            }
        }
        path
    }

    /// The filters as fields of a form; those that are not set are empty.
    pub fn fields(&self) -> [(&'static str, &str); 5] {
        [
            ("status", self.status.map_or("", TaskStatus::as_str)),
            ("due", self.due.map_or("", Due::as_str)),
            ("priority", self.priority.map_or("", TaskPriority::as_str)),
            ("done", if self.done_this_week { "week" } else { "" }),
            ("q", &self.q),
        ]
    }

    /// The same filters from the first page on, with nothing being edited.
    pub fn first_page(&self) -> Self {
        Self {
            after: None,
            edit: None,
            ..self.clone()
        }
    }

    /// Whether anything is left out.
    pub fn any(&self) -> bool {
        self.first_page() != Self::default()
    }

    /// As the domain asks.
    pub fn query(&self, limit: u32) -> ListTasks {
        ListTasks {
            status: self.status,
            q: Some(self.q.clone()).filter(|q| !q.is_empty()),
            due: self.due,
            priority: self.priority,
            done_this_week: self.done_this_week,
            limit: Some(limit),
            cursor: self.after.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stand_in_the_address() {
        let filters = Filters {
            status: Some(TaskStatus::Open),
            due: Some(Due::Week),
            priority: Some(TaskPriority::High),
            done_this_week: false,
            q: "milk & \u{e9}ggs".into(),
            after: Some("AZ_-".into()),
            edit: Some("01890000-0000-7000-8000-000000000001".parse().unwrap()),
        };
        let path = filters.path();
        assert!(crate::server_context::local_path(&path).is_some(), "{path}");
        let (_, query) = path.split_once('?').unwrap();
        assert_eq!(Filters::read(query), filters);
        assert_eq!(Filters::default().path(), "/dashboard/tasks");
        assert_eq!(Filters::read("q=a+b&status=lost&due").q, "a b");
    }

    #[test]
    fn an_action_answers_with_what_its_form_stood_in() {
        assert_eq!(Place::of("/dashboard/chat/01?before=2"), Place::Rail);
        assert_eq!(Place::of("/dashboard"), Place::Overview);
        let edit = "/dashboard/tasks?q=a&edit=01890000-0000-7000-8000-000000000001";
        let filters = Filters {
            q: "a".into(),
            ..Filters::default()
        };
        assert_eq!(Place::of(edit), Place::Page(filters));
    }
}
