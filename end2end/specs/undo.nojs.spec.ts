// The same by plain forms.
import { expect, test } from "../fixtures.ts";

test("asks before it overwrites, for a call and for an answer", async ({ account: _, chat, page, tasks }) => {
  await page.goto("/dashboard/chat");
  await chat.box.fill("Add buy milk and call the bank");
  await chat.send.click();
  await expect(chat.answers.last()).toContainText(/Added/, { timeout: 20_000 });
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
  const undo = chat.messages.getByRole("button", { name: "Undo: Created task: Buy milk" });
  const redo = chat.messages.getByRole("button", { name: "Redo: Created task: Buy milk" });
  const notice = page.getByRole("status").filter({ hasText: "Since then" });

  await undo.click();
  await expect(chat.undone).toHaveCount(1);
  await redo.click();
  await expect(chat.undone).toHaveCount(0);

  const path = new URL(page.url()).pathname;
  const list = await (await page.request.get("/api/tasks")).json();
  const milk = list.tasks.find((task: { title: string }) => task.title === "Buy milk");
  const headers = { origin: new URL(page.url()).origin };
  await page.request.patch(`/api/tasks/${milk.id}`, { headers, data: { title: "Buy oat milk" } });
  await undo.click();
  await expect(notice).toContainText("Since then the title was changed to “Buy oat milk”. Undo anyway?");
  await notice.getByRole("link", { name: "Keep" }).click();
  await expect(notice).toHaveCount(0);
  expect(new URL(page.url()).pathname).toBe(path);
  await expect(chat.undone).toHaveCount(0);

  await chat.answers.last().getByRole("button", { name: "Undo all" }).click();
  await notice.getByRole("button", { name: "Undo anyway" }).click();
  await expect(chat.undone).toHaveCount(2);
  await page.goto("/dashboard/tasks");
  await expect(tasks.task("Buy oat milk")).toHaveCount(0);
  await page.goto("/dashboard/tasks/activity");
  await page.getByRole("button", { name: "Redo: Created task: Buy milk" }).click();
  await page.goto("/dashboard/tasks");
  await expect(tasks.task("Buy oat milk")).toBeVisible();
});
