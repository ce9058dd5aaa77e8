// The list of conversations and what can be done from it.
import { expect, test } from "../fixtures.ts";

test("T092: while a new conversation is made its message waits, and the other rows are left alone", async ({ page, account: _, chat }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  const old = new URL(page.url()).pathname;
  await chat.open();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/fn/send_message", async (route) => {
    await held;
    await route.continue();
  });
  await chat.ask("Show my tasks");
  await expect(chat.mine.last()).toHaveAttribute("aria-busy", "true");
  await chat.options(/Create a task/).click();
  await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
  const sent = page.waitForResponse("**/api/fn/send_message");
  release();
  await sent;
  await expect(chat.mine.last()).not.toHaveAttribute("aria-busy");
  await chat.finished(chat.answers.last());
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("The conversation was deleted.")).toBeVisible();
  await expect(page.locator(`.conv[href="${old}"]`)).toHaveCount(0);
  await expect(page.locator(".conv[aria-current]")).toBeVisible();
  await page.getByRole("button", { name: "Undo", exact: true }).last().click();
  await expect(page.locator(`.conv[href="${old}"]`)).toBeVisible();
});

test("deleting the conversation one is in leaves its page, in every tab", async ({ page, account: _, chat, context }) => {
  await chat.open();
  await chat.exchange("Show my tasks");
  const second = await context.newPage();
  await second.goto(page.url());
  await second.evaluate(() => window.greenlitAwake);
  await chat.options(/Show my tasks/).click();
  await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/dashboard/chat");
  await expect(page.getByText("The conversation was deleted.")).toBeVisible();
  await second.waitForURL("**/dashboard/chat?gone=*");
  await expect(second.getByText("The conversation was deleted.")).toBeVisible();
});

test("T067–T071: lists, opens, begins, renames, pins, deletes and brings back", async ({ page, account: _, chat }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await chat.open();
  await chat.exchange("Show my tasks");

  await test.step("T067: titles, previews and times for people and machines", async () => {
    const row = chat.conversation(/Create a task/);
    await expect(row).toContainText("Review Q4 report");
    await expect(row.locator("time")).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT.*Z$/);
    await expect(row.locator("time")).toHaveAttribute("title", /\d{4}, \d\d:\d\d$/);
  });

  await test.step("T069, T070: a conversation has its own history", async () => {
    await chat.conversation(/Create a task/).click();
    await expect(chat.mine).toHaveText([/Create a task/]);
    await chat.awake();
  });

  await test.step("renames in place", async () => {
    await chat.options(/Create a task/).click();
    const field = chat.sidebar.getByRole("textbox", { name: "Title" });
    await field.fill("Quarter <four>");
    await field.press("Enter");
    await expect(chat.conversation("Quarter <four>")).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Quarter <four>");
    await expect(chat.options("Quarter <four>")).toBeFocused();
  });

  await test.step("pins", async () => {
    await chat.options("Quarter <four>").click();
    await chat.sidebar.getByRole("button", { name: "Pin to the top" }).click();
    await expect(chat.sidebar.getByRole("heading", { name: "Pinned" })).toBeVisible();
  });

  await test.step("T071: deletes after asking, and brings back", async () => {
    await chat.options(/Show my tasks/).click();
    await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(chat.conversation(/Show my tasks/)).toHaveCount(0);
    await page.getByRole("button", { name: "Undo", exact: true }).last().click();
    await expect(chat.conversation(/Show my tasks/)).toBeVisible();
  });

  await test.step("T068, T095: keys begin a new one, another goes to the search", async () => {
    await page.keyboard.press("Control+Shift+O");
    await page.waitForURL("**/dashboard/chat");
    await chat.awake();
    await chat.conversation(/Show my tasks/).click();
    await page.waitForURL(/\/dashboard\/chat\/./);
    await chat.awake();
    await page.keyboard.press("Control+N");
    await page.waitForURL("**/dashboard/chat");
    await chat.awake();
    await page.locator("body").press("Tab");
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Search conversations" })).toBeFocused();
    await page.keyboard.type("reveiw");
    await page.keyboard.press("Enter");
    await expect(page.locator("mark").first()).toHaveText(/review/i);
    await page.getByRole("main").getByRole("link", { name: /You:/ }).first().click();
    await expect(page.locator("article:target")).toContainText("Review Q4 report");
  });
});

test("a search leads to the message, wherever it is in the conversation", async ({ page, account: _, chat }) => {
  await chat.open();
  await chat.exchange("Add buy marzipan");
  for (const _ of [1, 2, 3]) await chat.exchange("What can you do?");
  await expect(chat.mine.first()).not.toBeInViewport();
  const field = page.getByRole("searchbox", { name: "Search conversations" });
  await field.fill("marzipan");
  await field.press("Enter");
  await page.getByRole("main").getByRole("link", { name: /You: Add buy marzipan/ }).click();
  await page.waitForURL("**/dashboard/chat/*");
  await chat.awake();
  await expect(chat.mine.first()).toBeInViewport();
  await expect(chat.mine.last()).not.toBeInViewport();
});
