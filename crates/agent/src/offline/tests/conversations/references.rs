//! "It", "the second one", answers to questions, undo.

use pretty_assertions::assert_eq;

use super::super::desk::Desk;
use super::chat;

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
async fn redo_makes_again_what_the_last_undo_took_back() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("redo", "nothing to redo"),
            ("add tasks: milk, eggs, bread", "Added 3 tasks"),
            ("undo", "Undone"),
            ("redo that", "Redone"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Milk", "Eggs", "Bread"]);
    chat(
        &mut desk,
        &[
            ("undo the last change", "Created task: Bread"),
            ("redo", "Redone: Created task: Bread"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Milk", "Eggs", "Bread"]);
}

#[tokio::test]
async fn what_an_undo_would_overwrite_is_said_and_asked_about() {
    let mut desk = Desk::new();
    chat(&mut desk, &[("add milk", "Milk")]).await;
    desk.renames("Oat milk");
    chat(
        &mut desk,
        &[(
            "undo that",
            "I couldn't undo it: since then the title was changed to “Oat milk”, and undoing would overwrite that. \
             Say “undo anyway” if you want it all the same.",
        )],
    )
    .await;
    assert_eq!(desk.tasks(), ["Oat milk"]);
    desk.renames("Oat milk");
    chat(&mut desk, &[("undo anyway", "Undone")]).await;
    assert_eq!(desk.tasks(), Vec::<String>::new());
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
async fn what_is_missing_is_asked_for() {
    let mut desk = Desk::new();
    desk.has("Pay rent");
    chat(
        &mut desk,
        &[
            ("move the rent", "When shall I move **Pay rent** to?"),
            (
                "to Monday at 9",
                "Moved **Pay rent** to Monday, 30 November at 09:00.",
            ),
            ("rename it", "What should **Pay rent** be called?"),
            (
                "pay the rent and heating",
                "Renamed **Pay rent** to **Pay the rent and heating**.",
            ),
            ("reschedule rent", "When shall I move"),
            ("add milk", "Added **Milk**."),
        ],
    )
    .await;
    assert_eq!(
        desk.tasks(),
        ["Pay the rent and heating @2026-11-30T09:00", "Milk"]
    );
}

#[tokio::test]
async fn corrections_go_on_about_the_same_task() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            ("add call Ann tomorrow", "due tomorrow"),
            ("no, Friday", "Friday, 27 November"),
            ("at 5pm", "at 17:00"),
            ("also urgent", "high priority"),
            ("what can you do?", "offline assistant"),
            ("that's wrong", "changed nothing"),
            ("mark as done", "Ticked off"),
            ("oops", "Undone"),
        ],
    )
    .await;
    assert_eq!(desk.tasks(), ["Call Ann @2026-11-27T17:00 !high"]);
}

#[tokio::test]
async fn a_task_is_shown_in_full() {
    let mut desk = Desk::new();
    chat(
        &mut desk,
        &[
            (
                "add pay rent on Dec 1 with note IBAN is on the fridge",
                "with your note",
            ),
            ("show my tasks", "1. **Pay rent**"),
            ("show me 1", "Due Tuesday, 1 December. … > IBAN is on the fridge"),
            ("show details of the rent", "> IBAN"),
        ],
    )
    .await;
    assert_eq!(desk.calls, ["Found 1 task"]);
}
