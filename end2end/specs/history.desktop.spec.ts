// A conversation of any length opens at its newest end, and what was before comes while one scrolls up.
import { longConversation, manyConversations } from "../database.mjs";
import { expect, test } from "../fixtures.ts";

// A trace's pictures of the page make the browser lay out every message again and again.
test.use({ trace: "off" });

const folder = () => process.env.GREENLIT_FOLDER ?? "";

test("10,000 messages: opens at the newest, loads earlier ones upwards without a jump, in order, once each", async ({
  page,
  account,
  chat,
  makeAxeBuilder,
  problems,
}) => {
  problems.allow(/earlier_messages/);
  const path = await longConversation(folder(), account.email, 10_000);
  await chat.open(path);
  const scroller = page.getByRole("region", { name: "Messages" });
  // By the place it is in: to find roles among so many messages, all would have to be laid out.
  const end = page.locator("#earlier");
  const texts = () =>
    page.evaluate(() => [...document.querySelectorAll("#thread article")].map((a) => /\d+/.exec(a.querySelector(".bubble, .md")?.textContent ?? "")?.[0]));

  await test.step("at the newest end, with a bounded page", async () => {
    await expect(chat.messages.getByText("Answer 10000")).toBeInViewport();
    await expect(page.locator("#thread article")).toHaveCount(100);
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(4_000);
  });

  await test.step("scrolling up loads page after page, and nothing that is read moves by it", async () => {
    const moves = await page.evaluate(scrollUpThrough, 3);
    expect(moves.length).toBe(3);
    for (const move of moves) expect(Math.abs(move)).toBeLessThanOrEqual(2);
    await expect(page.locator('#thread [aria-live="polite"]').last()).toHaveText("100 earlier messages loaded.");
  });

  await test.step("by keyboard too", async () => {
    const before = await page.locator("#thread article").count();
    await scroller.focus();
    await expect(async () => {
      await page.keyboard.press("Home");
      expect(await page.locator("#thread article").count()).toBeGreaterThan(before);
    }).toPass();
    await page.keyboard.press("PageUp");
    await expect(end).toHaveAttribute("data-state", "more");
  });

  await test.step("each once, in order, and one heading a day", async () => {
    const numbers = (await texts()).map(Number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => 10_000 - numbers.length + 1 + n));
    const days = await page.locator("#thread .day:visible").allTextContents();
    expect(days.length).toBeGreaterThan(3);
    expect(new Set(days).size).toBe(days.length);
  });

  await test.step("a failure says so, and is tried again", async () => {
    await page.route("**/api/fn/earlier_messages", (route) => route.fulfill({ status: 500, body: "" }));
    await end.getByRole("link", { name: "Earlier messages" }).focus();
    const again = end.getByRole("button", { name: "Try again" });
    await expect(end).toHaveAttribute("data-state", "failed");
    await expect(again).toBeFocused();
    await expect(end).toContainText("cannot be reached");
    expect((await makeAxeBuilder().include("#earlier").analyze()).violations).toEqual([]);
    const before = await page.locator("#thread article").count();
    await page.unroute("**/api/fn/earlier_messages");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#thread article").count()).toBeGreaterThan(before);
    await expect(end.getByRole("link", { name: "Earlier messages" })).toBeFocused();
  });

  await test.step("back to the newest, and a new message is answered there", async () => {
    await page.locator("button.jump").click();
    await expect(page.locator("#thread article").last()).toContainText("Answer 10000");
    await expect(page.locator("#thread article").last()).toBeInViewport();
    await chat.ask("Show my tasks");
    const newest = page.locator("#thread article").last();
    await expect(newest).toHaveClass(/bot/);
    await expect(newest).not.toHaveAttribute("aria-busy", "true");
    await expect(newest).toContainText(/list_tasks|no tasks|no open tasks/i);
    await expect(newest).toBeInViewport();
  });
});

test("the beginning is reached and said, and Tab and Enter load as scrolling does", async ({ page, account, chat }) => {
  await chat.open(await longConversation(folder(), account.email, 130));
  await page.getByRole("link", { name: "Earlier messages" }).focus();
  await expect(page.locator("#thread article")).toHaveCount(130);
  await expect(page.getByText("The conversation begins here", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Earlier messages" })).toBeHidden();
  // What had the focus is gone, so the thread has it, and the keys go on scrolling.
  await expect(page.getByRole("region", { name: "Messages" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(chat.messages.getByText("Answer 130")).toBeInViewport();
});

test("3,000 conversations: the sidebar grows while one scrolls, and lays out what is near only", async ({
  page,
  account,
  chat,
}) => {
  await manyConversations(folder(), account.email, 3_000);
  await chat.open();
  const rows = page.locator("#conversations .conv-row");
  await expect(rows).toHaveCount(50);
  const list = page.locator("#conversations");
  for (let count = 100; count <= 400; count += 50) {
    await list.evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(count);
  }
  const numbers = (await page.locator("#conversations .conv b").allTextContents()).map((title) => Number(/\d+/.exec(title)?.[0]));
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, n) => n + 1));
  // Rows far from the window are skipped by the browser.
  const laidOut = await rows.evaluateAll(
    (rows) => rows.filter((row) => row.checkVisibility({ contentVisibilityAuto: true })).length,
  );
  expect(laidOut).toBeLessThan(150);
});

/**
 * Runs in the page: scrolls up a piece at a time until so many pages came, and says by how many pixels each of them
 * moved the message that was in view.
 */
async function scrollUpThrough(pages: number): Promise<number[]> {
  const scroller = document.getElementById("scroll")!;
  const thread = document.getElementById("thread")!;
  const frame = () => new Promise(requestAnimationFrame);
  const moves: number[] = [];
  const fetch = window.fetch;
  window.fetch = async (...given) => {
    const answer = await fetch(...given);
    // Long enough to see that something is loading.
    for (let frames = 0; frames < 6; frames += 1) await frame();
    return answer;
  };
  while (moves.length < pages) {
    const articles = thread.querySelectorAll("article");
    const above = scroller.scrollHeight + scroller.scrollTop - scroller.clientHeight;
    // Slowly where the next page is near enough to be fetched.
    scroller.scrollBy(0, -Math.max(400, above - 2_000));
    // The scroll event, what it makes the browser lay out, and what that makes the page do.
    for (let frames = 0; frames < 3; frames += 1) await frame();
    if (document.getElementById("earlier")!.dataset.state !== "loading") continue;
    const edge = scroller.getBoundingClientRect();
    const inView = [...articles].find((article) => article.getBoundingClientRect().bottom > edge.top + 1)!;
    const top = () => inView.getBoundingClientRect().top;
    const before = top();
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(thread, { childList: true });
    });
    for (let frames = 0; frames < 3; frames += 1) await frame();
    moves.push(top() - before);
  }
  window.fetch = fetch;
  return moves;
}
