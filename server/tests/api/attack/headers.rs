//! What every answer says to browsers, and what other sites can make browsers do.

use axum::body::Body;
use axum::http::Method;
use sqlx::PgPool;

use super::doors::{self, Who};
use super::knock::{As, Knock, answer, unknown};
use super::{Findings, changes, dump, scene};
use crate::support::{Answer, ORIGIN, Setup, TestApp};

const EVIL: &str = "https://evil.example";

/// Looks at what makes browsers careful.
fn check_headers(findings: &mut Findings, answer: &Answer, is_https: bool, place: &str) {
    for (name, value) in [
        ("x-content-type-options", Some("nosniff")),
        ("referrer-policy", Some("strict-origin-when-cross-origin")),
        ("x-frame-options", Some("DENY")),
        ("cross-origin-opener-policy", Some("same-origin")),
        (
            "strict-transport-security",
            is_https.then_some("max-age=31536000"),
        ),
    ] {
        let is_there = answer.header(name) == value;
        findings.check(is_there, || format!("{place}: {name}: {:?}", answer.header(name)));
    }
    let permissions = answer.header("permissions-policy").unwrap_or_default();
    let are_none = ["camera=()", "microphone=()", "geolocation=()"]
        .iter()
        .all(|none| permissions.contains(none));
    findings.check(are_none, || format!("{place}: permissions-policy: {permissions}"));
    check_policy(findings, answer, place);
    check_cookies(findings, answer, is_https, place);
}

fn check_policy(findings: &mut Findings, answer: &Answer, place: &str) {
    let policy = answer.header("content-security-policy").unwrap_or_default();
    let says = |directive: &str| {
        policy
            .split("; ")
            .any(|said| said == directive || said.starts_with(&format!("{directive} ")))
    };
    let is_page = answer
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    let default = says("default-src 'none'") || (is_page && says("default-src 'self'"));
    let is_strict = default
        && says("frame-ancestors 'none'")
        && !policy.contains("unsafe-inline")
        && !policy.replace("wasm-unsafe-eval", "").contains("unsafe-eval");
    findings.check(is_strict, || {
        format!("{place}: content-security-policy: {policy}")
    });
    // Every script that stands in a page was put there by us.
    if is_page && answer.text().contains("<script") {
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .unwrap_or("none");
        let scripts: Vec<&str> = answer.text().split("<script").skip(1).collect();
        let given = format!("nonce=\"{nonce}\"");
        let all = scripts
            .iter()
            .all(|script| script.split('>').next().is_some_and(|tag| tag.contains(&given)));
        findings.check(all && nonce.len() >= 16, || {
            format!("{place}: a script without its nonce")
        });
    }
}

fn check_cookies(findings: &mut Findings, answer: &Answer, is_https: bool, place: &str) {
    for cookie in answer.cookies() {
        let has = |attribute: &str| cookie.split("; ").any(|part| part == attribute);
        let is_careful = has("HttpOnly") && has("SameSite=Lax") && has("Path=/") && has("Secure") == is_https;
        findings.check(is_careful, || format!("{place}: {cookie}"));
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_answer_makes_browsers_careful(pool: PgPool) {
    let (http, zebra, otter) = scene(&pool).await;
    let setup = Setup {
        public_url: "https://todo.example",
        answers: super::answers(),
        ..Setup::default()
    };
    let https = TestApp::with(pool, setup).await;
    let mut findings = Findings::default();
    for (app, is_https) in [(&http, false), (&https, true)] {
        let mut seen = std::collections::BTreeSet::new();
        for door in doors::all() {
            for plain in [false, true] {
                let knock = Knock::at(&door).plain(plain);
                // Over https only what https adds is looked for once more.
                for (ids, who) in [
                    (&zebra.ids, As::User(&otter)),
                    (&unknown(&zebra.ids), As::User(&otter)),
                    (&zebra.ids, As::Nobody),
                ]
                .into_iter()
                .skip(if is_https { 2 } else { 0 })
                {
                    let answer = knock.with(ids).send(app, who).await;
                    let place = format!("{} {} {}", answer.status, door.method, door.path);
                    check_headers(&mut findings, &answer, is_https, &place);
                    seen.insert(answer.status.as_u16());
                }
            }
            // With a method that it does not know, and with more than it takes.
            for (method, body) in [("PROBE", ""), ("POST", &*"x".repeat(256 * 1024 + 1))] {
                let path = door.path.replace(['{', '}'], "");
                let call = app
                    .call(
                        Method::from_bytes(method.as_bytes()).unwrap(),
                        path.split('?').next().unwrap(),
                    )
                    .header("authorization", "Bearer x")
                    .header("content-length", &body.len().to_string())
                    .body("application/json", Body::from(body.to_owned()));
                let answer = answer(call).await;
                let place = format!("{} {method} {}", answer.status, door.path);
                check_headers(&mut findings, &answer, is_https, &place);
                seen.insert(answer.status.as_u16());
            }
        }
        for status in [200, 302, 401, 403, 404, 405, 413] {
            findings.check((is_https && status == 403) || seen.contains(&status), || {
                format!("nothing was answered with {status}")
            });
        }
    }
    findings.none();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_unsafe_door_asks_where_a_browser_comes_from(pool: PgPool) {
    let (app, zebra, _) = scene(&pool).await;
    let before = dump(&pool, &zebra).await;
    let mut findings = Findings::default();
    for door in doors::all() {
        let knock = Knock::at(&door).with(&zebra.ids);
        if door.method == "GET" || door.who == Who::Nobody {
            continue;
        }
        let place = format!("{} {}", door.method, door.path);
        // Her own browser, with her own cookie, sent by another site's page.
        for (name, value) in [
            ("origin", EVIL),
            ("origin", "null"),
            ("origin", &format!("{ORIGIN}.evil.example")),
            ("referer", "https://evil.example/dashboard"),
            ("sec-fetch-site", "cross-site"),
            ("x-nothing", "at all"),
        ] {
            let call = knock
                .call(&app)
                .header("cookie", &zebra.user.cookie)
                .header(name, value);
            let answer = answer(call).await;
            findings.status(&answer, 403, &format!("{place} with {name}: {value}"));
        }
    }
    let changed = changes(&before, &dump(&pool, &zebra).await);
    findings.check(changed.is_empty(), || format!("something changed in {changed:?}"));
    findings.none();
}
