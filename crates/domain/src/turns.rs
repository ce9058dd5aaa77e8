//! Undo and redo. Both turn a call of the journal: they put back what stood before the last thing that was done with it,
//! and keep what they put that in the place of. So what an undo overwrote its redo brings back, and the other way round,
//! as often as one likes.

use std::collections::BTreeMap;

use protocol::{Overwrite, Task, TaskId, ToolCallStatus};
use serde_json::Value;
use store::tasks::TaskRecord;
use store::tool_calls::{Change, ToolCallRecord};
use store::{Tx, tasks, tool_calls};

/// Which way a call is turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Undo,
    Redo,
}

impl Way {
    /// The status of a call that can be turned so.
    pub(crate) fn from(self) -> ToolCallStatus {
        match self {
            Self::Undo => ToolCallStatus::Success,
            Self::Redo => ToolCallStatus::Undone,
        }
    }

    fn to(self) -> ToolCallStatus {
        match self {
            Self::Undo => ToolCallStatus::Undone,
            Self::Redo => ToolCallStatus::Success,
        }
    }
}

/// What came of it.
pub(crate) enum Turned {
    /// It was done.
    Done {
        /// The calls as they are now, in the order in which they were turned.
        calls: Vec<ToolCallRecord>,
        /// What was changed since and is gone.
        overwrote: Vec<Overwrite>,
    },
    /// Nothing: this would have been overwritten.
    Conflict(Vec<Overwrite>),
}

/// Turns calls one after the other, all or none. Their rows must be locked; the tasks are locked here, in one order, so
/// that two who turn the same tasks wait for each other and never both ways.
pub(crate) async fn turn(
    tx: &mut Tx,
    calls: &[ToolCallRecord],
    way: Way,
    overwrite: bool,
) -> Result<Turned, store::Error> {
    let steps: Vec<Vec<Step<'_>>> = calls.iter().map(steps).collect();
    let mut before = BTreeMap::new();
    for step in steps.iter().flatten() {
        before.entry(step.task).or_insert(None);
    }
    for (id, found) in &mut before {
        *found = Some(
            tasks::find_for_update(tx, *id)
                .await?
                .ok_or(store::Error::Lost("task"))?,
        );
    }
    let before: Standing = before
        .into_iter()
        .filter_map(|(id, found)| Some((id, found?)))
        .collect();
    let mut after = before.clone();
    let mut lost = vec![];
    let mut turns = vec![];
    for steps in &steps {
        turns.push(
            steps
                .iter()
                .map(|step| step.take(&mut after, &mut lost))
                .collect::<Vec<_>>(),
        );
    }
    let overwritten = overwritten(lost, &before, &after);
    if !overwrite && !overwritten.is_empty() {
        return Ok(Turned::Conflict(overwritten));
    }
    for (id, now) in &after {
        if !before
            .get(id)
            .is_some_and(|was| same(standing(was), standing(now)))
        {
            tasks::save(tx, &now.task, now.deleted).await?;
        }
    }
    let mut turned = vec![];
    for (call, changes) in calls.iter().zip(&turns) {
        turned.push(tool_calls::turn(tx, call.call.id, way.to(), changes).await?);
    }
    Ok(Turned::Done {
        calls: turned,
        overwrote: overwritten,
    })
}

type Standing = BTreeMap<TaskId, TaskRecord>;

/// What turning one call does to one task.
struct Step<'a> {
    task: TaskId,
    /// How the task was left; `None` for deleted.
    left: Option<&'a Task>,
    /// What is put there.
    put: Option<&'a Task>,
}

/// The steps of a call, one for each task.
fn steps(call: &ToolCallRecord) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = vec![];
    for change in call.turn.as_ref().unwrap_or(&call.changes) {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let Some(task) = before.or(after).map(|task| task.id) else {
            continue;
        };
        match steps.iter_mut().find(|step| step.task == task) {
            Some(step) => step.left = after,
            None => steps.push(Step {
                task,
                left: after,
                put: before,
            }),
        }
    }
    steps
}

impl Step<'_> {
    /// Takes the step, notes the fields that are lost by it, and returns what it did.
    fn take(&self, standing: &mut Standing, lost: &mut Vec<(TaskId, &'static str)>) -> Change {
        let Some(record) = standing.get_mut(&self.task) else {
            return Change {
                before: None,
                after: None,
            };
        };
        let now = (!record.deleted).then(|| record.task.clone());
        for field in self.overwrites(now.as_ref()) {
            if !lost.contains(&(self.task, field)) {
                lost.push((self.task, field));
            }
        }
        record.deleted = self.put.is_none();
        if let Some(put) = self.put {
            record.task = put.clone();
        }
        // Where somebody has come to the same, there is nothing to keep, and the way back is what the call did.
        let is_there_already = same(now.as_ref(), self.put);
        Change {
            before: if is_there_already { self.left.cloned() } else { now },
            after: self.put.cloned(),
        }
    }

    /// Which fields are neither as they were left nor as they will be.
    fn overwrites(&self, now: Option<&Task>) -> Vec<&'static str> {
        let Some(now) = now else {
            return match (self.left, self.put) {
                (Some(_), Some(_)) => vec!["deleted"],
                _ => vec![],
            };
        };
        let differs = |from: Option<&Task>, name: &str, value: &Value| {
            from.is_none_or(|from| {
                fields(from)
                    .iter()
                    .all(|(other, kept)| *other != name || kept != value)
            })
        };
        fields(now)
            .iter()
            .filter(|(name, value)| differs(self.left, name, value) && differs(self.put, name, value))
            .map(|(name, _)| *name)
            .collect()
    }
}

/// The fields that count. Times do not: what was changed and changed back stands as it did.
fn fields(task: &Task) -> [(&'static str, Value); 5] {
    [
        ("title", task.title.clone().into()),
        ("description", task.description.clone().into()),
        ("status", task.status.as_str().into()),
        ("priority", task.priority.as_str().into()),
        (
            "due_at",
            task.due_at.map_or(Value::Null, |at| at.to_string().into()),
        ),
    ]
}

fn standing(record: &TaskRecord) -> Option<&Task> {
    (!record.deleted).then_some(&record.task)
}

fn same(one: Option<&Task>, other: Option<&Task>) -> bool {
    one.map(fields) == other.map(fields)
}

/// What is lost from beginning to end: what one step overwrites another may put back.
fn overwritten(lost: Vec<(TaskId, &'static str)>, before: &Standing, after: &Standing) -> Vec<Overwrite> {
    let told = lost.into_iter().filter_map(|(id, field)| {
        let (was, will) = (before.get(&id)?, after.get(&id)?);
        let value = |record: &TaskRecord| match field {
            "deleted" => Value::Bool(record.deleted),
            _ if record.deleted => Value::Null,
            _ => fields(&record.task)
                .into_iter()
                .find_map(|(name, value)| (name == field).then_some(value))
                .unwrap_or_default(),
        };
        let (now, then) = (value(was), value(will));
        // An empty due date and a deleted task are both null.
        (now != then || was.deleted != will.deleted).then(|| Overwrite {
            task_id: id,
            title: was.task.title.clone(),
            field: field.to_owned(),
            now,
            then,
        })
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use protocol::{TaskPriority, TaskStatus, Timestamp};

    use super::*;

    fn task(title: &str, status: TaskStatus) -> Task {
        Task {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            title: title.into(),
            description: String::new(),
            status,
            priority: TaskPriority::Normal,
            due_at: None,
            completed_at: None,
            created_at: Timestamp::from_millis(0),
            updated_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn only_what_is_neither_old_nor_new_is_overwritten() {
        let (milk, oat, soy) = (
            task("Milk", TaskStatus::Open),
            task("Oat milk", TaskStatus::Open),
            task("Soy milk", TaskStatus::Open),
        );
        let done = task("Oat milk", TaskStatus::Done);
        let overwrites = |left: Option<&Task>, put: Option<&Task>, now: Option<&Task>| {
            let task = milk.id;
            Step { task, left, put }.overwrites(now)
        };
        // A change of the title is taken back.
        assert!(overwrites(Some(&oat), Some(&milk), Some(&oat)).is_empty());
        assert!(overwrites(Some(&oat), Some(&milk), Some(&milk)).is_empty());
        assert_eq!(overwrites(Some(&oat), Some(&milk), Some(&soy)), ["title"]);
        assert_eq!(overwrites(Some(&oat), Some(&milk), Some(&done)), ["status"]);
        assert_eq!(overwrites(Some(&oat), Some(&milk), None), ["deleted"]);
        // An added task goes.
        assert!(overwrites(Some(&milk), None, Some(&milk)).is_empty());
        assert!(overwrites(Some(&milk), None, None).is_empty());
        assert_eq!(overwrites(Some(&milk), None, Some(&done)), ["title", "status"]);
        // A deleted one comes back.
        assert!(overwrites(None, Some(&milk), None).is_empty());
        assert!(overwrites(None, Some(&milk), Some(&milk)).is_empty());
        assert_eq!(overwrites(None, Some(&milk), Some(&soy)), ["title"]);
    }
}
