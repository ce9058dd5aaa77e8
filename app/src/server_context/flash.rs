//! What a plain form (no JavaScript) keeps across its redirect: what was typed, and what was wrong.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Domain;
use protocol::FieldError;
use serde::{Deserialize, Serialize};

use super::{SessionCookies, append_cookie, domain, request};

const COOKIE: &str = "greenlit_flash";
const SECONDS: u32 = 300;
// Browsers refuse cookies over 4096 bytes, attributes included.
const COOKIE_BYTES: usize = 3000;
const KEPT: usize = 500;

/// The state of a form that was sent back. Never put a password into `values`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Which form, such as `sign-in`.
    pub form: String,
    /// What was typed, by field.
    pub values: Vec<(String, String)>,
    /// What is wrong, by field.
    pub errors: Vec<FieldError>,
    /// What is wrong with the whole, or empty.
    pub message: String,
}

impl Flash {
    /// What was typed into a field; empty when nothing was.
    pub fn value(&self, field: &str) -> &str {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map_or("", |(_, value)| value)
    }

    /// What was typed into a field; `stored` where no form was sent back.
    pub fn typed(&self, field: &str, stored: &str) -> String {
        if self.form.is_empty() {
            stored
        } else {
            self.value(field)
        }
        .to_owned()
    }

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }
}

/// Keeps a form's state for the page that the browser is sent to next (five minutes at most). It
/// travels in a signed cookie; one too large for that stays in this process.
pub fn set_flash(flash: &Flash) {
    if let Some(cookie) = flash_cookie(&domain(), request().secure, flash) {
        append_cookie(&cookie);
    }
}

/// The same for handlers outside Leptos: the value of the `Set-Cookie` header.
pub fn flash_cookie(domain: &Domain, secure: bool, flash: &Flash) -> Option<String> {
    let json = serde_json::to_vec(flash).ok()?;
    let payload = URL_SAFE_NO_PAD.encode(json);
    let payload = if payload.len() <= COOKIE_BYTES {
        format!("c{payload}")
    } else {
        let id = random_id();
        keep(&id, flash.clone());
        format!("m{id}")
    };
    let value = domain.accounts().sign_cookie(&payload);
    Some(SessionCookies::new(secure).build(COOKIE, &value, Some(SECONDS)))
}

/// The state of the form of this name, if it was just sent back. It is gone after this answer; so
/// call it where headers can still be sent (not inside a streamed fragment).
pub fn take_flash(form: &str) -> Option<Flash> {
    let request = request();
    let payload = domain().accounts().verify_cookie(request.cookies.get(COOKIE)?)?;
    let flash = match payload.split_at_checked(1)? {
        ("c", json) => serde_json::from_slice(&URL_SAFE_NO_PAD.decode(json).ok()?).ok()?,
        ("m", id) => find(id)?,
        _ => return None,
    };
    if flash.form != form {
        return None;
    }
    append_cookie(&SessionCookies::new(request.secure).build(COOKIE, "", Some(0)));
    Some(flash)
}

type Kept = VecDeque<(Instant, String, Flash)>;

static LARGE: Mutex<Kept> = Mutex::new(VecDeque::new());

fn keep(id: &str, flash: Flash) {
    let mut kept = LARGE.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    while kept.len() >= KEPT || kept.front().is_some_and(|(until, ..)| *until < now) {
        kept.pop_front();
    }
    kept.push_back((now + Duration::from_secs(SECONDS.into()), id.to_owned(), flash));
}

// Left in place: a page may ask twice while it is rendered, and age removes it.
fn find(id: &str) -> Option<Flash> {
    let kept = LARGE.lock().unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    kept.iter()
        .find(|(until, known, _)| known == id && *until >= now)
        .map(|(.., flash)| flash.clone())
}

fn random_id() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}
