//! Whatever the text, the HTML holds nothing but what is on these lists. The output is read back
//! by an HTML parser as browsers have it, so escaping is judged by its effect.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod nasty;

use markdown::{Options, StreamRenderer, render, render_unfinished};
use nasty::NASTY;
use proptest::prelude::*;
use scraper::{ElementRef, Html, Node};

/// Elements, and the attributes each may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    (
        "a",
        &["aria-label", "class", "href", "id", "rel", "target", "title"],
    ),
    ("bdi", &[]),
    ("blockquote", &["class", "dir"]),
    ("br", &[]),
    ("button", &["class", "data-copy", "hidden", "type"]),
    ("code", &["class", "title"]),
    ("del", &[]),
    ("div", &["aria-label", "class", "id", "role", "tabindex"]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &["class", "data-lang"]),
    ("h3", &["dir", "id"]),
    ("h4", &["dir", "id"]),
    ("h5", &["dir", "id"]),
    ("h6", &["dir", "id"]),
    ("hr", &[]),
    ("input", &["aria-label", "checked", "disabled", "type"]),
    ("li", &["class", "dir"]),
    ("math", &["alttext", "display"]),
    ("mfrac", &["linethickness"]),
    ("mi", &["mathvariant"]),
    ("mn", &[]),
    (
        "mo",
        &[
            "class",
            "form",
            "lspace",
            "maxsize",
            "minsize",
            "movablelimits",
            "rspace",
            "stretchy",
            "symmetric",
        ],
    ),
    ("mover", &[]),
    ("mpadded", &["width"]),
    ("mroot", &[]),
    ("mrow", &["displaystyle", "scriptlevel"]),
    ("mspace", &["depth", "height", "width"]),
    ("msqrt", &[]),
    ("msub", &[]),
    ("msubsup", &[]),
    ("msup", &[]),
    ("mtable", &["class"]),
    ("mtd", &["class"]),
    ("mtext", &[]),
    ("mtr", &["class"]),
    ("munder", &[]),
    ("munderover", &[]),
    ("ol", &["start"]),
    ("p", &["class", "dir"]),
    ("pre", &["dir", "tabindex"]),
    ("span", &["class", "tabindex"]),
    ("strong", &[]),
    ("sup", &["class"]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["class", "dir"]),
    ("th", &["class", "dir", "scope"]),
    ("thead", &[]),
    ("tr", &[]),
    ("ul", &[]),
];

/// What is wrong with the HTML, if anything.
fn objection(html: &str) -> Option<String> {
    let document = Html::parse_fragment(html);
    // Elements that are not closed, or closed twice, or where they may not be.
    if let Some(error) = document.errors.first() {
        return Some(format!("parse error: {error}"));
    }
    let mut ids: Vec<&str> = document
        .root_element()
        .descendent_elements()
        .filter_map(|e| e.attr("id"))
        .collect();
    ids.sort_unstable();
    if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
        return Some(format!("two elements with the id {}", twice[0]));
    }
    // The parser wraps a fragment into `<html>`.
    let mut nodes = document.root_element().descendants().skip(1);
    nodes.find_map(|node| match node.value() {
        Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => {
            Some(format!("{:?}", node.value()))
        }
        Node::Element(element) => {
            let name = element.name();
            let Some((_, allowed)) = ELEMENTS.iter().find(|(known, _)| *known == name) else {
                return Some(format!("element {name}"));
            };
            if let Some((attribute, _)) = element
                .attrs()
                .find(|(attribute, _)| !allowed.contains(attribute))
            {
                return Some(format!("attribute {attribute} of {name}"));
            }
            ElementRef::wrap(node).and_then(|element| match name {
                "a" => objection_to_link(element),
                "input" => {
                    let is_box =
                        element.attr("type") == Some("checkbox") && element.attr("disabled").is_some();
                    (!is_box).then(|| "an input that can be used".to_string())
                }
                _ => None,
            })
        }
        _ => None,
    })
}

fn objection_to_link(link: ElementRef<'_>) -> Option<String> {
    if link
        .ancestors()
        .filter_map(ElementRef::wrap)
        .any(|outer| outer.value().name() == "a")
    {
        return Some("a link in a link".to_string());
    }
    let href = link.attr("href").unwrap_or_default();
    if href.starts_with("#m1-") {
        return None;
    }
    let is_elsewhere =
        link.attr("rel") == Some("noopener noreferrer nofollow") && link.attr("target") == Some("_blank");
    // As a browser resolves it, on a page of ours.
    let base = url::Url::parse("https://greenlit.example/dashboard").unwrap();
    let scheme = base
        .join(href)
        .map(|url| url.scheme().to_string())
        .unwrap_or_default();
    let lower = href.to_ascii_lowercase();
    let is_allowed = ["http://", "https://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
        && ["http", "https", "mailto"].contains(&scheme.as_str());
    (!is_elsewhere || !is_allowed).then(|| format!("link to {href:?}"))
}

#[track_caller]
fn check(text: &str) {
    let options = Options::new("m1-");
    let html = render(text, &options);
    // Each block alone as well: a page patches single blocks.
    let unfinished = render_unfinished(text, &options);
    let whole = [html.concat(), unfinished.concat()];
    for block in html.iter().chain(&unfinished).chain(&whole) {
        if let Some(objection) = objection(block) {
            panic!("{objection}\nin {block}\nfrom {text:?}");
        }
        assert!(!block.contains('\0'));
    }
}

#[test]
fn the_check_itself_objects() {
    for bad in [
        "<script>x</script>",
        "<img src=x>",
        "<p onclick=x>",
        "<a href=\"javascript:x\">",
        "<a href=\"https://x.example\">",
        "<svg></svg>",
        "<p style=x>",
        "<!-- x -->",
        "<input type=\"text\">",
        "<iframe></iframe>",
        "<a href=\"#other\">",
        "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"java\nscript:alert(1)\">",
        "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"//x.example\">",
    ] {
        assert!(objection(bad).is_some(), "{bad}");
    }
    assert_eq!(objection("<p dir=\"auto\">a</p><hr>"), None);
}

#[test]
fn nasty_inputs() {
    assert!(NASTY.len() >= 60);
    for text in NASTY {
        check(text);
        // In every place where Markdown can be.
        for place in [
            "> {}",
            "- {}",
            "1. {}",
            "# {}",
            "**{}**",
            "[{}](https://a.example)",
            "![{}](https://a.example)",
            "| {} |\n|---|\n| {} |",
            "x[^1]\n\n[^1]: {}",
            "- [ ] {}",
            "```{}\n{}\n```",
            "`{}`",
            "~~{}~~",
            "[x]: {}\n\n[x]",
            "[x](https://a.example \"{}\")",
            "\\{}",
            "https://a.example/{}",
        ] {
            check(&place.replace("{}", text));
        }
    }
}

#[test]
fn nasty_inputs_while_streaming() {
    for text in NASTY {
        let mut renderer = StreamRenderer::new(Options::new("m1-"));
        for character in text.chars() {
            renderer.push(character.encode_utf8(&mut [0; 4]));
            renderer.patches();
            let html = renderer.blocks().concat();
            assert_eq!(objection(&html), None, "{html}\nfrom {:?}", renderer.text());
        }
    }
}

#[test]
fn a_prefix_cannot_break_out() {
    let html = render(
        "# a\n\n[b](#a)[^1]\n\n[^1]: c",
        &Options::new("\"><script>x</script>"),
    )
    .concat();
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn deep_nesting_has_an_end() {
    for text in [
        "> ".repeat(5_000),
        "- ".repeat(5_000),
        format!("{}x{}", "*a ".repeat(3_000), " b*".repeat(3_000)),
        "[".repeat(5_000),
        "![".repeat(5_000),
        format!("{}| a |\n{}|---|\n", "> ".repeat(63), "> ".repeat(63)),
    ] {
        let html = render(&text, &Options::new("m1-")).concat();
        let depth = Html::parse_fragment(&html)
            .tree
            .nodes()
            .map(|node| node.ancestors().count())
            .max()
            .unwrap();
        assert!(depth < 80, "{depth}");
        assert_eq!(objection(&html), None);
    }
}

/// Pieces of HTML, URLs and Markdown, to be put together at random.
const PIECES: &[&str] = &[
    "<",
    ">",
    "\"",
    "'",
    "&",
    "`",
    "(",
    ")",
    "[",
    "]",
    "!",
    "\\",
    "\n",
    "\n\n",
    " ",
    "\t",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{ad}",
    "\u{2028}",
    "javascript:",
    "java\tscript:",
    "&#106;avascript:",
    "data:",
    "vbscript:",
    "https://",
    "http:",
    "//",
    "mailto:",
    "a.example",
    "@",
    "#",
    "alert(1)",
    "<script>",
    "</script>",
    "<img src=x onerror=alert(1)>",
    "<a href=",
    "style=",
    "onclick=",
    "</p>",
    "</code>",
    "</pre>",
    "-->",
    "<!--",
    "]]>",
    "<svg/onload=",
    "```",
    "```js\n",
    "~~~",
    "    ",
    "- ",
    "> ",
    "# ",
    "|",
    "\n|-|\n",
    "[x]: ",
    "[x]",
    "](",
    "![",
    "[^1]",
    "[^1]: ",
    "**",
    "_",
    "&lt;",
    "&quot;",
    "&Tab;",
    "&colon;",
    "&NewLine;",
    "%0a",
    "%22",
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\text{",
    "}",
    "\\frac",
    "{a}",
    "^",
    "\\href",
    "\\color{red}",
    "\\begin{matrix}",
    "\\end{matrix}",
    "$\\text{<script>}$",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_harmless(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        check(&pieces.concat());
    }
}
