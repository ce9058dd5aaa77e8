//! Whatever the text, the HTML holds nothing but what is on these lists. The output is read back
//! by an HTML parser as browsers have it, so escaping is judged by its effect.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use markdown::{Options, StreamRenderer, render};
use proptest::prelude::*;
use scraper::{ElementRef, Html, Node};

/// Elements, and the attributes each may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    (
        "a",
        &["aria-label", "class", "href", "id", "rel", "target", "title"],
    ),
    ("blockquote", &["class", "dir"]),
    ("br", &[]),
    ("code", &["class"]),
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
    ("ol", &["start"]),
    ("p", &["class", "dir"]),
    ("pre", &["dir", "tabindex"]),
    ("span", &["class"]),
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
    for block in html.iter().chain([&html.concat()]) {
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
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_harmless(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        check(&pieces.concat());
    }
}

const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<<script>script>alert(1)<</script>/script>",
    "<script>alert(1)//",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=\"alert(1)\"//",
    "<img/src=x/onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=javascript:alert(1)><input type=submit>",
    "<button formaction=javascript:alert(1)>x",
    "<input autofocus onfocus=alert(1)>",
    "<body onload=alert(1)>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<style>@import '//evil.example/x.css';</style>",
    "<div style=\"background:url(javascript:alert(1))\">",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a onmouseover=alert(1)>x</a>",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo '<script>alert(1)</script>'; ?>",
    "<!DOCTYPE html><script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "</p></div></code></pre><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<java\nscript:alert(1)>)",
    "[x](<java\tscript:alert(1)>)",
    "[x](java&Tab;script:alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](&#106&#97vascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](javascript&#58;alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](&#0;javascript:alert(1))",
    "[x](\u{feff}javascript:alert(1))",
    "[x](\u{a0}javascript:alert(1))",
    "[x](javascript://https://a.example/%0aalert(1))",
    "[x](https:javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](blob:https://a.example/1)",
    "[x](filesystem:https://a.example/1)",
    "[x](intent://a#Intent;scheme=javascript;end)",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    "[x](/\\evil.example)",
    "[x](https://a.example\" onmouseover=\"alert(1))",
    "[x](https://a.example\"onmouseover=alert(1))",
    "[x](<https://a.example\" onmouseover=\"alert(1)>)",
    "[x](https://a.example 'x\" onmouseover=\"alert(1)')",
    "[x](https://a.example \"x' onmouseover='alert(1)\")",
    "[x](https://a.example '\"><script>alert(1)</script>')",
    "[x](#\" onmouseover=\"alert(1))",
    "[x](#\"><script>alert(1)</script>)",
    "[\"><script>alert(1)</script>](https://a.example)",
    "[a]: javascript:alert(1)\n\n[a]",
    "[a]: <data:text/html,x>\n\n[x][a]",
    "[a]: https://a.example '\"onclick=alert(1) x=\"'\n\n[a]",
    "<javascript:alert(1)>",
    "<https://a.example/\"onmouseover=alert(1)>",
    "<data:text/html,x>",
    "<vbscript:x>",
    "<mailto:a@b.example?\"onclick=alert(1)>",
    "https://a.example/\"onmouseover=alert(1)",
    "https://a.example/'><script>alert(1)</script>",
    "https://a.example/<img/src=x/onerror=alert(1)>",
    "javascript:https://a.example",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg onload=alert(1)>)",
    "![x](https://a.example/x.png\"onerror=alert(1))",
    "![\"onerror=\"alert(1)](https://a.example/x.png)",
    "![<script>alert(1)</script>](https://a.example/x.png)",
    "![x](https://a.example/x.png '\"onerror=alert(1) x=\"')",
    "![a [b](javascript:alert(1)) c](https://a.example)",
    "[![x](javascript:alert(1))](javascript:alert(1))",
    "[a [b](https://b.example) c](https://c.example)",
    "```\"onclick=alert(1)\nx\n```",
    "```<script>alert(1)</script>\nx\n```",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "```js\n`${\"</span><script>alert(1)</script>\"}`\n```",
    "```\n</code></pre></figure><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "    </code></pre><script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "# \"onclick=alert(1)",
    "# x {#id onclick=alert(1)}",
    "[^\"onclick=alert(1)]\n\n[^\"onclick=alert(1)]: x",
    "[^<script>]\n\n[^<script>]: <script>alert(1)</script>",
    "| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "- [x] <script>alert(1)</script>",
    "> [!NOTE]<script>alert(1)</script>",
    "> [!<script>]\n> x",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<br onclick=alert(1)>",
    "<br/onclick=alert(1)>",
    "<br\nonclick=alert(1)>",
    "\u{202e}>tpircs<",
    "$$<script>alert(1)</script>$$",
    "<a\u{b}href=javascript:alert(1)>x",
    "<style><style/><img src=x onerror=alert(1)>",
    "<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
];
