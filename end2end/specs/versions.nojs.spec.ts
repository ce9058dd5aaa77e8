// The same without JavaScript: each action is a form.
import { expect, test } from "../fixtures.ts";
import type { ChatPage } from "../pages/chat-page.ts";

async function answered(chat: ChatPage, count: number) {
  await expect(chat.answers).toHaveCount(count, { timeout: 20_000 });
  await expect(chat.answers.last()).not.toHaveAttribute("data-live", { timeout: 20_000 });
}

test("edits, asks again, pages through versions and gives feedback", async ({ account: _, chat, page }) => {
  await page.goto("/dashboard/chat");
  await chat.box.fill("Add buy milk");
  await chat.send.click();
  await answered(chat, 1);
  await expect(chat.badge("Created task: Buy milk")).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy message" })).toHaveCount(0);

  await test.step("edits", async () => {
    await chat.mine.first().hover();
    await chat.mine.first().getByRole("button", { name: "Edit message" }).click();
    const editor = chat.messages.getByRole("textbox", { name: "Edit message" });
    await expect(editor).toHaveValue("Add buy milk");
    await editor.fill("Add buy bread");
    await chat.mine.first().getByRole("button", { name: "Send" }).click();
    await answered(chat, 1);
    await expect(chat.badge("Created task: Buy bread")).toBeVisible();
    await expect(chat.mine.first()).toContainText("2 / 2");
  });

  await test.step("pages back", async () => {
    await chat.mine.first().getByRole("button", { name: "Earlier version" }).click();
    await expect(chat.badge("Created task: Buy milk")).toBeVisible();
    await expect(chat.mine.first()).toContainText("1 / 2");
  });

  await test.step("asks again", async () => {
    await chat.answers.first().hover();
    await chat.answers.first().getByRole("button", { name: "Answer again" }).click();
    await answered(chat, 1);
    await expect(chat.answers.first()).toContainText("2 / 2");
  });

  await test.step("gives feedback", async () => {
    await chat.answers.first().hover();
    await chat.answers.first().getByRole("button", { name: "Good answer" }).click();
    await expect(chat.answers.first().getByRole("button", { name: "Good answer" })).toHaveAttribute("aria-pressed", "true");
  });
});
