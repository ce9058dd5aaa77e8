// Permission is asked for and given by plain forms.
import { expect, test } from "../fixtures.ts";

test("a call waits, is changed, allowed and refused without a script", async ({ account: _, baseURL, chat, context, page }) => {
  const preferences = await context.request.patch(`${baseURL}/api/account/preferences`, {
    data: { approval: "always" },
    headers: { origin: new URL(baseURL!).origin },
  });
  expect(preferences.ok(), await preferences.text()).toBe(true);
  await page.goto("/dashboard/chat");
  await chat.box.fill("Create a task called 'Mlik'");
  await chat.send.click();
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  const address = page.url();
  await expect(chat.badge("Wants to create: Mlik")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("An answer waits for your permission.")).toBeVisible();
  // Nothing that is being typed may be taken away.
  await expect(page.locator("meta[http-equiv=refresh]")).toHaveCount(0);
  await expect(chat.conversation(/Create a task/)).toContainText("Waits for you");

  await chat.questions.getByText("Change…").click();
  const title = chat.questions.getByLabel("Title");
  await title.fill("x".repeat(201));
  await chat.questions.getByRole("button", { name: "Allow it like this" }).click();
  await expect(chat.questions.getByRole("alert")).toContainText("The title was too long");
  await expect(title).toHaveValue("x".repeat(201));
  expect(page.url()).toBe(address);
  await title.fill("Milk");
  await title.press("Enter");
  await expect(chat.badge("Created task: Milk")).toBeVisible({ timeout: 20_000 });
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
  expect(page.url()).toBe(address);

  await chat.box.fill("Delete Milk");
  await chat.send.click();
  await expect(chat.refuse("delete: Milk")).toBeVisible({ timeout: 20_000 });
  await chat.refuse("delete: Milk").click();
  await expect(chat.badge("Was not allowed to delete: Milk")).toBeVisible({ timeout: 20_000 });
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
  await page.goto("/dashboard/tasks");
  await expect(page.getByRole("main").getByText("Milk", { exact: true })).toBeVisible();
});
