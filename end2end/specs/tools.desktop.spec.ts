// Tool calls as people see them: in order, each with its state in words, and open to what was asked and what came of it.
import { type Step } from "../model.mjs";
import { expect, modelTest as test } from "../fixtures.ts";

function call(index: number, name: string, given: object | string): Step {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  const id = `call_${index}_${Math.random().toString(36).slice(2)}`;
  return { tool_call: { index, id, type: "function", function: { name, arguments: text } } };
}

const calls = (...steps: Step[]): Step[] => [...steps, { finish: "tool_calls" }, "done"];
const says = (text: string): Step[] => [{ text }, { finish: "stop" }, "done"];

test("T080 T081: a tool call shows while it happens and opens to its task", async ({ account: _, chat, model }) => {
  await model.script(
    calls({ text: "On it.\n" }, call(0, "add_task", { title: "Review <b>Q4</b>", priority: "high" })),
    says("It is on your list."),
  );
  await chat.open();
  const answer = await chat.exchange("Add the review");
  const badge = answer.locator(".tool");
  await expect(badge).toHaveCount(1);
  await expect(badge.locator("summary").first()).toContainText("Created task: Review <b>Q4</b>");
  await badge.locator("summary").first().click();
  await expect(badge.locator(".given")).toContainText("Title");
  await expect(badge.locator(".card")).toContainText("Open · High priority");
  const json = badge.getByLabel("JSON");
  await expect(json).toBeHidden();
  await badge.getByText("JSON", { exact: true }).click();
  await expect(json).toContainText('"priority": "high"');
  await expect(badge.locator("b")).toHaveCount(0);
});

test("T082: an error is one plain sentence, and its details stay in the details", async ({ account: _, chat, model }) => {
  await model.script(
    calls(
      call(0, "complete_task", { task_id: "milk" }),
      call(1, "add_task", { title: "x".repeat(201) }),
      call(2, "launch_rocket", {}),
      call(3, "add_task", '{"title": "Brok'),
    ),
    says("None of that worked."),
  );
  await chat.open();
  const answer = await chat.exchange("Try it");
  const badges = answer.locator('.tool[data-status="error"]');
  await expect(badges.locator("details > summary .what")).toHaveText([
    "Couldn't find that task",
    "The title was too long (201 of 200 characters)",
    "There is no tool called launch_rocket",
    "The request to the tool could not be read",
  ]);
  await expect(badges.locator(".chip")).toHaveText(["Failed", "Failed", "Failed", "Failed"]);
  await badges.first().locator("summary").first().click();
  await expect(badges.first().locator(".told")).toContainText("must be an id as list_tasks gives it");
});

test("T083: several calls all stay, in order between the paragraphs", async ({ account: _, chat, model, page }) => {
  await model.script(
    calls({ text: "First.\n" }, call(0, "add_task", { title: "One" }), call(1, "add_task", { title: "Two" })),
    calls({ text: "Then.\n" }, call(0, "list_tasks", {})),
    says("Last."),
  );
  await chat.open();
  await chat.exchange("Two tasks, please");
  for (const _visit of ["as streamed", "as rendered on the server"]) {
    const parts = chat.answers.first().locator(".parts > *");
    await expect(parts).toHaveText([/^First\./, /Created task: One/, /Created task: Two/, /^Then\./, /Found 2 tasks/, /^Last\./]);
    const list = parts.nth(4);
    await list.locator("summary").first().click();
    await expect(list.getByRole("listitem")).toHaveCount(2);
    await page.reload();
  }
});
