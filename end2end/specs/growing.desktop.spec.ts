// While an answer is written: nothing that stands is made anew, no mark is seen before it means something, and nothing
// moves up.
import { type Step } from "../model.mjs";
import { expect, modelTest as test } from "../fixtures.ts";

const BEFORE = `# Plan

First **bold and *both* kinds** with \`code here\`, ~~gone~~ and [a link](https://example.com/path).

- **one** item
- two *items*
  1. nested **deeply**
- [x] done

| Head | Other |
| --- | --- |
| **a** | b |
| c | \`d\` |

\`\`\`rust
fn one() {}
fn two() {}
`;
const AFTER = `fn three() {}
\`\`\`

A formula $E = mc^2$ for $5, or \\(x_1\\).

$$
\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}
$$

1. last **list**
2. of *two*

Last paragraph.`;

/** Few letters at a time, slow enough that each is a change of its own. */
function slowly(text: string): Step[] {
  const pieces = text.match(/[^]{1,5}/gu) ?? [];
  return pieces.flatMap((text): Step[] => [{ text }, { pause: 40 }]);
}

test("what stands stays, no raw mark flashes, and nothing jumps up", async ({ account: _, chat, model, page }) => {
  await model.script([...slowly(BEFORE), "hold", ...slowly(AFTER), { finish: "stop" }, "done"]);
  await chat.open();
  const watch = await page.evaluateHandle(() => {
    const thread = document.querySelector<HTMLElement>("#thread")!;
    const seen = { raw: [] as string[], heights: [] as number[], gone: [] as string[], changes: 0 };
    new MutationObserver((records) => {
      seen.changes += 1;
      for (const record of records) {
        for (const node of record.removedNodes) {
          const kept = [node, ...(node instanceof Element ? node.querySelectorAll("*") : [])];
          if (kept.some((node) => "kept" in node)) seen.gone.push(node.textContent ?? "");
        }
      }
      const text = [...document.querySelectorAll(".bot .md")].map((part) => part.textContent ?? "").join("\n");
      const mark = /\*|~~|`|\]\(|\[|\|\s*-|\$E|\$\$|\\|<\/?\w/.exec(text);
      if (mark) seen.raw.push(text.slice(Math.max(0, mark.index - 20), mark.index + 10));
      seen.heights.push(thread.offsetHeight);
    }).observe(thread, { childList: true, characterData: true, subtree: true });
    return seen;
  });
  await chat.ask("Go");
  await model.held();
  const answer = chat.answers.first();
  await expect(answer.locator("pre code")).toContainText("fn two");
  await page.evaluate(() => {
    for (const node of document.querySelectorAll(".bot .md *")) Object.assign(node, { kept: true });
    const first = document.querySelector(".bot pre code")!.firstChild!;
    getSelection()!.selectAllChildren(first);
  });
  const selected = await page.evaluate(() => getSelection()!.toString());
  expect(selected.trim()).toBe("fn");
  await model.release();
  await chat.finished(answer);
  await expect(answer).toContainText("Last paragraph.");
  expect(await page.evaluate(() => getSelection()!.toString())).toBe(selected);

  const seen = await watch.jsonValue();
  expect(seen.changes).toBeGreaterThan(20);
  expect(seen.raw).toEqual([]);
  expect(seen.gone).toEqual([]);
  const jumps = seen.heights.filter((height, index) => height < (seen.heights[index - 1] ?? 0));
  expect(jumps).toEqual([]);
  // It is what the server makes of the whole.
  const streamed = await chat.htmlOf(answer);
  await page.reload();
  expect(await chat.htmlOf(chat.answers.first())).toEqual(streamed);
});

test("a token costs the same however long the block is", async ({ account: _, chat, model, page }) => {
  const line = (index: number) => `    total += prices[${index}] * amounts[${index}]; // so much for this one\n`;
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => line(from + index));
  await model.script([
    { text: "```js\n" + lines(0, 200).join("") },
    "hold",
    ...lines(200, 220).flatMap((text): Step[] => [{ text }, { pause: 30 }]),
    { text: "```\n" },
    { finish: "stop" },
    "done",
  ]);
  await chat.open();
  await chat.ask("Go");
  await model.held();
  await expect(chat.answers.first().locator("pre code")).toContainText("prices[199]");
  const watch = await page.evaluateHandle(() => {
    const seen = { most: 0, rounds: 0 };
    new MutationObserver((records) => {
      const nodes = records.reduce((sum, record) => sum + record.addedNodes.length + record.removedNodes.length, 0);
      seen.rounds += 1;
      seen.most = Math.max(seen.most, nodes);
    }).observe(document.querySelector(".bot pre code")!, { childList: true, characterData: true, subtree: true });
    return seen;
  });
  await model.release();
  await chat.finished(chat.answers.first());
  const seen = await watch.jsonValue();
  expect(seen.rounds).toBeGreaterThan(5);
  // A few lines' worth of nodes, not those of two hundred.
  expect(seen.most).toBeLessThan(100);
});

test("formulas are set without anything being fetched, and wide ones scroll by themselves", async ({
  account: _,
  chat,
  model,
  page,
}) => {
  const wide = Array.from({ length: 40 }, (_, index) => `x_{${index}}^2`).join(" + ");
  const text = `So $\\frac{a}{b}$ is \\(c\\), for $5 or $10.\n\n$$\n${wide}\n$$\n\n\\[\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\\]\n\n$\\nonsense$`;
  await model.says(text);
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.open();
  await chat.exchange("Formulas");
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    const answer = chat.answers.first();
    const formulas = answer.locator("math");
    await expect(formulas).toHaveCount(4);
    await expect(answer).toContainText("for $5 or $10.");
    const first = (await formulas.first().boundingBox())!;
    expect(first.height).toBeGreaterThan(15);
    const colour = (element: Element) => getComputedStyle(element).color;
    expect(await formulas.first().evaluate(colour)).toBe(await answer.locator("p").first().evaluate(colour));
    const overflow = await answer
      .locator(".formula")
      .first()
      .evaluate((formula) => [formula.scrollWidth - formula.clientWidth, document.body.scrollWidth - innerWidth]);
    expect(overflow[0]).toBeGreaterThan(100);
    expect(overflow[1]).toBeLessThanOrEqual(0);
    await expect(answer.locator("code")).toHaveText(["\\nonsense"]);
    await page.reload();
  }
});
