//! Answers that come to their end, in every accent.

use agent::llm::{FinishReason, Usage};
use agent::run::RunOutcome;
use agent::tools::Registry;
use fake_openai::{FakeOpenAi, scenarios};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::support::{KEY, QUESTION, client, ran, ran_with, timing};

const HELLO: &str = "Hello from the fake model.";
const COMPLETED: RunOutcome = RunOutcome::Completed(FinishReason::Stop);

#[tokio::test]
async fn plain_text() {
    let server = FakeOpenAi::start().await.unwrap();
    let ran = ran(&server, "plain").await;
    assert_eq!(ran.outcome.unwrap(), COMPLETED);
    assert_eq!(ran.content, HELLO);
    assert_eq!(
        ran.usage,
        [Usage {
            input_tokens: 100,
            output_tokens: 20
        }]
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].authorization.as_deref(),
        Some(format!("Bearer {KEY}").as_str())
    );
    let body = &requests[0].body;
    assert_eq!(
        body["messages"][1],
        json!({ "role": "user", "content": QUESTION })
    );
    assert_eq!(body["stream_options"], json!({ "include_usage": true }));
    let offered = body["tools"].as_array().unwrap();
    assert!(!offered.is_empty());
    assert_eq!(offered.len(), Registry::built_in().definitions().len());
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn the_same_answer_in_every_accent() {
    let server = FakeOpenAi::start().await.unwrap();
    for (model, requests) in [
        ("reasoning", 1),
        ("think-tags", 1),
        ("no-stream", 1),
        ("refuses-options", 2),
        ("429-once", 2),
        ("500-once", 2),
    ] {
        let before = server.requests().len();
        let ran = ran(&server, model).await;
        assert_eq!(ran.outcome.unwrap(), COMPLETED, "{model}");
        assert_eq!(ran.content, HELLO, "{model}");
        assert_eq!(server.requests().len() - before, requests, "{model}");
    }
    assert_eq!(ran(&server, "no-done").await.content, "Hello.");
}

#[tokio::test]
async fn what_a_server_refuses_is_asked_once_only() {
    let server = FakeOpenAi::start().await.unwrap();
    let client = client(&server.base_url(), "refuses-tools", timing());
    for requests in [3, 4] {
        let ran = ran_with(&client, QUESTION, &CancellationToken::new()).await;
        assert_eq!(ran.content, HELLO);
        let bodies = server.bodies();
        assert_eq!(bodies.len(), requests);
        let prompt = bodies[requests - 1]["messages"][0]["content"].as_str().unwrap();
        assert!(prompt.contains("neither see nor change"), "{prompt}");
    }
}

#[tokio::test]
async fn one_tool() {
    let server = FakeOpenAi::start().await.unwrap();
    let ran = ran(&server, "tool").await;
    assert_eq!(ran.outcome.unwrap(), COMPLETED);
    assert_eq!(ran.titles, ["Review Q4 report"]);
    assert!(
        ran.content.starts_with("On it.\n\nI was told: {\"task\":{"),
        "{}",
        ran.content
    );
    let second = &server.bodies()[1]["messages"];
    assert_eq!(second[2]["content"], "On it.");
    assert_eq!(
        second[2]["tool_calls"][0]["function"]["arguments"],
        r#"{"title":"Review Q4 report"}"#
    );
    assert_eq!(second[3]["tool_call_id"], "call_1");
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn parallel_tools_run_in_the_order_in_which_they_were_begun() {
    let server = FakeOpenAi::start().await.unwrap();
    let ran = ran(&server, "parallel-tools").await;
    let names: Vec<&str> = ran.calls.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["add_task", "create_task", "list_tasks"]);
    assert_eq!(ran.titles, ["Milk", "Bread"]);
    assert!(ran.content.contains("\"count\":2"), "{}", ran.content);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn what_the_model_gets_wrong_it_is_told() {
    let server = FakeOpenAi::start().await.unwrap();
    for (model, told) in [
        (
            "bad-arguments",
            "I was told: The arguments of add_task are not valid JSON",
        ),
        (
            "unknown-tool",
            "I was told: There is no tool named \"launch_rocket\". The tools are: add_task,",
        ),
    ] {
        let ran = ran(&server, model).await;
        assert_eq!(ran.outcome.unwrap(), COMPLETED);
        assert!(ran.content.starts_with(told), "{}", ran.content);
        assert!(ran.titles.is_empty());
    }
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn an_old_function_call() {
    let server = FakeOpenAi::start().await.unwrap();
    assert_eq!(
        ran(&server, "legacy-function-call").await.titles,
        ["Review Q4 report"]
    );
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn characters_and_arguments_in_single_bytes() {
    let server = FakeOpenAi::start().await.unwrap();
    assert_eq!(ran(&server, "split-utf8").await.content, scenarios::UNICODE);
    assert_eq!(ran(&server, "split-arguments").await.titles, [scenarios::UNICODE]);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn tools_for_ever_end_with_a_summary() {
    let server = FakeOpenAi::start().await.unwrap();
    let ran = ran(&server, "loop-forever").await;
    assert_eq!(ran.outcome.unwrap(), RunOutcome::StepLimit);
    assert_eq!(ran.calls.len(), 8);
    assert_eq!(ran.content, "I looked at the list again and again, and stop now.");
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 9);
    assert_eq!(bodies[8].get("tools"), None);
    assert_eq!(server.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn answers_that_are_short_of_something() {
    let server = FakeOpenAi::start().await.unwrap();
    let cut = ran(&server, "too-long").await;
    assert_eq!(cut.outcome.unwrap(), RunOutcome::Completed(FinishReason::Length));
    let before = server.requests().len();
    assert_eq!(ran(&server, "empty").await.code(), "model_empty");
    assert_eq!(server.requests().len() - before, 2, "asked once more");
    assert_eq!(ran(&server, "filtered").await.code(), "model_filtered");
}

#[tokio::test]
async fn the_small_assistant_adds_a_task() {
    let server = FakeOpenAi::start().await.unwrap();
    let client = client(&server.base_url(), "any", timing());
    let ran = ran_with(
        &client,
        "Create a task called 'Review Q4 report'",
        &CancellationToken::new(),
    )
    .await;
    assert_eq!(ran.titles, ["Review Q4 report"]);
    let content = ran.content;
    assert!(
        content.starts_with(
            "I'll add “Review Q4 report” to your list.\n\n**Done!** The task *Review Q4 report*"
        ),
        "{content}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_and_title_survive_any_cuts(
        text in "[^\\s\\p{C}]\\PC{0,40}",
        title in "[a-zé😀]\\PC{0,20}[a-zé😀]",
        bytes in 1..60usize,
    ) {
        use fake_openai::{Reply, Step};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ran = runtime.block_on(async {
            let server = FakeOpenAi::start().await.unwrap();
            let arguments = json!({ "title": title }).to_string();
            let call = Step::call(0, "call_1", "add_task", &arguments);
            server.script([
                Reply::stream(call.into_iter().chain(Step::end("tool_calls"))).cut_into(bytes),
                Reply::text(&text).cut_into(bytes),
            ]);
            ran(&server, "scripted").await
        });
        prop_assert_eq!(ran.outcome.unwrap(), COMPLETED);
        prop_assert_eq!(ran.content, text);
        prop_assert_eq!(ran.titles, [title]);
    }
}
