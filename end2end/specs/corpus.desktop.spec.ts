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
];
const FORBIDDEN = "iframe, object, embed, base, style, link, script, form[action^='http'], math, svg[onload], [onerror], [onfocus], [style], img[src^='http']";

test("a corpus of hostile texts stays text everywhere", async ({ account: _, baseURL, chat, context, model, page }) => {
  page.on("dialog", (dialog) => {
    throw new Error(`a dialog: ${dialog.message()}`);
  });
  const whole = CORPUS.join("\n\n");
  const post = async (path: string, data: object) => {
    const answer = await context.request.post(baseURL + path, { data, headers: { origin: new URL(baseURL!).origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  };
  for (const text of CORPUS) {
    const title = text.replaceAll("\n", " ").slice(0, 200);
    await post("/api/tasks", { title, description: text });
    await post("/api/chat/conversations", { title });
  }
  await model.says(whole);
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
  // An image is a link that says where it leads.
  await expect(chat.answers.getByRole("link", { name: "pixel (tracker.invalid)" })).toBeVisible();
  for (const path of [conversation, "/dashboard", "/dashboard/tasks", "/dashboard/settings", "/dashboard/chat"]) {
    await page.goto(path);
    await chat.awake();
    await clean(path);
  }
  await page.goto(conversation);
  await expect(chat.mine.locator("p.bubble")).toContainText("<script>window.__pwned=1</script>");
});
