// A conversation of 10,000 messages beside one of 100, in Chromium against the release binary:
// - from the start of the navigation to the newest hundred messages on screen,
// - what a streamed word costs the page: time of its main thread, and in that what styles and layout take,
// - what a page of earlier messages costs: from the wish to its messages in the page.
// The longer one may take a half more, for the noise of machines; it should take the same.
import { chromium } from "@playwright/test";
import { launchOptions } from "../browser.mjs";
import { longConversation } from "../database.mjs";
import { instruments } from "../instruments.mjs";
import { benchmark, percentile, signUp } from "../measure.mjs";

const SIZES = [100, 10_000];
const TIMES = 15;
const ROUNDS = 2; // that nothing is measured on
const WORDS = 200;
const ANSWERS = 5;

await benchmark(async (server, model) => {
  const user = await signUp(server.url, "Ada");
  const browser = await chromium.launch(launchOptions);
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addCookies(user.cookies);
    await context.addInitScript(instruments);
    /** @type {string[]} */
    const urls = [];
    for (const size of SIZES) urls.push(server.url + (await longConversation(server.folder, "ada@example.com", size)));
    const opened = SIZES.map(() => /** @type {number[]} */ ([]));
    // In turn, so that what else the machine does befalls both alike.
    for (let round = -ROUNDS; round < TIMES; round += 1) {
      for (const [which, url] of urls.entries()) {
        const milliseconds = await open(context, url);
        if (round >= 0) opened[which]?.push(milliseconds);
      }
    }
    const words = [];
    for (const url of urls) words.push(await streamed(context, url, model));
    const earlier = await earlierPages(context, /** @type {string} */ (urls[1]));
    return [
      ...compared("navigation to the newest messages", "ms", opened),
      ...compared("main thread for a streamed word", "µs", words.map(({ all }) => all)),
      ...compared("styles and layout for a streamed word", "µs", words.map(({ layout }) => layout)),
      { name: "a hundred earlier messages, of 10,000", unit: "ms", samples: earlier, limit: 500 },
    ];
  } finally {
    await browser.close();
  }
});

/** @returns {import("../measure.mjs").Row[]} */
function compared(/** @type {string} */ name, /** @type {string} */ unit, /** @type {number[][]} */ [small = [], large = []]) {
  const baseline = percentile(small, 50);
  return [
    { name: `${name}, of 100`, unit, samples: small },
    { name: `${name}, of 10,000`, unit, samples: large, limit: 1.5 * baseline, baseline },
  ];
}

async function open(/** @type {import("@playwright/test").BrowserContext} */ context, /** @type {string} */ url) {
  const page = await context.newPage();
  await page.goto(url);
  const milliseconds = await page.evaluate(() => window.bench.hundredShown);
  await page.close();
  return milliseconds;
}

/** Microseconds a word, one sample for each answer. */
async function streamed(
  /** @type {import("@playwright/test").BrowserContext} */ context,
  /** @type {string} */ url,
  /** @type {import("../model.mjs").Model} */ model,
) {
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(() => window.bench.hundredShown);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const spent = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const of = (/** @type {string} */ name) => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { all: of("TaskDuration"), layout: of("LayoutDuration") + of("RecalcStyleDuration") };
  };
  /** @type {import("../model.mjs").Step[]} */
  const steps = Array.from({ length: WORDS }, (_, word) => [{ text: `word ${word} ` }, { pause: 25 }]).flat();
  const all = [];
  const layout = [];
  for (let answer = 0; answer <= ANSWERS; answer += 1) {
    await model.script(["hold", ...steps, { finish: "stop" }, "done"]);
    const box = page.getByRole("textbox", { name: "Message" });
    await box.fill("Count the words");
    await box.press("Enter");
    await model.held();
    await page.getByText("Thinking…").waitFor();
    const before = await spent();
    await model.release();
    await page.locator("article[aria-busy]").waitFor({ state: "detached" });
    const after = await spent();
    // The first one warms up.
    if (answer === 0) continue;
    all.push(((after.all - before.all) * 1e6) / WORDS);
    layout.push(((after.layout - before.layout) * 1e6) / WORDS);
  }
  await page.close();
  return { all, layout };
}

/** Goes to the top of what is there again and again. */
async function earlierPages(/** @type {import("@playwright/test").BrowserContext} */ context, /** @type {string} */ url) {
  const page = await context.newPage();
  await page.goto(url);
  await page.evaluate(() => window.bench.hundredShown);
  const samples = await page.evaluate(async (times) => {
    const scroller = /** @type {HTMLElement} */ (document.getElementById("scroll"));
    const thread = /** @type {HTMLElement} */ (document.getElementById("thread"));
    const samples = [];
    for (let time = 0; time < times; time += 1) {
      const came = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          requestAnimationFrame(resolve);
        });
        observer.observe(thread, { childList: true });
      });
      const start = performance.now();
      scroller.scrollTo(0, -scroller.scrollHeight);
      await came;
      samples.push(performance.now() - start);
      scroller.scrollTo(0, 0);
      // One page at a time: the next is wished for only when the reader is away from the top again.
      for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
    }
    return samples;
  }, TIMES);
  await page.close();
  return samples;
}
