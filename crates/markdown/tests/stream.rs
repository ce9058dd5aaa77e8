//! The one promise of the stream: however a text arrives, the page shows what `render_unfinished`
//! gives for it after every patch, and what `render` gives at the end. Its HTML does, and so do its
//! elements.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod tree;

use markdown::{Options, StreamRenderer, render, render_unfinished};
use proptest::prelude::*;

fn options() -> Options {
    Options::new("m1-")
}

/// Streams `text`, cut at `cuts` (moved to character boundaries), onto a page.
fn check(text: &str, cuts: impl IntoIterator<Item = usize>) {
    let mut cuts: Vec<usize> = cuts
        .into_iter()
        .map(|cut| floor(text, cut))
        .chain([text.len()])
        .collect();
    cuts.sort_unstable();
    let mut renderer = StreamRenderer::new(options());
    let mut page = Vec::new();
    let mut tree = tree::Page::default();
    let mut from = 0;
    for cut in cuts {
        renderer.push(&text[from..cut]);
        from = cut;
        let patch = renderer.patches();
        tree.apply(&patch);
        assert!(patch.apply(&mut page), "a patch for the page as it is: {patch:?}");
        assert_eq!(page, renderer.blocks(), "the renderer knows the page");
        assert_eq!(
            page,
            render_unfinished(&text[..cut], &options()),
            "after {:?}",
            &text[..cut]
        );
        assert_eq!(tree.html(), page, "the elements after {:?}", &text[..cut]);
    }
    let patch = renderer.finish();
    tree.apply(&patch);
    assert!(patch.apply(&mut page));
    assert_eq!(page, render(text, &options()), "at the end of {text:?}");
    assert_eq!(tree.html(), page, "the elements at the end of {text:?}");
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Pieces that begin, continue and end every kind of block, and that change what stands before.
const PIECES: &[&str] = &[
    "word",
    "Ünïcödé 字 👩‍👩‍👧",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\n\n",
    "\r\n",
    "\r",
    "# ",
    "## Title\n",
    "#### Deep\n",
    "\u{202e}",
    "===",
    "---",
    "***",
    "- ",
    "* ",
    "+ ",
    "1. ",
    "2. ",
    "10) ",
    "> ",
    ">> ",
    "- [ ] ",
    "- [x] ",
    "```",
    "```rust\n",
    "~~~py\n",
    "let x = \"a\"; // b\n",
    "def f(a):\n    return a[1:]\n",
    "/* open\n",
    "| a | b |\n",
    "|---|:-:|\n",
    "| 1 | 2 |\n",
    "a | b\n",
    "--|--\n",
    "**",
    "*",
    "_",
    "~~",
    "`",
    "``",
    "[",
    "]",
    "]: ",
    "[a]: http://a.example\n",
    "[a]",
    "[a][]",
    "[t](http://b.example \"c\")",
    "![i](https://c.example/x.png)",
    "[^1]",
    "[^1]: note\n",
    "[^1]:",
    "    more\n",
    "<b>",
    "</b>",
    "<div>\n",
    "</div>\n",
    "<!--",
    "-->",
    "<br>",
    "&amp;",
    "&",
    "<",
    "\\",
    "https://d.example/e_f_",
    ":",
    "> [!NOTE]\n",
    "\u{0}",
    "=",
    "|",
    "\\|",
    "<script>",
    "</script>",
    "<pre>",
    "<?",
    "?>",
    "<![CDATA[",
    "]]>",
    "$",
    "$$",
    "$x^2$",
    "$5",
    "\\(",
    "\\)",
    "\\[a = b\\]",
    "\\frac{a}{b}",
    "!",
    "1",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn pieces_of_markdown(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        let mut cuts = Vec::new();
        let mut at = 0;
        for piece in &pieces {
            at += piece.len();
            cuts.push(at);
        }
        check(&text, cuts);
    }

    #[test]
    fn any_cuts(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24),
        cuts in prop::collection::vec(0_usize..200, 0..12),
    ) {
        check(&pieces.concat(), cuts);
    }

    #[test]
    fn any_text(text in "[\\PC\n]{0,80}", cuts in prop::collection::vec(0_usize..200, 0..8)) {
        check(&text, cuts);
    }

    #[test]
    fn a_reset_in_between(
        before in prop::collection::vec(prop::sample::select(PIECES), 0..12),
        after in prop::collection::vec(prop::sample::select(PIECES), 0..12),
        more in prop::collection::vec(prop::sample::select(PIECES), 0..6),
    ) {
        let mut renderer = StreamRenderer::new(options());
        let mut page = Vec::new();
        for piece in before {
            renderer.push(piece);
            prop_assert!(renderer.patches().apply(&mut page));
        }
        renderer.reset(&after.concat());
        for piece in more {
            prop_assert!(renderer.patches().apply(&mut page));
            renderer.push(piece);
        }
        prop_assert!(renderer.patches().apply(&mut page));
        prop_assert_eq!(&page, &render_unfinished(renderer.text(), &options()));
        prop_assert!(renderer.finish().apply(&mut page));
        prop_assert_eq!(page, render(renderer.text(), &options()));
    }
}

/// Whole answers, as models write them, character by character.
#[test]
fn answers_by_characters() {
    for text in ANSWERS {
        check(text, 0..text.len());
    }
}

/// What once went wrong, or looks as if it could.
#[test]
fn hard_cases() {
    for text in [
        "1. a\n\n2. b\n\npara",
        "- a\n\n*b*",
        "- a\n\n- b\n\n  c\n- d",
        "x\na | b\n--|--\n1 | 2\n\ny",
        "x\na | b\n--|--z\n",
        "Title\n===\n\n# Title\n\nTitle\n---\n",
        "[a] and [b][a]\n\ntext\n\n[a]: http://x.example\n\n[b]",
        "See[^1] and[^note].\n\n[^note]: One.\n[^1]: Two.\n\n    More.\n\nEnd[^1].",
        "```\na\n\n```\nb\n\n    c\n\n\n    d\n",
        "para\n    not code\n\n    code\n",
        "<div>\n*a*\n\n*b*\n</div>\n\nc",
        "> a\nb\n\n> c\n>\n> - d\n",
        "a\rb\r\rc\r\nd\n\n\re",
        "\u{feff}# a\n\n\u{feff}# b\n",
        "- [ ] a\n- [x] b\n\n  c\n",
        "\n\n\n   indented\n\n   - list\n\n   after",
        "| a |\n| - |\n| b\n\nc",
        "    | a | b |\n| a | b |\n",
        "\r| a | b |\n",
        "_\n- **\nword",
        "so $x\n\n$$\na\n$$ and \\(y\\), $5-$10\n",
    ] {
        check(text, 0..text.len());
        check(text, []);
    }
}

const ANSWERS: &[&str] = &[
    "## Plan for **today**\n\nHere is what I would do:\n\n1. Finish the report\n   - figures from sales\n   - a chart\n\n2. Call \
     Ann at [her site](https://ann.example)\n\n| Task | Due |\n|:-----|----:|\n| Report | Thu |\n| Call | Fri |\n\n> Remember: \
     `cargo test`\n\n---\n\nDone? ✅\n",
    "Use a loop:\n\n```python\ndef f(xs):\n    \"\"\"Doc\n    string\"\"\"\n    for x in xs[1:]:\n        print(f\"{x!r}\")  # \
     each\n```\n\nor in Rust:\n\n```rust\nfn main() {\n    /* a\n       b */\n    let s = r#\"x\ny\"#;\n}\n```\n\nand `inline`.\n",
    "- [ ] Buy milk\n- [x] Sleep\n\nمرحبا بالعالم\n\n* a\n* b\n\n![A cat](https://img.example/cat.png)\n\nNote[^1].\n\n[^1]: \
     A footnote with `code`.\n\nhttps://example.com/path?x=1.\n",
];
