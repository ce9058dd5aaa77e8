//! Signatures: the session cookie's and HS256 tokens'.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use protocol::{User, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Error;

/// How long a token made here is good for, in seconds (Better Auth's own default).
const TOKEN_SECONDS: u64 = 15 * 60;

/// What is stored of a session token.
pub(super) fn session_hash(token: &str) -> String {
    Sha256::digest(token.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Some random letters and digits; 32 of them carry 190 bits.
pub(crate) fn random_text(length: usize) -> String {
    use rand::Rng;
    use rand::distr::Alphanumeric;
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(length)
        .map(char::from)
        .collect()
}

/// Standard base64 of HMAC-SHA256, as Better Auth signs cookies.
pub(super) fn signature(secret: &[u8], text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The text in front of the last dot, if what is behind it is our signature of it.
pub(super) fn verified(secret: &[u8], value: &str) -> Option<String> {
    let (text, given) = value.rsplit_once('.')?;
    let right = signature(secret, text);
    bool::from(right.as_bytes().ct_eq(given.as_bytes())).then(|| text.to_owned())
}

/// What a Bearer token says of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenUser {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: Option<String>,
    /// Whether it is one of [`issue_jwt`]'s.
    pub(super) made_here: bool,
}

/// Marks our own tokens, in the header where no claim of an outside issuer can be mistaken for it.
const OUR_KEY: &str = "greenlit";

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    user_id: Option<String>,
    #[serde(rename = "userId")]
    user_id_camel: Option<String>,
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Checks an HS256 token. The algorithm is ours to say, never the token's.
pub(super) fn read_jwt(secret: &[u8], token: &str) -> Result<TokenUser, Error> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = 5;
    validation.validate_nbf = true;
    // Front ends that mint their own tokens seldom set an audience, and the shared secret already
    // says for whom they are.
    validation.validate_aud = false;
    let data = jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(secret), &validation)
        .map_err(|_| Error::Unauthenticated)?;
    let claims = data.claims;
    if claims.kind.as_deref() == Some("refresh") {
        return Err(Error::Unauthenticated);
    }
    let id = claims
        .sub
        .or(claims.user_id)
        .or(claims.user_id_camel)
        .or(claims.id);
    Ok(TokenUser {
        id: id.and_then(|id| id.parse().ok()).ok_or(Error::Unauthenticated)?,
        name: claims.name.unwrap_or_default(),
        email: claims.email,
        made_here: data.header.kid.as_deref() == Some(OUR_KEY),
    })
}

#[derive(Serialize)]
struct IssuedClaims<'a> {
    #[serde(flatten)]
    user: &'a User,
    sub: &'a UserId,
    iat: u64,
    exp: u64,
    iss: &'a str,
    aud: &'a str,
}

/// Makes an HS256 token with the user in it, as Better Auth's own tokens have.
pub(super) fn issue_jwt(secret: &[u8], origin: &str, user: &User) -> Result<String, Error> {
    let iat = jsonwebtoken::get_current_timestamp();
    let claims = IssuedClaims {
        user,
        sub: &user.id,
        iat,
        exp: iat + TOKEN_SECONDS,
        iss: origin,
        aud: origin,
    };
    jsonwebtoken::encode(
        &Header {
            kid: Some(OUR_KEY.into()),
            ..Header::new(Algorithm::HS256)
        },
        &claims,
        &EncodingKey::from_secret(secret),
    )
    .map_err(|error| Error::Internal(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn token(claims: serde_json::Value, secret: &[u8], algorithm: Algorithm) -> String {
        jsonwebtoken::encode(
            &Header::new(algorithm),
            &claims,
            &EncodingKey::from_secret(secret),
        )
        .unwrap()
    }

    fn later() -> u64 {
        jsonwebtoken::get_current_timestamp() + 60
    }

    #[test]
    fn a_cookie_is_read_only_with_our_signature() {
        let value = format!("abc.{}", signature(SECRET, "abc"));
        assert_eq!(verified(SECRET, &value).as_deref(), Some("abc"));
        assert_eq!(verified(b"another secret of the right length", &value), None);
        assert_eq!(verified(SECRET, &value.replace("abc.", "abd.")), None);
        for text in ["", ".", "abc", "abc."] {
            assert_eq!(verified(SECRET, text), None);
        }
    }

    #[test]
    fn the_user_is_found_under_any_of_the_usual_names() {
        for name in ["sub", "user_id", "userId", "id"] {
            let token = token(
                serde_json::json!({ name: "u1", "exp": later() }),
                SECRET,
                Algorithm::HS256,
            );
            assert_eq!(read_jwt(SECRET, &token).unwrap().id.as_str(), "u1");
        }
    }

    #[test]
    fn tokens_that_are_not_valid_now_are_refused() {
        let good = serde_json::json!({ "sub": "u1", "exp": later() });
        let mut bad = vec![
            token(
                good.clone(),
                b"another secret of the right length",
                Algorithm::HS256,
            ),
            token(good.clone(), SECRET, Algorithm::HS512),
            token(serde_json::json!({ "sub": "u1" }), SECRET, Algorithm::HS256),
            token(
                serde_json::json!({ "sub": "u1", "exp": 1 }),
                SECRET,
                Algorithm::HS256,
            ),
            token(serde_json::json!({ "exp": later() }), SECRET, Algorithm::HS256),
            token(
                serde_json::json!({ "sub": "", "exp": later() }),
                SECRET,
                Algorithm::HS256,
            ),
            token(
                serde_json::json!({ "sub": "u1", "exp": later(), "nbf": later() }),
                SECRET,
                Algorithm::HS256,
            ),
            token(
                serde_json::json!({ "sub": "u1", "exp": later(), "type": "refresh" }),
                SECRET,
                Algorithm::HS256,
            ),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSIsImV4cCI6OTk5OTk5OTk5OX0.".into(),
            String::new(),
        ];
        let whole = token(good, SECRET, Algorithm::HS256);
        bad.push(whole[..whole.len() - 2].to_owned());
        for token in bad {
            assert!(
                matches!(read_jwt(SECRET, &token), Err(Error::Unauthenticated)),
                "{token}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_speaks_for_anybody_without_our_signature(text in "\\PC{0,60}|[A-Za-z0-9_=.-]{0,120}|(eyJ[A-Za-z0-9_-]{0,40}\\.){2}[A-Za-z0-9_-]{0,60}") {
            let secret = b"0123456789abcdef0123456789abcdef";
            proptest::prop_assert_eq!(verified(secret, &text), None);
            let refused = read_jwt(secret, &text);
            proptest::prop_assert!(matches!(refused, Err(Error::Unauthenticated)), "{:?}", refused);
        }
    }
}
