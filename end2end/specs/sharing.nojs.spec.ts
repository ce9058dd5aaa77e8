// Sharing and exporting without JavaScript.
import { expect, test } from "../fixtures.ts";

test("shares, takes the link back, and exports", async ({ account: _, chat, page }) => {
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
});
