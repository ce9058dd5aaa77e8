//! The style sheet has a readable colour for everything the highlighter names.

use std::collections::{BTreeMap, BTreeSet};

const STYLE: &str = include_str!("../../../style/60-code.css");
const DARK_SURFACE: &str = "#0f1310";
const LIGHT_SURFACE: &str = "#ffffff";
/// What WCAG asks of text at level AA.
const LOWEST_CONTRAST: f64 = 4.5;

/// The `--hl-…` variables of each rule that has some, by the rule's selector.
fn variables() -> BTreeMap<String, BTreeMap<&'static str, &'static str>> {
    let mut rules = BTreeMap::new();
    for rule in STYLE.split('}') {
        let Some((before, body)) = rule.rsplit_once('{') else {
            continue;
        };
        let colours: BTreeMap<_, _> = body
            .split(';')
            .filter_map(|line| line.trim().strip_prefix("--hl-")?.split_once(": "))
            .collect();
        if !colours.is_empty() {
            let selector = before.rsplit(['{', '/']).next().unwrap_or_default();
            rules.insert(selector.split_whitespace().collect::<Vec<_>>().join(" "), colours);
        }
    }
    rules
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value =
            f64::from(u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour as #rrggbb")) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn colours_read_well() {
    assert!(
        (contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9,
        "the formula"
    );
    let rules = variables();
    let surfaces = [
        (":root, [data-theme=\"dark\"]", DARK_SURFACE),
        ("[data-theme=\"light\"]", LIGHT_SURFACE),
        (":root:not([data-theme])", LIGHT_SURFACE),
    ];
    assert_eq!(rules.len(), surfaces.len(), "{rules:?}");
    let names: BTreeSet<_> = rules[surfaces[0].0].keys().collect();
    for (selector, surface) in surfaces {
        assert_eq!(
            rules[selector].keys().collect::<BTreeSet<_>>(),
            names,
            "{selector}"
        );
        for (name, colour) in &rules[selector] {
            let contrast = contrast(colour, surface);
            assert!(
                contrast >= LOWEST_CONTRAST,
                "{selector}: {name} has {contrast:.2}"
            );
        }
    }
}

#[test]
fn every_class_has_a_rule() {
    for class in markdown::HIGHLIGHT_CLASSES {
        assert!(STYLE.contains(&format!(".hl-{class} {{")), "{class}");
    }
}
