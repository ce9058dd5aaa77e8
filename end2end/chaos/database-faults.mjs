// What happens to Postgres.
import { randomBytes } from "node:crypto";
import { sleep } from "./client.mjs";
import { alive, empty, eventually, extent, nodes, people, postgres, settle, turns } from "./stage.mjs";

/** @typedef {import("./stage.mjs").People} People */
/** @typedef {import("./stage.mjs").Result} Result */

/** Whether an answer says that the database is away, as is promised: come back later. */
function isAway(/** @type {Response | undefined} */ answer) {
  return answer?.status === 503 && answer.headers.has("retry-after");
}

function said(/** @type {Response | undefined} */ answer) {
  return `${answer?.status}, Retry-After ${answer?.headers.get("retry-after")}`;
}

async function allAlive(/** @type {Result} */ result) {
  for (const node of nodes) if (!(await alive(node))) result.wrong.push("a server died with the database");
}

/** @type {Record<string, () => Promise<Result>>} */
export const databaseFaults = {
  "Postgres killed and started again": async () => {
    const result = empty("Postgres killed and started again");
    const crowd = await people(8);
    for (let round = 0; round < extent(6, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(Math.random() * 1000);
      await postgres.stop("immediate");
      await postgres.start();
      await settle(result, running);
    }
    return result;
  },

  "Postgres away": async () => {
    const seconds = extent(30, 5);
    const result = empty(`Postgres away for ${seconds} s`);
    const crowd = await people(8);
    for (let round = 0; round < extent(2, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(300);
      await postgres.stop("fast");
      const away = sleep(seconds * 1000);
      const answer = await crowd[0]?.client.get("/api/chat/conversations", {}).catch(() => undefined);
      if (!isAway(answer)) result.wrong.push(`without a database: ${said(answer)}`);
      await away;
      await postgres.start();
      await settle(result, running);
      await allAlive(result);
    }
    return result;
  },

  "no connection left": async () => {
    const seconds = extent(15, 7);
    const result = empty(`no connection left for ${seconds} s`);
    const crowd = await people(8);
    for (let round = 0; round < extent(3, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(300);
      const occupied = await postgres.occupy();
      const since = Date.now();
      const asked = [0, 1].map((node) => crowd[0]?.client.get("/api/chat/conversations", {}, node).catch(() => undefined));
      for (const answer of await Promise.all(asked)) {
        if (!isAway(answer)) result.wrong.push(`without a connection: ${said(answer)}`);
      }
      await sleep(seconds * 1000 - (Date.now() - since));
      occupied.release();
      await settle(result, running);
      await allAlive(result);
    }
    return result;
  },
};

/**
 * What takes longer, and is not in the short form.
 *
 * @type {Record<string, () => Promise<Result>>}
 */
export const longDatabaseFaults = {
  "disk full": async () => {
    const seconds = extent(10, 4);
    const result = empty(`disk full for ${seconds} s`);
    const disk = await postgres.smallDisk().catch((error) => String(error.message).trim().split("\n").at(-1) ?? "");
    if (typeof disk === "string") return { ...result, skipped: disk };
    const crowd = await people(8);
    const [other] = await people(1);
    for (let round = 0; round < extent(3, 1); round += 1) {
      const running = turns(crowd, round);
      await sleep(400);
      await disk.fill();
      const since = Date.now();
      if (!(await eventually(() => refusesToWrite(result, /** @type {People[number]} */ (other)), seconds))) {
        result.wrong.push("the disk was not full");
      }
      await sleep(seconds * 1000 - (Date.now() - since));
      await disk.free();
      await settle(result, running);
      await allAlive(result);
    }
    await disk.remove();
    return result;
  },

  // The last one: from here on all connections go through a process in between.
  "Postgres lost, its standby promoted": async () => {
    const result = empty("Postgres lost, its standby promoted");
    const crowd = await people(8);
    for (let round = 0; round < extent(3, 1); round += 1) {
      const failOver = await postgres.standby();
      const running = turns(crowd, round);
      await sleep(Math.random() * 1500);
      await failOver();
      await settle(result, running);
      await allAlive(result);
    }
    return result;
  },
};

/** Sends what needs room on the disk, until that is refused, as it should be. */
async function refusesToWrite(/** @type {Result} */ result, /** @type {People[number]} */ { client, conversation }) {
  // Nothing that would fit where something else was, or could be made smaller.
  const content = `[plain] ${randomBytes(3900).toString("hex")}`;
  const answer = await client.post(`/api/chat/conversations/${conversation}/messages`, { content }, {});
  await answer.body?.cancel();
  if (answer.ok) return false;
  if (!isAway(answer)) result.wrong.push(`with a full disk: ${said(answer)}`);
  return true;
}
