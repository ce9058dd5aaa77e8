// Sharing and exporting without JavaScript.
import { expect, test } from "../fixtures.ts";

test("shares, takes the link back, exports and imports", async ({ account: _, chat, page }) => {
  await page.goto("/dashboard/chat");
  await chat.box.fill("Hello");
  await chat.send.click();
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
  await page.getByRole("button", { name: "This conversation" }).click();
  await page.getByRole("button", { name: "Share…" }).click();
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const link = await dialog.getByRole("textbox", { name: "Link" }).inputValue();
  await expect(dialog.getByRole("button", { name: "Copy" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Take the link back" }).click();
  await expect(dialog.getByRole("button", { name: "Make a link" })).toBeVisible();
  expect((await page.request.get(new URL(link).pathname)).status()).toBe(404);
  await dialog.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "This conversation" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export as Markdown" }).click();
  expect((await download).suggestedFilename()).toBe("hello.md");

  const id = new URL(page.url()).pathname.split("/").pop();
  const json = await page.request.get(`/api/chat/conversations/${id}/export?format=json`);
  const choose = async (buffer: Buffer) => {
    const input = page.getByLabel("A conversation that was exported as JSON");
    await input.setInputFiles({ name: "hello.json", mimeType: "application/json", buffer });
    await page.getByRole("button", { name: "Import", exact: true }).click();
  };
  await page.goto("/dashboard/chat");
  await page.getByText("Import a conversation").click();
  await choose(Buffer.from('{"format": "greenlit.conversation", "version": 2}'));
  await expect(page.locator("#import-error")).toHaveText(/another version of Greenlit: its version must be 1/);
  await choose(await json.body());
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
  await expect(chat.mine).toHaveText([/Hello/]);
});
