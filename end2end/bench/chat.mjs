// What a reader of the chat page waits for, in Chromium against the release binary:
// - from the Enter key to the own message on screen,
// - from the model's first byte to the first token on screen (the release of a held answer stands for the byte, so the
//   way of that request is counted too),
// - from the start of the navigation to a history of a hundred messages on screen.
// "On screen" is the first task after the animation frame that draws the change.
import { chromium } from "@playwright/test";
import { launchOptions } from "../browser.mjs";
import { instruments } from "../instruments.mjs";
import { benchmark, signUp } from "../measure.mjs";

const TIMES = 20;
const ROUNDS = 3; // that nothing is measured on, so that everything is loaded and compiled

await benchmark(async (server, model) => {
  const user = await signUp(server.url, "Ada");
  const browser = await chromium.launch(launchOptions);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(user.cookies);
    await context.addInitScript(instruments);
    const page = await context.newPage();
    await open(page, `${server.url}/dashboard/chat`);
    const talk = { page, model };
    const bubbles = await repeat(() => enterToBubble(talk));
    await open(page, `${server.url}/dashboard/chat`);
    const tokens = await repeat(() => byteToToken(talk));
    const path = await historyOfHundred(user);
    const histories = await repeat(() => navigationToHistory(context, server.url + path));
    return [
      { name: "Enter to own message on screen", unit: "ms", samples: bubbles, limit: 50 },
      { name: "model's first byte to first token on screen", unit: "ms", samples: tokens, limit: 50 },
      { name: "navigation to 100 messages on screen", unit: "ms", samples: histories, limit: 300 },
    ];
  } finally {
    await browser.close();
  }
});

async function open(/** @type {import("@playwright/test").Page} */ page, /** @type {string} */ url) {
  const response = await page.goto(url);
  if (!response?.ok()) throw new Error(`${url}: ${response?.status()}`);
}

async function repeat(/** @type {() => Promise<number>} */ once) {
  for (let round = 0; round < ROUNDS; round += 1) await once();
  /** @type {number[]} */
  const samples = [];
  while (samples.length < TIMES) samples.push(await once());
  return samples;
}

/** @typedef {{ page: import("@playwright/test").Page, model: import("../model.mjs").Model }} Talk */

async function enterToBubble(/** @type {Talk} */ { page }) {
  const box = page.getByRole("textbox", { name: "Message" });
  await box.fill("[plain] What is due this week?");
  // Evaluated before the key is pressed, answered after.
  const measured = page.evaluate(() => window.bench.enterToBubble());
  await page.evaluate(() => window.bench.armed);
  await box.press("Enter");
  const milliseconds = await measured;
  await idle(page);
  return milliseconds;
}

async function byteToToken(/** @type {Talk} */ { page, model }) {
  await model.script(["hold", { text: "Here" }, { text: " it is." }, { finish: "stop" }, "done"]);
  const box = page.getByRole("textbox", { name: "Message" });
  await box.fill("What is due this week?");
  await box.press("Enter");
  await model.held();
  await page.getByText("Thinking…").waitFor();
  const measured = page.evaluate(() => window.bench.firstToken());
  await page.evaluate(() => window.bench.armed);
  const sent = performance.timeOrigin + performance.now();
  await model.release();
  const milliseconds = (await measured) - sent;
  await idle(page);
  return milliseconds;
}

/** Waits until nothing is being answered. */
async function idle(/** @type {import("@playwright/test").Page} */ page) {
  await page.locator("article[aria-busy]").waitFor({ state: "detached" });
}

/** Fifty questions and their answers, with Markdown and code; the conversation's path. */
async function historyOfHundred(/** @type {Awaited<ReturnType<typeof signUp>>} */ user) {
  const answer = await user.post("/api/chat/conversations", { title: "A long one" });
  const { id } = /** @type {{ id: string }} */ (await answer.json());
  for (let number = 1; number <= 50; number += 1) {
    const content = `[${number % 5 === 0 ? "markdown" : "auto"}] Question ${number}`;
    await user.post(`/api/chat/conversations/${id}/messages`, { content });
  }
  return `/dashboard/chat/${id}`;
}

async function navigationToHistory(
  /** @type {import("@playwright/test").BrowserContext} */ context,
  /** @type {string} */ url,
) {
  const page = await context.newPage();
  await open(page, url);
  const milliseconds = await page.evaluate(() => window.bench.hundredShown);
  await page.close();
  return milliseconds;
}
