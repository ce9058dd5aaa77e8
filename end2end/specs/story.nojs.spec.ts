// Everything that matters works without JavaScript: each action is a form.
import { expect, newAccount, test } from "../fixtures.ts";
import type { ChatPage } from "../pages/chat-page.ts";

/** The page refreshes itself until the answer is whole. */
async function answered(chat: ChatPage, count: number) {
  await expect(chat.answers).toHaveCount(count, { timeout: 20_000 });
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
}

test("signs up, talks, works on the tasks and signs out", async ({ page, chat, tasks, accountPage }) => {
  const account = newAccount();
  await page.goto("/sign-up");
  await accountPage.signUp(account);
  await page.waitForURL("**/dashboard/chat");

  await test.step("sends a suggestion", async () => {
    await chat.messages.getByRole("button", { name: "Create a task called 'Review Q4 report'" }).click();
    await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
    await expect(chat.mine).toHaveText([/Create a task called 'Review Q4 report'/]);
    await answered(chat, 1);
    await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
  });

  await test.step("opens the badge", async () => {
    const badge = chat.badge("Created task: Review Q4 report");
    await badge.getByText("Created task").click();
    await expect(badge.getByRole("definition").first()).toHaveText("Review Q4 report");
  });

  await test.step("sends a message with the form", async () => {
    await chat.box.fill("Show my tasks");
    await chat.send.click();
    await answered(chat, 2);
    await expect(chat.answers.last()).toContainText("Review Q4 report");
  });

  await test.step("takes the tool call back", async () => {
    await chat.messages.getByRole("button", { name: "Undo: Created task: Review Q4 report" }).click();
    await expect(chat.undone).toBeVisible();
  });

  await test.step("adds, ticks and unticks a task", async () => {
    await page.goto("/dashboard/tasks");
    await expect(tasks.task("Review Q4 report")).toHaveCount(0);
    await tasks.newTask.fill("Buy milk");
    await tasks.add.click();
    await tasks.tick("Buy milk").click();
    await tasks.untick("Buy milk").click();
    await expect(tasks.tick("Buy milk")).toBeVisible();
  });

  await test.step("switches the theme", async () => {
    await page.goto("/dashboard/settings");
    await page.getByRole("button", { name: "Dark", exact: true }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await page.getByRole("button", { name: "Light theme" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
    await page.goto("/dashboard");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  });

  await test.step("signs out and in", async () => {
    await chat.signOut();
    await accountPage.signInAs(account);
    await page.waitForURL("**/dashboard/chat");
    await chat.conversation(/Create a task/).click();
    await expect(chat.answers).toHaveCount(2);
  });
});

test("field errors bring back what was typed", async ({ page, accountPage }) => {
  await page.goto("/sign-up");
  await accountPage.signUp({ name: "Ada", email: "ada@nowhere", password: "correct horse battery" });
  await expect(accountPage.errorOf("email")).toContainText(/email/i);
  await expect(accountPage.email).toHaveValue("ada@nowhere");
  await expect(accountPage.name).toHaveValue("Ada");
});

test("a message that is too long comes back with the reason", async ({ page, account: _, chat }) => {
  await page.goto("/dashboard/chat");
  const text = "word ".repeat(2001);
  await chat.box.fill(text.trim());
  await chat.send.click();
  await expect(page.getByRole("alert").filter({ hasText: /10,?000/ })).toBeVisible();
  await expect(chat.box).toHaveValue(text.trim());
  await expect(chat.mine).toHaveCount(0);
});
