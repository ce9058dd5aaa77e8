// The newcomer's story, from the landing page to coming back. T034 to T037, T046 to T049.
import { expect, newAccount, test } from "../fixtures.ts";

test("a newcomer signs up, talks, sees the tools work, and comes back to it all", async ({
  page,
  chat,
  tasks,
  accountPage,
}) => {
  const account = newAccount("Grace Hopper");

  await test.step("signs up", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Create an account" }).click();
    await accountPage.signUp(account);
    await page.waitForURL("**/dashboard/chat");
  });

  await test.step("T034: an empty conversation, the cursor in the box, three suggestions", async () => {
    await chat.awake();
    await expect(chat.box).toBeFocused();
    await expect(chat.mine).toHaveCount(0);
    const suggestions = chat.messages.getByRole("listitem").getByRole("button");
    await expect(suggestions).toHaveCount(3);
    await expect(suggestions.first()).toHaveText("Help me organize my tasks");
  });

  await test.step("asks for help", async () => {
    await chat.ask("Help me organize my tasks");
    await expect(chat.mine).toHaveText(/Help me organize my tasks/);
    // T036: within five seconds, as text in paragraphs and not as Markdown's source.
    const text = chat.textsOf(chat.answers.first()).first();
    await expect(text.getByRole("paragraph").first()).toBeVisible({ timeout: 5000 });
    await expect(text).not.toContainText(/\*\*|^#/);
    await chat.finished(chat.answers.first());
    await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  });
  const conversation = page.url();

  await test.step("has a task made, and sees how", async () => {
    await chat.exchange("Create a task called 'Review Q4 report'");
    const badge = chat.badge("Created task: Review Q4 report");
    await expect(badge).toBeVisible();
    await expect(badge.getByRole("heading", { name: "Arguments" })).toBeHidden();
    await badge.getByText("Created task: Review Q4 report").click();
    await expect(badge.getByRole("heading", { name: "Arguments" })).toBeVisible();
    await expect(badge.getByRole("definition").first()).toHaveText("Review Q4 report");
    await expect(badge.getByRole("heading", { name: "Result" })).toBeVisible();
    await expect(badge.getByText("Open").first()).toBeVisible();
    await badge.getByText("JSON", { exact: true }).click();
    await expect(badge.getByLabel("JSON")).toContainText('"status": "open"');
    await expect(badge).toContainText(/took \d+ ms/);
  });

  await test.step("finds it on the pages, rendered on the server", async () => {
    for (const path of ["/dashboard/tasks", "/dashboard"]) {
      const html = await (await page.request.get(path, { headers: { accept: "text/html" } })).text();
      expect(html, path).toContain('aria-label="Done: Review Q4 report"');
    }
    await page.goto("/dashboard");
    await expect(tasks.tick("Review Q4 report")).toBeVisible();
  });

  await test.step("ticks it there", async () => {
    await tasks.open();
    await tasks.tick("Review Q4 report").click();
    await expect(tasks.untick("Review Q4 report")).toBeVisible();
    await page.reload();
    await expect(tasks.untick("Review Q4 report")).toBeVisible();
  });

  await test.step("signs out and in", async () => {
    await tasks.signOut();
    // The session is over: the conversation asks to sign in, and leads on to it.
    await page.goto(conversation);
    await page.waitForURL(/\/sign-in\?next=/);
    await accountPage.signInAs(account);
    await page.waitForURL(conversation);
  });

  await test.step("T046, T047: every message is there, in order, and the tool call with it", async () => {
    await chat.awake();
    await expect(chat.mine).toHaveText([/Help me organize my tasks/, /Create a task called 'Review Q4 report'/]);
    await expect(chat.answers).toHaveCount(2);
    await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
    await chat.openSidebar();
    await expect(chat.conversation(/Help me organize my tasks/)).toHaveAttribute("aria-current", "page");
    await page.keyboard.press("Escape");
  });

  await test.step("T048, T049: goes on, and the assistant knows what went before", async () => {
    await chat.exchange("Rename it to Review the annual report");
    await expect(chat.mine).toHaveCount(3);
    await tasks.open();
    await expect(tasks.task("Review the annual report")).toBeVisible();
    await expect(tasks.task("Review Q4 report")).toHaveCount(0);
  });
});

test("a suggestion asks with one click", async ({ account: _, chat }) => {
  await chat.open();
  await chat.messages.getByRole("button", { name: "Create a task called 'Review Q4 report'" }).click();
  await expect(chat.mine).toHaveText(/Create a task called/);
  await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
  await chat.finished(chat.answers.first());
});

test("a fresh task is ticked on the dashboard", async ({ account: _, chat, tasks, page }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Water the plants' due today");
  await page.goto("/dashboard");
  await chat.awake();
  await tasks.tick("Water the plants").click();
  await expect(tasks.tick("Water the plants")).toHaveCount(0);
  await tasks.open();
  await expect(tasks.untick("Water the plants")).toBeVisible();
});
