// A conversation as a link and as a file.
import { readFile } from "node:fs/promises";
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { clean } from "../axe.ts";
import { expect, modelTest as test } from "../fixtures.ts";
import { ChatPage } from "../pages/chat-page.ts";

function isFocused(element: Locator) {
  return element.evaluate((element) => element === document.activeElement);
}

async function menu(chat: ChatPage, item: string, role: "button" | "link") {
  await chat.page.getByRole("button", { name: "This conversation" }).click();
  return chat.page.getByRole(role, { name: item });
}

test("a conversation is shared by a link that can be taken back", async ({
  account: _,
  browser,
  chat,
  context,
  makeAxeBuilder,
  model,
  page,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  await model.says("The plan is **good**.");
  await chat.exchange("What about the plan?");
  const second = new ChatPage(await context.newPage());
  await second.open(new URL(page.url()).pathname);
  await page.bringToFront();

  const button = page.getByRole("button", { name: "This conversation" });
  const share = page.getByRole("button", { name: "Share…" });
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  const field = dialog.getByRole("textbox", { name: "Link" });
  await test.step("the keyboard reaches the menu and the dialog, and comes back", async () => {
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(share).toBeVisible();
    await clean(makeAxeBuilder(), page, "the conversation's menu");
    for (let step = 0; step < 6 && !(await isFocused(share)); step++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    expect(await dialog.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  });

  await (await menu(chat, "Share…", "button")).click();
  await dialog.getByRole("button", { name: "Make a link" }).click();
  await expect(field).toHaveValue(/\/share\/[\w-]{43}$/);
  await expect(field).toBeFocused();
  await clean(makeAxeBuilder(), page, "the dialog with a link");
  await dialog.getByRole("button", { name: "Copy" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("/share/");
  const link = new URL(await field.inputValue()).pathname;

  const stranger = await browser.newContext({ baseURL: new URL(page.url()).origin });
  const reader = await stranger.newPage();
  const asked: string[] = [];
  reader.on("request", (request) => asked.push(request.resourceType()));
  await reader.goto(link);
  await expect(reader.getByRole("heading", { level: 1 })).toHaveText("What about the plan?");
  await expect(reader.getByRole("article")).toHaveText([/What about the plan/, /The plan is good/]);
  await expect(reader.getByRole("button")).toHaveCount(0);
  expect(asked).not.toContain("script");
  await clean(new AxeBuilder({ page: reader }), reader, "a shared page");

  await test.step("a second tab has the link too, until it is taken back", async () => {
    const link = second.page.locator("#share-body input[readonly]");
    await expect(link).toHaveValue(/\/share\//);
    await dialog.getByRole("button", { name: "Take the link back" }).click();
    await expect(dialog.getByRole("button", { name: "Make a link" })).toBeVisible();
    await expect(link).toHaveCount(0);
  });
  const gone = await reader.goto(link);
  expect(gone?.status()).toBe(404);
  await stranger.close();
});

test("a conversation is exported and imported", async ({ account: _, chat, model, page }) => {
  await chat.open();
  await model.says("An answer with `code`.");
  await chat.exchange("Keep this");
  const text = page.waitForEvent("download");
  await (await menu(chat, "Export as Markdown", "link")).click();
  expect(await readFile(await (await text).path(), "utf8")).toContain("An answer with `code`.");
  await page.keyboard.press("Escape");
  const command = page.waitForEvent("download");
  await chat.ask("/export");
  expect((await command).suggestedFilename()).toBe("keep-this.md");
  await expect(chat.mine).toHaveCount(1);
  const json = page.waitForEvent("download");
  await (await menu(chat, "Export as JSON", "link")).click();
  const file = await (await json).path();
  await chat.open();
  await page.getByText("Import a conversation").click();
  const content = await readFile(file);
  const choose = async (buffer: Buffer) => {
    const input = page.getByLabel("A conversation that was exported as JSON");
    await input.setInputFiles({ name: "keep-this.json", mimeType: "application/json", buffer });
    await page.getByRole("button", { name: "Import", exact: true }).click();
  };
  await choose(content.subarray(0, 100));
  const alert = page.locator("#import-error");
  await expect(alert).toHaveText(/damaged or is no JSON/);
  await expect(page.getByLabel("A conversation that was exported as JSON")).toBeFocused();
  await choose(Buffer.concat([content, Buffer.alloc(17 * 1024 * 1024, " ")]));
  await expect(alert).toHaveText(/too large: a conversation has at most 16 MB/);
  await choose(content);
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  await expect(chat.mine).toHaveText([/Keep this/]);
  await expect(chat.answers).toHaveText([/An answer with code/]);
});
