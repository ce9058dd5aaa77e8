// How soon other pages of the same person follow, in Chromium against the release binary:
// - from the Enter key in one tab to the message in another tab with the same conversation,
// - from the tick of a task on the tasks page to that tick on another tasks page, in a browser of its own.
import { chromium } from "@playwright/test";
import { launchOptions } from "../browser.mjs";
import { benchmark, signUp } from "../measure.mjs";

const TIMES = 20;
const LIMIT = 1000;

await benchmark(async (server) => {
  const user = await signUp(server.url, "Ada");
  const browser = await chromium.launch(launchOptions);
  try {
    const [first, second] = [await browser.newContext(), await browser.newContext()];
    for (const context of [first, second]) await context.addCookies(user.cookies);
    return [
      { name: "Enter to message in another tab", unit: "ms", samples: await messages(server.url, user, first), limit: LIMIT },
      { name: "tick to tick on another device", unit: "ms", samples: await ticks(server.url, user, first, second), limit: LIMIT },
    ];
  } finally {
    await browser.close();
  }
});

/** @typedef {import("@playwright/test").Page} Page */
/** @typedef {import("@playwright/test").BrowserContext} Context */
/** @typedef {Awaited<ReturnType<typeof signUp>>} User */

async function open(/** @type {Context} */ context, /** @type {string} */ url) {
  const page = await context.newPage();
  // The page has come to life when it asks for the feed.
  const live = page.waitForResponse((response) => response.url().includes("/api/chat/events"));
  await page.goto(url);
  await live;
  return page;
}

async function messages(/** @type {string} */ url, /** @type {User} */ user, /** @type {Context} */ context) {
  const made = await user.post("/api/chat/conversations", { message: "[plain] Begin" });
  const { id } = /** @type {{ id: string }} */ (await made.json());
  const here = await open(context, `${url}/dashboard/chat/${id}`);
  const there = await open(context, `${url}/dashboard/chat/${id}`);
  const box = here.getByRole("textbox", { name: "Message" });
  /** @type {number[]} */
  const samples = [];
  for (let number = 0; number < TIMES; number += 1) {
    const text = `Message number ${number}.`;
    await here.locator("article[aria-busy]").waitFor({ state: "detached" });
    await box.fill(`[plain] ${text}`);
    const seen = seenAt(there, text);
    const began = await pressedAt(here, () => box.press("Enter"));
    samples.push((await seen) - began);
  }
  return samples;
}

async function ticks(
  /** @type {string} */ url,
  /** @type {User} */ user,
  /** @type {Context} */ first,
  /** @type {Context} */ second,
) {
  for (let number = 0; number < TIMES; number += 1) await user.post("/api/tasks", { title: `Task number ${number}.` });
  const here = await open(first, `${url}/dashboard/tasks?status=open`);
  const there = await open(second, `${url}/dashboard/tasks?status=done`);
  /** @type {number[]} */
  const samples = [];
  for (let number = 0; number < TIMES; number += 1) {
    const title = `Task number ${number}.`;
    const seen = seenAt(there, title);
    const began = await pressedAt(here, () => here.getByRole("button", { name: `Done: ${title}` }).click());
    samples.push((await seen) - began);
  }
  return samples;
}

/** When a text is on a page; asked before it is. */
function seenAt(/** @type {Page} */ page, /** @type {string} */ text) {
  return page.evaluate(
    (text) =>
      new Promise((/** @type {(at: number) => void} */ resolve) => {
        const look = () => {
          if (!document.querySelector("main")?.textContent?.includes(text)) return;
          watcher.disconnect();
          resolve(performance.timeOrigin + performance.now());
        };
        const watcher = new MutationObserver(look);
        watcher.observe(document.body, { childList: true, subtree: true, characterData: true });
        look();
      }),
    text,
  );
}

/** When a page was acted on: at the key or the click itself. */
async function pressedAt(/** @type {Page} */ page, /** @type {() => Promise<void>} */ act) {
  const at = page.evaluate(
    () =>
      new Promise((/** @type {(at: number) => void} */ resolve) => {
        const now = () => resolve(performance.timeOrigin + performance.now());
        for (const event of ["keydown", "click"]) addEventListener(event, now, { capture: true, once: true });
      }),
  );
  await page.evaluate(() => 0);
  await act();
  return at;
}
