// An answer is text from outside: rendered as Markdown, never trusted.
import { expect, modelTest as test } from "../fixtures.ts";

test("Markdown is rendered, and code highlighted", async ({ account: _, chat }) => {
  await chat.open();
  const answer = await chat.exchange("[markdown] Show me");
  await expect(answer.getByRole("heading", { name: "Your week" })).toBeVisible();
  await expect(answer.locator("strong")).toHaveText("plan");
  await expect(answer.locator("em").first()).toHaveText("emphasis");
  await expect(answer.getByRole("listitem").filter({ hasText: "ask about fees" }).last()).toBeVisible();
  await expect(answer.getByRole("cell", { name: "Monday" })).toBeVisible();
  await expect(answer.locator("blockquote")).toHaveText("Small steps.");
  const code = answer.locator("pre code");
  await expect(code).toContainText('println!("Hello, 世界");');
  // Highlighted: a keyword has another colour than its surroundings.
  const keyword = code.locator("span").filter({ hasText: /^fn\s*$/ }).first();
  const colour = (element: Element) => getComputedStyle(element).color;
  expect(await keyword.evaluate(colour)).not.toBe(await code.evaluate(colour));
});

const HOSTILE = `A <script>document.title = "owned"</script> tag.

<img src="http://tracker.invalid/a.png" onerror="document.title = 'owned'">

<iframe src="https://evil.invalid/"></iframe>

![remote](http://tracker.invalid/pixel.png "x")

[click me](javascript:document.title='owned') and [this](data:text/html,<script>alert(1)</script>)
and [that](https://example.com/ok).

<form action="https://evil.invalid/"><input name="password"><button>Send it</button></form>

<style>body { display: none }</style>`;

test("nothing of an answer runs, loads or posts", async ({ account: _, chat, model, page }) => {
  await model.says(HOSTILE);
  await chat.open();
  await chat.exchange("Say something nasty");
  // The fixture fails on any request off the origin, and on any violation of the policy.
  for (const _visit of ["as streamed", "as rendered on the server"]) {
    const answer = chat.answers.first();
    await expect(answer).toContainText("click me");
    await expect(answer.locator(".md").locator("script, iframe, form, style, input")).toHaveCount(0);
    await expect(answer.locator('img[src^="http"]')).toHaveCount(0);
    await expect(answer.locator("[onerror]")).toHaveCount(0);
    const addresses = await answer.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    expect(addresses.filter((address) => /^(javascript|data|vbscript):/i.test(address ?? ""))).toEqual([]);
    const link = answer.getByRole("link", { name: "that" });
    await expect(link).toHaveAttribute("href", "https://example.com/ok");
    await expect(link).toHaveAttribute("rel", /noopener/);
    await answer.getByText("click me").click();
    await expect(page).not.toHaveTitle("owned");
    await page.reload();
  }
});

test("a message of the reader's own is text", async ({ account: _, chat, page }) => {
  const text = `<img src=x onerror="document.title='owned'"> **not bold** </textarea><script>1</script>`;
  await chat.open();
  await chat.exchange(text);
  await expect(chat.mine.locator("p")).toHaveText(text);
  await page.reload();
  await expect(chat.mine.locator("p")).toHaveText(text);
  await expect(page).not.toHaveTitle("owned");
});
