// What watching through another server adds: two servers on one Postgres, one client with each, the same run. For each event
// how much later it came through the server that does not work on the run.
import { events } from "../chaos/client.mjs";
import { startPostgres } from "../chaos/postgres.mjs";
import { report, signUp, withModel } from "../measure.mjs";
import { startServer } from "../server.mjs";

const RUNS = 6;
const LIMIT = 50;

await withModel(async (settings) => {
  const postgres = await startPostgres();
  /** @type {import("../server.mjs").Server[]} */
  const servers = [];
  try {
    const env = { ...settings, DATABASE_URL: postgres.url };
    for (let count = 0; count < 2; count += 1) servers.push(await startServer(env));
    const [own, other] = servers;
    if (!own || !other) throw new Error("no servers");
    const user = await signUp(own.url, "Ada");
    const { id } = /** @type {{ id: string }} */ (await (await user.post("/api/chat/conversations", {})).json());
    /** @type {number[]} */
    const samples = [];
    for (let run = 0; run < RUNS; run += 1) samples.push(...(await later(user, id, other.url)));
    report([{ name: "an event through another server: later by", unit: "ms", samples, limit: LIMIT, limitAt: "p95" }]);
  } finally {
    for (const server of servers) await server.stop();
    await postgres.remove();
  }
});

/** One run of a hundred words in five seconds; by how many ms each of its events came later through the other server. */
async function later(
  /** @type {Awaited<ReturnType<typeof signUp>>} */ user,
  /** @type {string} */ conversation,
  /** @type {string} */ other,
) {
  const sent = await user.post(`/api/chat/conversations/${conversation}/messages`, { content: "[slow] Hello" }, "text/event-stream");
  /** @type {Map<number, number>} */
  const here = new Map();
  /** @type {Promise<Map<number, number>> | undefined} */
  let watching;
  for await (const { id, event, data } of events(body(sent))) {
    here.set(id, performance.now());
    if (event === "run.created") watching = watch(`${other}/api/chat/runs/${JSON.parse(data).run_id}/events?after=0`, user.headers);
  }
  const there = (await watching) ?? new Map();
  if (there.size !== here.size) throw new Error(`${here.size} events here, ${there.size} there`);
  // What had happened before the other client was there came at once, which says nothing.
  const began = Math.min(...there.values());
  const live = [...here].filter(([, at]) => at > began);
  if (live.length < here.size / 2) throw new Error(`only ${live.length} of ${here.size} events were seen as they came`);
  return live.map(([id, at]) => there.get(id) - at);
}

async function watch(/** @type {string} */ url, /** @type {Record<string, string>} */ headers) {
  const answer = await fetch(url, { headers: { ...headers, accept: "text/event-stream" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  /** @type {Map<number, number>} */
  const seen = new Map();
  for await (const { id } of events(body(answer))) seen.set(id, performance.now());
  return seen;
}

function body(/** @type {Response} */ answer) {
  if (!answer.body) throw new Error("no body");
  return answer.body;
}
