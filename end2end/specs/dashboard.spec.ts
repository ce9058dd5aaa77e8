// The overview: numbers that lead to what they count, cards, and the chart.
import { expect, test } from "../fixtures.ts";

test("an empty overview says what to do", async ({ account: _, page, tasks }) => {
  await page.goto("/dashboard");
  await tasks.awake();
  await expect(page.getByRole("region", { name: "Today" })).toContainText("Nothing is due today.");
  await expect(page.getByRole("region", { name: "Last weeks" })).toContainText("Nothing done in the last 8 weeks.");
  await tasks.newTask.fill("Water the plants today");
  await tasks.newTask.press("Enter");
  await expect(page.getByRole("region", { name: "Today" })).toContainText("Water the plants");
  await expect(tasks.toast).toContainText("Added “Water the plants”: Today.");
  await expect(tasks.newTask).toBeFocused();
});

test("cards, numbers and chart follow a tick", async ({ account: _, chat, page, tasks }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Water the plants' due today");
  await tasks.has({ title: "Late", due_at: "2020-01-01T10:00:00Z" }, { title: "Some day" }, { title: "Over", done: true });
  await page.goto("/dashboard");
  await tasks.awake();
  const card = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(card("Overdue")).toContainText("Late");
  await expect(card("Today").locator(".title")).toHaveText(["Water the plants"]);
  await expect(card("Next").locator(".title")).toHaveText(["Some day"]);
  await expect(card("Done this week").locator(".title")).toHaveText(["Over"]);
  await expect(card("Recent conversations").getByRole("link", { name: /Create a task/ })).toBeVisible();
  const weeks = card("Last weeks").getByRole("listitem");
  await expect(weeks).toHaveCount(8);
  await expect(weeks.last()).toContainText(/Week of .*: 1 done, 4 added/);

  await tasks.tick("Water the plants").click();
  await expect(card("Done this week").locator(".title")).toHaveText(["Water the plants", "Over"]);
  await expect(tasks.untick("Water the plants")).toBeFocused();
  await expect(weeks.last()).toContainText(/Week of .*: 2 done, 4 added/);

  await page.getByRole("link", { name: "2 done this week" }).click();
  await expect(page.locator(".todo .title")).toHaveText(["Water the plants", "Over"]);
  await page.goto("/dashboard");
  await page.getByRole("link", { name: "1 overdue" }).click();
  await expect(page.locator(".todo .title")).toHaveText(["Late"]);
});
