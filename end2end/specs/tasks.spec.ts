// The task list: finding, adding, changing, arranging and deleting, with a mouse, a thumb and a keyboard.
import { expect, test } from "../fixtures.ts";

/** So many days from now, at noon. */
function inDays(days: number) {
  return new Date(Date.now() + days * 24 * 60 * 60 * 1000).toISOString();
}

test.beforeEach(async ({ account: _, tasks }) => {
  await tasks.open();
});

test("tasks stand under headings, and filters leave out the others", async ({ page, tasks }) => {
  await tasks.has(
    { title: "Late", due_at: inDays(-3), priority: "high" },
    { title: "Next month", due_at: inDays(30) },
    { title: "Some day", priority: "low", description: "with oat milk" },
    { title: "Over", done: true },
  );
  await tasks.open();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText([/^Overdue 1$/, /^Later 1$/, /^No date 1$/, /^Done 1$/]);

  await tasks.filter("Open 3").click();
  await expect(tasks.titles("Done")).toHaveCount(0);
  await expect(tasks.filter("Open 3")).toHaveAttribute("aria-current", "true");
  await tasks.filter("Overdue 1").click();
  await expect(page).toHaveURL(/status=open&due=overdue/);
  await expect(page.locator(".todo .title")).toHaveText(["Late"]);
  await tasks.filter("Low 1").click();
  await expect(page.getByText("Nothing matches.")).toBeVisible();
  await tasks.filter("Any date").click();
  await expect(page.locator(".todo .title")).toHaveText(["Some day"]);

  await page.getByRole("link", { name: "Show everything" }).first().click();
  await page.getByRole("searchbox", { name: "Find tasks" }).fill("OAT");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.locator(".todo .title")).toHaveText(["Some day"]);
  await expect(page.getByRole("searchbox", { name: "Find tasks" })).toHaveValue("OAT");
});

test("a line says when and how much a new task matters", async ({ tasks }) => {
  await tasks.newTask.fill("Call mum tomorrow 5pm !high");
  await tasks.newTask.press("Enter");
  await expect(tasks.toast).toContainText("Added “Call mum”: Tomorrow, 17:00, high priority.");
  await expect(tasks.titles("Tomorrow")).toHaveText(["Call mum"]);
  await expect(tasks.newTask).toBeFocused();
  await expect(tasks.newTask).toHaveValue("");

  await tasks.toast.getByRole("button", { name: "Undo" }).click();
  await expect(tasks.task("Call mum")).toHaveCount(0);
});

test("a new task that is too long stays in the field, and the limit is named", async ({ problems, page, tasks }) => {
  problems.allow(/status of 422/);
  await tasks.newTask.fill("x".repeat(201));
  await tasks.add.click();
  await expect(page.getByRole("alert").filter({ hasText: /title must have at most 200 characters, but has 201/i })).toBeVisible();
  await expect(tasks.newTask).toHaveValue("x".repeat(201));
});

test("a task is edited in its line", async ({ problems, page, tasks }) => {
  problems.allow(/status of 422/);
  await tasks.has({ title: "Milk" });
  await tasks.open();
  await tasks.edit("Milk").click();
  const title = tasks.form.getByLabel("Title");
  await expect(title).toBeFocused();

  await test.step("too long: what was typed stays, and the limit is named", async () => {
    await title.fill("y".repeat(201));
    await tasks.form.getByRole("button", { name: "Save" }).click();
    await expect(tasks.form.getByText("Title must have at most 200 characters, but has 201.")).toBeVisible();
    await expect(title).toHaveAttribute("aria-invalid", "true");
    await expect(title).toHaveValue("y".repeat(201));
  });

  await test.step("Escape leaves it as it was", async () => {
    await title.press("Escape");
    await expect(tasks.form).toHaveCount(0);
    await expect(tasks.task("Milk")).toBeVisible();
    await expect(tasks.edit("Milk")).toBeFocused();
  });

  await test.step("everything can be changed", async () => {
    await tasks.edit("Milk").press("Enter");
    await title.fill("Oat milk");
    await tasks.form.getByLabel("Description").fill("Two litres\nthe blue one");
    await tasks.form.getByLabel("Due on").fill("2030-05-06");
    await tasks.form.getByLabel("At", { exact: true }).fill("07:08");
    await tasks.form.getByLabel("Priority").selectOption("high");
    await title.press("Enter");
    const task = tasks.task("Oat milk");
    await expect(task).toContainText("6 May 2030, 07:08 · high");
    await expect(task).toContainText("the blue one");
    await expect(tasks.edit("Oat milk")).toBeFocused();
  });

  await test.step("the date goes away", async () => {
    await tasks.edit("Oat milk").click();
    await tasks.form.getByLabel("Due on").fill("");
    await tasks.form.getByLabel("At", { exact: true }).fill("");
    await tasks.form.getByRole("button", { name: "Save" }).click();
    await expect(tasks.titles("No date")).toHaveText(["Oat milk"]);
    await page.reload();
    await expect(tasks.titles("No date")).toHaveText(["Oat milk"]);
  });
});

test("tasks of one day are arranged by keyboard", async ({ page, tasks }) => {
  await tasks.has({ title: "A" }, { title: "B" }, { title: "C" }, { title: "Dated", due_at: inDays(40) });
  await tasks.open();
  await expect(tasks.titles("No date")).toHaveText(["A", "B", "C"]);
  await tasks.more("C").focus();
  await page.keyboard.press("Enter");
  await tasks.entry("Move up").focus();
  await page.keyboard.press("Enter");
  await expect(tasks.titles("No date")).toHaveText(["A", "C", "B"]);
  // The menu is still open, and the next press goes on.
  await expect(tasks.entry("Move up")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(tasks.titles("No date")).toHaveText(["C", "A", "B"]);
  await expect(tasks.entry("Move up")).toHaveCount(0);
  await expect(tasks.entry("Move down")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.locator(".todo-menu[open]")).toHaveCount(0);
  await expect(tasks.more("C")).toBeFocused();
  await page.reload();
  await expect(tasks.titles("No date")).toHaveText(["C", "A", "B"]);
  // Its date alone says where this one stands.
  await tasks.more("Dated").click();
  await expect(tasks.entry("Delete")).toBeVisible();
  await expect(tasks.entry("Move up")).toHaveCount(0);
});

test("a deleted task comes back", async ({ tasks }) => {
  await tasks.has({ title: "A" }, { title: "B" });
  await tasks.open();
  await tasks.more("A").click();
  await tasks.entry("Delete").click();
  await expect(tasks.titles("No date")).toHaveText(["B"]);
  await expect(tasks.toast).toContainText("Deleted “A”.");
  await tasks.toast.getByRole("button", { name: "Undo" }).click();
  await expect(tasks.titles("No date")).toHaveText(["A", "B"]);
  await expect(tasks.tick("A")).toBeFocused();
});

test("a tick moves a task to the done ones, and can be taken back", async ({ tasks }) => {
  await tasks.has({ title: "A" });
  await tasks.open();
  await tasks.tick("A").click();
  await expect(tasks.titles("Done")).toHaveText(["A"]);
  await expect(tasks.untick("A")).toBeFocused();
  await tasks.toast.getByRole("button", { name: "Undo" }).click();
  await expect(tasks.titles("No date")).toHaveText(["A"]);
});

test("a long list goes on on a next page", async ({ page, tasks }) => {
  test.slow();
  await tasks.has(...Array.from({ length: 103 }, (_, n) => ({ title: `T${n}` })));
  await tasks.open();
  await expect(page.locator(".todo")).toHaveCount(100);
  await page.getByRole("link", { name: "More tasks" }).click();
  await expect(page.locator(".todo .title")).toHaveText(["T100", "T101", "T102"]);
  await tasks.tick("T101").click();
  await expect(page.locator(".todo .title")).toHaveText(["T100", "T102", "T101"]);
  await page.getByRole("link", { name: "From the beginning" }).click();
  await expect(page.locator(".todo")).toHaveCount(100);
});

test("what the assistant did is listed and undone", async ({ chat, page, tasks }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await tasks.open();
  await page.getByRole("link", { name: "What the assistant did" }).click();
  const entry = page.getByRole("listitem").filter({ hasText: "Created task: Review Q4 report" });
  await expect(entry).toContainText("Added “Review Q4 report”");
  await expect(entry.getByRole("link", { name: /Create a task/ })).toBeVisible();
  await tasks.awake();
  await entry.getByRole("button", { name: /^Undo/ }).click();
  await expect(entry.getByText("Undone", { exact: true })).toBeVisible();
  await tasks.open();
  await expect(tasks.task("Review Q4 report")).toHaveCount(0);
});
