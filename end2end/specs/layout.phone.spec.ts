// A phone in the hand: the drawer, the composer, nothing too wide, nothing too small to hit.
import type { Locator } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("the drawer opens and closes", async ({ account: _, chat, page }) => {
  await chat.open();
  await expect(chat.sidebar).toBeHidden();
  await chat.menu.tap();
  await expect(chat.sidebar).toBeVisible();
  await expect(chat.sidebar.getByRole("link", { name: "New conversation" })).toBeInViewport();
  await page.keyboard.press("Escape");
  await expect(chat.sidebar).toBeHidden();
  await chat.menu.tap();
  await expect(chat.sidebar).toBeVisible();
  // A tap beside it.
  await page.touchscreen.tap(380, 400);
  await expect(chat.sidebar).toBeHidden();
  await chat.menu.tap();
  await chat.sidebar.getByRole("link", { name: "Tasks" }).tap();
  await page.waitForURL("**/dashboard/tasks");
  await expect(chat.sidebar).toBeHidden();
});

test("T094: the composer is in reach and grows with the text", async ({ account: _, chat }) => {
  await chat.open();
  await expect(chat.box).toBeInViewport({ ratio: 1 });
  const one = (await chat.box.boundingBox())!.height;
  await chat.box.fill("One\nTwo\nThree\nFour");
  await expect.poll(async () => (await chat.box.boundingBox())!.height).toBeGreaterThan(one);
  await expect(chat.send).toBeInViewport({ ratio: 1 });
  await chat.send.tap();
  await expect(chat.mine).toHaveText(/One\s+Two/);
  await chat.finished(chat.answers.first());
  await expect(chat.box).toBeInViewport({ ratio: 1 });
  // The newest line is in sight.
  await expect(chat.answers.first().locator("p").last()).toBeInViewport();
});

const LONG = `Create a task called 'Donau${"dampfschifffahrts".repeat(7)}gesellschaft'`;

test("T094: no page is wider than the screen", async ({ account: _, chat, page, problems }) => {
  problems.allow(/status of 404/);
  await chat.open();
  await chat.exchange(LONG);
  await chat.messages.locator(".tool summary").first().tap();
  await expect(chat.messages.getByRole("heading", { name: "Arguments" })).toBeVisible();
  await fits(page.locator("html"), "a conversation");
  const paths = ["", "/tasks", "/tasks/activity", "/chat", "/search?q=Donau", "/conversations/deleted", "/settings"];
  for (const path of [...paths.map((path) => `/dashboard${path}`), "/", "/nowhere"]) {
    await page.goto(path);
    await fits(page.locator("html"), path);
  }
  await page.context().clearCookies();
  for (const path of ["/", "/sign-in", "/sign-up"]) {
    await page.goto(path);
    await fits(page.locator("html"), `${path}, signed out`);
  }
});

async function fits(root: Locator, what: string) {
  const [inner, outer] = await root.evaluate((html) => [html.scrollWidth, html.clientWidth]);
  expect(inner, `${what} is ${inner} px wide`).toBeLessThanOrEqual(outer!);
}

test("the main controls can be hit with a thumb", async ({ account: _, chat, tasks, accountPage, page, context }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await large(chat.send);
  await large(chat.menu);
  await large(chat.messages.locator(".tool summary").first());
  await large(chat.messages.getByRole("button", { name: /^Undo/ }));
  await chat.menu.tap();
  for (const control of await chat.sidebar.getByRole("link").all()) await large(control);
  await large(chat.options(/Create a task/));
  await large(chat.sidebar.getByRole("button", { name: "Sign out" }));
  await tasks.open();
  await large(tasks.tick("Review Q4 report"));
  await large(tasks.newTask);
  await large(tasks.add);
  await large(tasks.edit("Review Q4 report"));
  await large(tasks.more("Review Q4 report"));
  await large(tasks.filter(/^Open/));
  await page.goto("/dashboard/chat");
  await large(chat.messages.getByRole("listitem").getByRole("button").first());
  await context.clearCookies();
  await page.goto("/sign-in");
  for (const control of [accountPage.email, accountPage.password, accountPage.signIn]) await large(control);
});

async function large(control: Locator) {
  await expect(control).toBeVisible();
  const box = (await control.boundingBox())!;
  const what = `${control} is ${box.width} by ${box.height}`;
  expect(Math.min(Math.round(box.width), Math.round(box.height)), what).toBeGreaterThanOrEqual(44);
}
