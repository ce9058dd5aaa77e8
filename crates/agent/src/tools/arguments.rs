//! Reads a tool call's arguments with patience: models quote numbers, capitalise words and add
//! fields of their own. Every error is a sentence that helps the model to do better.

use protocol::limits::{self, TOOL_ARGUMENTS_BYTES, checked_text};
use protocol::{TaskId, TaskPriority, TaskStatus, Timestamp};
use serde_json::{Map, Value};

use super::{ToolError, due};
use crate::llm::Clock;

/// The arguments of one tool call. Fields that no tool asks for are ignored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Reads the text that a model wrote for `tool_name`. Nothing at all and `null` count as `{}`, and an
    /// object inside a string is unpacked once.
    ///
    /// # Errors
    /// [`ToolError::Respond`] when it is no JSON, or JSON but no object.
    pub fn parse(tool_name: &str, text: &str) -> Result<Self, ToolError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        if text.len() > TOOL_ARGUMENTS_BYTES {
            return Err(ToolError::respond(
                format!(
                    "The arguments of {tool_name} are over {TOOL_ARGUMENTS_BYTES} bytes. Send shorter ones."
                ),
                "The arguments are too long",
            ));
        }
        let read = |text: &str| serde_json::from_str::<Value>(text);
        let value = match read(text) {
            Ok(Value::String(inner)) => read(&inner).unwrap_or(Value::String(inner)),
            Ok(value) => value,
            Err(error) => {
                return Err(ToolError::respond(
                    format!(
                        "The arguments of {tool_name} are not valid JSON ({error}). Send one JSON object that fits \
                         the tool's schema."
                    ),
                    UNREADABLE,
                ));
            }
        };
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            Value::Null => Ok(Self::default()),
            _ => Err(ToolError::respond(
                format!(
                    "The arguments of {tool_name} must be one JSON object with named fields, such as {{\"title\": \
                     \"…\"}}."
                ),
                UNREADABLE,
            )),
        }
    }

    /// The field as text; numbers and booleans are spelled out. `None` when it is absent or null.
    fn text(&self, name: &str) -> Result<Option<String>, ToolError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
            Some(Value::Array(_) | Value::Object(_)) => Err(respond(
                name,
                "must be a plain text",
                format!("The {} could not be read", human(name)),
            )),
        }
    }

    /// The first of several names that is there, and its text.
    fn any_text<'a>(&self, names: &[&'a str]) -> Result<Option<(&'a str, String)>, ToolError> {
        for name in names {
            if let Some(text) = self.text(name)? {
                return Ok(Some((name, text)));
            }
        }
        Ok(None)
    }

    /// `title`: one line of 1–200 characters. `None` when it is absent.
    ///
    /// # Errors
    /// [`ToolError::Respond`] naming the limit.
    pub fn title(&self) -> Result<Option<String>, ToolError> {
        let Some(text) = self.text("title")? else {
            return Ok(None);
        };
        let line: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        within("title", &line, 1, limits::TASK_TITLE_CHARS).map(Some)
    }

    /// `description`: up to 2,000 characters; null is the empty text. `None` when it is absent.
    ///
    /// # Errors
    /// [`ToolError::Respond`] naming the limit.
    pub fn description(&self) -> Result<Option<String>, ToolError> {
        let text = match self.0.get("description") {
            None => return Ok(None),
            Some(_) => self.text("description")?.unwrap_or_default(),
        };
        within("description", &text, 0, limits::TASK_DESCRIPTION_CHARS).map(Some)
    }

    /// `due_at` (also `due_date` and `due`): `Some(None)` when it is null or empty, which takes a date
    /// away. [`due::parse`] lists the forms.
    ///
    /// # Errors
    /// [`ToolError::Respond`] showing the forms and today's date.
    pub fn due_at(&self, clock: &Clock) -> Result<Option<Option<Timestamp>>, ToolError> {
        const NAMES: [&str; 3] = ["due_at", "due_date", "due"];
        match self.any_text(&NAMES)? {
            Some((name, text)) => due::parse(&text, clock).map(Some).map_err(|why| {
                let shown = limits::excerpt(&text, 40);
                respond(name, &why, format!("Couldn't understand the date “{shown}”"))
            }),
            None if NAMES.iter().any(|name| self.0.contains_key(*name)) => Ok(Some(None)),
            None => Ok(None),
        }
    }

    /// `priority`, in any case; "medium" is understood as normal. `None` when it is absent or empty.
    ///
    /// # Errors
    /// [`ToolError::Respond`] listing the words.
    pub fn priority(&self) -> Result<Option<TaskPriority>, ToolError> {
        let Some(word) = self.word("priority")? else {
            return Ok(None);
        };
        match word.as_str() {
            "medium" => Ok(Some(TaskPriority::Normal)),
            "urgent" => Ok(Some(TaskPriority::High)),
            _ => TaskPriority::parse(&word).map(Some).ok_or_else(|| {
                respond(
                    "priority",
                    "must be low, normal or high",
                    format!("There is no priority “{}”", limits::excerpt(&word, 40)),
                )
            }),
        }
    }

    /// `status`, in any case; "completed" and "pending" are understood. `None` when it is absent, empty
    /// or "all".
    ///
    /// # Errors
    /// [`ToolError::Respond`] listing the words.
    pub fn status(&self) -> Result<Option<TaskStatus>, ToolError> {
        let Some(word) = self.word("status")? else {
            return Ok(None);
        };
        match word.as_str() {
            "all" | "any" => Ok(None),
            "completed" | "complete" => Ok(Some(TaskStatus::Done)),
            "pending" | "todo" | "active" => Ok(Some(TaskStatus::Open)),
            _ => TaskStatus::parse(&word).map(Some).ok_or_else(|| {
                respond(
                    "status",
                    "must be open or done; leave it out for both",
                    format!("There is no status “{}”", limits::excerpt(&word, 40)),
                )
            }),
        }
    }

    /// `task_id` (also `id`).
    ///
    /// # Errors
    /// [`ToolError::Respond`] pointing to list_tasks when it is missing or no id.
    pub fn task_id(&self) -> Result<TaskId, ToolError> {
        let text = self.any_text(&["task_id", "id"])?.map(|(_, text)| text);
        let text = text.as_deref().map(str::trim).unwrap_or_default();
        if text.is_empty() {
            return Err(respond(
                "task_id",
                "is missing. Call list_tasks to find the task's id",
                "It was not said which task is meant",
            ));
        }
        text.parse().map_err(|_| {
            let shown = limits::excerpt(text, 60);
            respond(
                "task_id",
                &format!(
                    "must be an id as list_tasks gives it, not \"{shown}\". Call list_tasks and use the id of \
                     the task that is meant"
                ),
                NO_SUCH_TASK,
            )
        })
    }

    /// A search text; `None` when it is absent or empty.
    ///
    /// # Errors
    /// [`ToolError::Respond`] when it is over 200 characters.
    pub fn query(&self) -> Result<Option<String>, ToolError> {
        let text = self.text("q")?.unwrap_or_default();
        let text = within("q", &text, 0, limits::TASK_TITLE_CHARS)?;
        Ok((!text.is_empty()).then_some(text))
    }

    /// `limit`, brought into 1–200; the page's default when it is absent.
    ///
    /// # Errors
    /// [`ToolError::Respond`] when it is no number.
    pub fn limit(&self) -> Result<u32, ToolError> {
        let (default, max) = limits::TASKS_PAGE;
        let Some(text) = self.text("limit")?.filter(|text| !text.trim().is_empty()) else {
            return Ok(default);
        };
        // A float, because models write 10.0 as well; the cast saturates.
        let number: f64 = text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| !number.is_nan())
            .ok_or_else(|| {
                respond(
                    "limit",
                    &format!("must be a number from 1 to {max}"),
                    "It was not clear how many tasks to list",
                )
            })?;
        Ok((number as u32).clamp(1, max))
    }

    /// `overwrite`; false unless it is true, in any of the forms that models give a truth.
    ///
    /// # Errors
    /// [`ToolError::Respond`] when it is a list or an object.
    pub fn overwrite(&self) -> Result<bool, ToolError> {
        let word = self.word("overwrite")?;
        Ok(matches!(word.as_deref(), Some("true" | "yes" | "1")))
    }

    fn word(&self, name: &str) -> Result<Option<String>, ToolError> {
        let text = self.text(name)?.unwrap_or_default().trim().to_lowercase();
        Ok((!text.is_empty()).then_some(text))
    }
}

const UNREADABLE: &str = "The request to the tool could not be read";
const NO_SUCH_TASK: &str = "Couldn't find that task";

fn respond(name: &str, why: &str, summary: impl Into<String>) -> ToolError {
    ToolError::respond(format!("`{name}` {why}."), summary)
}

/// What people call a field.
fn human(name: &str) -> &str {
    match name {
        "due_at" | "due_date" | "due" => "due date",
        "task_id" | "id" => "task's id",
        "q" => "search text",
        name => name,
    }
}

/// A text held against its limit.
fn within(name: &str, text: &str, min: usize, max: usize) -> Result<String, ToolError> {
    checked_text(text, min, max).map_err(|why| {
        let (what, length) = (human(name), text.trim().chars().count());
        let summary = if length > max {
            format!("The {what} was too long ({length} of {max} characters)")
        } else if length < min {
            format!("The {what} was empty")
        } else {
            format!("The {what} has characters that cannot be stored")
        };
        respond(name, &why, summary)
    })
}

/// What is said when no task of the user has this id.
pub(crate) fn no_such_task(id: TaskId) -> ToolError {
    ToolError::respond(
        format!(
            "There is no task with the id {id}; it may have been deleted. Call list_tasks to see the tasks and \
             their ids."
        ),
        NO_SUCH_TASK,
    )
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::Refusal;
    use super::*;

    fn arguments(value: Value) -> Arguments {
        Arguments::parse("test", &value.to_string()).unwrap()
    }

    fn told<T: std::fmt::Debug>(result: Result<T, ToolError>) -> String {
        refused(result).told
    }

    fn refused<T: std::fmt::Debug>(result: Result<T, ToolError>) -> Refusal {
        match result.unwrap_err() {
            ToolError::Respond(refusal) => refusal,
            ToolError::Fatal(source) => panic!("fatal: {source}"),
        }
    }

    #[test]
    fn arguments_have_a_limit_and_the_model_is_told() {
        let text = |length: usize| json!({ "title": "a".repeat(length) }).to_string();
        let frame = text(0).len();
        assert!(Arguments::parse("add_task", &text(TOOL_ARGUMENTS_BYTES - frame)).is_ok());
        let error = Arguments::parse("add_task", &text(TOOL_ARGUMENTS_BYTES - frame + 1)).unwrap_err();
        let ToolError::Respond(refusal) = error else {
            panic!("{error}")
        };
        assert!(refusal.told.contains("over 65536 bytes"), "{}", refusal.told);
    }

    #[test]
    fn nothing_counts_as_no_arguments() {
        for text in ["", "  \n", "null", "{}", "\"\\n{}\""] {
            assert_eq!(
                Arguments::parse("add_task", text).unwrap(),
                Arguments::default(),
                "{text}"
            );
        }
        let packed = Arguments::parse("add_task", r#""{\"title\":\"Milk\"}""#).unwrap();
        assert_eq!(packed.title().unwrap().as_deref(), Some("Milk"));
    }

    #[test]
    fn what_is_no_object_is_explained() {
        for text in ["[1]", "3", "\"milk\"", "true"] {
            assert!(
                told(Arguments::parse("add_task", text)).contains("one JSON object"),
                "{text}"
            );
        }
        for text in [r#"{"title": "Mil"#, "{title: 1}", "{}{}"] {
            let sentence = told(Arguments::parse("add_task", text));
            assert!(sentence.contains("add_task are not valid JSON (") && sentence.contains("line 1"));
        }
    }

    #[test]
    fn a_title_is_one_trimmed_line_within_its_limit() {
        let title = |value| arguments(json!({ "title": value })).title();
        assert_eq!(title(json!("  a\nb ")).unwrap().as_deref(), Some("a b"));
        assert_eq!(title(json!(2026)).unwrap().as_deref(), Some("2026"));
        assert_eq!(title(Value::Null).unwrap(), None);
        assert_eq!(told(title(json!(" "))), "`title` must not be empty.");
        assert_eq!(
            told(title(json!("é".repeat(201)))),
            "`title` must have at most 200 characters, but has 201."
        );
        assert_eq!(told(title(json!(["a"]))), "`title` must be a plain text.");
    }

    #[test]
    fn words_are_understood_in_any_case() {
        let read = arguments(json!({"priority": " HIGH", "status": "Completed", "limit": "12.0"}));
        assert_eq!(read.priority().unwrap(), Some(TaskPriority::High));
        assert_eq!(read.status().unwrap(), Some(TaskStatus::Done));
        assert_eq!(read.limit().unwrap(), 12);
        let empty = arguments(json!({"priority": "", "status": "all", "limit": null}));
        assert_eq!(empty.priority().unwrap(), None);
        assert_eq!(empty.status().unwrap(), None);
        assert_eq!(empty.limit().unwrap(), 50);
        assert_eq!(
            told(arguments(json!({"priority": "x"})).priority()),
            "`priority` must be low, normal or high."
        );
        for (given, limit) in [(json!(-4), 1), (json!(1e99), 200), (json!(200), 200)] {
            assert_eq!(arguments(json!({ "limit": given })).limit().unwrap(), limit);
        }
        assert!(told(arguments(json!({"limit": "many"})).limit()).contains("from 1 to 200"));
    }

    #[test]
    fn an_id_that_is_none_points_to_the_list() {
        assert!(
            told(arguments(json!({"task_id": "milk"})).task_id()).contains("not \"milk\". Call list_tasks")
        );
        assert!(told(arguments(json!({})).task_id()).contains("list_tasks"));
        let id = "0190a1b2-0000-7000-8000-000000000001";
        assert_eq!(
            arguments(json!({"id": format!(" {id} ")}))
                .task_id()
                .unwrap()
                .to_string(),
            id
        );
    }

    #[test]
    fn people_are_told_in_their_words() {
        let clock = Clock {
            now: "2026-11-21T10:00:00Z".parse().unwrap(),
            time_zone: jiff::tz::TimeZone::UTC,
        };
        let given = |value| arguments(value);
        for (refusal, summary) in [
            (
                refused(Arguments::parse("add_task", "{")),
                "The request to the tool could not be read",
            ),
            (
                refused(Arguments::parse("add_task", "[]")),
                "The request to the tool could not be read",
            ),
            (
                refused(given(json!({"title": "é".repeat(201)})).title()),
                "The title was too long (201 of 200 characters)",
            ),
            (
                refused(given(json!({"title": ""})).title()),
                "The title was empty",
            ),
            (
                refused(given(json!({"title": {}})).title()),
                "The title could not be read",
            ),
            (
                refused(given(json!({"description": "x".repeat(2001)})).description()),
                "The description was too long (2001 of 2000 characters)",
            ),
            (
                refused(given(json!({"due": "soon"})).due_at(&clock)),
                "Couldn't understand the date “soon”",
            ),
            (
                refused(given(json!({"priority": "x"})).priority()),
                "There is no priority “x”",
            ),
            (
                refused(given(json!({"status": "x"})).status()),
                "There is no status “x”",
            ),
            (
                refused(given(json!({})).task_id()),
                "It was not said which task is meant",
            ),
            (
                refused(given(json!({"task_id": "milk"})).task_id()),
                "Couldn't find that task",
            ),
            (
                refused(given(json!({"q": "x".repeat(201)})).query()),
                "The search text was too long (201 of 200 characters)",
            ),
            (
                refused(given(json!({"limit": "many"})).limit()),
                "It was not clear how many tasks to list",
            ),
        ] {
            assert_eq!(refusal.summary, summary);
            assert!(!refusal.summary.contains(['`', '_']), "{summary}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,60}") {
            let _ = Arguments::parse("t", &text);
            let read = arguments(json!({"title": text, "limit": text, "task_id": text, "q": text}));
            let _ = (read.title(), read.limit(), read.task_id(), read.query());
        }
    }
}
