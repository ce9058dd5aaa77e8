// Taking back and doing again, and what happens to what was changed since.
import { expect, test } from "../fixtures.ts";
import type { TasksPage } from "../pages/tasks-page.ts";

/** Changes a task behind the page's back, as another device would. */
async function rename(tasks: TasksPage, from: string, to: string) {
  const request = tasks.page.request;
  const list = await (await request.get("/api/tasks")).json();
  const task = list.tasks.find((task: { title: string }) => task.title === from);
  const headers = { origin: new URL(tasks.page.url()).origin };
  const answer = await request.patch(`/api/tasks/${task.id}`, { headers, data: { title: to } });
  expect(answer.status(), await answer.text()).toBe(200);
}

test("a call is undone and redone, what was changed since only when that is meant, and other tabs follow", async ({
  account: _,
  chat,
  context,
  makeAxeBuilder,
  page,
  tasks,
}) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  const badge = chat.answers.last();
  const undo = badge.getByRole("button", { name: "Undo: Created task: Review Q4 report" });
  const redo = badge.getByRole("button", { name: "Redo: Created task: Review Q4 report" });
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  const there = await context.newPage();
  await there.goto(page.url());

  await undo.click();
  await expect(chat.undone).toBeVisible();
  await expect(there.getByText("Undone", { exact: true })).toBeVisible();
  await redo.click();
  await expect(chat.undone).toHaveCount(0);
  await expect(undo).toBeVisible();
  await expect(chat.rail.getByText("Review Q4 report")).toBeVisible();
  await expect(there.getByText("Undone", { exact: true })).toHaveCount(0);

  await rename(tasks, "Review Q4 report", "Review Q3 report");
  await undo.click();
  const question = "Since then the title was changed to “Review Q3 report”. Undo anyway?";
  await expect(badge.getByRole("alert")).toHaveText(question);
  const anyway = badge.getByRole("button", { name: "Undo anyway" });
  await expect(anyway).toBeFocused();
  const { violations } = await makeAxeBuilder().include(".overwrite").analyze();
  expect(violations).toEqual([]);
  await badge.getByRole("button", { name: "Keep" }).click();
  await expect(badge.getByRole("alert")).toHaveCount(0);
  await expect(chat.rail.getByText("Review Q3 report")).toBeVisible();

  await undo.click();
  await anyway.click();
  await expect(chat.undone).toBeVisible();
  await expect(chat.rail.getByText("Review Q3 report")).toHaveCount(0);
  // After a reload, and from the page of what the assistant did; what was overwritten is back.
  await page.goto("/dashboard/tasks/activity");
  await tasks.awake();
  await page.getByRole("button", { name: "Redo: Created task: Review Q4 report" }).click();
  await expect(page.getByRole("button", { name: "Undo: Created task: Review Q4 report" })).toBeVisible();
  await tasks.open();
  await expect(tasks.task("Review Q3 report")).toBeVisible();
  await expect(there.getByText("Undone", { exact: true })).toHaveCount(0);
});

test("a whole answer is undone and redone", async ({ account: _, chat, tasks }) => {
  await chat.open();
  const answer = await chat.exchange("Add buy milk and call the bank");
  await expect(chat.rail.getByText(/call the bank/i)).toBeVisible();
  await answer.getByRole("button", { name: "Undo all" }).click();
  await expect(chat.undone).toHaveCount(2);
  await expect(chat.rail.getByText(/call the bank/i)).toHaveCount(0);
  const redoAll = answer.getByRole("button", { name: "Redo all" });
  await expect(redoAll).toBeFocused();
  // One of them alone changes what can be done with all.
  await answer.getByRole("button", { name: /^Redo: .*bank/i }).click();
  await expect(redoAll).toHaveCount(0);
  await answer.getByRole("button", { name: /^Undo: .*bank/i }).click();
  await redoAll.click();
  await expect(chat.undone).toHaveCount(0);
  await expect(chat.rail.getByText(/call the bank/i)).toBeVisible();

  await rename(tasks, "Buy milk", "Buy oat milk");
  await answer.getByRole("button", { name: "Undo all" }).click();
  await expect(answer.getByRole("alert")).toHaveText("Since then the title was changed to “Buy oat milk”. Undo anyway?");
  await answer.getByRole("button", { name: "Keep" }).click();
  await expect(answer.getByRole("button", { name: "Undo all" })).toBeVisible();
  await expect(chat.rail.getByText("Buy oat milk")).toBeVisible();
  await answer.getByRole("button", { name: "Undo all" }).click();
  await answer.getByRole("button", { name: "Undo anyway" }).click();
  await expect(chat.undone).toHaveCount(2);
  await expect(chat.rail.getByText("Buy oat milk")).toHaveCount(0);
});
