import { expect, test } from "@playwright/test";

test("the landing page opens without an error in the console", async ({ page }) => {
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  const response = await page.goto("/");
  expect(response?.status()).toBe(200);
  await expect(page).toHaveTitle(/Greenlit/);
  await expect(page.locator("h1")).toBeVisible();
  expect(problems).toEqual([]);
});
