//! What somebody who is not meant to can do at every door.
//!
//! The doors come from the router itself (`routes`), and each has a line in a list (`doors`) that says what its ids name
//! and who may come in. A route without a line fails the first test, so that a new one cannot be forgotten. Everything else
//! here is tried at every door.

mod cursors;
mod doors;
mod exhausted;
mod headers;
mod knock;
mod routes;
mod statements;
mod world;

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::PgPool;

use crate::support::{Answer, Setup, TestApp};
use doors::Who;
use knock::{As, Knock, unknown};
use statements::Statements;
use world::{Dump, World, answers, dump, world};

/// A server, her whose things are wanted, and him who wants them.
async fn scene(pool: &PgPool) -> (TestApp, World, World) {
    let setup = Setup {
        answers: answers(),
        ..Setup::default()
    };
    let app = TestApp::with(pool.clone(), setup).await;
    let zebra = world(&app, pool, "zebra").await;
    let otter = world(&app, pool, "otter").await;
    (app, zebra, otter)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_route_is_on_the_list(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let routes = routes::all(&app).await;
    let doors = doors::all();
    let listed = |method: &str, path: &str| (method.to_owned(), path.to_owned());
    let known: BTreeSet<_> = doors
        .iter()
        .map(|door| match door.route {
            // It takes every method; its endpoints are compared below.
            "/api/auth/{*path}" => listed("*", door.route),
            _ => listed(door.method, door.route),
        })
        .collect();
    let forgotten: Vec<_> = routes.difference(&known).collect();
    assert!(forgotten.is_empty(), "no line in doors.rs for {forgotten:#?}");
    let gone: Vec<_> = known.difference(&routes).collect();
    assert!(gone.is_empty(), "no route for {gone:#?}");

    let mut better_auth: Vec<_> = doors
        .iter()
        .filter(|door| door.route == "/api/auth/{*path}")
        .map(|door| listed(door.method, door.path.split('?').next().unwrap()))
        .collect();
    better_auth.sort();
    assert_eq!(better_auth, doors::better_auth());
}

/// What was found, so that one door does not hide another.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn check(&mut self, is_fine: bool, found: impl FnOnce() -> String) {
        if !is_fine {
            self.0.push(found());
        }
    }

    /// Whether the answer is a problem with this status.
    fn problem(&mut self, answer: &Answer, status: u16, place: &str) {
        let code = match status {
            401 => ["unauthenticated", "UNAUTHORIZED"],
            403 => ["forbidden"; 2],
            _ => ["not_found"; 2],
        };
        let problem = serde_json::from_slice::<Value>(&answer.bytes).unwrap_or_default();
        let is_one = answer.status.as_u16() == status
            && problem["status"] == status
            && problem["code"].as_str().is_some_and(|said| code.contains(&said));
        self.check(is_one, || {
            format!("{place}: not {status} but {} {}", answer.status, answer.text())
        });
    }

    fn status(&mut self, answer: &Answer, status: u16, place: &str) {
        let is_it = answer.status.as_u16() == status;
        self.check(is_it, || {
            format!("{place}: not {status} but {} {}", answer.status, answer.text())
        });
    }

    #[track_caller]
    fn none(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn somebody_else_finds_every_door_shut(pool: PgPool) {
    let (app, zebra, otter) = scene(&pool).await;
    let before = dump(&pool, &zebra).await;
    let mut findings = Findings::default();
    for door in doors::all() {
        for plain in [false, true] {
            let place = format!("{} {} plain: {plain}", door.method, door.path);
            let knock = Knock::at(&door).plain(plain);
            let answer = knock.with(&zebra.ids).send(&app, As::User(&otter)).await;
            // What is typed comes back in forms.
            let typed = if knock.mentions("email") {
                &zebra.ids["email"]
            } else {
                "\0"
            };
            let text = format!("{:?} {}", answer.headers, answer.text()).replace(typed, "");
            findings.check(!zebra.shows_in(&text), || format!("{place}: tells {text}"));
            findings.check(answer.status.as_u16() < 500, || {
                format!("{place}: {}", answer.status)
            });
            match door.who {
                _ if plain && knock.is_form() => findings.status(&answer, 302, &place),
                Who::Owner if !plain => findings.problem(&answer, 403, &place),
                Who::Owner | Who::OwnerPage => findings.status(&answer, 403, &place),
                Who::Nobody => findings.status(&answer, 404, &place),
                Who::Page => findings.status(&answer, 200, &place),
                // With what he has: it works, or it does not, but not for being hers.
                Who::SignedIn => {
                    let refused = [401, 403, 404].contains(&answer.status.as_u16());
                    findings.check(!refused || door.ends, || {
                        format!("{place}: {} {text}", answer.status)
                    });
                }
                Who::Anyone => {}
            }
            // One of hers among his own.
            let names = knock.names();
            for name in names.iter().filter(|_| door.who == Who::Owner && names.len() > 1) {
                let mut ids = otter.ids.clone();
                ids.insert(name, zebra.ids[name].clone());
                let answer = knock.with(&ids).send(&app, As::User(&otter)).await;
                // "Not among the newest" is what every id gets that is not of this conversation.
                let refused =
                    [302, 403, 404, 409, 422].contains(&answer.status.as_u16()) || answer.text() == "null";
                let shows = zebra.shows_in(answer.text());
                findings.check(refused && !shows, || {
                    format!("{place}, her {name}: {} {}", answer.status, answer.text())
                });
            }
            let changed = changes(&before, &dump(&pool, &zebra).await);
            findings.check(changed.is_empty(), || format!("{place} changed {changed:?}"));
        }
    }
    findings.none();
}

/// The tables in which something is not as it was.
fn changes(before: &Dump, after: &Dump) -> Vec<String> {
    before
        .keys()
        .filter(|table| before.get(*table) != after.get(*table))
        .cloned()
        .collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nobody_in_particular_finds_every_door_shut(pool: PgPool) {
    let (app, zebra, _) = scene(&pool).await;
    let before = dump(&pool, &zebra).await;
    let mut findings = Findings::default();
    for door in doors::all() {
        for plain in [false, true] {
            let place = format!("{} {} plain: {plain}", door.method, door.path);
            let knock = Knock::at(&door).plain(plain);
            let answer = knock.with(&zebra.ids).send(&app, As::Nobody).await;
            findings.check(answer.status.as_u16() < 500, || {
                format!("{place}: {}", answer.status)
            });
            let leads = answer.header("location").unwrap_or_default();
            match door.who {
                // Back to where the form was, which leads on to sign in; or there at once.
                Who::Owner | Who::SignedIn if plain && knock.may_be_plain() => {
                    let is_led = leads.starts_with("/sign-in?next=") || ["/", "/dashboard"].contains(&leads);
                    findings.check(is_led, || format!("{place}: leads to {leads}"));
                }
                Who::Owner | Who::SignedIn if !plain => findings.problem(&answer, 401, &place),
                Who::Owner | Who::SignedIn => findings.status(&answer, 401, &place),
                Who::Page | Who::OwnerPage => {
                    let is_led = leads.starts_with("/sign-in?next=");
                    findings.check(is_led, || format!("{place}: leads to {leads}"));
                }
                Who::Nobody => findings.status(&answer, 404, &place),
                Who::Anyone => {}
            }
            let shows = !knock.mentions("email") && zebra.shows_in(answer.text());
            findings.check(!shows, || format!("{place}: tells {}", answer.text()));
        }
        // Sign-ups and sign-ins with her address are among them.
        let changed = changes(&before, &dump(&pool, &zebra).await);
        findings.check(changed.is_empty(), || {
            format!("{} changed {changed:?}", door.path)
        });
    }
    findings.none();
}

/// What an answer looks like, without what it says.
fn shape(answer: &Answer) -> (BTreeSet<String>, Vec<String>) {
    let headers = answer.headers.keys().map(ToString::to_string).collect();
    let members = match serde_json::from_slice(&answer.bytes) {
        Ok(Value::Object(members)) => members.keys().cloned().collect(),
        _ => vec![],
    };
    (headers, members)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_hers_and_what_is_not_there_look_alike_and_cost_alike(pool: PgPool) {
    let (app, zebra, otter) = scene(&pool).await;
    let statements = Statements::watch();
    let mut findings = Findings::default();
    for door in doors::all() {
        if !matches!(door.who, Who::Owner | Who::OwnerPage) {
            continue;
        }
        let place = format!("{} {}", door.method, door.path);
        let knock = Knock::at(&door);
        let hers = knock.with(&zebra.ids);
        let (hers, for_hers) = statements.of(hers.send(&app, As::User(&otter))).await;
        let none = knock.with(&unknown(&zebra.ids));
        let (none, for_none) = statements.of(none.send(&app, As::User(&otter))).await;
        findings.status(&hers, 403, &place);
        findings.status(&none, 404, &place);
        findings.check(shape(&hers) == shape(&none), || {
            format!("{place}: {:?} is not {:?}", shape(&hers), shape(&none))
        });
        // The same questions to the database: so as long, too.
        findings.check(for_hers.len() > 1 && for_hers == for_none, || {
            format!("{place}: {for_hers:#?} is not {for_none:#?}")
        });
    }
    findings.none();
}
