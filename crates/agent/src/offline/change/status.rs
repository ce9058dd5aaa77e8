//! Done, open again, gone.

use super::super::intent::{Intent, Query, Target};
use super::super::pattern::Captures;
use super::super::words::one_of;
use super::super::{target, titles};
use super::{Rule, x};

pub(super) const DONE: &[Rule] = &[
    ("mark|set|flag as? done|complete|completed|finished", |_| {
        Some(Intent::Complete(Target::It))
    }),
    (
        "mark|set|flag|put|label|make {x} as not done|finished|complete|completed",
        reopen,
    ),
    (
        "mark|set|flag|make|put {x} as|to|back_to|back_as? open|undone|incomplete|unfinished|not_done|\
         pending|todo|to-do|active",
        reopen,
    ),
    (
        "mark|set|flag|put|label|tick|check|make {x} not|un done|finished|complete|completed",
        reopen,
    ),
    (
        "mark|set|flag|put|label|tick|check|move|change|make {x} as|to|off_as|down_as|into? done|\
         complete|completed|finished|closed|accomplished",
        complete,
    ),
    (
        "mark|tick|check|cross as? done|complete|completed|finished|off : {x}",
        complete,
    ),
    ("mark as? done|complete|completed|finished {x}", complete),
    (
        "reopen|re-open|uncomplete|uncheck|untick|unmark|undo_completion_of|undo_completing|reactivate|\
         unfinish {x}",
        reopen,
    ),
    (
        "{x} is|are|was not|n't done|finished|complete|completed yet|after_all?",
        reopen,
    ),
    (
        "{x} isn't|aren't|wasn't done|finished|complete|completed yet|after_all?",
        reopen,
    ),
    (
        "i haven't|didn't actually|really? done|finished|completed|do|finish|complete {x} yet?",
        reopen,
    ),
    ("check|tick|cross|strike|knock off|out {x}", complete),
    (
        "check|tick|cross|strike|knock|scratch {x} off|out of? my|the? list|tasks|todo_list|to-do_list?",
        complete,
    ),
    ("check|tick {x}", |captures| {
        (!matches!(x(captures), Target::Title(_) | Target::Every(_))).then(|| complete(captures))?
    }),
    (
        "i|i've|i_have|ive|i'm|i_am|we've|we|am|have just|already|now|also|actually|finally? done|\
         finished|completed|did|accomplished|handled|wrapped_up with? {x} already|now|today|just_now?",
        completed,
    ),
    (
        "i|i've|i_have|ive|we've|we just|already|now|also|finally? bought|paid|called|phoned|cleaned|\
         washed|watered|sent|emailed|mailed|fixed|submitted|booked|returned|renewed|collected|fetched|\
         picked_up|ordered|filed|signed|printed|shipped|delivered|cooked|replaced|repaired|vacuumed|\
         mowed|fed {x} already|now|today|just_now?",
        completed,
    ),
    (
        "all_done|all_finished|all_are_done|they_are_all_done|they're_all_done|they're_done",
        |_| Some(Intent::Complete(Target::Them)),
    ),
    ("all? done|finished|through with {x}", completed),
    ("done|finished|completed|did :|-|with? {x}", completed),
    (
        "complete|finish|close|finalize|accomplish|resolve|wrap_up {x}",
        complete,
    ),
    (
        "{x} is|are|was|were|has_been|have_been|got|'s all|now|already|finally? done|finished|complete|\
         completed|finito|closed|accomplished now|already?",
        completed,
    ),
    ("{x} :|- done|finished|completed", completed),
    ("{x} done|finished|completed", completed),
    (
        "i|i've|ive just|already? done|did|finished|completed it|that|them|those|everything|all",
        |captures| {
            captures
                .get('x')
                .is_empty()
                .then_some(Intent::Complete(Target::It))
        },
    ),
    (
        "done|finished|completed|i'm_done|i_am_done|all_done|did_it|i_did_it|it's_done|its_done|\
         that's_done|finished_it|done_it|i'm_finished|i_finished|i've_finished|complete|i_did",
        |_| Some(Intent::Complete(Target::It)),
    ),
];

fn complete(captures: &Captures<'_>) -> Option<Intent> {
    let target = x(captures);
    // "Finish the report by Friday" is a task to be added.
    let dated = matches!(target, Target::Title(_)) && titles::draft(captures.get('x'), false).when.is_some();
    (!dated).then_some(Intent::Complete(target))
}

fn reopen(captures: &Captures<'_>) -> Option<Intent> {
    Some(Intent::Reopen(x(captures)))
}

/// "is milk done", "what have I done": questions are none of these.
fn completed(captures: &Captures<'_>) -> Option<Intent> {
    let x = captures.get('x');
    let asks = one_of(
        x.lower(0),
        "what what's which is are how why when who list show have has did get clear delete \
         remove hide archive count find i was do does can should nothing need must",
    );
    let target = target::parse(x);
    // "Done tasks" asks for a list; "all tasks done" reports.
    let list = matches!(target, Target::Every(_)) && !matches!(x.lower(0), "all" | "everything" | "every");
    (!asks && !list).then_some(Intent::Complete(target))
}

pub(super) const GONE: &[Rule] = &[
    (
        "delete|remove|erase|trash|scrap|discard|bin|drop|purge|get_rid_of|throw_away|throw_out|cancel|\
         kill|wipe|clear_out|clean_up|clear|clean_out|dump|ditch {x}",
        delete,
    ),
    (
        "take|wipe {x} off|from|out_of my|the list|tasks|todos|to-do_list|todo_list",
        delete,
    ),
    ("forget|forget_about|never_mind|nevermind {x}", |captures| {
        (!matches!(x(captures), Target::Every(_) | Target::Missing)).then(|| delete(captures))?
    }),
    (
        "i don't|no_longer need to|have_to|want_to? {x} anymore|any_more|any_longer",
        delete,
    ),
    ("i no_longer need|want {x}", delete),
    ("throw {x} away|out", delete),
    (
        "reset|empty|wipe my|the|entire|whole? todo|to-do|task? list|tasks|everything|all",
        |_| Some(Intent::Delete(Target::Every(Query::default()))),
    ),
    ("delete|remove|erase|trash|cancel|get_rid_of", |_| {
        Some(Intent::Delete(Target::Missing))
    }),
];

fn delete(captures: &Captures<'_>) -> Option<Intent> {
    Some(Intent::Delete(x(captures)))
}
