// What stands on the page while the model works: needs a model that can be held.
import { expect, modelTest as test } from "../fixtures.ts";

test("T035, T037: the own message stands at once, then Thinking…, then what is being used", async ({
  account: _,
  chat,
  model,
}) => {
  // Held before the first word.
  await model.script(["hold", { text: "Here it comes." }, { finish: "stop" }, "done"]);
  await chat.open();
  await chat.ask("Hello");
  await expect(chat.mine).toHaveText(/Hello/);
  await expect(chat.box).toHaveValue("");
  await model.held();
  await expect(chat.thinking).toBeVisible();
  await expect(chat.stop).toBeVisible();
  // A long wait is counted.
  await expect(chat.messages.locator(".thinking")).toContainText(/[3-9] s/, { timeout: 15_000 });
  await model.release();
  await expect(chat.answers.first()).toContainText("Here it comes.");
  await expect(chat.thinking).toHaveCount(0);
  await expect(chat.stop).toBeHidden();
});

test("a tool call is a badge with its arguments and result, and the answer goes on below it", async ({
  account: _,
  chat,
  page,
}) => {
  await chat.open();
  const answer = await chat.exchange("Create a task called 'Review Q4 report'");
  await expect(answer).toContainText("I'll add “Review Q4 report” to your list.");
  const badge = chat.badge("Created task: Review Q4 report");
  await badge.getByText("Created task").click();
  await expect(badge.getByRole("definition").first()).toHaveText("Review Q4 report");
  await expect(answer.getByText("Done!")).toBeVisible();
  // Markdown of the answer's end: rendered.
  await expect(answer.getByRole("listitem")).toHaveCount(2);
  await expect(chat.rail.getByText("Review Q4 report")).toBeVisible();
  await page.reload();
  await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
});

test("the model is told what went before", async ({ account: _, chat, model }) => {
  await chat.open();
  await chat.exchange("My dog is called Rex");
  await chat.exchange("What is it called?");
  const asked = (await model.requests()).at(-1)!.body.messages.map((message) => message.content);
  expect(asked.some((content) => content?.includes("My dog is called Rex"))).toBe(true);
  expect(asked.at(-1)).toContain("What is it called?");
});
