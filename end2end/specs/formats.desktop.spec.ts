// Times and dates: as the reader's browser writes them, where the reader is, unless the settings say otherwise.
import { awake, expect, test } from "../fixtures.ts";
import { TasksPage } from "../pages/tasks-page.ts";

const DUE = "2031-11-22T03:30:00.000Z";

for (const [locale, timezoneId, short, full] of [
  ["en-US", "America/Chicago", "Nov 21, 2031, 9:30\u{a0}PM", "Friday, November 21, 2031, 9:30\u{a0}PM"],
  ["de-DE", "Europe/Berlin", "22 Nov 2031, 04:30", "Saturday, 22 November 2031, 04:30"],
] as const) {
  test.describe(locale, () => {
    test.use({ locale, timezoneId });

    test("a due date is where and as its reader is", async ({ page, account: _ }) => {
      const told = page.waitForResponse("**/api/fn/set_time_zone");
      await page.goto("/dashboard/settings");
      await told;
      await new TasksPage(page).has({ title: "Renew the passport", due_at: DUE });
      await page.goto("/dashboard/tasks");
      const due = page.getByRole("listitem").filter({ hasText: "Renew the passport" }).locator("time");
      await expect(due).toHaveText(short);
      await expect(due).toHaveAttribute("datetime", DUE);
      await expect(due).toHaveAttribute("title", full);
      // The form's own fields are the browser's, and name the same moment.
      await page.getByRole("button", { name: "Edit: Renew the passport" }).click();
      await expect(page.getByLabel("At", { exact: true }).last()).toHaveValue(locale === "en-US" ? "21:30" : "04:30");
    });
  });
}

test("the settings count more than the browser", async ({ page, account: _ }) => {
  const told = page.waitForResponse("**/api/fn/set_time_zone");
  await page.goto("/dashboard/settings");
  await awake(page);
  await told;
  await new TasksPage(page).has({ title: "Renew the passport", due_at: DUE });
  const section = page.getByRole("region", { name: "Times and dates" });
  await section.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await section.getByLabel("Clock").selectOption("12h");
  await section.getByLabel("Dates").selectOption("month_first");
  await section.getByLabel("Weeks begin on").selectOption("sunday");
  await section.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.", { exact: true })).toBeVisible();
  await page.goto("/dashboard/tasks");
  const due = page.getByRole("listitem").filter({ hasText: "Renew the passport" }).locator("time");
  await expect(due).toHaveText("Nov 22, 2031, 12:30\u{a0}PM");
});
