//! What everyday phrases are understood as. It is Wednesday, 25 November 2026, 14:30 in Berlin.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::super::dates::Due;
use super::super::intent::{Answer, Change, Draft, Intent, NewDue, Position, Query, Target, Unknown};
use super::super::understand::understand;

pub(super) fn now() -> Zoned {
    "2026-11-25T13:30:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .to_zoned(TimeZone::get("Europe/Berlin").unwrap())
}

fn due(due: Due) -> String {
    match due {
        Due::Moment(moment) => moment
            .to_zoned(now().time_zone().clone())
            .strftime("%Y-%m-%dT%H:%M!")
            .to_string(),
        due => due.argument(),
    }
}

fn draft(draft: &Draft) -> String {
    let mut text = draft.title.clone();
    if let Some(when) = draft.when {
        text += &format!(" @{}", due(when.resolve(&now())));
    }
    if let Some(priority) = draft.priority {
        text += &format!(" !{}", priority.as_str());
    }
    if !draft.description.is_empty() {
        text += &format!(" #{}", draft.description);
    }
    if draft.repeats {
        text += " (repeats)";
    }
    text
}

fn query(query: &Query) -> String {
    let mut text = String::new();
    if query.both {
        text += " both";
    }
    if let Some(status) = query.status {
        text += &format!(" {}", status.as_str());
    }
    if let Some(range) = query.range {
        text += &match range.days(&now()) {
            Some((from, to)) if from == to => format!(" @{from}"),
            Some((from, to)) => format!(" @{from}..{to}"),
            None => format!(" @{range:?}"),
        };
    }
    if let Some(priority) = query.priority {
        text += &format!(" !{}", priority.as_str());
    }
    if let Some(words) = &query.text {
        text += &format!(" ~{words}");
    }
    if query.count {
        text += " count";
    }
    if let Some(first) = query.first {
        text += &format!(" first {first}");
    }
    text.trim().to_owned()
}

fn positions(positions: &[Position]) -> String {
    let one = |position: &Position| match position {
        Position::At(number) => number.to_string(),
        Position::FromEnd(number) => format!("-{number}"),
    };
    positions.iter().map(one).collect::<Vec<_>>().join(",")
}

fn target(target: &Target) -> String {
    match target {
        Target::Title(said) => said.clone(),
        Target::Exact(said) => format!("'{said}'"),
        Target::Positions { positions: at, .. } => format!("#{}", positions(at)),
        Target::It => "IT".into(),
        Target::Them => "THEM".into(),
        Target::Newest => "NEWEST".into(),
        Target::Every(each) => format!("ALL({})", query(each)),
        Target::Each(targets) => targets.iter().map(self::target).collect::<Vec<_>>().join(" & "),
        Target::Missing => "?".into(),
    }
}

fn change(change: &Change) -> String {
    let mut parts = Vec::new();
    if let Some(title) = &change.title {
        parts.push(format!("title={title}"));
    }
    match change.due {
        None => {}
        Some(NewDue::At(when)) => parts.push(format!("@{}", due(when.resolve(&now())))),
        Some(NewDue::Clear) => parts.push("@never".into()),
        Some(NewDue::Shift(shift)) => {
            parts.push(format!("+{}m{}d{}min", shift.months, shift.days, shift.minutes))
        }
        Some(NewDue::Advance(shift)) => {
            parts.push(format!("-{}m{}d{}min", shift.months, shift.days, shift.minutes))
        }
    }
    if let Some(priority) = change.priority {
        parts.push(format!("!{}", priority.as_str()));
    }
    if let Some(note) = &change.note {
        parts.push(format!("#{note}"));
    }
    if change.clear_note {
        parts.push("#-".into());
    }
    parts.join(" ")
}

fn intent(intent: &Intent) -> String {
    match intent {
        Intent::Add(drafts) => format!("add {}", drafts.iter().map(draft).collect::<Vec<_>>().join("; ")),
        Intent::Schedule(one) => format!("schedule {}", draft(one)),
        Intent::List(asked) => format!("list {}", query(asked)),
        Intent::Complete(which) => format!("complete {}", target(which)),
        Intent::Reopen(which) => format!("reopen {}", target(which)),
        Intent::Delete(which) => format!("delete {}", target(which)),
        Intent::Change(which, what) => format!("change {}: {}", target(which), change(what)),
        Intent::Split(which) => format!("split {}", target(which)),
        Intent::Undo(None) => "undo".into(),
        Intent::Undo(Some(count)) => format!("undo {count}"),
        Intent::Show(which) => format!("show {}", target(which)),
        Intent::AskDate(which) => format!("move {}", target(which)),
        Intent::AskTitle(which) => format!("rename {}", target(which)),
        Intent::Oops => "oops".into(),
        Intent::Next => "next".into(),
        Intent::Organize => "organize".into(),
        Intent::Talk(talk) => format!("{talk:?}").to_lowercase(),
        Intent::Answer(Answer::Positions(at)) => format!("answer #{}", positions(at)),
        Intent::Answer(answer) => format!("answer {answer:?}").to_lowercase(),
        Intent::Unknown(Unknown::General) => "unknown".into(),
        Intent::Unknown(Unknown::PerhapsTask(one)) => format!("perhaps {}", draft(one)),
        Intent::Unknown(Unknown::Incomplete(what)) => format!("incomplete {what}"),
    }
}

fn understood(message: &str) -> String {
    let text = understand(message)
        .iter()
        .map(intent)
        .collect::<Vec<_>>()
        .join(" + ");
    text.trim().to_owned()
}

fn check(rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(message, expected)| {
            let got = understood(message);
            (got != *expected).then(|| format!("{message:?}\n     got: {got}\n  wanted: {expected}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

#[test]
fn adding() {
    check(&[
        ("add buy milk", "add Buy milk"),
        ("Add Buy milk.", "add Buy milk"),
        ("ADD MILK", "add MILK"),
        ("add a task: buy milk", "add Buy milk"),
        ("add a task to buy milk", "add Buy milk"),
        ("Add task buy milk", "add Buy milk"),
        ("please add a new task called buy milk", "add Buy milk"),
        ("can you add milk?", "add Milk"),
        (
            "Could you please create a task for buying milk?",
            "add Buying milk",
        ),
        ("Create a task called 'Review Q4 report'", "add Review Q4 report"),
        ("Create a task called ‘Review Q4 report’.", "add Review Q4 report"),
        ("create a task called “review Q4 report”", "add review Q4 report"),
        (
            "create a task named \"Don't panic\" for tomorrow",
            "add Don't panic @2026-11-26",
        ),
        (
            "Create a task called 'Review Q4 report' due Friday with high priority",
            "add Review Q4 report @2026-11-27 !high",
        ),
        (
            "Create a high priority task called 'Review Q4 report'",
            "add Review Q4 report !high",
        ),
        ("create task \"Friday party\"", "add Friday party"),
        ("add 'buy milk tomorrow'", "add buy milk tomorrow"),
        ("make a new todo: water plants", "add Water plants"),
        ("new task: call Bob", "add Call Bob"),
        ("New todo call Bob", "add Call Bob"),
        ("task: call Bob", "add Call Bob"),
        ("todo: call Bob", "add Call Bob"),
        ("TODO call Bob", "add Call Bob"),
        ("Remind me to call Mom", "add Call Mom"),
        (
            "remind me to call mom tomorrow at 10",
            "add Call mom @2026-11-26T10:00",
        ),
        (
            "remind me tomorrow at 9 to call Bob",
            "add Call Bob @2026-11-26T09:00",
        ),
        (
            "Remind me on Friday to submit the report",
            "add Submit the report @2026-11-27",
        ),
        (
            "remind me about the dentist on Dec 3 at 9:30",
            "add The dentist @2026-12-03T09:30",
        ),
        (
            "set a reminder to take out the trash tonight",
            "add Take out the trash @2026-11-25T20:00",
        ),
        (
            "set a reminder for tomorrow at 8am to go running",
            "add Go running @2026-11-26T08:00",
        ),
        ("don't forget to pay rent", "add Pay rent"),
        (
            "Don’t let me forget to pay rent on the 1st",
            "add Pay rent @2026-12-01",
        ),
        ("remember to buy stamps", "add Buy stamps"),
        ("note to self: fix the fence", "add Fix the fence"),
        (
            "I need to pick up the kids at 5pm",
            "add Pick up the kids @2026-11-25T17:00",
        ),
        (
            "I have to finish the slides by Monday",
            "add Finish the slides @2026-11-30",
        ),
        (
            "i should call grandma this weekend",
            "add Call grandma @2026-11-28",
        ),
        (
            "I must renew my passport before 12/20/2026",
            "add Renew my passport @2026-12-20",
        ),
        (
            "I need to cancel my gym membership",
            "add Cancel my gym membership",
        ),
        ("i gotta clean the garage", "add Clean the garage"),
        ("put milk on my list", "add Milk"),
        ("add milk to my list", "add Milk"),
        ("Add eggs to the shopping list", "add Eggs"),
        ("add to my list: milk", "add Milk"),
        ("can you add 'milk' to my to-do list please", "add milk"),
        ("add call Bob tomorrow", "add Call Bob @2026-11-26"),
        ("add tomorrow: call Bob", "add Call Bob @2026-11-26"),
        ("add a task for tomorrow: call Bob", "add Call Bob @2026-11-26"),
        ("add a task for Friday to call Bob", "add Call Bob @2026-11-27"),
        (
            "add call Bob on Friday about the report",
            "add Call Bob about the report @2026-11-27",
        ),
        (
            "add prepare Monday meeting agenda",
            "add Prepare Monday meeting agenda",
        ),
        (
            "add write down Friday's numbers",
            "add Write down Friday's numbers",
        ),
        ("add buy 2 apples", "add Buy 2 apples"),
        ("add read chapter 3", "add Read chapter 3"),
        (
            "add meet Ann at the station at 17:30",
            "add Meet Ann at the station @2026-11-25T17:30",
        ),
        ("add meet Ann at 5 Main Street", "add Meet Ann at 5 Main Street"),
        ("add enjoy the sun", "add Enjoy the sun"),
        ("add pay rent on 1 December", "add Pay rent @2026-12-01"),
        (
            "add pay rent on the 3rd of December at noon",
            "add Pay rent @2026-12-03T12:00",
        ),
        ("add pay rent Dec 3", "add Pay rent @2026-12-03"),
        ("add pay rent December 3rd, 2027", "add Pay rent @2027-12-03"),
        ("add pay rent 3.12.", "add Pay rent @2026-12-03"),
        ("add pay rent by 3.12.2026", "add Pay rent @2026-12-03"),
        ("add pay rent 2026-12-03", "add Pay rent @2026-12-03"),
        ("add pay rent on Nov 2", "add Pay rent @2027-11-02"),
        ("add upgrade to version 3.12", "add Upgrade to version 3.12"),
        ("add finish report in 3 days", "add Finish report @2026-11-28"),
        ("add finish report in 2 weeks", "add Finish report @2026-12-09"),
        (
            "add check the oven in an hour",
            "add Check the oven @2026-11-25T15:30!",
        ),
        (
            "add check the oven in half an hour",
            "add Check the oven @2026-11-25T15:00!",
        ),
        ("add stretch in 20 minutes", "add Stretch @2026-11-25T14:50!"),
        (
            "add file taxes by the end of the month",
            "add File taxes @2026-11-30",
        ),
        ("add clean up by end of week", "add Clean up @2026-11-29"),
        ("add send invoice eod", "add Send invoice @2026-11-25"),
        ("add plan trip next week", "add Plan trip @2026-11-30"),
        ("add plan trip next month", "add Plan trip @2026-12-01"),
        ("add gym day after tomorrow", "add Gym @2026-11-27"),
        ("add gym the day after tomorrow at 7", "add Gym @2026-11-27T07:00"),
        ("add gym next Friday", "add Gym @2026-12-04"),
        ("add gym next Monday at 6:30pm", "add Gym @2026-11-30T18:30"),
        ("add gym this Friday", "add Gym @2026-11-27"),
        ("add gym on Wednesday", "add Gym @2026-12-02"),
        ("add gym on wed at 9", "add Gym @2026-12-02T09:00"),
        ("add gym Friday morning", "add Gym @2026-11-27T09:00"),
        ("add gym tomorrow evening", "add Gym @2026-11-26T19:00"),
        ("add gym a week from Friday", "add Gym @2026-12-04"),
        ("add gym Friday, Dec 4 at 6 pm", "add Gym @2026-12-04T18:00"),
        ("add dinner at 8", "add Dinner @2026-11-25T20:00"),
        ("add lunch at noon", "add Lunch @2026-11-26T12:00"),
        ("add standup at 9:15", "add Standup @2026-11-26T09:15"),
        ("add call Bob today", "add Call Bob @2026-11-25"),
        ("add call Bob at half past four", "add Call Bob @2026-11-25T16:30"),
        ("add pay bill due tomorrow", "add Pay bill @2026-11-26"),
        ("add pay bill due: Friday", "add Pay bill @2026-11-27"),
        ("add pay bill, deadline Friday", "add Pay bill @2026-11-27"),
        ("add pay bill (due Friday)", "add Pay bill @2026-11-27"),
        ("add fix server high priority", "add Fix server !high"),
        (
            "add fix server with high priority tomorrow",
            "add Fix server @2026-11-26 !high",
        ),
        ("add fix server, urgent", "add Fix server !high"),
        ("add fix server!!", "add Fix server !high"),
        ("add fix server asap", "add Fix server !high"),
        ("add fix server p1", "add Fix server !high"),
        ("add urgent: fix server", "add Fix server !high"),
        (
            "add an urgent task to fix the server by Friday",
            "add Fix the server @2026-11-27 !high",
        ),
        ("add a low priority task: sort photos", "add Sort photos !low"),
        ("add sort photos (low priority)", "add Sort photos !low"),
        ("add sort photos, not urgent", "add Sort photos !low"),
        ("add discuss important changes", "add Discuss important changes"),
        ("add high chair assembly", "add High chair assembly"),
        (
            "add call Bob with note ask about the keys on Friday",
            "add Call Bob #ask about the keys on Friday",
        ),
        (
            "add call Bob tomorrow, description: ask about keys",
            "add Call Bob @2026-11-26 #ask about keys",
        ),
        (
            "add task 'Call Bob' with description 'Ask about keys' due Friday",
            "add Call Bob #'Ask about keys' due Friday",
        ),
        (
            "add call Bob note: he is away until 5",
            "add Call Bob #he is away until 5",
        ),
        ("add milk, eggs and bread", "add Milk, eggs and bread"),
        ("add tasks: milk, eggs and bread", "add Milk; Eggs; Bread"),
        (
            "Add these tasks: call mom, pay rent tomorrow and buy fish",
            "add Call mom; Pay rent @2026-11-26; Buy fish",
        ),
        ("add three tasks: milk, eggs, bread", "add Milk; Eggs; Bread"),
        (
            "create tasks for milk, eggs and bread for tomorrow",
            "add Milk @2026-11-26; Eggs @2026-11-26; Bread @2026-11-26",
        ),
        ("add the following: milk; eggs; bread", "add Milk; Eggs; Bread"),
        ("add 'milk' and 'eggs'", "add milk; eggs"),
        ("add milk, eggs and bread to my list", "add Milk; Eggs; Bread"),
        (
            "add call mom tomorrow and pay rent on Friday",
            "add Call mom @2026-11-26; Pay rent @2026-11-27",
        ),
        (
            "add pack boxes and remove old wallpaper",
            "add Pack boxes and remove old wallpaper",
        ),
        (
            "add buy paint and move the couch",
            "add Buy paint and move the couch",
        ),
        ("add milk and add eggs", "add Milk; Eggs"),
        (
            "add milk and remind me to call Bob tomorrow",
            "add Milk; Call Bob @2026-11-26",
        ),
        (
            "Add these:\n- milk\n- eggs tomorrow\n- bread !!",
            "add Milk; Eggs @2026-11-26; Bread !high",
        ),
        ("- milk\n- eggs", "add Milk; Eggs"),
        (
            "Add tasks for tomorrow:\n1. milk\n2. eggs",
            "add Milk @2026-11-26; Eggs @2026-11-26",
        ),
        ("Groceries:\n* milk\n* eggs", "add Milk; Eggs"),
        ("add 1. milk 2. eggs 3. bread", "add Milk; Eggs; Bread"),
        ("Add call the bank. It's urgent.", "add Call the bank !high"),
        (
            "Add call the bank and make it high priority",
            "add Call the bank !high",
        ),
        (
            "Create a task called 'X' then move it to Friday",
            "add X @2026-11-27",
        ),
        ("add iPhone charger", "add iPhone charger"),
        ("add email bob@example.com", "add Email bob@example.com"),
        (
            "add water plants every Monday",
            "add Water plants every Monday @2026-11-30 (repeats)",
        ),
        ("buy milk", "add Buy milk"),
        ("Call mom at 5pm", "add Call mom @2026-11-25T17:00"),
        ("dentist tomorrow at 10", "add Dentist @2026-11-26T10:00"),
        ("finish the report by Friday", "add Finish the report @2026-11-27"),
        ("Hi! Please add milk. Thanks!", "add Milk"),
        ("I want to learn the guitar", "perhaps Learn the guitar"),
        ("write the blog post", "perhaps Write the blog post"),
        (
            "schedule the dentist for Friday at 10",
            "schedule The dentist @2026-11-27T10:00",
        ),
        ("add a task", "add"),
        ("create a new task", "add"),
        ("I want to add a task", "add"),
        ("add", "add"),
    ]);
}

#[test]
fn listing() {
    check(&[
        ("show my tasks", "list"),
        ("list", "list"),
        ("list tasks", "list"),
        ("Show me all my tasks please", "list"),
        ("what are my tasks?", "list"),
        ("What's on my list?", "list"),
        ("what is on my plate", "list"),
        ("what do I have to do?", "list"),
        ("my tasks", "list"),
        ("tasks", "list"),
        ("todo list", "list"),
        ("show everything", "list"),
        ("do I have any tasks", "list"),
        ("show open tasks", "list open"),
        ("which tasks are still open?", "list open"),
        ("what's left to do?", "list open"),
        ("what haven't I finished yet", "list open"),
        ("show done tasks", "list done"),
        ("completed tasks", "list done"),
        ("what have I done?", "list done"),
        ("what did I finish today?", "list done @2026-11-25"),
        (
            "what did I get done this week",
            "list done @2026-11-25..2026-11-29",
        ),
        ("show all tasks, open and done", "list both"),
        ("what's due today?", "list @2026-11-25"),
        ("what is due today", "list @2026-11-25"),
        ("what do I have today", "list @2026-11-25"),
        ("what do I have to do tomorrow?", "list @2026-11-26"),
        ("anything due tomorrow?", "list @2026-11-26"),
        ("tasks for tomorrow", "list @2026-11-26"),
        ("today's tasks", "list @2026-11-25"),
        ("what's due this week?", "list @2026-11-25..2026-11-29"),
        ("What's due next week?", "list @2026-11-30..2026-12-06"),
        ("what's due on Friday", "list @2026-11-27"),
        ("what is due by Friday?", "list @2026-11-25..2026-11-27"),
        ("tasks due this month", "list @2026-11-25..2026-11-30"),
        ("what's due in the next 3 days", "list @2026-11-25..2026-11-28"),
        ("what's on this weekend", "list @2026-11-28..2026-11-29"),
        ("what's coming up?", "list @2026-11-25..2026-12-02"),
        ("what's overdue?", "list @Overdue"),
        ("overdue", "list @Overdue"),
        ("show overdue tasks", "list @Overdue"),
        ("am I late with anything?", "list @Overdue"),
        ("tasks without a date", "list @Undated"),
        ("which tasks have no due date?", "list @Undated"),
        ("show high priority tasks", "list !high"),
        ("what's urgent?", "list !high"),
        ("urgent tasks due this week", "list @2026-11-25..2026-11-29 !high"),
        ("which tasks are important", "list !high"),
        ("tasks about the report", "list ~report"),
        ("show tasks about milk", "list ~milk"),
        ("find report", "list both ~report"),
        ("search for 'Q4'", "list both ~Q4"),
        ("do I have a task about taxes?", "list ~taxes"),
        ("show all tasks containing bread", "list ~bread"),
        ("show my work tasks", "list ~work"),
        ("when is the report due?", "list both ~report"),
        ("is the milk done?", "list both ~milk"),
        ("how many tasks do I have?", "list count"),
        ("how many open tasks are there", "list open count"),
        ("how many tasks are overdue?", "list @Overdue count"),
        ("how many did I finish today?", "list done @2026-11-25 count"),
        ("count my tasks", "list count"),
        ("show the first 3 tasks", "list first 3"),
        ("what should I do next?", "next"),
        ("what next?", "next"),
        ("What should I work on now?", "next"),
        ("what's the most important thing", "next"),
        ("where should I start?", "next"),
        ("Help me organize my tasks", "organize"),
        ("help me organise my day", "organize"),
        ("organize my todo list", "organize"),
        ("can you help me plan my week?", "organize"),
        ("prioritize my tasks", "organize"),
        ("give me an overview", "organize"),
        ("I feel overwhelmed", "organize"),
    ]);
}

#[test]
fn completing_and_deleting() {
    check(&[
        ("done with 1", "complete #1"),
        ("done 1", "complete #1"),
        ("complete 1 and 3", "complete #1,3"),
        ("complete 1, 2 and 4", "complete #1,2,4"),
        ("mark 2-4 as done", "complete #2,3,4"),
        ("mark the first two as done", "complete #1,2"),
        ("complete the last one", "complete #-1"),
        ("finish number 3", "complete #3"),
        ("tick off the second one", "complete #2"),
        ("check off task 2", "complete #2"),
        ("mark buy milk as done", "complete buy milk"),
        ("mark the milk task as complete", "complete milk"),
        ("Mark 'Buy milk' done", "complete 'Buy milk'"),
        ("mark as done: buy milk", "complete buy milk"),
        ("complete buy milk", "complete buy milk"),
        ("I finished the report", "complete report"),
        ("I've already done the dishes", "complete dishes"),
        ("I’m done with the report", "complete report"),
        ("I did it", "complete IT"),
        ("the report is done", "complete report"),
        ("report done", "complete report"),
        ("done: report", "complete report"),
        ("finished report", "complete report"),
        ("cross milk off my list", "complete milk"),
        ("it's done", "complete IT"),
        ("done", "complete IT"),
        ("Done!", "complete IT"),
        ("mark it as done", "complete IT"),
        ("complete that one", "complete IT"),
        ("mark them as done", "complete THEM"),
        ("mark both as done", "complete THEM"),
        ("complete everything", "complete ALL()"),
        ("mark all tasks as done", "complete ALL()"),
        ("complete all tasks due today", "complete ALL(@2026-11-25)"),
        ("complete all overdue tasks", "complete ALL(@Overdue)"),
        ("I finished milk and eggs", "complete milk and eggs"),
        ("Done:\n- milk\n- eggs", "complete milk + complete eggs"),
        ("reopen the report", "reopen report"),
        ("uncheck 2", "reopen #2"),
        ("mark milk as not done", "reopen milk"),
        ("milk isn't done yet", "reopen milk"),
        ("set it back to open", "reopen IT"),
        ("delete 2", "delete #2"),
        ("delete the milk one", "delete milk"),
        ("delete buy milk", "delete buy milk"),
        ("remove the task 'Buy milk'", "delete 'Buy milk'"),
        ("remove milk from my list", "delete milk"),
        ("take milk off the list", "delete milk"),
        ("get rid of the report", "delete report"),
        ("cancel the dentist", "delete dentist"),
        ("delete it", "delete IT"),
        ("delete that", "delete IT"),
        ("delete the last task", "delete NEWEST"),
        ("delete all done tasks", "delete ALL(done)"),
        ("clear completed tasks", "delete ALL(done)"),
        ("clear completed", "delete ALL(done)"),
        ("delete everything", "delete ALL()"),
        ("delete all tasks", "delete ALL()"),
        ("delete all tasks about milk", "delete ALL(~milk)"),
        ("clear my list", "delete ALL()"),
        ("delete 'A' and 'B'", "delete 'A' & 'B'"),
        ("delete", "delete ?"),
        ("delete milk and complete eggs", "delete milk + complete eggs"),
        ("mark milk as done and delete eggs", "complete milk + delete eggs"),
        ("complete 1, then delete 2", "complete #1 + delete #2"),
        ("add milk and delete the eggs task", "add Milk + delete eggs"),
        ("add milk, then show my list", "add Milk + list"),
        ("complete milk and show my tasks", "complete milk + list"),
        ("undo", "undo"),
        ("undo that", "undo"),
        ("Undo that please", "undo"),
        ("undo the last change", "undo 1"),
        ("undo the last 2 changes", "undo 2"),
        ("take that back", "undo"),
        ("oops", "oops"),
        ("revert", "undo"),
        ("bring it back", "undo"),
        ("I didn't mean that", "oops"),
    ]);
}

#[test]
fn changing() {
    check(&[
        ("rename milk to oat milk", "change milk: title=Oat milk"),
        ("rename it to 'oat Milk'", "change IT: title=oat Milk"),
        (
            "Rename \"Buy milk\" to \"Buy oat milk\"",
            "change 'Buy milk': title=Buy oat milk",
        ),
        ("change the title of 2 to Call Ann", "change #2: title=Call Ann"),
        ("rename 1 to Call Ann", "change #1: title=Call Ann"),
        ("call it Oat milk", "change IT: title=Oat milk"),
        ("milk should be called oat milk", "change milk: title=Oat milk"),
        ("change milk to oat milk", "change milk: title=Oat milk"),
        ("move it to Friday", "change IT: @2026-11-27"),
        (
            "Move the report to Friday at 5pm",
            "change report: @2026-11-27T17:00",
        ),
        ("move talk to Bob to Friday", "change talk to Bob: @2026-11-27"),
        (
            "reschedule the dentist for next Monday",
            "change dentist: @2026-11-30",
        ),
        ("reschedule 2 to Dec 3", "change #2: @2026-12-03"),
        ("postpone it until tomorrow", "change IT: @2026-11-26"),
        ("postpone the report by a week", "change report: +0m7d0min"),
        ("push it back by 2 days", "change IT: +0m2d0min"),
        ("push the report back a week", "change report: +0m7d0min"),
        ("delay 3 by an hour", "change #3: +0m0d60min"),
        ("postpone the report", "change report: +0m1d0min"),
        ("bring the report forward by a day", "change report: -0m1d0min"),
        ("put it off until Monday", "change IT: @2026-11-30"),
        ("snooze it for 3 days", "change IT: +0m3d0min"),
        (
            "set the due date of the report to Friday",
            "change report: @2026-11-27",
        ),
        ("set the deadline for 1 to 2026-12-24", "change #1: @2026-12-24"),
        ("make it due tomorrow", "change IT: @2026-11-26"),
        ("it's due tomorrow", "change IT: @2026-11-26"),
        ("the report is due on Friday", "change report: @2026-11-27"),
        ("change the due date to Friday", "change IT: @2026-11-27"),
        (
            "add a due date to the report: Friday",
            "change report: @2026-11-27",
        ),
        ("move it to 5pm", "change IT: @2026-11-25T17:00"),
        (
            "move all overdue tasks to today",
            "change ALL(@Overdue): @2026-11-25",
        ),
        (
            "move everything due today to tomorrow",
            "change ALL(@2026-11-25): @2026-11-26",
        ),
        ("remove the due date from the report", "change report: @never"),
        ("clear the date of 2", "change #2: @never"),
        ("remove its due date", "change IT: @never"),
        ("make it high priority", "change IT: !high"),
        ("make it urgent", "change IT: !high"),
        ("make the report high priority", "change report: !high"),
        ("mark 2 as important", "change #2: !high"),
        ("mark the report as urgent", "change report: !high"),
        ("set the priority of the report to low", "change report: !low"),
        ("set priority to high", "change IT: !high"),
        ("change the second one to low priority", "change #2: !low"),
        ("the report is urgent", "change report: !high"),
        ("it's not important", "change IT: !low"),
        ("raise the priority of milk", "change milk: !high"),
        ("prioritize the report", "change report: !high"),
        ("deprioritize it", "change IT: !low"),
        (
            "add a note to the report: ask Bob first",
            "change report: #ask Bob first",
        ),
        ("add note 'ask Bob' to the report", "change report: #ask Bob"),
        (
            "set the description of 1 to ask Bob first",
            "change #1: #ask Bob first",
        ),
        ("add a note to it saying bring cash", "change IT: #bring cash"),
        ("description: bring cash", "change IT: #bring cash"),
        ("remove the note from milk", "change milk: #-"),
        ("move it", "move IT"),
        ("rename it", "rename IT"),
        (
            "make 1 urgent and move it to Friday",
            "change #1: !high + change IT: @2026-11-27",
        ),
        ("split it", "split IT"),
        ("split milk and eggs into separate tasks", "split milk and eggs"),
    ]);
}

#[test]
fn talking() {
    check(&[
        ("hi", "greeting"),
        ("Hello!", "greeting"),
        ("good morning", "greeting"),
        ("hey there, how are you?", "greeting"),
        ("thanks", "thanks"),
        ("Thank you very much!", "thanks"),
        ("great, thanks", "thanks"),
        ("bye", "goodbye"),
        ("help", "help"),
        ("?", "help"),
        ("what can you do?", "help"),
        ("how does this work", "help"),
        ("How do I add a task?", "help"),
        ("who are you?", "identity"),
        ("are you an AI?", "identity"),
        ("which model are you using?", "identity"),
        ("how do I connect a model?", "connect"),
        ("how can I use Ollama?", "connect"),
        ("what day is it?", "today"),
        ("what's the date today", "today"),
        ("2", "answer #2"),
        ("the first one", "answer #1"),
        ("1 and 3", "answer #1,3"),
        ("both", "answer all"),
        ("all of them", "answer all"),
        ("yes", "answer yes"),
        ("Yes please", "answer yes"),
        ("no", "answer no"),
        ("never mind", "answer no"),
        ("What is the capital of France?", "unknown"),
        ("who won the world cup in 2022?", "unknown"),
        ("why is the sky blue", "unknown"),
        ("How tall is Mount Everest?", "unknown"),
        ("tell me a joke", "unknown"),
        ("explain quantum computing", "unknown"),
        ("write me a poem about the sea", "unknown"),
        ("translate hello to French", "unknown"),
        ("summarize this article", "unknown"),
        ("I need to know how photosynthesis works", "unknown"),
        ("when was Rust released?", "unknown"),
        ("is it going to rain tomorrow?", "unknown"),
        ("what's the weather tomorrow", "unknown"),
        ("asdf ghjk", "unknown"),
        ("🎉", "unknown"),
        ("SELECT * FROM tasks; DROP TABLE tasks", "unknown"),
    ]);
}
