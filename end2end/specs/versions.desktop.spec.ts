// Versions of messages: editing, asking again, going back; copying and feedback.
import { expect, modelTest as test } from "../fixtures.ts";
import { ChatPage } from "../pages/chat-page.ts";
import { clean } from "../axe.ts";

function action(chat: ChatPage, place: "mine" | "answers", name: string) {
  return chat[place].last().getByRole("button", { name, exact: true });
}

test("a sent message is edited, and what followed can be paged back to", async ({
  account: _,
  chat,
  makeAxeBuilder,
  model,
  page,
}) => {
  await chat.open();
  await model.says("First answer.");
  await chat.exchange("First question");
  await model.says("Second answer.");
  await chat.exchange("Second question");

  await test.step("Edit opens the text in its place, and Cancel closes it", async () => {
    await chat.mine.last().hover();
    await action(chat, "mine", "Edit message").click();
    const editor = chat.messages.getByRole("textbox", { name: "Edit message" });
    await expect(editor).toBeFocused();
    await expect(editor).toHaveValue("Second question");
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(editor).toHaveCount(0);
    await expect(action(chat, "mine", "Edit message")).toBeFocused();
  });

  await test.step("so do ↑ in an empty box, and Escape, which leads back to the box", async () => {
    await chat.box.focus();
    await page.keyboard.press("ArrowUp");
    await expect(chat.messages.getByRole("textbox", { name: "Edit message" })).toBeFocused();
    await clean(makeAxeBuilder(), page, "a message being edited");
    await page.keyboard.press("Escape");
    await expect(chat.box).toBeFocused();
  });

  const second = new ChatPage(await page.context().newPage());
  await second.open(new URL(page.url()).pathname);
  await expect(second.answers).toHaveCount(2);
  await page.bringToFront();

  await test.step("the first message is edited", async () => {
    await model.says("Another answer.");
    await chat.mine.first().hover();
    await chat.mine.first().getByRole("button", { name: "Edit message" }).click();
    await chat.messages.getByRole("textbox", { name: "Edit message" }).fill("Another question");
    await page.keyboard.press("Enter");
    await expect(chat.answers).toHaveCount(1);
    await expect(chat.answers.first()).toContainText("Another answer.");
    await chat.finished(chat.answers.first());
    await expect(chat.mine.first()).toContainText("2 / 2");
  });

  await test.step("and paged back", async () => {
    await chat.awake();
    await chat.mine.first().getByRole("button", { name: "Earlier version" }).click();
    await expect(chat.mine).toHaveText([/First question.*1 \/ 2/s, /Second question/]);
    await expect(chat.answers).toHaveText([/First answer/, /Second answer/]);
    // The other tab goes along.
    await expect(second.answers).toHaveText([/First answer/, /Second answer/]);
    await chat.mine.first().getByRole("button", { name: "Later version" }).click();
    await expect(chat.answers).toHaveText([/Another answer/]);
    await expect(second.answers).toHaveText([/Another answer/]);
  });
});

test("an answer is asked for again", async ({ account: _, chat, model }) => {
  await chat.open();
  await model.says("Once.");
  const answer = await chat.exchange("Question");
  await model.says("Twice.");
  await answer.hover();
  await action(chat, "answers", "Answer again").click();
  await expect(chat.answers).toHaveText([/Twice\./]);
  await chat.finished(chat.answers.first());
  await expect(chat.answers.first()).toContainText("2 / 2");
  await action(chat, "answers", "Earlier version").click();
  await expect(chat.answers).toHaveText([/Once\./]);
});

test("a message is copied as it was written", async ({ account: _, chat, context, model, page }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await chat.open();
  await model.says("**Bold** and `code`.");
  const answer = await chat.exchange("A *question*");
  await answer.hover();
  await action(chat, "answers", "Copy answer").click();
  await expect(page.getByText("Copied", { exact: true })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("**Bold** and `code`.");
  await chat.mine.last().hover();
  await action(chat, "mine", "Copy message").click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("A *question*");
});

test("feedback stays and can be taken back", async ({ account: _, chat, model, page }) => {
  await chat.open();
  await model.says("An answer.");
  const answer = await chat.exchange("Question");
  const good = action(chat, "answers", "Good answer");
  const bad = action(chat, "answers", "Bad answer");
  await answer.hover();
  await good.click();
  await expect(good).toHaveAttribute("aria-pressed", "true");
  await expect(good).toBeFocused();
  await bad.click();
  await expect(bad).toHaveAttribute("aria-pressed", "true");
  await expect(good).toHaveAttribute("aria-pressed", "false");
  await page.reload();
  await chat.awake();
  await expect(bad).toHaveAttribute("aria-pressed", "true");
  await bad.click();
  await expect(bad).toHaveAttribute("aria-pressed", "false");
});

test("an edit that is too long keeps what was typed", async ({ account: _, chat, model }) => {
  await chat.open();
  await model.says("An answer.");
  await chat.exchange("Question");
  await chat.mine.last().hover();
  await action(chat, "mine", "Edit message").click();
  const editor = chat.messages.getByRole("textbox", { name: "Edit message" });
  const text = "word ".repeat(2001).trim();
  await editor.fill(text);
  await chat.mine.last().getByRole("button", { name: "Send" }).click();
  await expect(chat.mine.last().getByRole("alert")).toContainText(/10,?000/);
  await expect(editor).toHaveValue(text);
  await expect(chat.answers).toHaveText([/An answer/]);
});
