// The task list without JavaScript.
import { expect, test } from "../fixtures.ts";

test.beforeEach(async ({ account: _, page }) => {
  await page.goto("/dashboard/tasks");
});

test("tasks are added, filtered, edited, moved, ticked and deleted by plain forms", async ({ page, tasks }) => {
  const notice = page.getByRole("status").filter({ hasText: /./ });

  await test.step("adds from a line", async () => {
    await tasks.newTask.fill("Call mum tomorrow 5pm !high");
    await tasks.add.click();
    await expect(notice).toContainText("Added “Call mum”: Tomorrow, 17:00, high priority.");
    await expect(tasks.titles("Tomorrow")).toHaveText(["Call mum"]);
    for (const title of ["A", "B"]) {
      await tasks.newTask.fill(title);
      await tasks.add.click();
    }
    await expect(tasks.titles("No date")).toHaveText(["A", "B"]);
  });

  await test.step("a line that is too long comes back", async () => {
    await tasks.newTask.fill("x".repeat(201));
    await tasks.add.click();
    await expect(page.getByRole("alert")).toContainText(/at most 200 characters, but has 201/);
    await expect(tasks.newTask).toHaveValue("x".repeat(201));
  });

  await test.step("filters", async () => {
    await tasks.filter("No date 2").click();
    await expect(page.locator(".todo .title")).toHaveText(["A", "B"]);
  });

  await test.step("moves, and stays among the filtered ones", async () => {
    await tasks.more("B").click();
    await tasks.entry("Move up").click();
    await expect(page).toHaveURL(/due=none/);
    await expect(page.locator(".todo .title")).toHaveText(["B", "A"]);
  });

  await test.step("edits", async () => {
    await tasks.edit("B").click();
    await tasks.form.getByLabel("Title").fill("z".repeat(201));
    await tasks.form.getByLabel("Description").fill("About it");
    await tasks.form.getByRole("button", { name: "Save" }).click();
    await expect(tasks.form).toContainText("Title must have at most 200 characters, but has 201.");
    await expect(tasks.form.getByLabel("Title")).toHaveValue("z".repeat(201));
    await expect(tasks.form.getByLabel("Description")).toHaveValue("About it");
    await tasks.form.getByLabel("Title").fill("Better");
    await tasks.form.getByRole("button", { name: "Save" }).click();
    await expect(tasks.form).toHaveCount(0);
    await expect(tasks.task("Better")).toContainText("About it");
    await tasks.edit("Better").click();
    await tasks.form.getByRole("button", { name: "Cancel" }).click();
    await expect(tasks.form).toHaveCount(0);
  });

  await test.step("ticks and takes it back", async () => {
    await tasks.tick("A").click();
    await expect(notice).toContainText("Done: A");
    await notice.getByRole("button", { name: "Undo" }).click();
    await expect(tasks.tick("A")).toBeVisible();
  });

  await test.step("deletes and brings back", async () => {
    await tasks.more("A").click();
    await tasks.entry("Delete").click();
    await expect(tasks.task("A")).toHaveCount(0);
    await notice.getByRole("button", { name: "Undo" }).click();
    await expect(tasks.task("A")).toBeVisible();
    await expect(notice).toContainText("“A” is back.");
  });
});

test("the overview's forms are plain ones too", async ({ page, tasks }) => {
  await page.goto("/dashboard");
  await tasks.newTask.fill("Water the plants today");
  await tasks.add.click();
  await expect(page).toHaveURL(/\/dashboard$/);
  await tasks.tick("Water the plants").click();
  await expect(page.getByRole("region", { name: "Done this week" })).toContainText("Water the plants");
});
