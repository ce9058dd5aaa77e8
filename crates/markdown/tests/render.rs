//! What each piece of Markdown becomes.

use markdown::{Options, render};

fn html(text: &str) -> String {
    render(text, &Options::new("m1-")).concat()
}

const REL: &str = r#"rel="noopener noreferrer nofollow" target="_blank""#;

const COPY: &str = r#"<button type="button" class="copy" data-copy="code" hidden>Copy</button>"#;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(
        html(text),
        expected.replace("REL", REL).replace("COPY", COPY),
        "{text}"
    );
}

#[test]
fn one_string_per_block() {
    let blocks = render(
        "One\n\n- two\n\n- three\n\n---\n\n```\nfour\n```\n",
        &Options::new(""),
    );
    assert_eq!(blocks.len(), 4);
    assert_eq!(blocks[0], "<p dir=\"auto\">One</p>");
    assert_eq!(render("", &Options::new("")), Vec::<String>::new());
    assert_eq!(
        render("[a]: http://b.example\n", &Options::new("")),
        Vec::<String>::new()
    );
}

#[test]
fn text() {
    check(
        "*a* **b** ~~c~~ `d <e>`",
        r#"<p dir="auto"><em>a</em> <strong>b</strong> <del>c</del> <code>d &lt;e&gt;</code></p>"#,
    );
    check("a\nb  \nc", "<p dir=\"auto\">a\nb<br>\nc</p>");
    check(
        "> a",
        r#"<blockquote dir="auto"><p dir="auto">a</p></blockquote>"#,
    );
    check("***", "<hr>");
    check(
        "> [!WARNING]\n> Hot",
        r#"<blockquote class="callout callout-warning" dir="auto"><p class="callout-title" dir="auto">Warning</p><p dir="auto">Hot</p></blockquote>"#,
    );
}

#[test]
fn headings_nest_under_the_message_and_can_be_linked() {
    check("# One", r#"<h3 dir="auto" id="m1-h-one">One</h3>"#);
    check(
        "## Über `x` & *y*",
        r#"<h3 dir="auto" id="m1-h-über-x--y">Über <code>x</code> &amp; <em>y</em></h3>"#,
    );
    check(
        "### a\n### a",
        r#"<h3 dir="auto" id="m1-h-a">a</h3><h3 dir="auto" id="m1-h-a-1">a</h3>"#,
    );
    check("###### a", r#"<h3 dir="auto" id="m1-h-a">a</h3>"#);
    check(
        "## a\n\n#### b\n\n> # c\n\n### d",
        r#"<h3 dir="auto" id="m1-h-a">a</h3><h4 dir="auto" id="m1-h-b">b</h4><blockquote dir="auto"><h3 dir="auto" id="m1-h-c">c</h3></blockquote><h4 dir="auto" id="m1-h-d">d</h4>"#,
    );
    check("# ???", r#"<h3 dir="auto">???</h3>"#);
    check("[to](#One)", r##"<p dir="auto"><a href="#m1-h-one">to</a></p>"##);
}

#[test]
fn lists() {
    check(
        "- a\n- b",
        r#"<ul><li dir="auto">a</li><li dir="auto">b</li></ul>"#,
    );
    check(
        "3. a\n\n4. b",
        r#"<ol start="3"><li dir="auto"><p dir="auto">a</p></li><li dir="auto"><p dir="auto">b</p></li></ol>"#,
    );
    check(
        "- [ ] a\n- [x] b",
        r#"<ul><li class="task" dir="auto"><input type="checkbox" disabled aria-label="Not done"> a</li><li class="task" dir="auto"><input type="checkbox" disabled checked aria-label="Done"> b</li></ul>"#,
    );
}

#[test]
fn tables_scroll_by_themselves() {
    check(
        "| a | b |\n|---|--:|\n| 1 | 2<br>3 |",
        r#"<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table><thead><tr><th scope="col" dir="auto">a</th><th scope="col" class="align-right" dir="auto">b</th></tr></thead><tbody><tr><td dir="auto">1</td><td class="align-right" dir="auto">2<br>3</td></tr></tbody></table></div>"#,
    );
}

#[test]
fn code_blocks() {
    check(
        "```rust,ignore\nlet a;\n```",
        r#"<figure class="code" data-lang="rust"><figcaption><span>rust</span>COPY</figcaption><pre tabindex="0" dir="ltr"><code class="hl"><span class="hl-keyword">let</span> a;</code></pre></figure>"#,
    );
    check(
        "    <a>\n\n    b",
        "<figure class=\"code\"><figcaption><span>text</span>COPY</figcaption><pre tabindex=\"0\" dir=\"ltr\"><code class=\"hl\">&lt;a&gt;\n\nb</code></pre></figure>",
    );
    check(
        "```\"><script>\nx\n```",
        r#"<figure class="code" data-lang="&quot;&gt;&lt;script&gt;"><figcaption><span>&quot;&gt;&lt;script&gt;</span>COPY</figcaption><pre tabindex="0" dir="ltr"><code class="hl">x</code></pre></figure>"#,
    );
}

#[test]
fn a_line_in_progress_has_colours() {
    check(
        "```rust\nlet a;\nlet",
        "<figure class=\"code\" data-lang=\"rust\"><figcaption><span>rust</span>COPY</figcaption><pre tabindex=\"0\" dir=\"ltr\"><code class=\"hl\"><span class=\"hl-keyword\">let</span> a;\n<span class=\"hl-keyword\">let</span></code></pre></figure>",
    );
}

#[test]
fn links() {
    check(
        "[a](https://b.example \"c\")",
        r#"<p dir="auto"><a href="https://b.example" REL title="c">a</a></p>"#,
    );
    check(
        "<me@b.example>",
        r#"<p dir="auto"><a href="mailto:me@b.example" REL>me@b.example</a></p>"#,
    );
    check(
        "see https://b.example/c_d_e.",
        r#"<p dir="auto">see <a href="https://b.example/c_d_e" REL>https://b.example/c_d_e</a>.</p>"#,
    );
    check(
        "[https://a.example](https://b.example)",
        r#"<p dir="auto"><a href="https://b.example" REL>https://a.example</a></p>"#,
    );
    check("[a](javascript:alert(1)) [b](/c)", r#"<p dir="auto">a b</p>"#);
    check(
        "`https://b.example`",
        r#"<p dir="auto"><code>https://b.example</code></p>"#,
    );
}

#[test]
fn images_are_links() {
    check(
        "![A *cat*](https://img.example/cat.png)",
        r#"<p dir="auto"><a class="image-link" href="https://img.example/cat.png" REL>A cat (img.example)</a></p>"#,
    );
    check(
        "![](https://user@img.example:81/)",
        r#"<p dir="auto"><a class="image-link" href="https://user@img.example:81/" REL>Image (img.example)</a></p>"#,
    );
    check(
        "[![a](https://b.example)](https://c.example)",
        r#"<p dir="auto"><a href="https://c.example" REL>a (b.example)</a></p>"#,
    );
    check(
        "![x](data:image/png;base64,AA) ![](/y)",
        r#"<p dir="auto">x Image</p>"#,
    );
}

#[test]
fn an_override_turns_only_its_own_text_round() {
    check(
        "a \u{202e}b **c**",
        "<p dir=\"auto\"><bdi>a \u{202e}b </bdi><strong>c</strong></p>",
    );
}

#[test]
fn html_is_text() {
    check("a <b>c</b>", r#"<p dir="auto">a &lt;b&gt;c&lt;/b&gt;</p>"#);
    check(
        "<div>\n<p>\n</div>",
        "<p class=\"raw-html\" dir=\"auto\">&lt;div&gt;\n&lt;p&gt;\n&lt;/div&gt;</p>",
    );
    check(
        "<!-- a -->",
        r#"<p class="raw-html" dir="auto">&lt;!-- a --&gt;</p>"#,
    );
}

#[test]
fn footnotes() {
    check(
        "a[^x] b[^x]\n\n[^x]: c\n\n[^y]: d",
        r##"<p dir="auto">a<sup class="footnote-ref"><a id="m1-fnref-1" href="#m1-fn-1" aria-label="Footnote 1">1</a></sup> b<sup class="footnote-ref"><a id="m1-fnref-1-2" href="#m1-fn-1" aria-label="Footnote 1">1</a></sup></p><div class="footnote" id="m1-fn-1"><a class="footnote-back" href="#m1-fnref-1" aria-label="Back to reference 1">1</a><p dir="auto">c</p></div><div class="footnote" id="m1-fn-2"><span class="footnote-back">2</span><p dir="auto">d</p></div>"##,
    );
    check("a[^x]", r#"<p dir="auto">a[^x]</p>"#);
}

#[test]
fn formulas() {
    check(
        "a $x$ and \\(y\\)",
        r#"<p dir="auto">a <math alttext="x"><mi>x</mi></math> and <math alttext="y"><mi>y</mi></math></p>"#,
    );
    check(
        "$$\nx\n$$",
        r#"<p dir="auto"><span class="formula" tabindex="0"><math display="block" alttext="x"><mi>x</mi></math></span></p>"#,
    );
    check(
        "$5 and $10 or $5-$10",
        r#"<p dir="auto">$5 and $10 or $5-$10</p>"#,
    );
    check("`$x$` \\$y$", r#"<p dir="auto"><code>$x$</code> $y$</p>"#);
    check(
        "$\\unknown$",
        r#"<p dir="auto"><code title="A formula, as it was written">\unknown</code></p>"#,
    );
    check(
        "# a $x_1$",
        r#"<h3 dir="auto" id="m1-h-a-x_1">a <math alttext="x_1"><msub><mi>x</mi><mn>1</mn></msub></math></h3>"#,
    );
}
