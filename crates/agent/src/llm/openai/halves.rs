//! Halves of characters: servers written in languages with UTF-16 strings cut a text between the two
//! surrogates of a character, and each half then stands in a chunk of its own, where it is no valid
//! JSON. They travel through the JSON parser as private-use characters and are put together after it.

use std::borrow::Cow;
use std::ops::RangeInclusive;

/// Where the 2048 surrogates are put: a part of the last private-use plane.
const FIRST_STAND_IN: u32 = 0x10_f000;
const FIRST_SURROGATE: u32 = 0xd800;
const LEADING: RangeInclusive<u32> = 0xd800..=0xdbff;
const TRAILING: RangeInclusive<u32> = 0xdc00..=0xdfff;

/// The JSON with a stand-in for each escaped surrogate that has no partner.
pub(super) fn with_stand_ins(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = json[at..].find('\\') {
        let escape = at + found;
        let Some(unit) = unit_at(json, escape) else {
            // The escaped character is ASCII in valid JSON; in other JSON the parser complains.
            at = json.ceil_char_boundary((escape + 2).min(json.len()));
            continue;
        };
        at = escape + 6;
        let is_pair =
            LEADING.contains(&unit) && unit_at(json, at).is_some_and(|next| TRAILING.contains(&next));
        if is_pair {
            at += 6;
        } else if let Some(stand_in) = stand_in(unit) {
            out.push_str(&json[copied..escape]);
            out.push(stand_in);
            copied = at;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// The UTF-16 unit that is escaped here as `\uXXXX`.
fn unit_at(json: &str, at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u32::from_str_radix(digits, 16).ok()
}

fn stand_in(unit: u32) -> Option<char> {
    (LEADING.contains(&unit) || TRAILING.contains(&unit))
        .then(|| char::from_u32(unit - FIRST_SURROGATE + FIRST_STAND_IN))?
}

fn surrogate(character: char) -> Option<u32> {
    let unit = u32::from(character).checked_sub(FIRST_STAND_IN)? + FIRST_SURROGATE;
    (LEADING.contains(&unit) || TRAILING.contains(&unit)).then_some(unit)
}

/// Puts halves together over the pieces of a text.
#[derive(Debug, Default)]
pub(super) struct Halves {
    leading: Option<u32>,
}

impl Halves {
    /// The piece with its characters made whole; a first half at its end is held back.
    pub(super) fn push(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len());
        for character in piece.chars() {
            let unit = surrogate(character);
            match (self.leading.take(), unit) {
                (Some(leading), Some(trailing)) if TRAILING.contains(&trailing) => {
                    let code = 0x10000 + ((leading - 0xd800) << 10) + (trailing - 0xdc00);
                    out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    continue;
                }
                (Some(_), _) => out.push(char::REPLACEMENT_CHARACTER),
                (None, _) => {}
            }
            match unit {
                Some(unit) if LEADING.contains(&unit) => self.leading = Some(unit),
                Some(_) => out.push(char::REPLACEMENT_CHARACTER),
                None => out.push(character),
            }
        }
        out
    }

    /// The text is over: what is left of a character that never became whole.
    pub(super) fn end(&mut self) -> &'static str {
        if self.leading.take().is_some() {
            "\u{fffd}"
        } else {
            ""
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn read(json: &str) -> String {
        let value: Value = serde_json::from_str(&with_stand_ins(json)).unwrap();
        value.as_str().unwrap().to_owned()
    }

    fn whole(pieces: &[&str]) -> String {
        let mut halves = Halves::default();
        let mut out: String = pieces.iter().map(|piece| halves.push(&read(piece))).collect();
        out.push_str(halves.end());
        out
    }

    #[test]
    fn halves_meet_over_pieces_and_lonely_ones_are_replaced() {
        assert_eq!(whole(&[r#""a\ud83d""#, r#""\ude00b""#]), "a😀b");
        assert_eq!(whole(&[r#""a\uD83D""#, r#""""#, r#""\uDE00""#]), "a😀");
        assert_eq!(
            whole(&[r#""\ud83d""#, r#""x\ude00""#, r#""\ud83d""#]),
            "\u{fffd}x\u{fffd}\u{fffd}"
        );
        assert_eq!(whole(&[r#""\ud83d\ud83d\ude00""#]), "\u{fffd}😀");
    }

    #[test]
    fn everything_else_is_left_alone() {
        for json in [
            r#""\ud83d\ude00""#,
            r#""\\ud83d""#,
            r#""é\n\u00e9""#,
            r#""\"#,
            r#""\é"#,
            r#""\u12"#,
        ] {
            assert_eq!(with_stand_ins(json), json);
        }
    }

    proptest! {
        #[test]
        fn any_text_cut_at_any_unit_comes_out_whole(text in "\\PC{0,12}", cut in any::<prop::sample::Index>()) {
            let units: Vec<u16> = text.encode_utf16().collect();
            let at = if units.is_empty() { 0 } else { cut.index(units.len()) };
            let escaped = |units: &[u16]| {
                let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
                format!("\"{escapes}\"")
            };
            prop_assert_eq!(whole(&[&escaped(&units[..at]), &escaped(&units[at..])]), text);
        }
    }
}
