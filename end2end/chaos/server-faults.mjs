// What happens to servers.
import { endedRuns } from "./audit.mjs";
import { events, sleep } from "./client.mjs";
import { startProxy } from "./proxy.mjs";
import {
  a, addNode, alive, all, b, empty, eventually, extent, isPaused, openRuns, people, removeNode, settle, signal, title, turns, up,
} from "./stage.mjs";

/** @typedef {import("./client.mjs").Client} Client */
/** @typedef {import("./stage.mjs").Node} Node */
/** @typedef {import("./stage.mjs").People} People */
/** @typedef {import("./stage.mjs").Result} Result */

/** Where a process can be told to die (crates/domain/src/fault.rs). */
const POINTS = [
  "send.commit", "send.stored",
  "plan.begun", "plan.inserted", "plan.stored",
  "call.begun", "call.done", "call.journaled", "call.stored",
  "write.moved", "write.appended", "write.commit", "write.stored",
  "end.begun", "end.stored",
];

/** A point and how often it is passed before: with so many people each is passed at least so often. */
function someTime(/** @type {string} */ point, /** @type {number} */ people) {
  return `${point}:${1 + Math.floor(Math.random() * Math.min(people, 4))}`;
}

/**
 * So many turns, while two servers are killed at one point after the other; the third stays and takes over. Each has a
 * crowd that asks it first.
 */
export async function turnsAtEachPoint(/** @type {number} */ count, size = 8) {
  const result = empty("kill -9 at each await point of a turn");
  const c = await addNode();
  let [begun, round] = [0, 0];
  const lane = async (/** @type {Node} */ victim) => {
    const crowd = await people(size, () => [victim.url, b.url]);
    while (begun < count) {
      const some = crowd.slice(0, count - begun);
      begun += some.length;
      const point = /** @type {string} */ (POINTS[round % POINTS.length]);
      round += 1;
      await victim.server?.end("SIGTERM");
      await up(victim, someTime(point, some.length));
      await settle(result, turns(some));
      if (await alive(victim)) result.wrong.push(`${point} was not passed`);
    }
  };
  await Promise.all([lane(a), lane(c)]);
  await removeNode(c);
  await a.server?.end("SIGTERM");
  await up(a);
  return result;
}

/** @type {Record<string, () => Promise<Result>>} */
export const serverFaults = {
  "kill -9 at any moment": async () => {
    const result = empty("kill -9 at any moment");
    const crowd = await people(10);
    for (let round = 0; round < extent(20, 2); round += 1) {
      const running = turns(crowd, round);
      await sleep(Math.random() * 1200);
      const victim = round % 2 ? b : a;
      await victim.server?.end("SIGKILL");
      await settle(result, running);
      await up(victim);
    }
    return result;
  },

  "kill -9 at each await point of a turn": () => turnsAtEachPoint(extent(360, 60), extent(8, 4)),

  "paused for 6 s, then continued": async () => {
    const result = empty("paused for 6 s, then continued");
    const crowd = await people(8);
    for (let round = 0; round < extent(5, 1); round += 1) {
      const running = turns(crowd, 0);
      await sleep(200 + Math.random() * 600);
      signal(a, "SIGSTOP");
      await sleep(6000);
      signal(a, "SIGCONT");
      await settle(result, running);
    }
    return result;
  },

  "paused at each await point until others were done": async () => {
    const points = extent(POINTS, ["call.done", "write.commit"]);
    const result = empty(`paused at ${extent("each await point", "two await points")} until others were done`);
    const crowd = await people(4);
    for (const point of points) {
      await a.server?.end("SIGTERM");
      await up(a, `${someTime(point, crowd.length)}:STOP`);
      const running = turns(crowd, 0);
      if (!(await eventually(() => isPaused(a)))) result.wrong.push(`${point} was not passed`);
      const underWay = await openRuns();
      if (underWay === 0 && /^(plan|call)/.test(point)) result.wrong.push(`${point}: no run was under way`);
      if (!(await eventually(async () => (await openRuns()) === 0))) {
        result.wrong.push(`${point}: nobody went on while it was paused`);
      }
      const before = await endedRuns();
      signal(a, "SIGCONT");
      await settle(result, running);
      if (!(await alive(a))) result.wrong.push(`${point}: it did not go on`);
      const after = await endedRuns();
      for (const [part, hash] of before) {
        if (after.get(part) !== hash) result.wrong.push(`${point}: ${part} was written to after its end`);
      }
    }
    await a.server?.end("SIGTERM");
    await up(a);
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
        while (!stop) await settle(result, [client.turn(conversation, title())], false);
      }),
    );
    for (let round = 0; round < extent(6, 2); round += 1) {
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

  "the same request three times at once": async () => {
    const result = empty("the same request three times at once");
    const crowd = await people(extent(30, 5));
    for (let round = 0; round < extent(3, 1); round += 1) {
      const same = crowd.map(({ client, conversation }) => {
        const name = title();
        return [0, 1, 0].map((first) => client.turn(conversation, name, first));
      });
      await settle(result, same.flat());
    }
    return result;
  },

  "a stop through the other server": async () => {
    const result = empty("a stop through the other server");
    const crowd = await people(1);
    const { client, conversation } = /** @type {People[number]} */ (crowd[0]);
    for (let round = 0; round < extent(20, 3); round += 1) {
      const made = await client.post(
        `/api/chat/conversations/${conversation}/messages`,
        { content: "[slow] Say a hundred words" },
        { accept: "text/event-stream" },
        0,
      );
      const wait = await stoppedThroughB(client, /** @type {ReadableStream<Uint8Array>} */ (made.body));
      result.times += 1;
      result.waits.push(wait);
    }
    return result;
  },
};

/** How long it takes from the request to stop, to the other server, until the end is seen on the first. */
async function stoppedThroughB(/** @type {Client} */ client, /** @type {ReadableStream<Uint8Array>} */ stream) {
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
