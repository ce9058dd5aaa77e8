// What the assistant may not do unasked waits on its badge for whoever it belongs to.
import type { APIRequestContext, Locator, Page } from "@playwright/test";
import { clean } from "../axe.ts";
import { expect, test } from "../fixtures.ts";
import { ChatPage } from "../pages/chat-page.ts";

test("a deletion asks first, outlives a reload, is seen in another tab and is allowed by keyboard", async ({
  account: _,
  chat,
  context,
  isMobile,
  makeAxeBuilder,
  page,
}) => {
  await chat.open();
  await chat.exchange("Create a task called 'Milk'");
  const answer = await chat.exchange("Delete Milk");
  // Also where it is in a drawer.
  const row = page.locator("a.conv", { hasText: "Create a task" });
  await expect(chat.badge("Wants to delete: Milk")).toBeVisible();
  await expect(chat.thinking).toHaveCount(0);
  await expect(chat.messages.locator("[aria-live=polite]")).toHaveText("Greenlit asks for your permission to delete: Milk");
  await expect(page.getByText("An answer waits for your permission.")).toBeVisible();
  await expect(row).toContainText("Waits for you");
  await expect(chat.stop).toBeVisible();
  for (const button of [chat.allow("delete: Milk"), chat.refuse("delete: Milk")]) {
    if (isMobile) await large(button);
  }
  await expect(chat.questions.getByRole("button", { name: "Allow all" })).toBeHidden();
  await clean(makeAxeBuilder(), page, "a question");

  await page.reload();
  await chat.awake();
  await expect(chat.thinking).toHaveCount(0);
  await expect.poll(() => titles(page)).toEqual(["Milk"]);
  const second = new ChatPage(await context.newPage());
  await second.open(new URL(page.url()).pathname);
  await expect(second.allow("delete: Milk")).toBeVisible();
  await page.bringToFront();
  await chat.ask("Show my tasks");
  await expect(chat.messages.getByText("Waiting for the answer above")).toBeVisible();
  await expect(chat.allow("delete: Milk")).toBeVisible();

  await chat.allow("delete: Milk").focus();
  await page.keyboard.press("Enter");
  await expect(chat.badge("Deleted task: Milk")).toBeVisible();
  await expect(answer.locator(".tool").last().locator("summary").first()).toBeFocused();
  await expect(chat.questions).toHaveCount(0);
  await expect.poll(() => titles(page)).toEqual([]);
  await expect(chat.answers).toHaveCount(3);
  await chat.finished(chat.answers.last());
  await expect(page.getByText("An answer waits for your permission.")).toHaveCount(0);
  await expect(row).not.toContainText("Waits for you");
  await expect(second.badge("Deleted task: Milk")).toBeVisible();
  await second.finished(second.answers.last());
  await expect(second.questions).toHaveCount(0);
  await page.reload();
  await expect(chat.badge("Deleted task: Milk")).toBeVisible();
});

test("several questions are answered one by one, all at once, or not at all", async ({
  account: _,
  chat,
  makeAxeBuilder,
  page,
}) => {
  await chat.open();
  await chat.exchange("Add buy milk and call the bank");
  const all = chat.questions.getByRole("button", { name: "Allow all" });
  const none = chat.questions.getByRole("button", { name: "Allow none" });

  await chat.exchange("Delete everything");
  await expect(chat.questions).toHaveCount(2);
  await expect(all.filter({ visible: true })).toHaveCount(1);
  await clean(makeAxeBuilder(), page, "two questions");
  await chat.refuse("delete: Buy milk").click();
  const refused = chat.badge("Was not allowed to delete: Buy milk");
  await expect(refused.getByText("Denied", { exact: true })).toBeVisible();
  await expect(chat.questions).toHaveCount(1);
  await expect(all).toBeHidden();
  await clean(makeAxeBuilder(), page, "a refused call");
  await chat.allow("delete: Call the bank").click();
  await expect.poll(() => titles(page)).toEqual(["Buy milk"]);
  await chat.finished(chat.answers.last());

  await chat.exchange("Add call the bank");
  await chat.exchange("Delete everything");
  await none.filter({ visible: true }).click();
  await expect(chat.messages.getByText("Denied", { exact: true })).toHaveCount(3);
  await chat.finished(chat.answers.last());
  expect(await titles(page)).toEqual(["Buy milk", "Call the bank"]);

  // Stopped while it waits.
  await chat.exchange("Delete everything");
  await expect(chat.questions).toHaveCount(2);
  await chat.stop.click();
  await expect(chat.questions).toHaveCount(0);
  // The answer, and each call that it still asked about.
  await expect(chat.answers.last().getByText("Stopped", { exact: true })).toHaveCount(3);
  await expect(chat.answers.last().getByText("Was stopped before it could delete: ")).toHaveCount(2);

  await chat.exchange("Delete everything");
  await all.filter({ visible: true }).click();
  await expect.poll(() => titles(page)).toEqual([]);
  await chat.finished(chat.answers.last());
});

test("what a call would do can be changed before it is allowed", async ({ account: _, baseURL, chat, context, page, problems }) => {
  problems.allow(/status of 422/);
  await askAlways(context.request, baseURL!);
  await chat.open();
  await chat.exchange("Create a task called 'Mlik'");
  await expect(chat.badge("Wants to create: Mlik")).toBeVisible();
  await chat.questions.getByText("Change…").click();
  await expect(chat.allow("create: Mlik")).toBeHidden();
  const title = chat.questions.getByLabel("Title");
  await expect(title).toHaveValue("Mlik");
  await title.fill("x".repeat(201));
  await chat.questions.getByRole("button", { name: "Allow it like this" }).click();
  await expect(chat.questions.getByRole("alert")).toContainText("The title was too long (201 of 200 characters)");
  await expect(title).toHaveValue("x".repeat(201));
  await title.fill("Milk");
  await title.press("Enter");
  await expect(chat.badge("Created task: Milk")).toBeVisible();
  await expect.poll(() => titles(page)).toEqual(["Milk"]);
});

/** The tasks that there are. */
async function titles(page: Page): Promise<string[]> {
  const answer = await page.request.get("/api/tasks");
  expect(answer.ok(), await answer.text()).toBe(true);
  const { tasks } = (await answer.json()) as { tasks: { title: string }[] };
  return tasks.map(({ title }) => title).sort();
}

async function askAlways(request: APIRequestContext, url: string) {
  const answer = await request.patch(`${url}/api/account/preferences`, {
    data: { approval: "always" },
    headers: { origin: new URL(url).origin },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

async function large(control: Locator) {
  const box = (await control.boundingBox())!;
  expect(Math.min(Math.round(box.width), Math.round(box.height))).toBeGreaterThanOrEqual(44);
}
