// Pages follow what happens elsewhere: another tab, another device, the assistant; with and without a live connection.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, modelTest, test, type Problems } from "../fixtures.ts";
import { ChatPage } from "../pages/chat-page.ts";
import { TasksPage } from "../pages/tasks-page.ts";

test("a second tab shows what the first one says and what comes of it", async ({ account: _, chat, page, context }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  const second = new ChatPage(await context.newPage());
  await second.open(new URL(page.url()).pathname);
  await expect(second.mine).toHaveCount(1);
  await chat.ask("Add buy milk");
  await expect(second.mine.last()).toHaveText(/Add buy milk/);
  await expect(second.badge("Created task: Buy milk")).toBeVisible();
  await expect(second.rail.getByText("Buy milk")).toBeVisible();
  await second.finished(second.answers.last());
  // And the other way round.
  await second.ask("Show my tasks");
  await expect(chat.mine.last()).toHaveText(/Show my tasks/);
  await chat.finished(chat.answers.last());
  await expect(chat.mine).toHaveCount(3);
  await expect(second.mine).toHaveCount(3);
  // Both as if loaded anew.
  await page.reload();
  await expect(chat.mine).toHaveCount(3);
  await expect(chat.answers).toHaveCount(3);
});

test("another device follows: the sidebar, the task list, an undo", async ({
  account,
  chat,
  browser,
  baseURL,
  problems,
}) => {
  const device = await otherDevice(browser, baseURL!, account, problems);
  const page = await device.newPage();
  const tasks = new TasksPage(page);
  await tasks.open();
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await expect(tasks.task("Review Q4 report")).toBeVisible();
  await expect(tasks.conversation(/Create a task/)).toBeVisible();
  await tasks.tick("Review Q4 report").click();
  await expect(chat.rail.getByText("1 of 1 done")).toBeVisible();
  await tasks.untick("Review Q4 report").click();
  await expect(chat.rail.getByText("0 of 1 done")).toBeVisible();
  const there = new ChatPage(page);
  await there.open(new URL(chat.page.url()).pathname);
  await chat.messages.getByRole("button", { name: "Undo: Created task: Review Q4 report" }).click();
  await expect(there.undone).toBeVisible();
  await expect(there.rail.getByText("Review Q4 report")).toHaveCount(0);
  await device.close();
});

test("a title changed elsewhere changes here", async ({ account: _, chat, page, context }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  const second = await context.newPage();
  await second.goto(page.url());
  await awakeOf(second);
  await chat.ask("/rename Quarterly");
  await expect(page).toHaveTitle(/^Quarterly/);
  await expect(chat.box).toHaveValue("");
  await expect(page.locator("#composer-error")).toBeEmpty();
  await expect(second).toHaveTitle(/^Quarterly/);
  await expect(second.getByRole("heading", { level: 1 })).toHaveText("Quarterly");
});

test("the task list follows while its field has the focus, and keeps what is being typed there", async ({
  account,
  tasks,
  page,
  browser,
  baseURL,
  problems,
}) => {
  const device = await otherDevice(browser, baseURL!, account, problems);
  const elsewhere = new TasksPage(await device.newPage());
  await tasks.open();
  await tasks.newTask.fill("Milk");
  await tasks.newTask.press("Enter");
  await expect(tasks.task("Milk")).toBeVisible();
  await expect(tasks.newTask).toBeFocused();
  await elsewhere.open();
  await elsewhere.tick("Milk").click();
  await expect(tasks.untick("Milk")).toBeVisible();
  await expect(tasks.newTask).toBeFocused();
  await tasks.newTask.pressSequentially("Half a ti");
  await elsewhere.untick("Milk").click();
  await expect(tasks.tick("Milk")).toBeVisible();
  await expect(tasks.newTask).toHaveValue("Half a ti");
  await tasks.newTask.pressSequentially("tle");
  await expect(tasks.newTask).toHaveValue("Half a title");
  // Not so what is open.
  await tasks.edit("Milk").click();
  const description = page.getByRole("textbox", { name: "Description" });
  await description.fill("Two litres");
  await elsewhere.tick("Milk").click();
  await expect(elsewhere.untick("Milk")).toBeVisible();
  await page.getByRole("main").click({ position: { x: 3, y: 3 } });
  await expect(description).toHaveValue("Two litres");
  await device.close();
});

modelTest("T045, T091: without a live connection the page asks by itself", async ({
  account: _,
  chat,
  page,
  context,
  model,
  problems,
}) => {
  problems.allow(/ERR_FAILED/, /EventSource/);
  await model.says("The first answer.");
  await model.says("The second answer, slowly written.");
  await chat.open();
  await chat.exchange("Hello");
  const blocked = await context.newPage();
  await blocked.route("**/api/chat/events*", (route) => route.abort());
  await blocked.route("**/api/chat/runs/*/events*", (route) => route.abort());
  const second = new ChatPage(blocked);
  await second.open(new URL(page.url()).pathname);
  await expect(blocked.getByRole("main").getByText("No live connection.")).toBeVisible();
  await chat.ask("And now?");
  await expect(second.mine.last()).toHaveText(/And now/);
  await expect(second.answers.last()).toContainText("The second answer, slowly written.");
  await second.finished(second.answers.last());
  // It can also send.
  await model.says("The third answer.");
  await second.ask("Still there?");
  await expect(second.answers.last()).toContainText("The third answer.");
  await expect(chat.answers.last()).toContainText("The third answer.");
  // The connection is back.
  await blocked.unrouteAll();
  await expect(blocked.getByRole("main").getByText("No live connection.")).toHaveCount(0, { timeout: 20_000 });
  await expect(second.mine).toHaveCount(3);
});

test("a page that was away catches up", async ({ account: _, chat, page, context, problems }) => {
  problems.allow(/ERR_INTERNET_DISCONNECTED/, /EventSource/);
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  const second = new ChatPage(await context.newPage());
  await second.open(new URL(page.url()).pathname);
  const cdp = await context.newCDPSession(second.page);
  await expect(second.mine).toHaveCount(1);
  const offline = (offline: boolean) =>
    cdp.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await offline(true);
  // An open stream outlives the emulation; a page that comes back to the front makes a new one.
  await second.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await chat.exchange("Add buy milk");
  await expect(second.mine).toHaveCount(1);
  await offline(false);
  await expect(second.mine).toHaveCount(2, { timeout: 20_000 });
  await expect(second.rail.getByText("Buy milk")).toBeVisible();
});

async function otherDevice(
  browser: Browser,
  url: string,
  account: { email: string; password: string },
  problems: Problems,
): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: url });
  problems.watch(context, new URL(url).origin);
  const answer = await context.request.post(`${url}/api/auth/sign-in/email`, {
    headers: { origin: new URL(url).origin },
    data: { email: account.email, password: account.password },
  });
  expect(answer.status()).toBe(200);
  return context;
}

async function awakeOf(page: Page) {
  await page.evaluate(() => window.greenlitAwake);
}
