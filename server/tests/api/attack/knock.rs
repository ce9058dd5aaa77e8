//! Requests at a door.

use std::collections::BTreeMap;

use axum::http::Method;
use http_body_util::BodyExt;

use super::doors::{Body, Door, Who};
use super::world::World;
use crate::support::{Answer, ORIGIN, TestApp};

/// The ids that stand for names.
pub(super) type Ids = BTreeMap<&'static str, String>;

/// The same names for what does not exist.
pub(super) fn unknown(ids: &Ids) -> Ids {
    let nothing = |_: &String| uuid::Uuid::now_v7().to_string();
    ids.iter().map(|(name, id)| (*name, nothing(id))).collect()
}

/// Who knocks.
#[derive(Clone, Copy)]
pub(super) enum As<'a> {
    User(&'a World),
    Nobody,
}

/// A request that is put together for a door.
#[derive(Clone)]
pub(super) struct Knock {
    method: Method,
    path: String,
    body: Body,
    content: String,
    plain: bool,
    mentioned: String,
}

impl Knock {
    pub(super) fn at(door: &Door) -> Self {
        let content = match door.body {
            Body::Json(text) | Body::Form(text) => text.to_owned(),
            Body::File => r#"{"format": "greenlit.conversation", "version": 1, "id": "{conversation}", "title": "Brought along",
                "messages": [{"id": "{message}", "role": "user", "content": "Hello"}]}"#
                .to_owned(),
            Body::None => String::new(),
        };
        Self {
            method: match door.method {
                "*" => Method::GET,
                method => method.parse().unwrap(),
            },
            path: door.path.to_owned(),
            body: door.body,
            plain: matches!(door.who, Who::Page | Who::OwnerPage),
            mentioned: format!("{}{content}", door.path),
            content,
        }
    }

    /// As a browser without a script asks; pages are always asked for so.
    pub(super) fn plain(mut self, plain: bool) -> Self {
        self.plain |= plain;
        self
    }

    pub(super) fn is_form(&self) -> bool {
        matches!(self.body, Body::Form(_))
    }

    /// Whether a plain form may send it, which is led on to a page.
    pub(super) fn may_be_plain(&self) -> bool {
        matches!(self.body, Body::Form(_) | Body::File)
    }

    pub(super) fn mentions(&self, name: &str) -> bool {
        self.mentioned.contains(&format!("{{{name}}}"))
    }

    /// The names that the door has ids for.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let names = [
            "conversation",
            "message",
            "answer",
            "run",
            "call",
            "task",
            "session",
            "waiting_run",
            "waiting_call",
            "waiting_answer",
        ];
        names.into_iter().filter(|name| self.mentions(name)).collect()
    }

    /// With these ids for the names.
    pub(super) fn with(&self, ids: &Ids) -> Self {
        let mut knock = self.clone();
        for (name, id) in ids {
            let name = format!("{{{name}}}");
            knock.path = knock.path.replace(&name, id);
            let encoded = if self.is_form() {
                id.replace('@', "%40")
            } else {
                id.clone()
            };
            knock.content = knock.content.replace(&name, &encoded);
        }
        assert!(!knock.path.contains('{'), "{}", knock.path);
        knock
    }

    /// The request, without a word about who asks.
    pub(super) fn call<'a>(&self, app: &'a TestApp) -> crate::support::Call<'a> {
        let accept = if self.plain {
            "text/html,*/*;q=0.8"
        } else {
            "application/json"
        };
        let call = app.call(self.method.clone(), &self.path).header("accept", accept);
        match self.body {
            Body::None => call,
            Body::Json(_) | Body::File => call.body("application/json", self.content.clone()),
            Body::Form(_) => call.body("application/x-www-form-urlencoded", self.content.clone()),
        }
    }

    /// Sends it and waits for the answer; of an event stream only for its head.
    pub(super) async fn send(&self, app: &TestApp, who: As<'_>) -> Answer {
        let call = self.call(app);
        let call = match who {
            As::User(world) => call.in_browser_of(&world.user),
            As::Nobody => call.header("origin", ORIGIN),
        };
        answer(call).await
    }
}

/// The answer to a request; of an event stream the head only.
pub(super) async fn answer(call: crate::support::Call<'_>) -> Answer {
    let (head, body) = call.open().await.into_parts();
    let kind = head
        .headers
        .get("content-type")
        .map(|kind| kind.as_bytes().to_vec());
    let is_stream = kind.is_some_and(|kind| kind.starts_with(b"text/event-stream"));
    let bytes = if is_stream {
        vec![]
    } else {
        body.collect().await.unwrap().to_bytes().to_vec()
    };
    Answer {
        status: head.status,
        headers: head.headers,
        bytes,
    }
}
