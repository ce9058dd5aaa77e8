// What happens in and around the box besides sending: drafts, commands, keys.
import { expect, modelTest, signUp, test } from "../fixtures.ts";

test("what was typed survives a reload, and belongs to its conversation", async ({ account: _, chat, page }) => {
  await chat.open();
  await chat.box.pressSequentially("Not yet sent");
  await page.reload();
  await chat.awake();
  await expect(chat.box).toHaveValue("Not yet sent");
  await chat.box.fill("");
  await chat.exchange("Show my tasks");
  await chat.box.pressSequentially("For this one");
  await chat.open("/dashboard/chat");
  await expect(chat.box).toHaveValue("");
  await chat.conversation(/Show my tasks/).click();
  await chat.awake();
  await expect(chat.box).toHaveValue("For this one");
  // Sent is sent.
  await chat.box.press("Enter");
  await expect(chat.mine).toHaveCount(2);
  await chat.finished(chat.answers.last());
  await page.reload();
  await chat.awake();
  await expect(chat.box).toHaveValue("");
});

test("a draft survives signing out, and nobody else sees it", async ({
  account,
  chat,
  accountPage,
  page,
  context,
  baseURL,
}) => {
  await chat.open();
  await chat.box.pressSequentially("Only mine");
  await chat.signOut();
  await signUp(context, baseURL!);
  await chat.open();
  await expect(chat.box).toHaveValue("");
  await chat.signOut();
  await accountPage.signInAs(account);
  await page.waitForURL("**/dashboard/chat");
  await chat.awake();
  await expect(chat.box).toHaveValue("Only mine");
});

test("a message that could not be sent is kept through a reload and sent once", async ({
  account: _,
  chat,
  page,
  problems,
}) => {
  problems.allow(/ERR_FAILED/);
  await chat.open();
  await page.route("**/api/fn/send_message", (route) => route.abort());
  await chat.ask("Create a task called 'Review Q4 report'");
  await expect(chat.messages.getByText("Not sent.")).toBeVisible();
  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveText([/Review Q4 report/]);
  await page.unrouteAll();
  await chat.messages.getByRole("button", { name: "Try again" }).click();
  await chat.finished(chat.answers.last());
  await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveCount(1);
  await expect(chat.messages.getByText("Not sent.")).toHaveCount(0);
});

test("a message whose answer alone was lost is not shown twice, nor as one that was not sent", async ({
  account: _,
  chat,
  page,
  problems,
}) => {
  problems.allow(/ERR_FAILED/);
  await chat.open();
  await chat.exchange("Show my tasks");
  await page.route("**/api/fn/send_message", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await chat.ask("Create a task called 'Review Q4 report'");
  await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
  await expect(chat.mine).toHaveCount(2);
  await expect(chat.messages.getByText("Not sent.")).toHaveCount(0);
  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveCount(2);
  // Also when nothing told the page before it was left.
  await page.route("**/api/fn/entries_since", (route) => route.abort());
  await chat.ask("Add buy milk");
  await expect(chat.rail.getByText("Buy milk")).toBeVisible();
  await page.unrouteAll();
  const asked = page.waitForResponse("**/api/fn/sent_keys");
  await page.reload();
  await asked;
  await expect(chat.mine).toHaveCount(3);
  await expect(chat.messages.getByText("Not sent.")).toHaveCount(0);
});

test("a refused command stays in the box with its words", async ({ account: _, chat, page }) => {
  await chat.open();
  await chat.ask("/theme Blue");
  await expect(page.getByRole("alert").filter({ hasText: "/theme needs" })).toBeVisible();
  await expect(chat.box).toHaveValue("/theme Blue");
  await chat.ask("/rename Quarterly");
  await expect(page.getByRole("alert").filter({ hasText: "no conversation yet" })).toBeVisible();
  await expect(chat.box).toHaveValue("/rename Quarterly");
});

test("a slash offers commands: arrows, Enter, Escape", async ({ account: _, chat, page }) => {
  await chat.open();
  const menu = page.getByRole("listbox", { name: "Commands" });
  await expect(menu).toBeHidden();
  await chat.box.pressSequentially("/t");
  await expect(menu.getByRole("option")).toHaveText([/\/tasks/, /\/theme/]);
  await expect(menu.getByRole("option", { selected: true })).toHaveText(/\/tasks/);
  await chat.box.press("ArrowDown");
  await expect(menu.getByRole("option", { selected: true })).toHaveText(/\/theme/);
  await expect(chat.box).toHaveAttribute("aria-activedescendant", "command-theme");
  await chat.box.press("Escape");
  await expect(menu).toBeHidden();
  await expect(chat.box).toHaveValue("/t");
  // One that wants words is written out and waits for them.
  await chat.box.pressSequentially("h");
  await chat.box.press("Tab");
  await expect(chat.box).toHaveValue("/theme ");
  await chat.box.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "/theme needs dark, light or system" })).toBeVisible();
  await chat.box.fill("/theme light");
  await chat.box.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(chat.box).toHaveValue("");
  await chat.box.pressSequentially("/ta");
  await chat.box.press("Enter");
  await page.waitForURL("**/dashboard/tasks");
});

test("what only begins like a command is a message", async ({ account: _, chat }) => {
  await chat.open();
  await chat.ask("/etc/hosts is what I have to look at");
  await expect(chat.mine).toHaveText([/\/etc\/hosts/]);
  await chat.finished(chat.answers.last());
});

test("all keys are on a sheet that opens with ? and gives the focus back", async ({
  account: _,
  chat,
  page,
  makeAxeBuilder,
}) => {
  await chat.open();
  const sheet = page.getByRole("dialog", { name: "Keys and commands" });
  await chat.box.fill("?");
  await expect(sheet).toBeHidden();
  await chat.box.fill("");
  const button = page.getByRole("button", { name: "All keys" });
  await button.focus();
  await page.keyboard.press("?");
  await expect(sheet).toBeVisible();
  expect((await makeAxeBuilder().include("#shortcuts").analyze()).violations).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(button).toBeFocused();
  await button.click();
  await expect(sheet).toBeVisible();
  await sheet.getByRole("button", { name: "Close" }).click();
  await expect(sheet).toBeHidden();
  await chat.ask("/help");
  await expect(sheet).toBeVisible();
});

modelTest("Escape stops the answer and keeps what was written", async ({ account: _, chat, model }) => {
  await model.says("Half of this was written and the rest never came.", { hold: true });
  await chat.open();
  await chat.ask("Hello");
  await model.held();
  await expect(chat.answers.last()).toContainText("Half of this");
  await chat.box.press("Escape");
  await chat.finished(chat.answers.last());
  await expect(chat.answers.last()).toContainText("Stopped");
  await expect(chat.answers.last()).toContainText("Half of this");
  await model.release();
});

test("while an input method composes, Enter and arrows are its own", async ({ account: _, chat, page }) => {
  await chat.open();
  const cdp = await page.context().newCDPSession(page);
  await chat.box.focus();
  await cdp.send("Input.imeSetComposition", { text: "にほん", selectionStart: 3, selectionEnd: 3 });
  await chat.box.dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await expect(chat.mine).toHaveCount(0);
  await cdp.send("Input.insertText", { text: "日本" });
  await expect(chat.box).toHaveValue("日本");
  await chat.box.press("Enter");
  await expect(chat.mine).toHaveText([/日本/]);
  await chat.finished(chat.answers.last());
});

test("T093: a long text is pasted whole, counted, and refused without loss", async ({ account: _, chat, page }) => {
  await chat.open();
  const text = "Line of a long paste.\n".repeat(500);
  await chat.box.focus();
  await page.evaluate((text) => document.execCommand("insertText", false, text), text);
  await expect(chat.box).toHaveValue(text);
  await expect(page.getByText(`${text.trim().length} / 10000`)).toBeVisible();
  await chat.box.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "at most 10000 characters" })).toBeVisible();
  await expect(chat.box).toHaveValue(text);
  // The box grows with the text, to its limit, and the page does not.
  const { height } = (await chat.box.boundingBox())!;
  expect(height).toBeGreaterThan(200);
  expect(height).toBeLessThan(450);
});

modelTest("a screen reader hears sentences of a long answer, not words", async ({ account: _, chat, model, page }) => {
  const sentences = ["The first sentence stands.", "The second one as well.", "And the third."];
  await model.script([
    { text: `${sentences[0]} ` },
    "hold",
    { text: `${sentences[1]} ` },
    "hold",
    { text: sentences[2]! },
    { finish: "stop" },
    "done",
  ]);
  await chat.open();
  const said = await page.evaluateHandle(() => {
    const region = [...document.querySelectorAll("#thread [aria-live=polite]")].at(-1)!;
    const heard: string[] = [];
    new MutationObserver(() => heard.push(region.textContent ?? "")).observe(region, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    return heard;
  });
  await page.clock.install();
  await chat.ask("Tell me");
  await model.held();
  await expect(chat.answers.last()).toContainText(sentences[0]!);
  await page.clock.runFor(3_100);
  await model.release();
  await model.held();
  await expect(chat.answers.last()).toContainText(sentences[1]!);
  await model.release();
  await expect(chat.answers.last()).toContainText(sentences[2]!);
  await page.clock.runFor(1_000);
  await chat.finished(chat.answers.last());
  const heard = (await said.jsonValue()).map((text) => text.trim()).filter((text) => text !== "");
  expect(heard).toEqual([sentences[0], expect.stringContaining(sentences[2]!)]);
  expect(heard.join(" ").replaceAll(/\s+/g, " ")).toBe(sentences.join(" "));
});
