// Starting and stopping the release binary, for browser tests, the size check and benchmarks.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** The binary under test: `GREENLIT_BIN`, else the checkout's release build. */
export const binary = process.env.GREENLIT_BIN ?? join(here, "../target/release/greenlit");

/**
 * @typedef {{
 *   url: string, folder: string, pid: number, output: () => string, stop: () => Promise<void>,
 *   end: (signal: NodeJS.Signals) => Promise<void>
 * }} Server `folder` has its data; `stop` ends it with everything it started (and deletes its folder if we made that); `end` sends one signal
 * to the server's process alone and waits until that is gone.
 */

/**
 * Starts greenlit on a free port with an empty data folder and waits until it is ready.
 *
 * `env` adds to our environment and wins over the defaults here. `stop()` may be called twice. If the server ends before
 * it is ready, its output is in the error.
 *
 * @param {Record<string, string>} [env]
 * @returns {Promise<Server>}
 */
export async function startServer(env = {}) {
  const folder = await makeFolder();
  const server = await startServerIn(folder, await freePort(), env).catch(async (error) => {
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An empty folder for a server's data. Whoever makes it deletes it. */
export async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), "greenlit-e2e-"));
  // The private Postgres of a root user runs as another one, who has to get through.
  await chmod(folder, 0o755);
  return folder;
}

/**
 * The same in a folder that outlives the server, on a given port: for restarts.
 *
 * @param {string} folder
 * @param {number} port
 * @param {Record<string, string>} [env]
 * @returns {Promise<Server>}
 */
export async function startServerIn(folder, port, env = {}) {
  const address = `127.0.0.1:${port}`;
  const child = spawn(binary, [], {
    cwd: folder,
    detached: true, // a process group of its own, so that nothing it starts outlives it
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...withoutSettings(process.env),
      LEPTOS_SITE_ADDR: address,
      GREENLIT_DATA_DIR: join(folder, "data"),
      BETTER_AUTH_SECRET: "only-for-tests-".repeat(4),
      // Every test signs up from the same address.
      RATE_LIMIT_AUTH_PER_MINUTE: "100000",
      RATE_LIMIT_MESSAGES_PER_MINUTE: "100000",
      RATE_LIMIT_REQUESTS_PER_MINUTE: "0",
      ...env,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => (output += text));
  }
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`exit ${signal ?? code}`));
  });
  const stop = () => endGroup(child.pid, ended);
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    await ended;
  };
  const url = `http://${address}`;
  const problem = await Promise.race([ready(url), ended]);
  if (problem !== undefined) {
    await stop();
    throw new Error(`${binary} did not become ready: ${problem}\n${output}`);
  }
  return { url, folder, pid: /** @type {number} */ (child.pid), output: () => output, stop, end };
}

/** Settings of the person who runs the tests (a key, a database) must not reach the server under test. */
function withoutSettings(/** @type {NodeJS.ProcessEnv} */ env) {
  const theirs = /^(DATABASE_|GREENLIT_|LEPTOS_|BETTER_AUTH_|OPENAI_|CONTEXT_|RATE_LIMIT_|OTEL_|PUBLIC_URL$|CORS_|MCP_)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !theirs.test(name)));
}

/** Polls, since a server that does not listen yet cannot announce itself. First start: it makes its database. */
async function ready(/** @type {string} */ url, seconds = 120) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `no good answer from ${url}/readyz within ${seconds} s`;
}

/** Asks politely, so that Postgres shuts down in order; insists after 20 s. */
async function endGroup(/** @type {number | undefined} */ pid, /** @type {Promise<string>} */ ended) {
  if (pid === undefined) return;
  signalGroup(pid, "SIGTERM");
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const patience = new Promise((resolve) => (timer = setTimeout(resolve, 20_000)));
  await Promise.race([ended, patience]);
  clearTimeout(timer);
  signalGroup(pid, "SIGKILL");
}

function signalGroup(/** @type {number} */ pid, /** @type {NodeJS.Signals} */ signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody left in the group.
  }
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
