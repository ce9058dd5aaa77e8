// The box: its limits, its keys, and more than one message at a time. And taking things back.
import { expect, modelTest, test } from "../fixtures.ts";

test("10,001 characters are refused and kept", async ({ account: _, chat, page }) => {
  await chat.open();
  const text = "ä".repeat(10_001);
  await chat.box.fill(text);
  await expect(page.getByText("10001 / 10000")).toBeVisible();
  await chat.box.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "at most 10000 characters" })).toBeVisible();
  await expect(chat.box).toHaveValue(text);
  await expect(chat.mine).toHaveCount(0);
  // One less is a message.
  await chat.box.fill(text.slice(1));
  await expect(page.getByRole("alert").filter({ hasText: "at most" })).toHaveCount(0);
  await chat.box.press("Enter");
  await expect(chat.mine).toHaveCount(1);
  await chat.finished(chat.answers.first());
});

test("Shift+Enter makes a line, Enter sends, nothing sends nothing", async ({ account: _, chat }) => {
  await chat.open();
  await chat.box.press("Enter");
  await chat.box.fill("   ");
  await chat.box.press("Enter");
  await expect(chat.mine).toHaveCount(0);
  await chat.box.fill("");
  await chat.box.pressSequentially("Show");
  await chat.box.press("Shift+Enter");
  await chat.box.pressSequentially("my tasks");
  await expect(chat.box).toHaveValue("Show\nmy tasks");
  await expect(chat.mine).toHaveCount(0);
  await chat.box.press("Enter");
  await expect(chat.mine).toHaveCount(1);
  await expect(chat.mine.locator("p")).toHaveText("Show\nmy tasks", { useInnerText: true });
  await chat.finished(chat.answers.first());
});

modelTest("a second message waits for the first answer, and is then answered", async ({
  account: _,
  chat,
  model,
  page,
}) => {
  await model.says("The first answer is here.", { hold: true });
  await model.says("The second answer is here.");
  await chat.open();
  await chat.ask("First question");
  await model.held();
  await chat.ask("Second question");
  await expect(chat.mine).toHaveText([/First question/, /Second question/]);
  await expect(chat.answers).toHaveCount(2);
  await expect(chat.answers.last()).toContainText("Waiting for the answer above");
  // The same for whoever comes to the page now.
  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveText([/First question/, /Second question/]);
  await expect(chat.answers.last()).toContainText("Waiting for the answer above");
  await model.release();
  await expect(chat.answers.first()).toContainText("The first answer is here.");
  await expect(chat.answers.last()).toContainText("The second answer is here.");
  await chat.finished(chat.answers.last());
  const asked = (await model.requests()).at(-1)!.body.messages.map((message) => message.content);
  expect(asked).toContain("The first answer is here.");
});

modelTest("messages sent faster than the server answers keep their order", async ({ account: _, chat }) => {
  await chat.open();
  const texts = ["[plain] One", "[plain] Two", "[plain] Three"];
  for (const text of texts) await chat.ask(text);
  await expect(chat.mine).toHaveText([/One/, /Two/, /Three/]);
  await expect(chat.answers).toHaveCount(3);
  await expect(chat.answers).toContainText(Array(3).fill("Hello from the fake model."));
  await chat.finished(chat.answers.last());
});

test("Undo takes a task back", async ({ account: _, chat, page, tasks }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await expect(chat.rail.getByText("Review Q4 report")).toBeVisible();
  await chat.messages.getByRole("button", { name: "Undo: Created task: Review Q4 report" }).click();
  await expect(chat.undone).toBeVisible();
  await expect(chat.rail.getByText("Review Q4 report")).toHaveCount(0);
  await expect(chat.messages.getByRole("button", { name: /^Undo/ })).toHaveCount(0);
  await page.reload();
  await expect(chat.undone).toBeVisible();
  await tasks.open();
  await expect(tasks.tick("Review Q4 report")).toHaveCount(0);
  await expect(page.getByText("Nothing on your list.")).toBeVisible();
});

test("Undo brings a deleted task back", async ({ account: _, chat, tasks }) => {
  await chat.open();
  await chat.exchange("Create a task called 'Review Q4 report'");
  await chat.exchange("Delete Review Q4 report");
  await chat.allow("delete: Review Q4 report").click();
  await expect(chat.rail.getByText("Review Q4 report")).toHaveCount(0);
  await chat.messages.getByRole("button", { name: /^Undo: Deleted/ }).click();
  await expect(chat.rail.getByText("Review Q4 report")).toBeVisible();
  await tasks.open();
  await expect(tasks.task("Review Q4 report")).toBeVisible();
});

test("the task list beside the conversation changes as the assistant works", async ({ account: _, chat }) => {
  await chat.open();
  await chat.exchange("Add buy milk and call the bank");
  await expect(chat.rail.getByText(/buy milk/i)).toBeVisible();
  await expect(chat.rail.getByText(/call the bank/i)).toBeVisible();
  await chat.exchange("Complete buy milk");
  await expect(chat.rail.getByText("1 of 2 done")).toBeVisible();
});

test("the theme switches and stays", async ({ account: _, chat, page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await chat.open();
  const background = () => page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor);
  const dark = await background();
  await page.getByRole("button", { name: "Light theme" }).click();
  await expect.poll(background).not.toBe(dark);
  const light = await background();
  await expect
    .poll(async () => (await page.context().cookies()).find((cookie) => cookie.name.endsWith("theme"))?.value)
    .toBe("light");
  await page.reload();
  expect(await background()).toBe(light);
});
