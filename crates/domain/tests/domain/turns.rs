//! Undo and redo: random histories against a model in memory, and beside other things that happen at the same time.

use std::sync::Arc;

use domain::Error;
use futures::future::join_all;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use protocol::api::UpdateTask;
use protocol::{ConversationId, MessageId, TaskId, TaskStatus, ToolCallId, ToolCallStatus};
use serde_json::json;
use sqlx::PgPool;
use store::Scope;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::support::{Beat, World, world};

const TITLES: [&str; 3] = ["Milk", "Oat milk", "Soy milk"];

/// What is done to a task, by a tool or by hand. `pick` chooses among those that are there.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// By hand: brings a deleted one back.
    Add,
    Retitle,
    Complete,
    Delete,
}

#[derive(Debug, Clone, Copy)]
struct Doing {
    act: Act,
    pick: usize,
    title: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Hand(Doing),
    Turn {
        redo: bool,
        whole_answer: bool,
        pick: usize,
        overwrite: bool,
    },
}

#[derive(Debug, Clone)]
struct Plan {
    /// Each an answer's calls, and what is done by hand after it.
    answers: Vec<(Vec<Doing>, Vec<Doing>)>,
    /// Each a few that are begun at the same moment.
    steps: Vec<Vec<Op>>,
}

fn doing() -> impl Strategy<Value = Doing> {
    let act = prop_oneof![
        Just(Act::Add),
        Just(Act::Retitle),
        Just(Act::Retitle),
        Just(Act::Complete),
        Just(Act::Delete)
    ];
    (act, 0..12_usize, prop::sample::select(&TITLES[..])).prop_map(|(act, pick, title)| Doing {
        act,
        pick,
        title,
    })
}

fn op() -> impl Strategy<Value = Op> {
    let turn = (
        any::<bool>(),
        prop::bool::weighted(0.25),
        0..12_usize,
        any::<bool>(),
    );
    prop_oneof![
        1 => doing().prop_map(Op::Hand),
        4 => turn.prop_map(|(redo, whole_answer, pick, overwrite)| Op::Turn { redo, whole_answer, pick, overwrite }),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let step = prop_oneof![3 => vec(op(), 1), 1 => vec(op(), 2..4)];
    (
        vec((vec(doing(), 1..4), vec(doing(), 0..3)), 1..3),
        vec(step, 4..16),
    )
        .prop_map(|(answers, steps)| Plan { answers, steps })
}

#[derive(Debug, Clone, PartialEq)]
struct Content {
    title: &'static str,
    done: bool,
}

#[derive(Debug, Clone, PartialEq)]
struct ModelTask {
    content: Content,
    deleted: bool,
}

impl ModelTask {
    fn new(title: &'static str) -> Self {
        Self {
            content: Content { title, done: false },
            deleted: false,
        }
    }

    fn shown(&self) -> Option<Content> {
        (!self.deleted).then(|| self.content.clone())
    }
}

#[derive(Debug, Clone, PartialEq)]
struct ModelCall {
    answer: usize,
    task: usize,
    status: ToolCallStatus,
    /// What stood before the last thing that was done, and after it; `None` for a call that changed nothing.
    last: Option<(Option<Content>, Option<Content>)>,
}

/// What everything should be.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model {
    tasks: Vec<ModelTask>,
    calls: Vec<ModelCall>,
}

impl Model {
    fn tool(&mut self, answer: usize, known: usize, doing: Doing) {
        let task = match doing.act {
            Act::Add => {
                self.tasks.push(ModelTask::new(doing.title));
                self.tasks.len() - 1
            }
            _ => doing.pick % known,
        };
        let before = match doing.act {
            Act::Add => None,
            _ => self.tasks[task].shown(),
        };
        let is_done = matches!(doing.act, Act::Add) || self.change(task, doing);
        let after = self.tasks[task].shown();
        let changed = is_done && before != after;
        let refused = !is_done;
        self.calls.push(ModelCall {
            answer,
            task,
            status: if refused {
                ToolCallStatus::Error
            } else {
                ToolCallStatus::Success
            },
            last: changed.then_some((before, after)),
        });
    }

    /// False for a task that is not there.
    fn change(&mut self, task: usize, doing: Doing) -> bool {
        let task = &mut self.tasks[task];
        if matches!(doing.act, Act::Add) {
            task.deleted = false;
            return true;
        }
        if task.deleted {
            return false;
        }
        match doing.act {
            Act::Add => {}
            Act::Retitle => task.content.title = doing.title,
            Act::Complete => task.content.done = true,
            Act::Delete => task.deleted = true,
        }
        true
    }

    fn play(&mut self, op: Op) -> String {
        let (redo, whole_answer, pick, overwrite) = match op {
            Op::Hand(doing) => {
                let task = doing.pick % self.tasks.len();
                return if self.change(task, doing) {
                    "done"
                } else {
                    "not_found"
                }
                .into();
            }
            Op::Turn {
                redo,
                whole_answer,
                pick,
                overwrite,
            } => (redo, whole_answer, pick, overwrite),
        };
        let from = if redo {
            ToolCallStatus::Undone
        } else {
            ToolCallStatus::Success
        };
        let nothing = if redo {
            "nothing_to_redo"
        } else {
            "nothing_to_undo"
        };
        let picked = pick % self.calls.len();
        let turns = |call: &ModelCall| call.status == from && call.last.is_some();
        let mut which: Vec<usize> = if whole_answer {
            let answer = self.calls[picked].answer;
            (0..self.calls.len())
                .filter(|at| self.calls[*at].answer == answer && turns(&self.calls[*at]))
                .collect()
        } else if turns(&self.calls[picked]) {
            vec![picked]
        } else if !redo && self.calls[picked].status == ToolCallStatus::Undone {
            return "already_undone".into();
        } else {
            vec![]
        };
        if which.is_empty() {
            return nothing.into();
        }
        if !redo {
            which.reverse();
        }
        let mut next = self.clone();
        let mut lost = vec![];
        for at in which {
            next.turn(at, redo, &mut lost);
        }
        lost.retain(|(task, field)| {
            let (was, will) = (&self.tasks[*task], &next.tasks[*task]);
            // What is deleted before and after is changed for nobody.
            !(was.deleted && will.deleted)
                && (was.deleted != will.deleted
                    || match *field {
                        "title" => was.content.title != will.content.title,
                        "status" => was.content.done != will.content.done,
                        _ => false,
                    })
        });
        for (was, will) in self.tasks.iter().zip(&mut next.tasks) {
            if was.deleted && will.deleted {
                will.content = was.content.clone();
            }
        }
        lost.sort_unstable();
        lost.dedup();
        if !overwrite && !lost.is_empty() {
            return format!("changed_since {lost:?}");
        }
        *self = next;
        "done".into()
    }

    fn turn(&mut self, at: usize, redo: bool, lost: &mut Vec<(usize, &'static str)>) {
        let ModelCall { task, last, .. } = self.calls[at].clone();
        let (put, left) = last.unwrap();
        let now = self.tasks[task].shown();
        match (&now, &left, &put) {
            (None, Some(_), Some(_)) => lost.push((task, "deleted")),
            (Some(now), left, put) => {
                let kept = |same: fn(&Content, &Content) -> bool| {
                    [left, put]
                        .into_iter()
                        .flatten()
                        .any(|content| same(content, now))
                };
                if !kept(|one, other| one.title == other.title) {
                    lost.push((task, "title"));
                }
                if !kept(|one, other| one.done == other.done) {
                    lost.push((task, "status"));
                }
            }
            _ => {}
        }
        let model = &mut self.tasks[task];
        model.deleted = put.is_none();
        if let Some(content) = &put {
            model.content = content.clone();
        }
        let stood = if now == put { left } else { now };
        self.calls[at].last = Some((stood, put));
        self.calls[at].status = if redo {
            ToolCallStatus::Success
        } else {
            ToolCallStatus::Undone
        };
    }
}

/// The same things in the database.
struct Real<'a> {
    world: &'a World,
    conversation: ConversationId,
    tasks: Vec<TaskId>,
    calls: Vec<(MessageId, ToolCallId)>,
}

impl Real<'_> {
    async fn play(&self, op: Op) -> String {
        let (domain, ada) = (&self.world.domain, &self.world.ada);
        let result = match op {
            Op::Hand(doing) => {
                let id = self.tasks[doing.pick % self.tasks.len()];
                let change = UpdateTask {
                    title: matches!(doing.act, Act::Retitle).then(|| doing.title.to_owned()),
                    status: matches!(doing.act, Act::Complete).then_some(TaskStatus::Done),
                    ..UpdateTask::default()
                };
                match doing.act {
                    Act::Add => domain.tasks().restore(ada, id).await.map(drop),
                    Act::Delete => domain.tasks().delete(ada, id).await,
                    _ => domain.tasks().update(ada, id, change).await.map(drop),
                }
            }
            Op::Turn {
                redo,
                whole_answer,
                pick,
                overwrite,
            } => {
                let (message, call) = self.calls[pick % self.calls.len()];
                let calls = domain.tool_calls();
                match (whole_answer, redo) {
                    (true, true) => calls.redo_answer(ada, message, overwrite).await.map(drop),
                    (true, false) => calls.undo_answer(ada, message, overwrite).await.map(drop),
                    (false, true) => calls.redo(ada, call, overwrite).await.map(drop),
                    (false, false) => calls.undo(ada, call, overwrite).await.map(drop),
                }
            }
        };
        match result {
            Ok(()) => "done".into(),
            Err(Error::Conflict { code, .. }) => code.into(),
            Err(Error::NotFound(_)) => "not_found".into(),
            Err(Error::ChangedSince(changes)) => {
                let mut lost: Vec<(usize, &str)> = changes
                    .iter()
                    .map(|change| {
                        let task = self.tasks.iter().position(|id| *id == change.task_id).unwrap();
                        (task, change.field.as_str())
                    })
                    .collect();
                lost.sort_unstable();
                format!("changed_since {lost:?}")
            }
            Err(error) => format!("{error:?}"),
        }
    }

    /// The tasks as they stand, and every call's status.
    async fn look(&self) -> (Vec<(String, bool, bool)>, Vec<String>) {
        let mut tx = self
            .world
            .store
            .begin(Scope::Actor(self.world.ada.user_id()))
            .await
            .unwrap();
        let tasks: Vec<(String, bool, bool)> = sqlx::query_as(
            "SELECT title, status = 'done', deleted_at IS NOT NULL FROM tasks JOIN unnest($1) WITH ORDINALITY AS w (w, n)
             ON w = id ORDER BY n",
        )
        .bind(self.tasks.iter().map(|id| id.0).collect::<Vec<Uuid>>())
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        let calls: Vec<(String,)> = sqlx::query_as(
            "SELECT status FROM tool_calls WHERE conversation_id = $1 ORDER BY message_id, position",
        )
        .bind(self.conversation.0)
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        (tasks, calls.into_iter().map(|(status,)| status).collect())
    }
}

fn looks(model: &Model) -> (Vec<(String, bool, bool)>, Vec<String>) {
    let tasks = model
        .tasks
        .iter()
        .map(|task| (task.content.title.to_owned(), task.content.done, task.deleted));
    let calls = model.calls.iter().map(|call| call.status.as_str().to_owned());
    (tasks.collect(), calls.collect())
}

/// Has the assistant do what the plan says, and people between.
async fn begin<'a>(world: &'a World, plan: &Plan) -> (Real<'a>, Model) {
    let mut model = Model::default();
    let mut tasks = vec![];
    for title in &TITLES[..2] {
        let request = protocol::api::CreateTask {
            title: (*title).into(),
            ..Default::default()
        };
        tasks.push(world.domain.tasks().create(&world.ada, request).await.unwrap().id);
        model.tasks.push(ModelTask::new(title));
    }
    let mut calls = vec![];
    let mut conversation = None;
    for (answer, (tools, hand)) in plan.answers.iter().enumerate() {
        let known = tasks.len();
        let beats = tools.iter().map(|doing| {
            let id = tasks[doing.pick % known];
            let (name, arguments) = match doing.act {
                Act::Add => ("add_task", json!({ "title": doing.title })),
                Act::Retitle => ("update_task", json!({ "task_id": id, "title": doing.title })),
                Act::Complete => ("complete_task", json!({ "task_id": id })),
                Act::Delete => ("delete_task", json!({ "task_id": id })),
            };
            Beat::Call(name, arguments.to_string())
        });
        world.script.step(beats.collect()).step(vec![Beat::Say("Done.")]);
        let sent = world.send(conversation, "Do it").await;
        conversation = Some(sent.conversation.id);
        let message = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
        for (call, doing) in message.tool_calls.iter().zip(tools) {
            model.tool(answer, known, *doing);
            assert_eq!(
                call.undoable,
                model.calls.last().unwrap().last.is_some(),
                "{call:?}"
            );
            if matches!(doing.act, Act::Add) {
                tasks.push(call.result["task"]["id"].as_str().unwrap().parse().unwrap());
            }
            calls.push((message.id, call.id));
        }
        let real = Real {
            world,
            conversation: sent.conversation.id,
            tasks: tasks.clone(),
            calls: vec![],
        };
        for doing in hand {
            assert_eq!(real.play(Op::Hand(*doing)).await, model.play(Op::Hand(*doing)));
        }
    }
    let real = Real {
        world,
        conversation: conversation.unwrap(),
        tasks,
        calls,
    };
    (real, model)
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    let mut orders = vec![vec![]];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let left: Vec<usize> = (0..count).filter(|at| !order.contains(at)).collect();
                left.into_iter().map(move |at| [order.clone(), vec![at]].concat())
            })
            .collect();
    }
    orders
}

/// Things at the same moment come out as if they had been done one after the other, in some order. Two orders can look
/// alike and differ in what the calls keep, so every one that fits is followed until a later step tells them apart.
async fn check(world: &World, plan: &Plan) -> Result<(), TestCaseError> {
    let (real, model) = begin(world, plan).await;
    prop_assert_eq!(real.look().await, looks(&model));
    let mut models = vec![model];
    for step in &plan.steps {
        let said = join_all(step.iter().map(|op| real.play(*op))).await;
        let looked = real.look().await;
        let mut outcomes = vec![];
        for model in &models {
            for order in orders(step.len()) {
                let mut next = model.clone();
                let mut say = vec![String::new(); step.len()];
                for at in order {
                    say[at] = next.play(step[at]);
                }
                outcomes.push((say, next));
            }
        }
        let mut fits: Vec<Model> = vec![];
        for (say, next) in &outcomes {
            if *say == said && looks(next) == looked && !fits.contains(next) {
                fits.push(next.clone());
            }
        }
        if fits.is_empty() {
            return Err(TestCaseError::fail(format!(
                "{step:?}\n said {said:?}\n left {looked:?}\n but should {outcomes:?}\n from {models:?}"
            )));
        }
        models = fits;
    }
    Ok(())
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn random_histories_turned_in_random_order_are_as_the_model_says(pool: PgPool) {
    let world = world(pool).await;
    world.never_ask().await;
    let config = ProptestConfig {
        cases: 24,
        max_shrink_time: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let runtime = tokio::runtime::Handle::current();
    // Off the runtime's own thread, so that the runner can wait for it.
    let outcome = tokio::task::spawn_blocking(move || {
        TestRunner::new(config).run(&plan(), |plan| runtime.block_on(check(&world, &plan)))
    });
    if let Err(error) = outcome.await.unwrap() {
        panic!("{error}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_an_undo_overwrote_comes_back_with_its_redo(pool: PgPool) {
    let world = world(pool).await;
    world
        .script
        .step(vec![Beat::Call(
            "add_task",
            json!({ "title": "Milk" }).to_string(),
        )])
        .step(vec![Beat::Say("Done.")]);
    let sent = world.send(None, "Add milk").await;
    let message = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let call = message.tool_calls[0].id;
    let (tasks, calls) = (world.domain.tasks(), world.domain.tool_calls());
    let list = || tasks.list(&world.ada, domain::tasks::ListTasks::default());
    let id = list().await.unwrap().tasks[0].id;
    let change = UpdateTask {
        title: Some("Oat milk".into()),
        status: Some(TaskStatus::Done),
        ..UpdateTask::default()
    };
    let changed = tasks.update(&world.ada, id, change).await.unwrap();

    let Err(Error::ChangedSince(changes)) = calls.undo(&world.ada, call, false).await else {
        panic!("it was changed since");
    };
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.task_id,
                &*change.title,
                &*change.field,
                &change.now,
                &change.then,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (id, "Oat milk", "title", &json!("Oat milk"), &json!(null)),
            (id, "Oat milk", "status", &json!("done"), &json!(null)),
        ]
    );
    let undone = calls.undo(&world.ada, call, true).await.unwrap();
    assert_eq!((undone.status, undone.redoable), (ToolCallStatus::Undone, true));
    assert_eq!(list().await.unwrap().tasks, []);
    let redone = calls.redo(&world.ada, call, false).await.unwrap();
    assert_eq!((redone.status, redone.undoable), (ToolCallStatus::Success, true));
    let back = list().await.unwrap().tasks.remove(0);
    assert_eq!(
        (back.title, back.status, back.completed_at),
        (changed.title, changed.status, changed.completed_at)
    );
    // And all of it once more, now without a question: nothing was changed since the redo.
    calls.undo(&world.ada, call, false).await.unwrap();
    assert_eq!(list().await.unwrap().tasks, []);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_call_is_undone_while_its_answer_goes_on(pool: PgPool) {
    let world = world(pool).await;
    let gate = Arc::new(Notify::new());
    world
        .script
        .step(vec![
            Beat::Call("add_task", json!({ "title": "Milk" }).to_string()),
            Beat::Call("add_task", json!({ "title": "Bread" }).to_string()),
        ])
        .step(vec![Beat::Hold(gate.clone()), Beat::Say("Both are there.")]);
    let sent = world.send(None, "Add two").await;
    let mut calls = vec![];
    while calls.len() < 2 {
        let mut tx = world
            .store
            .begin(Scope::Actor(world.ada.user_id()))
            .await
            .unwrap();
        calls = sqlx::query_as::<_, (Uuid,)>(
            "SELECT id FROM tool_calls WHERE status = 'success' ORDER BY position",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        tokio::task::yield_now().await;
    }
    let undone = world
        .domain
        .tool_calls()
        .undo(&world.ada, calls[1].0.into(), false)
        .await;
    assert_eq!(undone.unwrap().status, ToolCallStatus::Undone);
    gate.notify_one();
    let message = world.domain.runs().wait(&world.ada, sent.run_id).await.unwrap();
    let states: Vec<_> = message.tool_calls.iter().map(|call| call.status).collect();
    assert_eq!(states, [ToolCallStatus::Success, ToolCallStatus::Undone]);
    // Of the answer, what stands is undone and all of it redone.
    let calls = world.domain.tool_calls();
    assert_eq!(
        calls
            .undo_answer(&world.ada, message.id, false)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        calls
            .redo_answer(&world.ada, message.id, false)
            .await
            .unwrap()
            .len(),
        2
    );
    let nothing = calls.redo_answer(&world.ada, message.id, false).await;
    assert!(matches!(
        nothing,
        Err(Error::Conflict {
            code: "nothing_to_redo",
            ..
        })
    ));
}
