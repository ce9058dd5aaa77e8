// What every spec starts from: a test that fails on anything the browser complains about, a fresh account, page objects,
// and where wanted a server with a model that the test commands.
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type BrowserContext, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { Model } from "./model.mjs";
import { AccountPage } from "./pages/account-page.ts";
import { ChatPage } from "./pages/chat-page.ts";
import { TasksPage } from "./pages/tasks-page.ts";
import { freePort, startServer } from "./server.mjs";

export { expect };

export interface Account {
  name: string;
  email: string;
  password: string;
}

/** What the browser complained about; a test may expect some of it. */
export class Problems {
  readonly found: string[] = [];
  readonly #allowed: RegExp[] = [/Service Worker registration blocked by Playwright/];

  /** For a test that provokes it. */
  allow(...patterns: RegExp[]) {
    this.#allowed.push(...patterns);
  }

  get unexpected() {
    return this.found.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)));
  }

  /** Watches every page of a context. */
  watch(context: BrowserContext, origin: string) {
    context.on("console", (message) => {
      if (["error", "warning", "assert"].includes(message.type())) {
        this.found.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.found.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.origin !== origin && !["data:", "blob:"].includes(url.protocol)) {
        this.found.push(`request off the origin: ${request.method()} ${request.url()}`);
      }
    });
    context.on("response", (response) => {
      if (response.status() >= 500) this.found.push(`status ${response.status()}: ${response.url()}`);
    });
    context.on("page", (page) => page.on("crash", () => this.found.push(`crashed: ${page.url()}`)));
  }
}

interface Fixtures {
  /** Fails the test at its end if the browser complained. */
  problems: Problems;
  /** A new account, signed in: the context has its session's cookie. */
  account: Account;
  chat: ChatPage;
  tasks: TasksPage;
  accountPage: AccountPage;
  makeAxeBuilder: () => AxeBuilder;
  /** The model behind the server of a `modelTest`. */
  model: Model;
}

interface WorkerFixtures {
  /** A server of this worker's whose model is at `port`. */
  modelServer: { url: string; port: number };
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  problems: [
    async ({ context, baseURL }, use) => {
      const problems = new Problems();
      problems.watch(context, new URL(baseURL!).origin);
      await context.addInitScript(tellWhenAwake);
      await use(problems);
      expect(problems.unexpected, "the browser has nothing to complain about").toEqual([]);
    },
    { auto: true },
  ],
  account: async ({ context, baseURL }, use) => use(await signUp(context, baseURL!)),
  chat: async ({ page }, use) => use(new ChatPage(page)),
  tasks: async ({ page }, use) => use(new TasksPage(page)),
  accountPage: async ({ page }, use) => use(new AccountPage(page)),
  makeAxeBuilder: async ({ page }, use) => use(() => new AxeBuilder({ page })),
  model: async ({ modelServer }, use) => {
    const model = await new Model(modelServer.port).start();
    await use(model);
    await model.stop();
  },
  modelServer: [
    async ({}, use) => {
      const port = await freePort();
      const server = await startServer({
        OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
        OPENAI_API_KEY: "x",
        OPENAI_MODEL: "auto",
      });
      await use({ url: server.url, port });
      await server.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],
});

/** A test whose pages come from a server with a model; `model` commands it. */
export const modelTest = test.extend({
  baseURL: async ({ modelServer, model: _started }, use) => use(modelServer.url),
});

/** An account nobody has yet. */
export function newAccount(name = "Ada Lovelace"): Account {
  return { name, email: `${randomUUID()}@example.com`, password: "correct horse battery staple" };
}

/** Makes an account through the API and keeps its session in the context. */
export async function signUp(context: BrowserContext, url: string, account = newAccount()): Promise<Account> {
  const answer = await context.request.post(`${url}/api/auth/sign-up/email`, {
    headers: { origin: new URL(url).origin },
    data: account,
  });
  expect(answer.status(), await answer.text()).toBe(200);
  return account;
}

declare global {
  interface Window {
    /** Resolves when every island of the page lives. */
    greenlitAwake?: Promise<void>;
  }
}

/** Waits until the page's islands live; before that its forms are plain ones. */
export async function awake(page: Page) {
  await page.evaluate(() => window.greenlitAwake);
}

// Runs in the page. The page's script wakes all islands right after the WASM is there, without giving the browser's
// other tasks a turn: so the first task after that finds everything awake.
function tellWhenAwake() {
  window.greenlitAwake = new Promise((resolve) => {
    const original = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = (...given) => {
      const instance = original.apply(WebAssembly, given);
      void instance.then(() => setTimeout(resolve, 0));
      return instance;
    };
  });
}
