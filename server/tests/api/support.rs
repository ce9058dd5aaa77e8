//! The server under test, requests and answers.

use std::sync::Arc;

use agent::context::WindowLimits;
use agent::llm::scripted::{Act, Scripted};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use domain::accounts::{Client, SignUp};
use domain::{Domain, DomainConfig};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::config::{Origin, PublicUrl};
use server::router::build_router;
use server::site::Site;
use server::state::{AppState, Settings};
use sqlx::PgPool;
use store::Store;
use tower::ServiceExt;

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const ORIGIN: &str = "http://127.0.0.1:3000";

/// A server with a scripted model.
pub(crate) struct TestApp {
    pub(crate) router: Router,
    pub(crate) domain: Domain,
    pub(crate) script: Scripted,
}

/// What may differ from a plain one.
pub(crate) struct Setup {
    pub(crate) answers: Vec<Vec<Act>>,
    pub(crate) public_url: &'static str,
    pub(crate) cors_origins: &'static [&'static str],
    pub(crate) auth_per_minute: u32,
    pub(crate) messages_per_minute: u32,
    pub(crate) requests_per_minute: u32,
    pub(crate) site: Site,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            answers: vec![],
            public_url: ORIGIN,
            cors_origins: &[],
            auth_per_minute: 1_000,
            messages_per_minute: 1_000,
            requests_per_minute: 1_000_000,
            site: Site::default(),
        }
    }
}

impl TestApp {
    pub(crate) async fn new(pool: PgPool) -> Self {
        Self::with(pool, Setup::default()).await
    }

    /// With a model that gives these answers, one for each request.
    pub(crate) async fn answering(pool: PgPool, answers: Vec<Vec<Act>>) -> Self {
        let setup = Setup {
            answers,
            ..Setup::default()
        };
        Self::with(pool, setup).await
    }

    pub(crate) async fn with(pool: PgPool, setup: Setup) -> Self {
        let script = Scripted::new(setup.answers);
        let config = DomainConfig {
            secret: SECRET.into(),
            public_origin: setup.public_url.into(),
            provider: Arc::new(script.clone()),
            window: WindowLimits {
                messages: 50,
                tokens: 16_000,
            },
            messages_per_minute: setup.messages_per_minute,
        };
        let domain = Domain::start(Store::from_pool(pool), config).await.unwrap();
        let settings = Settings {
            public_url: PublicUrl {
                origin: Origin::parse(setup.public_url).unwrap(),
                is_set: true,
            },
            cors_origins: setup
                .cors_origins
                .iter()
                .map(|origin| Origin::parse(origin).unwrap())
                .collect(),
            auth_per_minute: setup.auth_per_minute,
            requests_per_minute: setup.requests_per_minute,
        };
        Self {
            router: build_router(AppState::new(domain.clone(), settings, setup.site)),
            domain,
            script,
        }
    }

    /// A user with an account, and a token for the API.
    pub(crate) async fn user(&self, name: &str) -> User {
        let sign_up = SignUp {
            name: name.into(),
            email: format!("{}@example.com", name.to_lowercase()),
            password: "correct horse".into(),
            image: None,
            remember_me: true,
        };
        let accounts = self.domain.accounts();
        let signed_in = accounts.sign_up(sign_up, &Client::default()).await.unwrap();
        let session = accounts
            .find_session(&signed_in.token, false)
            .await
            .unwrap()
            .unwrap();
        User {
            bearer: accounts.issue_jwt(&session.actor).unwrap(),
            cookie: format!(
                "better-auth.session_token={}",
                accounts
                    .sign_cookie(&signed_in.token)
                    .replace('+', "%2B")
                    .replace('/', "%2F")
                    .replace('=', "%3D")
            ),
        }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call {
            app: self,
            request: Request::builder().method(method).uri(path),
            body: Body::empty(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }
}

/// Somebody with an account.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) bearer: String,
    pub(crate) cookie: String,
}

/// A request that is being put together.
pub(crate) struct Call<'a> {
    app: &'a TestApp,
    request: axum::http::request::Builder,
    body: Body,
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With the user's token.
    pub(crate) fn by(self, user: &User) -> Self {
        let value = format!("Bearer {}", user.bearer);
        self.header("authorization", &value)
    }

    /// With the user's session cookie, from a page of the server's own.
    pub(crate) fn in_browser_of(self, user: &User) -> Self {
        self.header("cookie", &user.cookie).header("origin", ORIGIN)
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Body::from(body.to_string());
        self.header("content-type", "application/json")
    }

    pub(crate) fn body(mut self, kind: &str, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }

    /// Sends it and waits for the whole answer.
    pub(crate) async fn send(self) -> Answer {
        let (head, body) = self.open().await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status,
            headers: head.headers,
            bytes: bytes.to_vec(),
        }
    }

    /// Sends it and waits for the head only.
    pub(crate) async fn open(self) -> axum::response::Response {
        let request = self.request.body(self.body).unwrap();
        self.app.router.clone().oneshot(request).await.unwrap()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn cookies(&self) -> Vec<&str> {
        let values = self.headers.get_all(header::SET_COOKIE);
        values.iter().map(|value| value.to_str().unwrap()).collect()
    }

    /// The answer as expected of a success; its JSON.
    #[track_caller]
    pub(crate) fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The answer as expected of an error; its problem.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id").unwrap());
        problem
    }

    /// Status and body for a snapshot.
    pub(crate) fn tidy(&self) -> Value {
        let body = if self.bytes.is_empty() {
            Value::Null
        } else {
            tidy(self.json())
        };
        json!({ "status": self.status.as_u16(), "body": body })
    }
}

/// A value with ids, times and tokens replaced by their kind.
pub(crate) fn tidy(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(tidy_text(text)),
        Value::Array(items) => items.into_iter().map(tidy).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| match (name.as_str(), value) {
                ("duration_ms", Value::Number(_)) => (name, json!("[ms]")),
                (_, value) => (name, tidy(value)),
            })
            .collect(),
        other => other,
    }
}

fn tidy_text(text: String) -> String {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if lengths == [8, 4, 4, 4, 12] && text.split('-').all(is_hex) {
        "[uuid]".into()
    } else if text.len() == 24 && text.ends_with('Z') && text.parse::<protocol::Timestamp>().is_ok() {
        "[time]".into()
    } else if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        "[32 letters and digits]".into()
    } else if text.starts_with("ey") && text.split('.').count() == 3 {
        "[jwt]".into()
    } else {
        text
    }
}

/// Moves the end of every session, as an interval from now. The schema's owner may lift its own row-level security,
/// which nothing else in these tests goes around.
pub(crate) async fn end_sessions_in(pool: &PgPool, interval: &str) {
    for statement in [
        "ALTER TABLE greenlit.sessions NO FORCE ROW LEVEL SECURITY".to_owned(),
        format!("UPDATE greenlit.sessions SET expires_at = now() + interval '{interval}'"),
        "ALTER TABLE greenlit.sessions FORCE ROW LEVEL SECURITY".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(pool)
            .await
            .unwrap();
    }
}
