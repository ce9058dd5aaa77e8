// What surrounds the pages: errors in style, pictures, the manifest, no connection.
import { expect, test } from "../fixtures.ts";

test("a page for an address that leads nowhere", async ({ page, problems }) => {
  problems.allow(/status of 404/);
  const response = await page.goto("/nowhere");
  expect(response!.status()).toBe(404);
  await expect(page).toHaveTitle("Not found · Greenlit");
  await expect(page.getByRole("link", { name: "To the dashboard" })).toBeVisible();
});

test("the site can be installed and shared", async ({ page, request, baseURL }) => {
  await page.goto("/");
  const content = (selector: string) => page.locator(selector).getAttribute("content");
  expect(await content('meta[property="og:image"]')).toMatch(/\/og\.png$/);
  expect(await content('meta[name="twitter:card"]')).toBe("summary_large_image");
  expect(await page.locator('link[rel="canonical"]').getAttribute("href")).toBe(`${new URL(baseURL!).origin}/`);
  const manifest = await (await request.get("/manifest.webmanifest")).json();
  for (const path of [...manifest.icons.map((icon: { src: string }) => icon.src), "/og.png", "/apple-touch-icon.png", "/favicon.ico"]) {
    expect((await request.get(path)).status(), path).toBe(200);
  }
});

test("a page says that there is no connection, and when there is one again", async ({ page, account: _, context }) => {
  await page.goto("/dashboard");
  const notice = page.getByText("You are offline. Sending works again");
  await expect(notice).toBeHidden();
  await context.setOffline(true);
  await expect(notice).toBeVisible();
  await context.setOffline(false);
  await expect(notice).toBeHidden();
});
