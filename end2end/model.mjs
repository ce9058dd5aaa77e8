// The fake model server (crates/fake-openai) as tests and benchmarks drive it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** `FAKE_OPENAI_BIN`, else the checkout's build. */
export const fakeOpenAi = process.env.FAKE_OPENAI_BIN ?? join(target, "debug/fake-openai");

/** Builds the fake model server, unless one was handed in. Cargo does nothing when it is up to date. */
export async function buildFakeOpenAi() {
  if (process.env.FAKE_OPENAI_BIN) return;
  const cargo = spawn("cargo", ["build", "--quiet", "--package", "fake-openai"], { cwd: root, stdio: "inherit" });
  const code = await new Promise((resolve, reject) => cargo.once("error", reject).once("exit", resolve));
  if (code !== 0 || !existsSync(fakeOpenAi)) throw new Error(`cargo build -p fake-openai: exit ${code}`);
}

/** One step of a scripted answer; `crates/fake-openai/src/reply.rs` knows them all. */
/** @typedef {{ text: string } | { pause: number } | { finish: string } | { tool_call: object } | "hold" | "cut" | "silence" | "done"} Step */

/** A model server that can be away, hold an answer in the middle, and be told what to say. */
export class Model {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  #held = 0;

  constructor(/** @type {number} */ port) {
    this.port = port;
  }

  /** For `OPENAI_BASE_URL`. */
  get baseUrl() {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Starts it and waits until it listens. */
  async start() {
    const child = spawn(fakeOpenAi, ["--port", String(this.port)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.#held = 0;
    await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`fake-openai: exit ${code}`)));
      child.stdout.once("data", resolve);
    });
    return this;
  }

  /** Ends it; connections break off. May be called twice. */
  async stop() {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }

  /** The next answers, each given to one request, before any scenario. */
  async script(/** @type {Step[][]} */ ...answers) {
    await this.#post("/script", { replies: answers.map((steps) => ({ stream: { steps } })) });
  }

  /** The next answer: this text, word by word, in order to its end; with `hold` it waits there until released. */
  async says(/** @type {string} */ text, { hold = false } = {}) {
    const words = text.split(/(?<=[ \n])/).map((word) => ({ text: word }));
    /** @type {Step[]} */
    const steps = [...words];
    if (hold) steps.splice(Math.ceil(words.length / 2), 0, "hold");
    await this.script([...steps, { finish: "stop" }, "done"]);
  }

  /** Waits until one more answer than before is held. */
  async held() {
    this.#held += 1;
    await this.#answer(fetch(`http://127.0.0.1:${this.port}/held?count=${this.#held}`));
  }

  /** Lets one held answer go on. */
  async release() {
    await this.#post("/release", { count: 1 });
  }

  /** What was asked of it so far. @returns {Promise<{ body: { messages: { role: string, content: string }[] } }[]>} */
  async requests() {
    return (await this.#answer(fetch(`http://127.0.0.1:${this.port}/requests`))).json();
  }

  #post(/** @type {string} */ path, /** @type {object} */ body) {
    const headers = { "content-type": "application/json" };
    return this.#answer(
      fetch(`http://127.0.0.1:${this.port}${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
    );
  }

  async #answer(/** @type {Promise<Response>} */ pending) {
    const answer = await pending;
    if (!answer.ok) throw new Error(`fake-openai: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
