// An answer belongs to the server: pages come and go while it is written.
import { ChatPage } from "../pages/chat-page.ts";
import { expect, modelTest as test } from "../fixtures.ts";

const PLAN = `Here is a **plan** for the week:

1. Review the report
2. Call the bank
   - ask about fees

\`\`\`rust
fn main() {
    println!("Hello");
}
\`\`\`

| Day | Task |
| --- | --- |
| Monday | Report |

Small *steps* get there.`;

test("a reload in the middle of an answer shows what was written and goes on to the same end", async ({
  account: _,
  chat,
  model,
  page,
}) => {
  await model.says(PLAN, { hold: true });
  await chat.open();
  await chat.ask("Plan my week");
  await model.held();
  await expect(chat.answers.first()).toContainText("Call the bank");
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);

  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveText(/Plan my week/);
  await expect(chat.answers).toHaveCount(1);
  await expect(chat.answers.first()).toContainText("Call the bank");
  await expect(chat.answers.first()).not.toContainText("get there");
  await expect(chat.stop).toBeVisible();

  await model.release();
  await expect(chat.answers.first()).toContainText("Small steps get there.");
  await chat.finished(chat.answers.first());
  const streamed = await chat.htmlOf(chat.answers.first());

  await page.reload();
  await expect(chat.answers).toHaveCount(1);
  expect(await chat.htmlOf(chat.answers.first())).toEqual(streamed);
});

test("what is streamed without a reload is the same HTML as after one", async ({ account: _, chat, page }) => {
  await chat.open();
  const answer = await chat.exchange("[markdown] Show me everything");
  await expect(answer.getByRole("heading", { name: "Your week" })).toBeVisible();
  await expect(answer.getByRole("table")).toBeVisible();
  const streamed = await chat.htmlOf(answer);
  expect(streamed.length).toBeGreaterThan(3);
  await page.reload();
  await expect(chat.answers).toHaveCount(1);
  expect(await chat.htmlOf(chat.answers.first())).toEqual(streamed);
});

test("two tabs show the same answer as it is written", async ({ account: _, chat, context, model, page }) => {
  await model.says(PLAN, { hold: true });
  await chat.open();
  await chat.ask("Plan my week");
  await model.held();
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);

  const other = new ChatPage(await context.newPage());
  await other.open(page.url());
  for (const tab of [chat, other]) {
    await expect(tab.answers.first()).toContainText("Call the bank");
    await expect(tab.answers.first()).toHaveAttribute("aria-busy", "true");
  }
  await model.release();
  for (const tab of [chat, other]) await tab.finished(tab.answers.first());
  const html = await chat.htmlOf(chat.answers.first());
  expect(html.join("")).toContain("steps");
  expect(await other.htmlOf(other.answers.first())).toEqual(html);
});

test("stopping keeps what was written", async ({ account: _, chat, model, page }) => {
  await model.says(PLAN, { hold: true });
  await chat.open();
  await chat.ask("Plan my week");
  await model.held();
  await expect(chat.answers.first()).toContainText("Call the bank");
  await chat.stop.click();
  await chat.finished(chat.answers.first());
  await expect(chat.answers.first()).toContainText("Stopped");
  await expect(chat.send).toBeVisible();
  for (const _reload of [0, 1]) {
    await expect(chat.answers.first()).toContainText("Call the bank");
    await expect(chat.answers.first()).not.toContainText("get there");
    await page.reload();
  }
  await expect(chat.answers.first()).toContainText("Stopped");
});
