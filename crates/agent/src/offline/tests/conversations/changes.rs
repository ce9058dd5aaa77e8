//! Tasks found, changed, deleted.

use pretty_assertions::assert_eq;

use super::super::desk::Desk;
use super::chat;

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

#[tokio::test]
async fn one_that_is_described_may_be_several() {
    let mut desk = Desk::new();
    for task in ["A @2026-11-26", "B @2026-11-26", "C !high"] {
        desk.has(task);
    }
    chat(
        &mut desk,
        &[
            ("complete the urgent one", "Ticked off **C**"),
            ("delete the one due tomorrow", "Which one do you mean?"),
            ("2", "Deleted **B**"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["A @2026-11-26", "C !high [done]"]);
}

#[tokio::test]
async fn very_much_at_once_is_taken_in_portions() {
    let mut desk = Desk::new();
    let lines: String = (1..=60).map(|number| format!("\n- thing {number}")).collect();
    let answer = desk.say(&format!("Add these tasks:{lines}")).await;
    assert!(answer.contains("send me the 10 others again"), "{answer}");
    assert_eq!(desk.tasks().len(), 50);
}

#[tokio::test]
async fn a_note_is_added_to_the_whole_of_a_long_one() {
    let mut desk = Desk::new();
    let long = format!("first {}", "and another ".repeat(80).trim());
    chat(
        &mut desk,
        &[
            ("add Buy milk", "Added"),
            (&format!("add a note to it: {long}"), "Added your note"),
        ],
    )
    .await;
    // Found anew, in a list that shows only how it begins.
    desk.begins_anew();
    chat(
        &mut desk,
        &[
            ("add a note to milk: two litres", "Added your note"),
            ("show the details of milk", "two litres"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), [format!("Buy milk #{long}\ntwo litres")]);
}
