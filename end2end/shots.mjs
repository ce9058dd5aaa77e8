// Pictures of every page, for people to look at: `node shots.mjs ../docs/screens` writes `<page>-<theme>-<width>.jpg`.
// With `--readme` only the three of docs/images: chat-dark.png, chat-light.png and chat-phone.png.
import { chromium } from "@playwright/test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launchOptions } from "./browser.mjs";
import { signUp } from "./measure.mjs";
import { Model, buildFakeOpenAi } from "./model.mjs";
import { freePort, startServer } from "./server.mjs";

/** @typedef {import("@playwright/test").Page} Page */
/** @typedef {Awaited<ReturnType<typeof signUp>>} User */

const SIZES = { 1440: { width: 1440, height: 900 }, 390: { width: 390, height: 844 } };

/** The pages, in the order of the first time each was taken; with their index. */
const taken = new Set();
const [folder, flag] = process.argv.slice(2);
if (!folder || (flag !== undefined && flag !== "--readme")) {
  console.error("node shots.mjs FOLDER [--readme]");
  process.exit(2);
}
await mkdir(folder, { recursive: true });
await buildFakeOpenAi();
const model = await new Model(await freePort()).start();
const server = await startServer({
  OPENAI_BASE_URL: model.baseUrl,
  OPENAI_API_KEY: "x",
  OPENAI_MODEL: "qwen3-30b", // What the page calls the model; the answers are scripted.
});
const browser = await chromium.launch(launchOptions);
try {
  const user = await signUp(server.url, "Ada Lovelace");
  const conversations = await seed(user);
  if (flag === undefined) await seedMore(user, conversations);
  for (const theme of /** @type {const} */ (["dark", "light"])) {
    for (const size of /** @type {const} */ ([1440, 390])) {
      const context = await browser.newContext({
        viewport: SIZES[size],
        deviceScaleFactor: 1,
        hasTouch: size === 390,
        isMobile: size === 390,
        colorScheme: theme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      if (flag === "--readme") {
        await context.addCookies(user.cookies);
        const name = size === 1440 ? `chat-${theme}` : "chat-phone";
        if (size === 1440 || theme === "dark") await shoot(page, conversations.tools, name);
      } else {
        await everyPage(page, user, conversations, `${theme}-${size}`);
      }
      await context.close();
    }
  }
  if (flag === undefined) await writeFile(join(folder, "README.md"), index());
  if (flag === undefined) await model.release();
} finally {
  await browser.close();
  await server.stop();
  await model.stop();
}

/**
 * @param {Page} page
 * @param {User} user
 * @param {Awaited<ReturnType<typeof seed>>} conversations
 * @param {string} suffix
 */
async function everyPage(page, user, conversations, suffix) {
  await shoot(page, "/", `landing-${suffix}`);
  await shoot(page, "/sign-in", `sign-in-${suffix}`);
  await shoot(page, "/sign-up", `sign-up-${suffix}`);
  await shoot(page, "/sign-up", `sign-up-errors-${suffix}`, signUpWrongly);
  await shoot(page, "/nowhere", `not-found-${suffix}`);
  await shoot(page, "/offline.html", `offline-${suffix}`);
  await shoot(page, conversations.share, `share-${suffix}`);
  await page.context().addCookies(user.cookies);
  await shoot(page, conversations.tools, `chat-${suffix}`);
  await shoot(page, conversations.markdown, `markdown-${suffix}`);
  await shoot(page, conversations.tools, `badge-${suffix}`, openFirstBadge);
  await shoot(page, conversations.asking, `approval-${suffix}`);
  await shoot(page, conversations.changed, `undo-${suffix}`, undoLastBadge);
  await shoot(page, conversations.answering, `answering-${suffix}`);
  await shoot(page, "/dashboard/chat", `chat-empty-${suffix}`);
  await shoot(page, "/dashboard/chat", `commands-${suffix}`, openCommands);
  await shoot(page, conversations.tools, `shortcuts-${suffix}`, openKeySheet);
  await shoot(page, conversations.tools, `conversation-menu-${suffix}`, openRowMenu);
  await shoot(page, conversations.tools, `share-dialog-${suffix}`, openShare);
  await shoot(page, "/dashboard/search?q=slide", `search-${suffix}`);
  await shoot(page, "/dashboard/conversations/deleted", `deleted-${suffix}`);
  await shoot(page, "/dashboard", `dashboard-${suffix}`);
  await shoot(page, "/dashboard/tasks", `tasks-${suffix}`);
  await shoot(page, "/dashboard/tasks", `task-edit-${suffix}`, (page) => page.getByLabel(/^Edit: /).first().click());
  await shoot(page, "/dashboard/tasks/activity", `activity-${suffix}`);
  await shoot(page, "/dashboard/settings", `settings-${suffix}`);
  const menu = page.getByRole("button", { name: "Menu", exact: true });
  if (await menu.isVisible()) await shoot(page, conversations.tools, `drawer-${suffix}`, () => menu.click());
}

/**
 * @param {Page} page
 * @param {string} path
 * @param {string} name
 * @param {(page: Page) => Promise<void>} [prepare]
 */
async function shoot(page, path, name, prepare) {
  const response = await page.goto(server.url + path);
  if (!response || response.status() >= 500) throw new Error(`${path}: ${response?.status()}`);
  taken.add(name.replace(/-(dark|light)-\d+$/, ""));
  await page.evaluate(() => document.fonts.ready);
  await prepare?.(page);
  const file = flag === "--readme" ? `${name}.png` : `${name}.jpg`;
  await page.screenshot({ path: join(/** @type {string} */ (folder), file), quality: flag === "--readme" ? undefined : 80 });
  console.error(`  ${file}`);
}

async function openCommands(/** @type {Page} */ page) {
  await page.getByRole("textbox", { name: "Message" }).pressSequentially("/");
  await page.getByRole("listbox").waitFor();
}

async function openKeySheet(/** @type {Page} */ page) {
  await page.getByRole("main").click({ position: { x: 4, y: 4 } });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and commands" }).waitFor();
}

async function openRowMenu(/** @type {Page} */ page) {
  const menu = page.getByRole("button", { name: "Menu", exact: true });
  if (await menu.isVisible()) await menu.click();
  await page.getByRole("button", { name: /^Options/ }).first().click();
}

async function openShare(/** @type {Page} */ page) {
  await page.locator("#conversation-menu-button").click();
  await page.getByRole("button", { name: "Share…" }).click();
  await page.getByRole("dialog", { name: "Share this conversation" }).waitFor();
}

async function signUpWrongly(/** @type {Page} */ page) {
  const form = page.getByRole("main").locator("form");
  await form.evaluate((form) => form.setAttribute("novalidate", ""));
  await page.getByLabel("Name", { exact: true }).fill("Ada");
  await page.getByLabel("Email", { exact: true }).fill("nonsense");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.locator("[aria-invalid=true]").first().waitFor();
}

async function openFirstBadge(/** @type {Page} */ page) {
  await page.getByRole("log").locator(".tool summary").first().click();
}

/** Ends in the question whether what was changed by hand since may be overwritten. */
async function undoLastBadge(/** @type {Page} */ page) {
  await page.getByRole("log").getByRole("button", { name: /^Undo: / }).last().click();
  await page.getByRole("log").getByRole("button", { name: /anyway/i }).waitFor();
}

/** A week's talk and its tasks; the paths of the conversations worth a picture. */
async function seed(/** @type {User} */ user) {
  await model.says("Booked into your list for the weekend. Anything that has to happen before it?");
  await talk(user, "Weekend in the mountains", "I want to hike on Saturday, remind me to look at the weather");
  await model.says(
    "The change from one quarter to the next, as a share of the *first*:\n\n" +
      "```rust\n/// 0.08 means eight percent more.\nfn growth(q3: f64, q4: f64) -> f64 {\n    (q4 - q3) / q3\n}\n```\n\n" +
      "With your figures:\n\n| Quarter | Sales | Growth |\n| --- | ---: | ---: |\n| Q3 | 1,250 | |\n| Q4 | 1,350 | 8 % |\n\n$$g = \\frac{q_4 - q_3}{q_3} = \\frac{1350 - 1250}{1250} = 0.08$$\n\n" +
      "> Say “eight percent” on the slide; nobody reads the second digit.",
  );
  const markdown = await talk(user, "Growth on the second slide", "How do I work out the growth for the second slide?");
  const id = await conversationOf(user, "Board meeting on Friday");
  await model.script(
    [
      { text: "Three things stand between you and Friday. I put them on your list:\n" },
      call(0, "add_task", { title: "Collect the figures from sales", due_at: day(2), priority: "high" }),
      call(1, "add_task", { title: "Review Q4 report", due_at: day(3) }),
      call(2, "add_task", { title: "Send the slides to Mira", due_at: day(4) }),
      { finish: "tool_calls" },
      "done",
    ],
    text(
      "**Ready.** In this order:\n\n1. *Collect the figures*, everything else waits for them\n" +
        "2. *Review the report*, half an hour\n3. *Send the slides*, since Mira wants a day to read",
    ),
  );
  await say(user, id, "The board meets on Friday. What do I have to get ready for it?");
  const tasks = await (await fetch(`${server.url}/api/tasks`, { headers: { cookie: cookie(user) } })).json();
  const figures = tasks.tasks.find((/** @type {{ title: string }} */ task) => task.title.startsWith("Collect"));
  await model.script(
    [call(0, "complete_task", { task_id: figures.id }), { finish: "tool_calls" }, "done"],
    text("Ticked off. The report is next, and nothing holds it up any more."),
  );
  await say(user, id, "The figures just came in");
  return { tools: `/dashboard/chat/${id}`, markdown, share: "", asking: "", changed: "", answering: "" };
}

/**
 * @param {User} user
 * @param {string} title
 * @param {string} content
 * @returns {Promise<string>} the conversation's path
 */
async function talk(user, title, content) {
  const id = await conversationOf(user, title);
  await say(user, id, content);
  return `/dashboard/chat/${id}`;
}

/**
 * @param {User} user
 * @param {string} title
 * @returns {Promise<string>}
 */
async function conversationOf(user, title) {
  return (await (await user.post("/api/chat/conversations", { title })).json()).id;
}

/**
 * @param {User} user
 * @param {string} id
 * @param {string} content
 */
async function say(user, id, content) {
  const exchange = await send(user, id, content);
  if (exchange.assistant_message.status !== "complete") throw new Error(JSON.stringify(exchange.assistant_message));
  return exchange;
}

/**
 * @param {User} user
 * @param {string} id
 * @param {string} content
 */
async function send(user, id, content) {
  return (await user.post(`/api/chat/conversations/${id}/messages`, { content })).json();
}

/**
 * @param {User} user
 * @param {string} path
 * @param {object} body
 */
async function patch(user, path, body) {
  const headers = { cookie: cookie(user), origin: server.url, "content-type": "application/json" };
  const answer = await fetch(server.url + path, { method: "PATCH", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}

function cookie(/** @type {User} */ user) {
  return user.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/**
 * What a list looks like after some weeks, one conversation that is shared and one that is gone.
 *
 * @param {User} user
 * @param {Awaited<ReturnType<typeof seed>>} conversations
 */
async function seedMore(user, conversations) {
  const tasks = [
    { title: "Send the invoice for October", due_at: day(-2), priority: "high" },
    { title: "Water the plants", due_at: `${day(0).slice(0, 10)}T23:00:00Z` },
    { title: "Book the train", due_at: day(1), description: "The early one, a seat by the window" },
    { title: "Learn the names of the new team", priority: "low" },
  ];
  for (const task of tasks) await user.post("/api/tasks", task);
  const { token } = await (await user.post(`/api/chat/conversations/${conversations.tools.split("/").pop()}/share`, {})).json();
  const gone = await conversationOf(user, "Names for the cat");
  await fetch(`${server.url}/api/chat/conversations/${gone}`, {
    method: "DELETE",
    headers: { cookie: cookie(user), origin: server.url },
  });
  await user.post("/api/testimonials", {
    display_name: "Ada Lovelace",
    text: "I talk, it keeps the list, and I can see and undo every step. That is all I wanted.",
  });
  conversations.share = `/share/${token}`;
  conversations.changed = await changedSince(user);
  conversations.asking = await asking(user);
  conversations.answering = await answering(user);
}

/**
 * What the assistant changed and a person changed again.
 *
 * @param {User} user
 */
async function changedSince(user) {
  const id = await conversationOf(user, "Groceries");
  await model.script(
    [call(0, "add_task", { title: "Buy milk", due_at: day(1) }), { finish: "tool_calls" }, "done"],
    text("It is on your list for tomorrow."),
  );
  const { assistant_message: answer } = await say(user, id, "We are out of milk");
  await patch(user, `/api/tasks/${answer.tool_calls[0].result.task.id}`, { title: "Buy oat milk, two of them" });
  return `/dashboard/chat/${id}`;
}

/**
 * One call that was undone, one that was not allowed and two that wait.
 *
 * @param {User} user
 */
async function asking(user) {
  const id = await conversationOf(user, "Clear out the list");
  const tasks = await (await fetch(`${server.url}/api/tasks`, { headers: { cookie: cookie(user) } })).json();
  const task = (/** @type {string} */ title) => tasks.tasks.find((/** @type {{ title: string }} */ task) => task.title.startsWith(title));
  const remove = (/** @type {number} */ index, /** @type {string} */ title) => call(index, "delete_task", { task_id: task(title).id });
  await model.script([call(0, "add_task", { title: "Clear out the list" }), { finish: "tool_calls" }, "done"], text("Noted."));
  const first = await say(user, id, "Remind me to clear out the list");
  await user.post(`/api/chat/tool-calls/${first.assistant_message.tool_calls[0].id}/undo`, {});
  await model.script([remove(0, "Book the train"), { finish: "tool_calls" }, "done"], text("Then the train stays."));
  const second = await send(user, id, "Do it now: the train can go");
  const { run_id: run, tool_calls: [refused] } = second.assistant_message;
  await user.post(`/api/chat/runs/${run}/approvals`, { call_id: refused.id, approve: false });
  // Its events end with it.
  await (await fetch(`${server.url}/api/chat/runs/${run}/events`, { headers: { cookie: cookie(user) } })).text();
  await model.script([remove(0, "Water the plants"), remove(1, "Learn the names"), { finish: "tool_calls" }, "done"]);
  await send(user, id, "And the plants, and the names");
  return `/dashboard/chat/${id}`;
}

/**
 * An answer in the middle, until the model is released.
 *
 * @param {User} user
 */
async function answering(user) {
  const id = await conversationOf(user, "A plan for Thursday");
  await model.script(
    [call(0, "list_tasks", { due_before: day(4) }), { finish: "tool_calls" }, "done"],
    [
      { text: "Thursday is **free until noon**. I would begin with the report, since the slides " },
      { text: "need its figures" },
      "hold",
      { finish: "stop" },
      "done",
    ],
  );
  await user.post(`/api/chat/conversations/${id}/messages`, { content: "What should I do on Thursday?" }, "text/event-stream");
  await model.held();
  return `/dashboard/chat/${id}`;
}

/** The pictures side by side, as Markdown. */
function index() {
  const pages = [...taken].map((page) => {
    const row = (/** @type {number} */ width) =>
      ["dark", "light"]
        .filter((theme) => page !== "drawer" || width === 390)
        .map((theme) => `![${page}, ${theme}, ${width} px](${page}-${theme}-${width}.jpg)`)
        .join(" ");
    return `## ${page}\n\n${[1440, 390].map(row).filter((row) => row !== "").join("\n\n")}\n`;
  });
  return `# Every page\n\nTaken by \`node shots.mjs ../docs/screens\` in \`end2end/\`.\n\n${pages.join("\n")}`;
}

/** @returns {import("./model.mjs").Step[]} */
function text(/** @type {string} */ text) {
  return [{ text }, { finish: "stop" }, "done"];
}

/**
 * @param {number} index
 * @param {string} name
 * @param {object} given
 */
function call(index, name, given) {
  const id = `call_${name}_${index}_${Math.random().toString(36).slice(2)}`;
  return { tool_call: { index, id, type: "function", function: { name, arguments: JSON.stringify(given) } } };
}

/** Ten in the morning, so many days from now. */
function day(/** @type {number} */ days) {
  const at = new Date(Date.now() + days * 24 * 60 * 60 * 1000);
  return `${at.toISOString().slice(0, 10)}T10:00:00Z`;
}
