// A conversation as a link and as a file.
import { readFile } from "node:fs/promises";
import { expect, modelTest as test } from "../fixtures.ts";
import type { ChatPage } from "../pages/chat-page.ts";

async function menu(chat: ChatPage, item: string, role: "button" | "link") {
  await chat.page.getByRole("button", { name: "This conversation" }).click();
  return chat.page.getByRole(role, { name: item });
}

test("a conversation is shared by a link that can be taken back", async ({
  account: _,
  browser,
  chat,
  context,
  model,
  page,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  await model.says("The plan is **good**.");
  await chat.exchange("What about the plan?");
  await (await menu(chat, "Share…", "button")).click();
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const field = dialog.getByRole("textbox", { name: "Link" });
  await expect(field).toHaveValue(/\/share\/[\w-]{43}$/);
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

  await dialog.getByRole("button", { name: "Take the link back" }).click();
  await expect(dialog.getByRole("button", { name: "Make a link" })).toBeVisible();
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
  const json = page.waitForEvent("download");
  await (await menu(chat, "Export as JSON", "link")).click();
  const file = await (await json).path();
  await chat.open();
  await page.getByText("Import a conversation").click();
  await page.getByLabel("A conversation that was exported as JSON").setInputFiles({
    name: "keep-this.json",
    mimeType: "application/json",
    buffer: await readFile(file),
  });
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  await expect(chat.mine).toHaveText([/Keep this/]);
  await expect(chat.answers).toHaveText([/An answer with code/]);
});
