// What the benchmarks share: accounts through the API, percentiles, the report that `cargo xtask bench` reads.
import { Model, buildFakeOpenAi } from "./model.mjs";
import { freePort, startServer } from "./server.mjs";

/**
 * @typedef {{ name: string, unit: string, samples: number[], limit?: number, limitAt?: "p95", baseline?: number }} Row
 * `limit`: what the median may be, or with `limitAt` what 95 of 100 may be; `baseline`: what it is compared with.
 */

/**
 * Runs `measure` against a server with a model, and reports its rows.
 *
 * @param {(server: import("./server.mjs").Server, model: Model) => Promise<Row[]>} measure
 */
export async function benchmark(measure) {
  await withModel(async (settings, model) => {
    const server = await startServer(settings);
    try {
      report(await measure(server, model));
    } finally {
      await server.stop();
    }
  });
}

/**
 * Runs `work` while there is a model, with the settings of a server that talks to it.
 *
 * @param {(settings: Record<string, string>, model: Model) => Promise<void>} work
 */
export async function withModel(work) {
  await buildFakeOpenAi();
  const model = await new Model(await freePort()).start();
  try {
    await work({ OPENAI_BASE_URL: model.baseUrl, OPENAI_API_KEY: "x", OPENAI_MODEL: "auto" }, model);
  } finally {
    await model.stop();
  }
}

/** Prints a line for each row to standard error, and the rows as JSON to standard output. */
export function report(/** @type {Row[]} */ rows) {
  for (const { name, unit, samples, limit, limitAt } of rows) {
    const [middle, high] = [percentile(samples, 50), percentile(samples, 95)];
    const held = limitAt ? high : middle;
    const verdict = limit === undefined ? "" : held < limit ? `  (under ${limit})` : `  (OVER ${limit})`;
    const shown = [middle, high, Math.max(...samples)].map((sample) => sample.toFixed(1));
    console.error(`  ${name}: median ${shown[0]}, p95 ${shown[1]}, max ${shown[2]} ${unit}, n = ${samples.length}${verdict}`);
  }
  console.log(JSON.stringify({ rows }));
}

/** The smallest sample that so many percent of all do not exceed. */
export function percentile(/** @type {number[]} */ samples, /** @type {number} */ percent) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Makes an account and returns what calls the API as it.
 *
 * @param {string} url
 * @param {string} name
 */
export async function signUp(url, name) {
  const answer = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ name, email: `${name.toLowerCase().replaceAll(" ", ".")}@example.com`, password: "correct horse battery staple" }),
  });
  if (!answer.ok) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
  const headers = { cookie: cookies.join("; "), origin: url, "content-type": "application/json" };
  return {
    headers,
    cookies: cookies.map((cookie) => {
      const at = cookie.indexOf("=");
      return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url };
    }),
    /** @returns {Promise<Response>} an answer that is not an error */
    async post(/** @type {string} */ path, /** @type {object} */ body, accept = "application/json") {
      const options = { method: "POST", headers: { ...headers, accept }, body: JSON.stringify(body) };
      const answer = await fetch(url + path, options);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    },
  };
}
