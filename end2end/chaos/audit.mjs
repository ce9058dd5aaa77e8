// What the database holds, against what was promised.
import { openRuns, postgres } from "./stage.mjs";

/** @typedef {import("./stage.mjs").Result} Result */

async function rows(/** @type {string} */ sql) {
  const text = await postgres.psql(`SET search_path = greenlit; ${sql}`);
  return new Map(text.split("\n").filter(Boolean).map((line) => /** @type {[string, string]} */ (line.split("\t"))));
}

/** Lost and doubled messages and effects of what was acknowledged. */
export async function audit(/** @type {Result} */ result) {
  const titles = [...new Set(result.turns.filter((turn) => turn.acknowledged).map((turn) => turn.title))];
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
  const open = await openRuns();
  if (open > 0) result.wrong.push(`${open} runs are still open`);
  return { runs: titles.length, lostMessages, lostEffects, doubled };
}

/** A hash of each part of all runs that are over: the run itself, its answer, its events, its calls. */
export function endedRuns() {
  return rows(`
    SELECT concat(part, ' of run ', r.id), md5("is")
    FROM runs r, LATERAL (VALUES
      ('the row', r::text),
      ('the answer', (SELECT m::text FROM messages m WHERE m.id = r.assistant_message_id)),
      ('the events', (SELECT string_agg(e::text, '' ORDER BY e.seq) FROM run_events e WHERE e.run_id = r.id)),
      ('the calls', (SELECT string_agg(c::text, '' ORDER BY c.id) FROM tool_calls c WHERE c.run_id = r.id))
    ) parts (part, "is")
    WHERE r.status IN ('completed', 'cancelled', 'failed')`);
}

export function percentile(/** @type {number[]} */ samples, /** @type {number} */ percent) {
  const sorted = samples.toSorted((x, y) => x - y);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}
