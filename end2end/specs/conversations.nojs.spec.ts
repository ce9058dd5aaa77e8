// Renaming, pinning, deleting, restoring and searching are plain forms.
import { expect, test } from "../fixtures.ts";

test("renames, pins, deletes, restores and finds without a script", async ({ page, account: _, chat }) => {
  await page.goto("/dashboard/chat");
  await chat.box.fill("Create a task called 'Review Q4 report'");
  await chat.send.click();
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });

  await chat.options(/Create a task/).click();
  await chat.sidebar.getByRole("textbox", { name: "Title" }).fill("Quarter four");
  await chat.sidebar.getByRole("button", { name: "Rename" }).click();
  await expect(chat.conversation("Quarter four")).toBeVisible();

  // From another page than its own, and refused.
  await page.goto("/dashboard/tasks");
  await chat.options("Quarter four").click();
  await chat.sidebar.getByRole("textbox", { name: "Title" }).fill("   ");
  await chat.sidebar.getByRole("button", { name: "Rename" }).click();
  await expect(page).toHaveURL(/\/dashboard\/tasks$/);
  await expect(page.getByRole("status").filter({ hasText: /title/i })).toBeVisible();

  await chat.options("Quarter four").click();
  await chat.sidebar.getByRole("button", { name: "Pin to the top" }).click();
  await expect(chat.sidebar.getByRole("heading", { name: "Pinned" })).toBeVisible();

  await chat.options("Quarter four").click();
  await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(chat.conversation("Quarter four")).toHaveCount(0);
  await expect(page).toHaveURL(/\/dashboard\/tasks$/);
  await page.getByRole("main").getByRole("button", { name: "Undo" }).click();
  await expect(chat.conversation("Quarter four")).toBeVisible();
  await chat.options("Quarter four").click();
  await chat.sidebar.getByRole("button", { name: "Delete conversation" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(chat.conversation("Quarter four")).toHaveCount(0);

  await page.goto("/dashboard/conversations/deleted");
  await page.getByRole("button", { name: "Restore: Quarter four" }).click();
  await expect(chat.conversation("Quarter four")).toBeVisible();

  const search = page.getByRole("searchbox", { name: "Search conversations" });
  await search.fill("quart");
  await search.press("Enter");
  await expect(page.locator("mark")).toHaveText(["Quart"]);
});
