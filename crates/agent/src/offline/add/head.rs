//! What stands between "a task" and its title.

use std::sync::LazyLock;

use protocol::TaskPriority;

use super::super::dates;
use super::super::pattern::Openers;
use super::super::priority;
use super::super::words::{Phrase, one_of};

/// What announces a title.
static NAMING: LazyLock<Openers> = LazyLock::new(|| {
    Openers::new(&[
        "called|named|titled|entitled|labelled|labeled|saying|reading|title",
        "title|name :",
        "with the|a? title|name",
        "that|which says",
        "whose title|name is",
    ])
});

/// What comes between "a task" and its title: "for tomorrow:", "with high priority called", "to".
pub(super) struct Head<'a> {
    pub(super) body: Phrase<'a>,
    pub(super) named: bool,
    pub(super) when: Option<dates::When>,
    pub(super) priority: Option<TaskPriority>,
}

impl<'a> Head<'a> {
    pub(super) fn strip(body: Phrase<'a>, named: bool, opened: bool) -> Self {
        let mut head = Self {
            body,
            named,
            when: None,
            priority: None,
        };
        while opened && head.step() {}
        head.body = head.body.without_leading_marks();
        head
    }

    fn take(&mut self, len: usize) -> bool {
        self.body = self.body.skip(len);
        true
    }

    fn step(&mut self) -> bool {
        let body = self.body;
        if body.is_quoted(0) || body.is_empty() {
            return false;
        }
        if let Some(len) = NAMING.begin(body) {
            self.named = true;
            return self.take(len);
        }
        if body.is_punct(0) && !body.lower(0).starts_with("!!") && !matches!(body.lower(0), "(" | "[") {
            return self.take(1);
        }
        if let Some(found) = priority::read(body, 0).filter(|found| self.priority.is_none() && found.sure)
            && goes_on(body, found.len)
        {
            self.priority = Some(found.priority);
            return self.take(found.len);
        }
        if let Some(found) = dates::read(body, 0).filter(|_| self.when.is_none())
            && goes_on(body, found.len)
        {
            self.when = Some(found.when);
            return self.take(found.len);
        }
        match body.lower(0) {
            "to" | "for" | "about" | "that" | "which" | "of"
                if body.len() > 1 && dates::read(body, 0).is_none() =>
            {
                self.take(1)
            }
            _ => false,
        }
    }
}

/// Whether a title is announced after a date or priority in front.
fn goes_on(body: Phrase<'_>, at: usize) -> bool {
    let rest = body.skip(at);
    one_of(rest.lower(0), "to : - ,")
        || NAMING.begin(rest).is_some()
        || rest.is_quoted(0)
        || dates::read(rest, 0).is_some_and(|found| matches!(rest.lower(found.len), ":" | "to"))
        || priority::read(rest, 0).is_some_and(|found| matches!(rest.lower(found.len), ":" | "to"))
}
