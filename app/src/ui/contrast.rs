//! The colours of `style/00-tokens.css` against each other: what a reader with weak eyes depends on, computed.

const TOKENS: &str = include_str!("../../../style/00-tokens.css");

const SURFACES: [&str; 5] = ["bg", "side", "surface", "raised", "sunken"];
const WORDS: [&str; 3] = ["text", "muted", "faint"];
const MARKS: [&str; 3] = ["accent-text", "danger", "warn"];

/// The declarations of the one theme, from the line that sets its colour scheme to the end of the block.
fn theme(scheme: &str, which: usize) -> &'static str {
    let block = TOKENS
        .split(&format!("color-scheme: {scheme};"))
        .nth(which)
        .unwrap();
    block.split('}').next().unwrap()
}

fn luminance(block: &str, name: &str) -> f64 {
    let value = block
        .split(&format!("--{name}: #"))
        .nth(1)
        .and_then(|rest| rest.get(..6))
        .unwrap_or_else(|| panic!("--{name} is no colour of six digits"));
    let channel = |from: usize| {
        let part = f64::from(u8::from_str_radix(&value[from..from + 2], 16).unwrap()) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn ratio(block: &str, one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(block, one), luminance(block, other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn assert_at_least(least: f64, block: &str, names: &[&str]) {
    for name in names {
        for surface in SURFACES {
            let found = ratio(block, name, surface);
            assert!(found >= least, "--{name} on --{surface}: {found:.2} of {least}");
        }
    }
}

#[test]
fn words_can_be_read_in_both_themes() {
    assert_at_least(7.0, theme("dark", 1), &WORDS);
    assert_at_least(4.5, theme("dark", 1), &MARKS);
    for which in [1, 2] {
        assert_at_least(4.5, theme("light", which), &WORDS);
        assert_at_least(4.5, theme("light", which), &MARKS);
    }
}

#[test]
fn the_main_button_can_be_read() {
    let block = TOKENS.split(":root {").nth(1).unwrap();
    assert!(ratio(block, "neon-ink", "neon") >= 7.0);
}
