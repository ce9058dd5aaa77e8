// A model that is away, refuses, or breaks off: a sentence, and a way on.
import { expect, modelTest as test } from "../fixtures.ts";
import type { ChatPage } from "../pages/chat-page.ts";

async function retry(chat: ChatPage) {
  await chat.answers.last().getByRole("button", { name: "Retry" }).click();
}

test("the model is away: said in a sentence, and Retry works when it is back", async ({ account: _, chat, model }) => {
  await model.stop();
  await chat.open();
  await chat.ask("Hello");
  await expect(chat.answers.first().getByRole("alert")).toContainText("The model server can't be reached.", {
    timeout: 30_000,
  });
  await expect(chat.mine).toHaveText(/Hello/);
  await model.start();
  await model.says("Back again.");
  await retry(chat);
  await expect(chat.answers.last()).toContainText("Back again.");
  await chat.finished(chat.answers.last());
});

test("the same after a reload", async ({ account: _, chat, model, page }) => {
  await model.stop();
  await chat.open();
  await chat.ask("Hello");
  await expect(chat.answers.first().getByRole("alert")).toBeVisible({ timeout: 30_000 });
  await page.reload();
  await chat.awake();
  await expect(chat.answers.first().getByRole("alert")).toContainText("The model server can't be reached.");
  await model.start();
  await model.says("Back again.");
  await retry(chat);
  await expect(chat.answers.last()).toContainText("Back again.");
  await chat.finished(chat.answers.last());
  await page.reload();
  await expect(chat.answers.last()).toContainText("Back again.");
  await expect(chat.messages.getByRole("button", { name: "Retry" })).toHaveCount(0);
});

test("the key is wrong: the sentence says which setting to look at", async ({ account: _, chat }) => {
  await chat.open();
  await chat.ask("[unauthorized] Hello");
  await expect(chat.answers.first().getByRole("alert")).toContainText("OPENAI_API_KEY");
  await expect(chat.answers.first().getByRole("button", { name: "Retry" })).toBeVisible();
});

test("the stream is cut: what was written stays, and Retry asks again", async ({ account: _, chat, model, page }) => {
  await model.script([{ text: "Half of a sentence that " }, "cut"]);
  await chat.open();
  await chat.ask("Hello");
  await expect(chat.answers.first().getByRole("alert")).toContainText("broke off");
  await expect(chat.answers.first()).toContainText("Half of a sentence that");
  await page.reload();
  await chat.awake();
  await expect(chat.answers.first()).toContainText("Half of a sentence that");
  await model.says("A whole sentence.");
  await retry(chat);
  await expect(chat.answers.last()).toContainText("A whole sentence.");
  await chat.finished(chat.answers.last());
});

test("a busy model is asked again without the reader's help", async ({ account: _, chat }) => {
  await chat.open();
  const answer = await chat.exchange("[429-once] Hello");
  await expect(answer).not.toContainText("busy");
  await expect(answer.getByRole("alert")).toHaveCount(0);
  await expect(answer).toContainText("Hello from the fake model.");
});

test("the server is away: the message says that it was not sent, and can be sent again", async ({
  account: _,
  chat,
  context,
  model,
  problems,
}) => {
  problems.allow(/ERR_INTERNET_DISCONNECTED/);
  await model.says("Here I am.");
  await chat.open();
  await context.setOffline(true);
  await chat.ask("Are you there?");
  await expect(chat.mine.getByRole("alert")).toContainText("Not sent.");
  await context.setOffline(false);
  await chat.mine.getByRole("button", { name: "Try again" }).click();
  await expect(chat.answers.first()).toContainText("Here I am.");
  await expect(chat.mine).toHaveCount(1);
  await chat.finished(chat.answers.first());
});
