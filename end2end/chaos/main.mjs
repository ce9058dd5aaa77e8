// The fault suite: two servers, a fake model, a real Postgres and clients that do not give up, while something dies. Prints
// a table and ends with 1 when anything was lost or done twice. `--short` tries everything a few times only.
import { rm } from "node:fs/promises";
import { Model } from "../model.mjs";
import { freePort, makeFolder, startServerIn } from "../server.mjs";
import { Client, sleep } from "./client.mjs";
import { startPostgres } from "./postgres.mjs";
import { startProxy } from "./proxy.mjs";

const SHORT = process.argv.includes("--short");
const only = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const rounds = (/** @type {number} */ long, /** @type {number} */ short) => (SHORT ? short : long);

/** Where a process can be told to die (crates/domain/src/fault.rs). */
const POINTS = [
  "send.commit", "send.stored",
  "plan.begun", "plan.inserted", "plan.stored",
  "call.begun", "call.done", "call.journaled", "call.stored",
  "write.moved", "write.appended", "write.commit", "write.stored",
  "end.begun", "end.stored",
];

/** @typedef {import("./client.mjs").Turn} Turn */
/** @typedef {{ url: string, port: number, folder: string, server: import("../server.mjs").Server | undefined }} Node */

const postgres = await startPostgres();
const model = await new Model(await freePort()).start();
/** @type {Node[]} */
const nodes = [];
let number = 0;

/** Starts a server, or starts it again, with a point at which it dies if one is given. */
async function up(/** @type {Node} */ node, fault = "") {
  node.server = await startServerIn(node.folder, node.port, {
    DATABASE_URL: postgres.url,
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: "x",
    OPENAI_MODEL: "chaos",
    RUST_LOG: "warn",
    GREENLIT_FAULT: fault,
  });
}

async function addNode() {
  const port = await freePort();
  /** @type {Node} */
  const node = { url: `http://127.0.0.1:${port}`, port, folder: await makeFolder(), server: undefined };
  nodes.push(node);
  await up(node);
  return node;
}

const all = () => nodes.map((node) => node.url);
const [a, b] = [await addNode(), await addNode()];

/** Some people with a conversation each. */
async function people(/** @type {number} */ count, servers = all) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      number += 1;
      const client = await new Client(servers, `p${number}-${process.pid}`).signUp();
      return { client, conversation: await client.begin() };
    }),
  );
}

/** @typedef {Awaited<ReturnType<typeof people>>} People */

/** One message of each of them; `first` is the server that they ask first. */
function turns(/** @type {People} */ crowd, first = 0) {
  return crowd.map(({ client, conversation }) => client.turn(conversation, `t${(number += 1)}`, first));
}

/** @typedef {{ name: string, times: number, turns: Turn[], waits: number[], wrong: string[] }} Result */

/** @type {Record<string, () => Promise<Result>>} */
const FAULTS = {
  "kill -9 at any moment": async () => {
    const result = empty("kill -9 at any moment");
    const crowd = await people(10);
    for (let round = 0; round < rounds(20, 2); round += 1) {
      const running = turns(crowd, round);
      await sleep(Math.random() * 1200);
      const victim = round % 2 ? b : a;
      await victim.server?.end("SIGKILL");
      await settle(result, running);
      await up(victim);
    }
    return result;
  },

  "kill -9 at each await point of a turn": async () => {
    const result = empty("kill -9 at each await point of a turn");
    const crowd = await people(rounds(22, 4));
    for (const point of POINTS) {
      for (let round = 0; round < rounds(3, 1); round += 1) {
        await a.server?.end("SIGTERM");
        await up(a, `${point}:${1 + Math.floor(Math.random() * 3)}`);
        await settle(result, turns(crowd, 0));
        if (a.server && (await alive(a))) result.wrong.push(`${point} was not passed`);
        await a.server?.end("SIGKILL");
        await up(a);
      }
    }
    return result;
  },

  "paused for 6 s, then continued": async () => {
    const result = empty("paused for 6 s, then continued");
    const crowd = await people(8);
    for (let round = 0; round < rounds(5, 1); round += 1) {
      const running = turns(crowd, 0);
      await sleep(200 + Math.random() * 600);
      signal(a, "SIGSTOP");
      await sleep(6000);
      signal(a, "SIGCONT");
      await settle(result, running);
    }
    return result;
  },

  "rolling restart behind nginx, under load": async () => {
    const result = empty("rolling restart behind nginx, under load");
    const proxy = await startProxy(all());
    const front = proxy ? () => [proxy.url] : all;
    const crowd = await people(8, front);
    let stop = false;
    const load = Promise.all(
      crowd.map(async ({ client, conversation }) => {
        while (!stop) await settle(result, [client.turn(conversation, `t${(number += 1)}`)], false);
      }),
    );
    for (let round = 0; round < rounds(6, 2); round += 1) {
      await sleep(1000);
      const node = round % 2 ? b : a;
      await node.server?.end("SIGTERM");
      await up(node);
      result.times += 1;
    }
    stop = true;
    await load;
    await proxy?.stop();
    if (!proxy) result.name += " (no nginx here: the clients changed over)";
    return result;
  },

  "Postgres killed and started again": async () => {
    const result = empty("Postgres killed and started again");
    const crowd = await people(8);
    for (let round = 0; round < rounds(6, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(Math.random() * 1000);
      await postgres.stop("immediate");
      await postgres.start();
      await settle(result, running);
    }
    return result;
  },

  "Postgres away": async () => {
    const seconds = rounds(30, 5);
    const result = empty(`Postgres away for ${seconds} s`);
    const crowd = await people(8);
    for (let round = 0; round < rounds(2, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(300);
      await postgres.stop("fast");
      await sleep(1500);
      const answer = await crowd[0]?.client.get("/api/chat/conversations", {}).catch(() => undefined);
      if (answer?.status !== 503 || !answer.headers.get("retry-after")) {
        result.wrong.push(`without a database: ${answer?.status}, Retry-After ${answer?.headers.get("retry-after")}`);
      }
      await sleep(seconds * 1000 - 1500);
      await postgres.start();
      await settle(result, running);
      for (const node of nodes) if (!(await alive(node))) result.wrong.push("a server died with the database");
    }
    return result;
  },

  "the same request three times at once": async () => {
    const result = empty("the same request three times at once");
    const crowd = await people(rounds(30, 5));
    for (let round = 0; round < rounds(3, 1); round += 1) {
      const same = crowd.map(({ client, conversation }) => {
        const title = `t${(number += 1)}`;
        return [0, 1, 0].map((first) => client.turn(conversation, title, first));
      });
      await settle(result, same.flat());
    }
    return result;
  },

  "a stop through the other server": async () => {
    const result = empty("a stop through the other server");
    const crowd = await people(1);
    const { client, conversation } = /** @type {People[number]} */ (crowd[0]);
    for (let round = 0; round < rounds(20, 3); round += 1) {
      const made = await client.post(
        `/api/chat/conversations/${conversation}/messages`,
        { content: "[slow] Say a hundred words" },
        { accept: "text/event-stream" },
        0,
      );
      const run = await stoppedThroughB(client, /** @type {ReadableStream<Uint8Array>} */ (made.body));
      result.times += 1;
      result.waits.push(run);
    }
    return result;
  },
};

/** How long it takes from the request to stop, to the other server, until the end is seen on the first. */
async function stoppedThroughB(/** @type {Client} */ client, /** @type {ReadableStream<Uint8Array>} */ stream) {
  const { events } = await import("./client.mjs");
  let run = "";
  let asked = 0;
  for await (const { event, data } of events(stream)) {
    if (event === "run.created") run = JSON.parse(data).run_id;
    if (event === "text.delta" && !asked) {
      asked = Date.now();
      await client.post(`/api/chat/runs/${run}/cancel`, {}, {}, 1);
    }
    if (event === "run.cancelled") return Date.now() - asked;
  }
  throw new Error("the stream ended without the run");
}

/** @returns {Result} */
function empty(/** @type {string} */ name) {
  return { name, times: 0, turns: [], waits: [], wrong: [] };
}

/** Waits for some turns. The longest silence in each is how long it stood still. */
async function settle(/** @type {Result} */ result, /** @type {Promise<Turn>[]} */ running, counts = true) {
  const done = await Promise.all(running);
  if (counts) result.times += 1;
  for (const turn of done) {
    result.turns.push(turn);
    result.waits.push(Math.max(0, ...turn.gaps));
    result.wrong.push(...turn.faults.map((fault) => `${turn.title}: ${fault}`));
  }
}

function signal(/** @type {Node} */ node, /** @type {NodeJS.Signals} */ name) {
  if (node.server) process.kill(node.server.pid, name);
}

async function alive(/** @type {Node} */ node) {
  try {
    process.kill(/** @type {number} */ (node.server?.pid), 0);
  } catch {
    return false;
  }
  return fetch(`${node.url}/healthz`).then((answer) => answer.ok, () => false);
}

/** What the database holds against what was acknowledged: lost and doubled messages and effects. */
async function audit(/** @type {Result} */ result) {
  const titles = [...new Set(result.turns.filter((turn) => turn.acknowledged).map((turn) => turn.title))];
  const rows = async (/** @type {string} */ sql) => {
    const text = await postgres.psql(`SET search_path = greenlit; ${sql}`);
    return new Map(text.split("\n").filter(Boolean).map((line) => /** @type {[string, string]} */ (line.split("\t"))));
  };
  const messages = await rows(
    "SELECT substring(content from '\\[chaos (\\w+)\\]'), count(*) FROM messages WHERE role = 'user' GROUP BY 1",
  );
  const tasks = await rows("SELECT title, count(*) FROM tasks WHERE deleted_at IS NULL GROUP BY 1");
  const ticked = await rows("SELECT title, count(*) FROM tasks WHERE status = 'done' GROUP BY 1");
  const answers = await rows(
    `SELECT substring(u.content from '\\[chaos (\\w+)\\]'), count(*) FROM runs r JOIN messages u ON u.id = r.user_message_id
     WHERE r.status = 'completed' GROUP BY 1`,
  );
  // The journal says what changed; the tasks are what it says.
  const journal = await rows(
    `SELECT coalesce(c -> 'after' ->> 'title', ''), count(*) FROM tool_calls, jsonb_array_elements(changes) c
     WHERE status = 'success' AND c ->> 'before' IS NULL GROUP BY 1`,
  );
  let [lostMessages, lostEffects, doubled] = [0, 0, 0];
  for (const title of titles) {
    const count = (/** @type {Map<string, string>} */ of, /** @type {string} */ key) => Number(of.get(key) ?? 0);
    if (count(messages, title) === 0 || count(answers, title) === 0) lostMessages += 1;
    if (count(messages, title) > 1 || count(answers, title) > 1) doubled += 1;
    for (const task of [`${title}-a`, `${title}-b`]) {
      const [there, told] = [count(tasks, task), count(journal, task)];
      if (there === 0) lostEffects += 1;
      if (there > 1) doubled += 1;
      if (there !== told) result.wrong.push(`${task}: ${there} tasks, ${told} in the journal`);
    }
    if (count(ticked, `${title}-a`) === 0) lostEffects += 1;
  }
  const open = await postgres.psql(
    "SELECT count(*) FROM greenlit.runs WHERE status NOT IN ('completed', 'cancelled', 'failed')",
  );
  if (open !== "0") result.wrong.push(`${open} runs are still open`);
  return { runs: titles.length, lostMessages, lostEffects, doubled };
}

function percentile(/** @type {number[]} */ samples, /** @type {number} */ percent) {
  const sorted = samples.toSorted((x, y) => x - y);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

const columns = ["fault", "times", "runs", "lost messages", "lost effects", "doubled", "stood still p50 / p95 / max", "passed"];
const table = [columns];
let passed = 0;
let failed = 0;
try {
  for (const [name, fault] of Object.entries(FAULTS)) {
    if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
    const began = Date.now();
    const result = await fault();
    const { runs, lostMessages, lostEffects, doubled } = await audit(result);
    const good = lostMessages + lostEffects + doubled + result.wrong.length === 0;
    if (good) passed += 1;
    else failed += 1;
    const waits = [50, 95, 100].map((percent) => (percentile(result.waits, percent) / 1000).toFixed(2));
    const row = [result.name, result.times, runs, lostMessages, lostEffects, doubled, `${waits.join(" / ")} s`, good ? "yes" : "NO"];
    table.push(row.map(String));
    console.error(`  ${result.name}: ${result.times} times, ${runs} runs, ${((Date.now() - began) / 1000).toFixed(0)} s`);
    for (const line of result.wrong.slice(0, 10)) console.error(`    ${line}`);
  }
} finally {
  for (const node of nodes) {
    signal(node, "SIGCONT");
    await node.server?.stop();
    await rm(node.folder, { recursive: true, force: true });
  }
  await model.stop();
  await postgres.remove();
}
const widths = columns.map((_, column) => Math.max(...table.map((row) => String(row[column]).length)));
for (const row of table) console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
