// What the faults happen to: a Postgres, a fake model, servers, and people who send messages and do not give up.
import { readFile, rm } from "node:fs/promises";
import { Model } from "../model.mjs";
import { freePort, makeFolder, startServerIn } from "../server.mjs";
import { Client, sleep } from "./client.mjs";
import { startPostgres } from "./postgres.mjs";

const SHORT = process.argv.includes("--short");

/**
 * How much of something: at length, or in the short form.
 *
 * @template T
 * @param {T} long
 * @param {T} short
 */
export const extent = (long, short) => (SHORT ? short : long);

/** @typedef {import("./client.mjs").Turn} Turn */
/** @typedef {{ url: string, port: number, folder: string, server: import("../server.mjs").Server | undefined }} Node */
/**
 * @typedef {{ name: string, times: number, turns: Turn[], waits: number[], wrong: string[], skipped: string }} Result
 * `times`: how often the fault was; `waits`: the longest silence of each turn, in ms; `wrong`: what else was not as
 * promised; `skipped`: why it cannot be done here
 */

export const postgres = await startPostgres();
const model = await new Model(await freePort()).start();
/** @type {Node[]} */
export const nodes = [];
let number = 0;

/** Starts a server, or starts it again, with a point at which it dies or stands still if one is given. */
export async function up(/** @type {Node} */ node, fault = "") {
  node.server = await startServerIn(node.folder, node.port, {
    DATABASE_URL: postgres.url,
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: "x",
    OPENAI_MODEL: "chaos",
    RUST_LOG: "warn",
    GREENLIT_FAULT: fault,
  });
}

/** One more server. */
export async function addNode() {
  const port = await freePort();
  /** @type {Node} */
  const node = { url: `http://127.0.0.1:${port}`, port, folder: await makeFolder(), server: undefined };
  nodes.push(node);
  await up(node);
  return node;
}

/** Takes one away again. */
export async function removeNode(/** @type {Node} */ node) {
  nodes.splice(nodes.indexOf(node), 1);
  await end(node);
}

async function end(/** @type {Node} */ node) {
  signal(node, "SIGCONT");
  await node.server?.stop();
  await rm(node.folder, { recursive: true, force: true });
}

/** Ends everything. */
export async function close() {
  for (const node of nodes) await end(node);
  await model.stop();
  await postgres.remove();
}

/** The two that always are there. */
export const [a, b] = [await addNode(), await addNode()];

export const all = () => nodes.map((node) => node.url);

/** Some people with a conversation each. */
export async function people(/** @type {number} */ count, servers = all) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      number += 1;
      const client = await new Client(servers, `p${number}-${process.pid}`).signUp();
      return { client, conversation: await client.begin() };
    }),
  );
}

/** @typedef {Awaited<ReturnType<typeof people>>} People */

/** A name for a turn that no other has. */
export function title() {
  number += 1;
  return `t${number}`;
}

/** One message of each of them; `first` is the server that they ask first. */
export function turns(/** @type {People} */ crowd, first = 0) {
  return crowd.map(({ client, conversation }) => client.turn(conversation, title(), first));
}

/** @returns {Result} */
export function empty(/** @type {string} */ name) {
  return { name, times: 0, turns: [], waits: [], wrong: [], skipped: "" };
}

/** Waits for some turns. The longest silence in each is how long it stood still. */
export async function settle(/** @type {Result} */ result, /** @type {Promise<Turn>[]} */ running, counts = true) {
  const done = await Promise.all(running);
  if (counts) result.times += 1;
  for (const turn of done) {
    result.turns.push(turn);
    result.waits.push(Math.max(0, ...turn.gaps));
    result.wrong.push(...turn.faults.map((fault) => `${turn.title}: ${fault}`));
  }
}

export function signal(/** @type {Node} */ node, /** @type {NodeJS.Signals} */ name) {
  try {
    if (node.server) process.kill(node.server.pid, name);
  } catch {
    // It is gone.
  }
}

export async function alive(/** @type {Node} */ node) {
  try {
    process.kill(/** @type {number} */ (node.server?.pid), 0);
  } catch {
    return false;
  }
  return fetch(`${node.url}/healthz`).then((answer) => answer.ok, () => false);
}

/** Whether the process stands still, as the kernel says. */
export async function isPaused(/** @type {Node} */ node) {
  const stat = await readFile(`/proc/${node.server?.pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
}

/** Asks until the answer is yes; false when it never was. */
export async function eventually(/** @type {() => Promise<boolean>} */ question, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await question())) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/** How many runs are not over. */
export async function openRuns() {
  return Number(
    await postgres.psql("SELECT count(*) FROM greenlit.runs WHERE status NOT IN ('completed', 'cancelled', 'failed')"),
  );
}
