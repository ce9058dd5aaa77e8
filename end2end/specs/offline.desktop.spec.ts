// Without a server: a page of ours stands in, keeps nobody's things, and goes by itself.
import { rm } from "node:fs/promises";
import { expect, signUp, test } from "../fixtures.ts";
import { freePort, makeFolder, startServerIn } from "../server.mjs";

test.use({ serviceWorkers: "allow" });

test("a stopped server is said in style, and the page comes back by itself", async ({ page, context, problems, makeAxeBuilder }) => {
  problems.allow(/Failed to (load|fetch)|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|status 50\d|off the origin/);
  const folder = await makeFolder();
  const port = await freePort();
  let server = await startServerIn(folder, port);
  try {
    await signUp(context, server.url);
    await page.goto(`${server.url}/dashboard/tasks`);
    const worker = await page.evaluate(async () => (await navigator.serviceWorker.ready).active?.scriptURL);
    expect(worker).toMatch(/\/sw\.js\?v=[0-9a-f]{16}$/);
    // Again, so that the worker sees the page and what it loads.
    await page.reload();
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);

    await server.stop();
    await page.goto(`${server.url}/dashboard`);
    await expect(page).toHaveTitle("Offline · Greenlit");
    await expect(page.getByRole("heading", { name: "Greenlit cannot be reached" })).toBeVisible();
    const { violations } = await makeAxeBuilder().analyze();
    expect(violations).toEqual([]);
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return keys.flat().map((request) => new URL(request.url).pathname);
    });
    expect(kept.sort()).toEqual(["/offline.html", "/offline.js", "/plain.css"]);
    await page.getByRole("link", { name: "Try again" }).click();
    await expect(page).toHaveTitle("Offline · Greenlit");

    server = await startServerIn(folder, port);
    // The address is still the one that was asked for; nobody touches the page.
    await expect(page).toHaveTitle("Overview · Greenlit", { timeout: 20_000 });
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
