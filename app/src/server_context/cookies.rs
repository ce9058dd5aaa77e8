//! The session's cookies, in Better Auth's names and attributes, for its own door and for the pages.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Where the page tells the browser's IANA time zone (`Europe/Berlin`), percent-encoded.
pub const TIME_ZONE_COOKIE: &str = "greenlit_time_zone";

/// Where it tells how it writes times and dates: a locale with its clock (`de-DE-u-hc-h23`).
pub const LOCALE_COOKIE: &str = "greenlit_locale";

const SESSION_SECONDS: u32 = 7 * 24 * 60 * 60;

// What JavaScript's `encodeURIComponent` leaves alone, since that is what Better Auth writes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Builds and finds the session's cookies. Over https their names carry the prefix `__Secure-`, so
/// that no page without https can have set them.
#[derive(Debug, Clone, Copy)]
pub struct SessionCookies {
    secure: bool,
}

impl SessionCookies {
    /// `secure`: whether people use this server over https.
    pub fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Name of the cookie that holds the signed session token.
    pub fn session_token(self) -> &'static str {
        if self.secure {
            "__Secure-better-auth.session_token"
        } else {
            "better-auth.session_token"
        }
    }

    /// Name of the cookie that marks a session which ends with the browser.
    pub fn dont_remember(self) -> &'static str {
        if self.secure {
            "__Secure-better-auth.dont_remember"
        } else {
            "better-auth.dont_remember"
        }
    }

    /// `Set-Cookie` values for a session. `signed_token` and `signed_true` are
    /// `<token>.<signature>` and `true.<signature>`. With `remembered` the cookie lasts seven days
    /// and an older "don't remember" mark is taken away; without, both end with the browser.
    pub fn set(self, signed_token: &str, remembered: bool, signed_true: &str) -> [String; 2] {
        if remembered {
            [
                self.build(self.session_token(), signed_token, Some(SESSION_SECONDS)),
                self.build(self.dont_remember(), "", Some(0)),
            ]
        } else {
            [
                self.build(self.session_token(), signed_token, None),
                self.build(self.dont_remember(), signed_true, None),
            ]
        }
    }

    /// `Set-Cookie` values that take every cookie of a session away.
    pub fn clear(self) -> [String; 3] {
        let session_data = if self.secure {
            "__Secure-better-auth.session_data"
        } else {
            "better-auth.session_data"
        };
        [self.session_token(), session_data, self.dont_remember()].map(|name| self.build(name, "", Some(0)))
    }

    /// A cookie for this whole site that scripts cannot read; without `max_age` (seconds) it ends
    /// with the browser.
    pub fn build(self, name: &str, value: &str, max_age: Option<u32>) -> String {
        let value = utf8_percent_encode(value, COMPONENT);
        let age = max_age
            .map(|seconds| format!("; Max-Age={seconds}"))
            .unwrap_or_default();
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}{age}; Path=/; HttpOnly; SameSite=Lax{secure}")
    }
}

/// The cookies of one or more `Cookie` headers by name, values percent-decoded. The first of a name
/// counts; what is no pair or no UTF-8 is left out.
pub fn parse_cookies<'a>(headers: impl IntoIterator<Item = &'a str>) -> HashMap<String, String> {
    let mut cookies = HashMap::new();
    for pair in headers.into_iter().flat_map(|header| header.split(';')) {
        let Some((name, value)) = pair.trim().split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        if let Ok(value) = percent_decode_str(value).decode_utf8() {
            cookies
                .entry(name.trim().to_owned())
                .or_insert_with(|| value.into_owned());
        }
    }
    cookies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_carry_the_attributes_of_their_origin() {
        let [session, mark] = SessionCookies::new(false).set("tok.a+b/c=", true, "true.x=");
        assert_eq!(
            session,
            "better-auth.session_token=tok.a%2Bb%2Fc%3D; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            mark,
            "better-auth.dont_remember=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
        );

        let [session, mark] = SessionCookies::new(true).set("t.s=", false, "true.x=");
        assert_eq!(
            session,
            "__Secure-better-auth.session_token=t.s%3D; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            mark,
            "__Secure-better-auth.dont_remember=true.x%3D; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }

    #[test]
    fn cookie_headers_are_read_with_their_oddities() {
        let cookies = parse_cookies(["a=1; b=x%2By;c; a=2", "d=\"q=r\"; e=%ff"]);
        let mut pairs: Vec<_> = cookies
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [("a", "1"), ("b", "x+y"), ("d", "q=r")]);
    }
}
