// What can be done with a message and a conversation, by touch and at a phone's width.
import { expect, test } from "../fixtures.ts";

test("a message is edited, answered again and copied by touch", async ({ account: _, chat, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  const answer = await chat.exchange("Create a task called 'Buy milk'");
  for (const name of ["Copy answer", "Answer again", "Good answer", "Bad answer"]) {
    const box = (await answer.getByRole("button", { name, exact: true }).boundingBox())!;
    expect(Math.min(box.width, box.height), name).toBeGreaterThanOrEqual(44);
  }
  await answer.getByRole("button", { name: "Good answer" }).tap();
  await expect(answer.getByRole("button", { name: "Good answer" })).toHaveAttribute("aria-pressed", "true");
  await answer.getByRole("button", { name: "Copy answer" }).tap();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("Buy milk");

  await chat.mine.last().getByRole("button", { name: "Edit message" }).tap();
  const editor = chat.messages.getByRole("textbox", { name: "Edit message" });
  await expect(editor).toBeInViewport();
  await editor.fill("Create a task called 'Buy bread'");
  await chat.mine.last().getByRole("button", { name: "Send" }).tap();
  await expect(chat.badge("Created task: Buy bread")).toBeVisible();
  await chat.finished(chat.answers.first());
  await chat.mine.last().getByRole("button", { name: "Earlier version" }).tap();
  await expect(chat.badge("Created task: Buy milk")).toBeVisible();
});

test("a conversation is shared and the link taken back by touch", async ({ account: _, chat, page }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Buy milk'");
  await page.getByRole("button", { name: "This conversation" }).tap();
  await page.getByRole("button", { name: "Share…" }).tap();
  const dialog = page.getByRole("dialog", { name: "Share this conversation" });
  await dialog.getByRole("button", { name: "Make a link" }).tap();
  const field = dialog.getByRole("textbox", { name: "Link" });
  await expect(field).toHaveValue(/\/share\/[\w-]{43}$/);
  const link = new URL(await field.inputValue()).pathname;
  const box = (await dialog.boundingBox())!;
  expect(box.x).toBeGreaterThanOrEqual(0);
  expect(box.x + box.width).toBeLessThanOrEqual(page.viewportSize()!.width);
  await dialog.getByRole("button", { name: "Take the link back" }).tap();
  await expect(dialog.getByRole("button", { name: "Make a link" })).toBeVisible();
  expect((await page.request.get(link)).status()).toBe(404);
});
