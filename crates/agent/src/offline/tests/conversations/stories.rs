//! From hello to a tidy list.

use pretty_assertions::assert_eq;

use super::super::desk::Desk;
use super::chat;

#[tokio::test]
async fn the_newcomers_story() {
    let mut desk = Desk::new();
    desk.has("Buy milk @2026-11-24");
    desk.has("Sort photos");
    let answer = desk.say("Help me organize my tasks").await;
    for part in [
        "2 open tasks: 1 overdue, 1 without a date",
        "1. **Buy milk** — 1 day overdue",
        "2. **Sort photos**",
        "Shall I move **Buy milk** to today?",
        "offline assistant",
    ] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    let answer = desk.say("Create a task called 'Review Q4 report'").await;
    assert_eq!(answer, "Added **Review Q4 report**.");
    assert_eq!(desk.calls, ["Created task: Review Q4 report"]);
    chat(
        &mut desk,
        &[
            ("make it high priority", "Set **Review Q4 report** to high priority."),
            ("move it to Friday", "Moved **Review Q4 report** to Friday, 27 November."),
            ("what's due this week?", "You have 1 task due this week, and 1 overdue: … 1. **Buy milk** … 2. **Review Q4 report** — Friday, high priority"),
            ("done with 1", "Ticked off **Buy milk**."),
        ],
    )
    .await;
    assert_eq!(
        desk.tasks(),
        [
            "Buy milk @2026-11-24 [done]",
            "Sort photos",
            "Review Q4 report @2026-11-27 !high"
        ]
    );
    chat(&mut desk, &[("undo that", "Undone")]).await;
    assert_eq!(desk.tasks()[0], "Buy milk @2026-11-24");
    chat(&mut desk, &[("delete the milk one", "Deleted **Buy milk**.")]).await;
    assert_eq!(
        desk.tasks(),
        ["Sort photos", "Review Q4 report @2026-11-27 !high"]
    );
}

#[tokio::test]
async fn an_empty_list_suggests_how_to_begin() {
    for message in [
        "Help me organize my tasks",
        "show my tasks",
        "what should I do next?",
    ] {
        let mut desk = Desk::new();
        let answer = desk.say(message).await;
        assert!(
            answer.contains("Your list is empty") && answer.contains("add buy milk tomorrow"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn the_first_answer_says_who_is_speaking_and_later_ones_do_not() {
    let mut desk = Desk::new();
    assert!(desk.say("add milk").await.contains("offline assistant"));
    assert_eq!(desk.say("add eggs").await, "Added **Eggs**.");
}

#[tokio::test]
async fn questions_about_the_world_are_answered_plainly_and_make_no_task() {
    let mut desk = Desk::new();
    for message in [
        "What is the capital of France?",
        "tell me a joke",
        "Why is the sky blue?",
    ] {
        let answer = desk.say(message).await;
        for part in [
            "offline assistant",
            "OPENAI_API_KEY",
            "OPENAI_BASE_URL",
            "OPENAI_MODEL",
            "Add buy milk",
        ] {
            assert!(answer.contains(part), "{answer}");
        }
    }
    assert_eq!(desk.tasks(), Vec::<String>::new());
    assert_eq!(desk.rounds, 0);
}

#[tokio::test]
async fn several_requests_in_one_message_are_done_in_order() {
    let mut desk = Desk::new();
    desk.has("Old report");
    desk.has("Buy milk");
    chat(
        &mut desk,
        &[(
            "Mark buy milk as done, delete the old report and then add call Bob tomorrow at 10, then show my tasks",
            "Ticked off **Buy milk** … Deleted **Old report** … Added **Call Bob**, due tomorrow at 10:00 … 1 open task",
        )],
    )
    .await;
    assert_eq!(desk.tasks(), ["Buy milk [done]", "Call Bob @2026-11-26T10:00"]);
    assert!(desk.rounds <= 4, "{}", desk.rounds);
}

#[tokio::test]
async fn what_was_just_added_can_be_spoken_of_in_the_same_message() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[(
            "add buy milk and mark milk as done",
            "Added **Buy milk** … Ticked off **Buy milk**",
        )],
    )
    .await;
    assert_eq!(desk.tasks(), ["Buy milk [done]"]);
}

#[tokio::test]
async fn a_missing_title_is_asked_for() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("add a task", "What should the task be called?"),
            ("dentist on Friday at 10", "Added **Dentist**, due Friday"),
        ],
    )
    .await;
    chat(
        &mut desk,
        &[
            ("create a new task", "called?"),
            ("Quarterly numbers", "Added **Quarterly numbers**"),
        ],
    )
    .await;
    chat(
        &mut desk,
        &[("create a new task", "called?"), ("never mind", "leave it")],
    )
    .await;
    assert_eq!(desk.tasks(), ["Dentist @2026-11-27T10:00", "Quarterly numbers"]);
}

#[tokio::test]
async fn organizing_leads_on() {
    let mut desk = Desk::new();
    desk.has("Late @2026-11-20");
    desk.has("Photos");
    chat(
        &mut desk,
        &[
            ("organize my tasks", "Shall I move **Late** to today?"),
            ("yes", "Moved **Late** to today."),
        ],
    )
    .await;
    chat(
        &mut desk,
        &[
            ("organize my tasks", "When do you want to get **Photos** done?"),
            ("Friday at 10", "Moved **Photos** to Friday, 27 November at 10:00"),
        ],
    )
    .await;
    chat(&mut desk, &[("organize my tasks", "Everything has a date")]).await;
    assert_eq!(desk.tasks(), ["Late @2026-11-25", "Photos @2026-11-27T10:00"]);
}

#[tokio::test]
async fn perhaps_a_task() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("write the blog post", "Shall I add **Write the blog post**"),
            ("yes please", "Added **Write the blog post**"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Write the blog post"]);
}

#[tokio::test]
async fn lists_are_grouped_and_numbered_through() {
    let mut desk = Desk::new();
    for task in [
        "A @2026-11-23",
        "B @2026-11-25",
        "C @2026-11-26T09:00 !high",
        "D @2026-11-29",
        "E @2026-12-24 !low",
        "F",
    ] {
        desk.has(task);
    }
    let answer = desk.say("show my tasks").await;
    let list = answer.split("\n\n*I'm").next().unwrap();
    assert_eq!(
        list,
        "You have 6 open tasks:\n\n**Overdue**\n\n1. **A** — 2 days overdue\n\n**Today**\n\n2. **B** — today\n\n**Tomorrow**\n\n\
         3. **C** — tomorrow at 09:00, high priority\n\n**This week**\n\n4. **D** — Sunday\n\n**Later**\n\n\
         5. **E** — 24 Dec, low priority\n\n**No date**\n\n6. **F**"
    );
    chat(
        &mut desk,
        &[
            ("what's the fifth?", "Due Thursday, 24 December."),
            ("delete 5", "**E**"),
            (
                "how many tasks do I have?",
                "5 open tasks: 1 overdue, 1 due today",
            ),
        ],
    )
    .await;
}
