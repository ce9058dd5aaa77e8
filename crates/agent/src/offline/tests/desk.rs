//! A person at a desk: an assistant, a task list in memory, and the real loop and tools between them.

use std::sync::Mutex;

use async_trait::async_trait;
use jiff::tz::TimeZone;
use protocol::{Task, TaskId, TaskStatus, Timestamp};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::super::OfflineAssistant;
use crate::llm::{ChatMessage, Clock, RequestedCall, Usage};
use crate::run::{Called, HostError, RunHost, RunLimits, RunOutcome, RunRequest, run};
use crate::tools::{
    NewTask, Registry, TaskChange, TaskFilter, TaskPatch, TaskPort, ToolContext, ToolError, TurnOutcome,
};

/// One conversation.
pub(super) struct Desk {
    pub(super) clock: Clock,
    messages: Vec<ChatMessage>,
    list: List,
    /// Summaries of the last answer's tool calls, refusals included.
    pub(super) calls: Vec<String>,
    /// How many rounds of tool calls the last answer took.
    pub(super) rounds: usize,
}

impl Desk {
    /// Wednesday, 25 November 2026, 14:30 in Berlin.
    pub(super) fn new() -> Self {
        Self::at("2026-11-25T13:30:00Z", "Europe/Berlin")
    }

    pub(super) fn at(now: &str, zone: &str) -> Self {
        Self {
            clock: Clock {
                now: now.parse().unwrap(),
                time_zone: TimeZone::get(zone).unwrap(),
            },
            messages: vec![ChatMessage::System("Prompt".into())],
            list: List::default(),
            calls: Vec::new(),
            rounds: 0,
        }
    }

    /// Has somebody rename the task that the newest change was about.
    pub(super) fn renames(&mut self, title: &str) {
        let id = self.list.journal.last().unwrap().id;
        let at = self.list.at(id).unwrap();
        self.list.tasks[at].title = title.into();
        self.list.since = Some(vec![protocol::Overwrite {
            task_id: id,
            title: title.into(),
            field: "title".into(),
            now: title.into(),
            then: serde_json::Value::Null,
        }]);
    }

    /// Puts a task on the list behind the assistant's back: "Milk", "Milk @2026-11-26", "Milk !high".
    pub(super) fn has(&mut self, task: &str) {
        let mut new = NewTask::default();
        let mut words = Vec::new();
        for word in task.split(' ') {
            match (word.strip_prefix('@'), word.strip_prefix('!')) {
                (Some(due), _) => {
                    let due = if due.contains('T') {
                        due.to_owned()
                    } else {
                        format!("{due}T23:59:59")
                    };
                    let local: jiff::civil::DateTime = due.parse().unwrap();
                    let moment = self.clock.time_zone.to_timestamp(local).unwrap();
                    new.due_at = Some(Timestamp::from_millis(moment.as_millisecond()));
                }
                (_, Some(priority)) => new.priority = protocol::TaskPriority::parse(priority).unwrap(),
                _ => words.push(word),
            }
        }
        new.title = words.join(" ");
        self.list.insert(new);
    }

    /// Says something and hears the answer.
    pub(super) async fn say(&mut self, message: &str) -> String {
        self.messages.push(ChatMessage::User(message.into()));
        let host = Host {
            registry: Registry::built_in(),
            state: Mutex::new(State {
                clock: self.clock.clone(),
                list: std::mem::take(&mut self.list),
                text: String::new(),
                made: Vec::new(),
                summaries: Vec::new(),
                steps: 0,
            }),
        };
        let request = RunRequest {
            messages: self.messages.clone(),
            chars: 0,
            tools: Registry::built_in().definitions(),
            clock: self.clock.clone(),
            limits: RunLimits::default(),
        };
        let assistant = OfflineAssistant::with_pace(std::time::Duration::ZERO);
        let outcome = run(&assistant, request, &host, &CancellationToken::new())
            .await
            .unwrap();
        assert!(
            matches!(outcome, RunOutcome::Completed(_)),
            "{message}: {outcome:?}"
        );
        let state = host.state.into_inner().unwrap();
        self.list = state.list;
        self.calls = state.summaries;
        self.rounds = state.steps - 1;
        // As the context window tells of it: one step for all calls that no text parts.
        if !state.made.is_empty() {
            self.messages.push(ChatMessage::Assistant {
                text: String::new(),
                tool_calls: state.made.iter().map(|(call, _)| call.clone()).collect(),
            });
            for (call, content) in state.made {
                self.messages.push(ChatMessage::ToolResult {
                    call_id: call.call_id,
                    tool_name: call.tool_name,
                    content,
                });
            }
        }
        for (undone, summary) in self.list.undone.drain(..) {
            for message in &mut self.messages {
                if let ChatMessage::ToolResult { call_id, content, .. } = message
                    && *call_id == undone
                {
                    *content = format!(
                        "This was done (“{summary}”) and has been undone since; it no longer stands."
                    );
                }
            }
        }
        assert!(!state.text.is_empty(), "no answer to {message}");
        self.messages.push(ChatMessage::Assistant {
            text: state.text.trim().to_owned(),
            tool_calls: Vec::new(),
        });
        state.text
    }

    /// Replaces what an answer said, as if somebody else had written it.
    pub(super) fn rewrite_last_answer(&mut self, text: &str) {
        if let Some(ChatMessage::Assistant { text: said, .. }) = self.messages.last_mut() {
            text.clone_into(said);
        }
    }

    /// Begins another conversation about the same list.
    pub(super) fn begins_anew(&mut self) {
        self.messages.truncate(1);
    }

    pub(super) fn later(&mut self, hours: i64) {
        self.clock.now = self.clock.now.plus_millis(hours * 3_600_000);
    }

    /// The list as lines: "Milk @2026-11-26T10:00 !high #note [done]".
    pub(super) fn tasks(&self) -> Vec<String> {
        self.list.tasks.iter().map(|task| self.line(task)).collect()
    }

    fn line(&self, task: &Task) -> String {
        let mut line = task.title.clone();
        if let Some(due) = task.due_at {
            let due = jiff::Timestamp::from_millisecond(due.as_millis()).unwrap();
            let local = due.to_zoned(self.clock.time_zone.clone());
            let whole = local.strftime("%H:%M:%S").to_string() == "23:59:59";
            line += &local
                .strftime(if whole { " @%Y-%m-%d" } else { " @%Y-%m-%dT%H:%M" })
                .to_string();
        }
        if task.priority != protocol::TaskPriority::Normal {
            line += &format!(" !{}", task.priority.as_str());
        }
        if !task.description.is_empty() {
            line += &format!(" #{}", task.description);
        }
        if task.status == TaskStatus::Done {
            line += " [done]";
        }
        line
    }
}

struct Host {
    registry: Registry,
    state: Mutex<State>,
}

struct State {
    clock: Clock,
    list: List,
    text: String,
    made: Vec<(RequestedCall, String)>,
    summaries: Vec<String>,
    steps: usize,
}

#[async_trait]
impl RunHost for Host {
    async fn thinking(&self) -> Result<(), HostError> {
        self.state.lock().unwrap().steps += 1;
        Ok(())
    }

    async fn text(&self, delta: &str) -> Result<(), HostError> {
        self.state.lock().unwrap().text.push_str(delta);
        Ok(())
    }

    async fn plan(&self, _calls: &[RequestedCall]) -> Result<(), HostError> {
        Ok(())
    }

    async fn call_tool(&self, call: &RequestedCall) -> Result<Called, HostError> {
        let (clock, mut list) = {
            let mut state = self.state.lock().unwrap();
            (state.clock.clone(), std::mem::take(&mut state.list))
        };
        list.call_id.clone_from(&call.call_id);
        let mut context = ToolContext {
            tasks: &mut list,
            clock: &clock,
        };
        let output = self
            .registry
            .dispatch(&call.tool_name, &call.arguments, &mut context)
            .await;
        let mut state = self.state.lock().unwrap();
        state.list = list;
        let (told, summary) = match output {
            Ok(output) => (output.result.to_string(), output.summary),
            Err(ToolError::Respond(why)) => (why.told.clone(), format!("refused: {}", why.told)),
            Err(ToolError::Fatal(error)) => return Err(HostError(error)),
        };
        state.summaries.push(summary);
        state.made.push((call.clone(), told.clone()));
        Ok(Called::Told(told))
    }

    async fn usage(&self, _usage: Usage) -> Result<(), HostError> {
        Ok(())
    }
}

/// A change, and what it needs to be taken back.
struct Entry {
    summary: String,
    id: TaskId,
    /// The task as it was and where it stood; `None` when there was none.
    before: Option<(usize, Task)>,
    call_id: String,
}

/// A list in memory with a journal of its changes.
#[derive(Default)]
struct List {
    tasks: Vec<Task>,
    added: u128,
    /// What each change needs to be taken back, and how it is called.
    journal: Vec<Entry>,
    /// The call that is being made.
    call_id: String,
    /// Calls that were taken back, and what they had done.
    undone: Vec<(String, String)>,
    taken_back: Vec<Entry>,
    /// What the next undo would overwrite.
    since: Option<Vec<protocol::Overwrite>>,
}

impl List {
    fn insert(&mut self, new: NewTask) -> Task {
        self.added += 1;
        let at = Timestamp::from_millis(1_764_000_000_000 + i64::try_from(self.added).unwrap());
        let task = Task {
            id: Uuid::from_u128(self.added).into(),
            title: new.title,
            description: new.description,
            status: TaskStatus::Open,
            priority: new.priority,
            due_at: new.due_at,
            completed_at: None,
            created_at: at,
            updated_at: at,
        };
        self.tasks.push(task.clone());
        task
    }

    fn note(&mut self, summary: String, id: TaskId, before: Option<(usize, Task)>) {
        self.journal.push(Entry {
            summary,
            id,
            before,
            call_id: self.call_id.clone(),
        });
    }

    fn at(&self, id: TaskId) -> Option<usize> {
        self.tasks.iter().position(|task| task.id == id)
    }
}

#[async_trait]
impl TaskPort for List {
    async fn add(&mut self, new: NewTask) -> Result<Task, ToolError> {
        let task = self.insert(new);
        self.note(format!("Created task: {}", task.title), task.id, None);
        Ok(task)
    }

    async fn list(&mut self, filter: TaskFilter) -> Result<Vec<Task>, ToolError> {
        let q = filter.q.map(|q| q.to_lowercase());
        let says = |task: &Task| {
            q.as_ref().is_none_or(|q| {
                task.title.to_lowercase().contains(q) || task.description.to_lowercase().contains(q)
            })
        };
        let mut tasks: Vec<Task> = self
            .tasks
            .iter()
            .filter(|task| filter.status.is_none_or(|status| task.status == status) && says(task))
            .cloned()
            .collect();
        tasks.sort_by_key(|task| {
            (
                task.status == TaskStatus::Done,
                task.due_at.is_none(),
                task.due_at,
                std::cmp::Reverse(task.priority),
                task.created_at,
            )
        });
        tasks.truncate(filter.limit.unwrap_or(50) as usize);
        Ok(tasks)
    }

    async fn find(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        Ok(self.at(id).map(|at| self.tasks[at].clone()))
    }

    async fn update(&mut self, id: TaskId, patch: TaskPatch) -> Result<Option<TaskChange>, ToolError> {
        let Some(at) = self.at(id) else { return Ok(None) };
        let before = self.tasks[at].clone();
        let task = &mut self.tasks[at];
        task.title = patch.title.unwrap_or_else(|| before.title.clone());
        task.description = patch.description.unwrap_or_else(|| before.description.clone());
        task.due_at = patch.due_at.unwrap_or(before.due_at);
        task.priority = patch.priority.unwrap_or(before.priority);
        task.status = patch.status.unwrap_or(before.status);
        task.completed_at =
            (task.status == TaskStatus::Done).then_some(Timestamp::from_millis(1_795_613_400_000));
        let after = task.clone();
        self.note(
            format!("Updated task: {}", after.title),
            id,
            Some((at, before.clone())),
        );
        Ok(Some(TaskChange { before, after }))
    }

    async fn delete(&mut self, id: TaskId) -> Result<Option<Task>, ToolError> {
        let Some(at) = self.at(id) else { return Ok(None) };
        let task = self.tasks.remove(at);
        self.note(
            format!("Deleted task: {}", task.title),
            id,
            Some((at, task.clone())),
        );
        Ok(Some(task))
    }

    async fn undo_last(&mut self, overwrite: bool) -> Result<TurnOutcome, ToolError> {
        if let Some(overwrites) = self.since.take().filter(|_| !overwrite) {
            return Ok(TurnOutcome::Conflict {
                summary: "Updated task: Milk".into(),
                overwrites,
            });
        }
        let Some(mut entry) = self.journal.pop() else {
            return Ok(TurnOutcome::Nothing);
        };
        self.undone.push((entry.call_id.clone(), entry.summary.clone()));
        self.swap(&mut entry);
        let summary = entry.summary.clone();
        self.taken_back.push(entry);
        Ok(TurnOutcome::Turned {
            call_id: Uuid::nil().into(),
            summary,
            overwrote: vec![],
        })
    }

    async fn redo_last(&mut self, _overwrite: bool) -> Result<TurnOutcome, ToolError> {
        let Some(mut entry) = self.taken_back.pop() else {
            return Ok(TurnOutcome::Nothing);
        };
        self.swap(&mut entry);
        let summary = entry.summary.clone();
        self.journal.push(entry);
        Ok(TurnOutcome::Turned {
            call_id: Uuid::nil().into(),
            summary,
            overwrote: vec![],
        })
    }
}

impl List {
    /// Puts back what stood before, and keeps what stood.
    fn swap(&mut self, entry: &mut Entry) {
        let stood = self.at(entry.id).map(|at| (at, self.tasks.remove(at)));
        if let Some((at, task)) = entry.before.take() {
            self.tasks.insert(at.min(self.tasks.len()), task);
        }
        entry.before = stood;
    }
}
