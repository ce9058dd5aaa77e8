// Texts that want to be more than text, in every place that takes text: nothing runs, nothing loads, nothing posts.
import { expect, modelTest as test } from "../fixtures.ts";

const CORPUS = [
  `<script>window.__pwned=1</script>`,
  `<img src=x onerror="window.__pwned=1">`,
  `<svg onload="window.__pwned=1"><a href="javascript:window.__pwned=1">x</a></svg>`,
  `<iframe src="https://evil.invalid/" srcdoc="<script>parent.__pwned=1</script>"></iframe>`,
  `<form action="https://evil.invalid/"><button>go</button></form>`,
  `<style>body{display:none}</style><link rel=stylesheet href=//evil.invalid/x.css>`,
  `<base href="https://evil.invalid/"><meta http-equiv=refresh content="0;url=https://evil.invalid/">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=window.__pwned=1>`,
  `"><input autofocus onfocus=window.__pwned=1>`,
  `</title></textarea></script><script>window.__pwned=1</script>`,
  `<!--><img src=x onerror=window.__pwned=1>-->`,
  `[a](javascript:window.__pwned=1) [b](data:text/html,<script>window.__pwned=1</script>) [c](JaVaScRiPt:window.__pwned=1)`,
  `[d](java&Tab;script:window.__pwned=1) [e]( vbscript:x) [f](//evil.invalid) <javascript:window.__pwned=1>`,
  `![pixel](https://tracker.invalid/p.png "t") ![](data:image/svg+xml,<svg onload=window.__pwned=1>)`,
  `\`\`\`"onmouseover=window.__pwned=1\n</code></pre><script>window.__pwned=1</script>\n\`\`\``,
  `| <script>window.__pwned=1</script> |\n|---|\n| <img src=x onerror=window.__pwned=1> |`,
  `[^<script>]: <script>window.__pwned=1</script>\n\nx[^<script>]`,
  `{{constructor.constructor('window.__pwned=1')()}} \${window.__pwned=1}`,
  `\u202egnp.exe\u202c e\u0301\u0323 👩‍👩‍👧 مرحبا <b>שלום</b>`,
  `Z${"\u0315\u0328".repeat(60)}algo`,
  `[g](&#x6A;avascript:window.__pwned=1) [h](java\nscript:window.__pwned=1) [i](\u0001javascript:window.__pwned=1)`,
  `$\\text{</mtext></math><script>window.__pwned=1</script>}$ $\\href{javascript:window.__pwned=1}{x}$`,
];
/** Only for answers and messages: too long for titles. */
const HEAVY = [
  `| ${"h | ".repeat(40)}\n|${"---|".repeat(40)}\n${`| ${"<img src=x onerror=window.__pwned=1> | ".repeat(5)}\n`.repeat(15)}`,
  `${"> ".repeat(300)}<script>window.__pwned=1</script>`,
  `${"- ".repeat(300)}**deep**`,
];
const FORBIDDEN = "iframe, object, embed, base, style, link, script, form[action^='http'], math script, math [href], svg[onload], [onerror], [onfocus], [style], img[src^='http']";

test("a corpus of hostile texts stays text everywhere", async ({ account: _, baseURL, chat, context, model, page }) => {
  test.slow();
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  const whole = [...CORPUS, ...HEAVY].join("\n\n");
  const post = async (path: string, data: object) => {
    const answer = await context.request.post(baseURL + path, { data, headers: { origin: new URL(baseURL!).origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  const seeds = CORPUS.flatMap((text) => {
    const title = text.replaceAll("\n", " ").slice(0, 200);
    return [post("/api/tasks", { title, description: text }), post("/api/chat/conversations", { title })];
  });
  await Promise.all(seeds);
  await post("/api/testimonials", {
    text: "<script>window.__pwned=1</script><img src=x onerror=window.__pwned=1> \u202eokay",
  });
  // An answer with a call whose arguments are such a text as well.
  const hostile = { title: CORPUS[1]!, description: whole.slice(0, 1_900), [CORPUS[8]!]: CORPUS[0]! };
  const call = { index: 0, id: "call_1", type: "function", function: { name: "add_task", arguments: JSON.stringify(hostile) } };
  await model.script(
    [{ tool_call: call }, { finish: "tool_calls" }, "done"],
    [...whole.split(/(?<=[ \n])/).map((text) => ({ text })), { finish: "stop" }, "done"],
  );
  await chat.open();
  await chat.exchange(whole);
  const conversation = new URL(page.url()).pathname;
  const clean = async (what: string) => {
    const places = page.locator("main, nav, aside");
    expect(await places.locator(FORBIDDEN).evaluateAll((found) => found.map((one) => one.outerHTML)), what).toEqual([]);
    const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
    expect(links.filter((href) => !/^(https?:\/\/|mailto:|\/(?!\/)|#)/i.test(href)), what).toEqual([]);
    expect(await page.evaluate(() => "__pwned" in window), what).toBe(false);
  };
  await clean("as streamed");
  await chat.answers.locator(".tool summary").first().click();
  await expect(chat.answers.locator(".tool .given")).toContainText("onerror");
  await clean("a call's arguments");
  // An image is a link that says where it leads.
  await expect(chat.answers.getByRole("link", { name: "pixel (tracker.invalid)" })).toBeVisible();
  for (const path of [conversation, "/dashboard", "/dashboard/tasks", "/dashboard/settings", "/dashboard/chat", "/dashboard/search?q=script", "/"]) {
    await page.goto(path);
    if ((await page.locator("leptos-island").count()) > 0) await chat.awake();
    await clean(path);
  }
  await page.goto(conversation);
  await expect(chat.mine.locator("p.bubble")).toContainText("<script>window.__pwned=1</script>");
});
