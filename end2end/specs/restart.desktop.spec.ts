// A server that is stopped, or killed in the middle of an answer, forgets nothing.
import { rm } from "node:fs/promises";
import { expect, signUp, test as base } from "../fixtures.ts";
import { Model } from "../model.mjs";
import { freePort, makeFolder, startServerIn, type Server } from "../server.mjs";

interface Mortal {
  server: Server;
  /** Ends the server with a signal and starts it anew in the same folder. */
  restart: (signal: NodeJS.Signals) => Promise<void>;
  model: Model;
}

// A server and a model of the test's own.
const test = base.extend<{ mortal: Mortal }>({
  mortal: async ({}, use) => {
    const folder = await makeFolder();
    const model = await new Model(await freePort()).start();
    const settings = { OPENAI_BASE_URL: model.baseUrl, OPENAI_API_KEY: "x", OPENAI_MODEL: "auto" };
    const port = await freePort();
    const start = () => startServerIn(folder, port, settings);
    const mortal: Mortal = {
      server: await start(),
      model,
      restart: async (signal) => {
        await mortal.server.end(signal);
        mortal.server = await start();
      },
    };
    await use(mortal);
    await mortal.server.stop();
    await model.stop();
    await rm(folder, { recursive: true, force: true });
  },
  baseURL: async ({ mortal }, use) => use(mortal.server.url),
});

test.setTimeout(180_000);

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`after ${signal} every message, tool call and task is there`, async ({
    baseURL,
    chat,
    context,
    mortal,
    page,
    problems,
    tasks,
  }) => {
    // The open page notices that the server is away.
    problems.allow(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|status of 503|status 503/);
    await signUp(context, baseURL!);
    await chat.open();
    await chat.exchange("Create a task called 'Review Q4 report'");
    await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);
    const html = await chat.htmlOf(chat.answers.first());

    await mortal.restart(signal);

    await page.reload();
    await chat.awake();
    await expect(chat.mine).toHaveText([/Create a task called 'Review Q4 report'/]);
    expect(await chat.htmlOf(chat.answers.first())).toEqual(html);
    await expect(chat.badge("Created task: Review Q4 report")).toBeVisible();
    await chat.exchange("Hello again");
    await tasks.open();
    await expect(tasks.tick("Review Q4 report")).toBeVisible();
  });
}

test("killed in the middle of an answer, what was written is kept and the answer comes to an end", async ({
  baseURL,
  chat,
  context,
  mortal,
  page,
  problems,
}) => {
  problems.allow(/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|status of 503|status 503/);
  await signUp(context, baseURL!);
  await mortal.model.script([
    { text: "The first half is written.\n\n" },
    // Longer than the server waits until it writes text down.
    { pause: 1500 },
    { text: "And " },
    "hold",
    { text: "more." },
    { finish: "stop" },
    "done",
  ]);
  await chat.open();
  await chat.ask("Tell me");
  await mortal.model.held();
  await expect(chat.answers.first()).toContainText("And");
  await page.waitForURL(/\/dashboard\/chat\/[0-9a-f-]{36}$/);

  await mortal.model.says("The rest, told anew.");
  await mortal.restart("SIGKILL");

  await page.reload();
  await chat.awake();
  await expect(chat.mine).toHaveText([/Tell me/]);
  await expect(chat.answers).toHaveCount(1);
  // Taken up again by the server, or ended with a sentence and a way on: not running for ever.
  await expect(chat.answers.first()).not.toHaveAttribute("aria-busy", "true", { timeout: 90_000 });
  await expect(chat.answers.first()).toContainText(/The first half is written\.|The rest, told anew\./);
});
