//! Conversations to their end, over the real loop and tools.

use pretty_assertions::assert_eq;

use super::desk::Desk;

/// Plays a conversation; a line without an expectation is only said.
async fn chat(desk: &mut Desk, lines: &[(&str, &str)]) {
    for (message, expected) in lines {
        let answer = desk.say(message).await;
        for part in expected.split(" … ").filter(|part| !part.is_empty()) {
            assert!(
                answer.contains(part),
                "{message}\n  wanted: {part}\n     got: {answer}\n   calls: {:?}",
                desk.calls
            );
        }
    }
}

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
async fn several_matches_are_asked_about() {
    for (answer, left) in [
        ("2", vec!["Buy milk @2026-11-26"]),
        ("the first one", vec!["Return milk bottles"]),
        ("both", vec![]),
        ("the bottles", vec!["Buy milk @2026-11-26"]),
        ("never mind", vec!["Buy milk @2026-11-26", "Return milk bottles"]),
        ("delete 1", vec!["Return milk bottles"]),
    ] {
        let mut desk = Desk::new();
        desk.has("Buy milk @2026-11-26");
        desk.has("Return milk bottles");
        chat(
            &mut desk,
            &[(
                "delete milk",
                "2 tasks fit “milk” … 1. **Buy milk** — tomorrow … 2. **Return milk bottles**",
            )],
        )
        .await;
        desk.say(answer).await;
        assert_eq!(desk.tasks(), left, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_out_of_range_is_asked_again_and_something_else_is_taken_for_itself() {
    let mut desk = Desk::new();
    desk.has("Buy milk");
    desk.has("Drink milk");
    chat(
        &mut desk,
        &[
            ("complete the milk", "Which one"),
            ("7", "from 1 to 2"),
            ("2", "Ticked off **Drink milk**"),
            ("delete milk", "Deleted **Buy milk**"),
            ("add bread", "Added **Bread**"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Drink milk [done]", "Bread"]);
}

#[tokio::test]
async fn tasks_are_found_by_parts_and_near_misses() {
    for said in [
        "Review Q4 report",
        "review",
        "q4",
        "the report",
        "report q4",
        "reprot",
        "the reveiw task",
        "Review the Q4 report",
        "rev rep",
    ] {
        let mut desk = Desk::new();
        desk.has("Review Q4 report");
        desk.has("Buy milk");
        desk.say(&format!("complete {said}")).await;
        assert_eq!(desk.tasks(), ["Review Q4 report [done]", "Buy milk"], "{said}");
    }
}

#[tokio::test]
async fn nothing_found_is_said_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.has("Buy milk");
    chat(
        &mut desk,
        &[
            ("delete the piano", "no task like “piano”"),
            ("complete 1", "haven't shown a list"),
            ("show my tasks", "1. **Buy milk**"),
            ("complete 3", "only one task"),
            ("the dentist is due on Friday", "Shall I add it?"),
            ("yes", "Added **Dentist**, due Friday, 27 November."),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Buy milk", "Dentist @2026-11-27"]);
}

#[tokio::test]
async fn it_needs_something_to_mean() {
    let mut desk = Desk::new();
    chat(&mut desk, &[("delete it", "not sure which task")]).await;
    desk.has("A");
    desk.has("B");
    chat(
        &mut desk,
        &[
            ("list", "2 open tasks"),
            ("delete it", "Which one do you mean"),
            ("2", "Deleted **B**"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["A"]);
}

#[tokio::test]
async fn positions_count_in_the_list_shown_last_even_after_changes() {
    let mut desk = Desk::new();
    for title in ["A", "B", "C", "D"] {
        desk.has(title);
    }
    chat(
        &mut desk,
        &[
            ("show my tasks", "1. **A**"),
            ("done with 1", "**A**"),
            ("done with 2", "**B**"),
            ("delete the last one", "**B**"),
        ],
    )
    .await;
    // "The last one" was the one completed just now.
    assert_eq!(desk.tasks(), ["A [done]", "C", "D"]);
    chat(
        &mut desk,
        &[
            ("complete 3 and 4", "2 tasks: **C** and **D**"),
            ("undo", "Undone"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["A [done]", "C", "D"]);
}

#[tokio::test]
async fn undo_takes_back_the_whole_last_turn_or_one_change() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("add tasks: milk, eggs, bread", "Added 3 tasks"),
            ("undo", "Undone"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), Vec::<String>::new());
    chat(&mut desk, &[("undo", "nothing to undo")]).await;
    chat(
        &mut desk,
        &[
            ("add tasks: milk, eggs, bread", "Added 3 tasks"),
            ("undo the last change", "Created task: Bread"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Milk", "Eggs"]);
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
async fn many_tasks_are_changed_at_once() {
    let mut desk = Desk::new();
    for task in ["A @2026-11-20", "B @2026-11-24", "C", "D @2026-12-24"] {
        desk.has(task);
    }
    chat(
        &mut desk,
        &[
            (
                "move all overdue tasks to Friday",
                "Moved **A** and **B** to Friday, 27 November",
            ),
            ("complete everything due this week", "2 tasks: **A** and **B**"),
            ("delete all done tasks", "Deleted 2 tasks"),
            ("delete everything", "Deleted 2 tasks: **D** and **C**"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), Vec::<String>::new());
    chat(
        &mut desk,
        &[("delete all done tasks", "There are no done tasks to delete")],
    )
    .await;
}

#[tokio::test]
async fn deleting_very_many_is_asked_about() {
    let mut desk = Desk::new();
    for number in 0..25 {
        desk.has(&format!("Task {number}"));
    }
    chat(
        &mut desk,
        &[
            ("delete everything", "delete 25 tasks"),
            ("yes", "Deleted 25 tasks"),
        ],
    )
    .await;
    assert_eq!(desk.tasks().len(), 0);
    chat(&mut desk, &[("undo", "Undone")]).await;
    assert_eq!(desk.tasks().len(), 25);
    chat(
        &mut desk,
        &[("delete all tasks", "delete 25 tasks"), ("no", "leave it")],
    )
    .await;
    assert_eq!(desk.tasks().len(), 25);
}

#[tokio::test]
async fn dates_move_sensibly() {
    let mut desk = Desk::new();
    desk.has("Call @2026-11-26T10:00");
    desk.has("Late @2026-11-20");
    desk.has("Free");
    for (message, tasks) in [
        (
            "move call to Friday",
            ["Call @2026-11-27T10:00", "Late @2026-11-20", "Free"],
        ),
        (
            "move it to 5pm",
            ["Call @2026-11-27T17:00", "Late @2026-11-20", "Free"],
        ),
        (
            "postpone late by a week",
            ["Call @2026-11-27T17:00", "Late @2026-12-02", "Free"],
        ),
        (
            "bring it forward by 2 days",
            ["Call @2026-11-27T17:00", "Late @2026-11-30", "Free"],
        ),
        (
            "postpone free",
            ["Call @2026-11-27T17:00", "Late @2026-11-30", "Free @2026-11-26"],
        ),
        (
            "remove its due date",
            ["Call @2026-11-27T17:00", "Late @2026-11-30", "Free"],
        ),
        (
            "delay call by 90 minutes",
            ["Call @2026-11-27T18:30", "Late @2026-11-30", "Free"],
        ),
    ] {
        let answer = desk.say(message).await;
        assert_eq!(desk.tasks(), tasks, "{message}: {answer}");
    }
}

#[tokio::test]
async fn other_fields_change() {
    let mut desk = Desk::new();
    desk.has("Buy milk");
    for (message, task) in [
        ("rename milk to Buy oat milk", "Buy oat milk"),
        ("add a note to it: two litres", "Buy oat milk #two litres"),
        (
            "add a note to oat: the blue one",
            "Buy oat milk #two litres\nthe blue one",
        ),
        ("remove the note from it", "Buy oat milk"),
        ("it's urgent", "Buy oat milk !high"),
        ("not so important", "Buy oat milk !high"),
        ("set the priority of the milk to low", "Buy oat milk !low"),
        ("done", "Buy oat milk !low [done]"),
        ("done", "Buy oat milk !low [done]"),
        ("reopen it", "Buy oat milk !low"),
    ] {
        let answer = desk.say(message).await;
        assert_eq!(desk.tasks(), [task], "{message}: {answer}");
    }
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
async fn a_title_that_is_too_long_is_shortened_and_kept_whole() {
    let mut desk = Desk::new();
    let long = "very ".repeat(60) + "long";
    let answer = desk.say(&format!("add {long}")).await;
    assert!(answer.contains("200 characters"), "{answer}");
    let task = &desk.tasks()[0];
    let (title, note) = task.split_once(" #").unwrap();
    assert!(title.chars().count() <= 200 && title.ends_with('…'), "{title}");
    assert_eq!(note.to_lowercase(), long);
}

#[tokio::test]
async fn splitting_a_task() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("add buy milk, eggs and bread tomorrow", "split it"),
            ("split it", "Split **Buy milk, eggs and bread** into 3 tasks"),
        ],
    )
    .await;
    assert_eq!(
        desk.tasks(),
        [
            "Buy milk @2026-11-26",
            "Buy eggs @2026-11-26",
            "Buy bread @2026-11-26"
        ]
    );
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

#[tokio::test]
async fn numbers_mean_the_same_after_midnight_and_in_answers_written_by_others() {
    let mut desk = Desk::new();
    desk.has("Late @2026-11-24");
    desk.has("Today @2026-11-25");
    desk.has("Tomorrow @2026-11-26");
    chat(&mut desk, &[("what's due tomorrow?", "1. **Tomorrow**")]).await;
    desk.later(24);
    chat(&mut desk, &[("done with 1", "**Tomorrow**")]).await;
    assert_eq!(desk.tasks()[2], "Tomorrow @2026-11-26 [done]");
    desk.say("show my tasks").await;
    desk.rewrite_last_answer("Here you go:\n1. Today (yesterday)\n2. Late\n\nAnything else?");
    chat(&mut desk, &[("delete 1", "**Today**")]).await;
    assert_eq!(desk.tasks(), ["Late @2026-11-24", "Tomorrow @2026-11-26 [done]"]);
}

#[tokio::test]
async fn titles_with_markdown_are_shown_as_they_are() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[(
            "add 'fix *all* <b>the</b> `things` [now](x) & a_b'",
            r"**fix \*all\* \<b>the\</b> \`things\` \[now\](x) & a_b**",
        )],
    )
    .await;
    chat(
        &mut desk,
        &[("show my tasks", "fix"), ("done with 1", "Ticked off")],
    )
    .await;
    assert!(desk.tasks()[0].ends_with("[done]"));
}
