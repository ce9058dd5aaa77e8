// What a first visit to /dashboard/chat transfers: the page and the files it loads, in bytes as they go over the wire.
// Prints {"responses": [{path, transfer, unpacked, encoding}]}.
import { get } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { startServer } from "./server.mjs";

const server = await startServer();
try {
  const cookie = await signUp(server.url);
  const page = await fetchRaw("/dashboard/chat", { cookie });
  const html = unpack(page).toString("utf8");
  const responses = [page];
  for (const path of assets(html)) responses.push(await fetchRaw(path, {}));
  const rows = responses.map((response) => ({
    path: response.path,
    transfer: response.body.length,
    unpacked: unpack(response).length,
    encoding: response.encoding,
  }));
  console.log(JSON.stringify({ responses: rows }));
} finally {
  await server.stop();
}

async function signUp(/** @type {string} */ url) {
  const answer = await fetch(`${url}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ name: "Size", email: "size@example.com", password: "correct horse battery staple" }),
  });
  if (!answer.ok) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
  return answer.headers.getSetCookie().map((line) => line.split(";")[0]).join("; ");
}

/**
 * Everything of ours that the page loads: each link or script of /pkg, plus other style sheets, scripts and preloads.
 *
 * @param {string} html
 */
function assets(html) {
  const found = new Set(html.match(/\/pkg\/[\w.-]+\.(?:js|wasm|css)/g) ?? []);
  for (const [tag] of html.matchAll(/<(?:link|script)\b[^>]*>/g)) {
    const loads = tag.startsWith("<script") || /rel="?(?:stylesheet|preload|modulepreload)/.test(tag);
    const path = /(?:href|src)="?(\/[^"\s>]*)/.exec(tag)?.[1];
    if (loads && path) found.add(path);
  }
  for (const kind of ["js", "wasm", "css"]) {
    if (![...found].some((path) => path.endsWith(`.${kind}`))) throw new Error(`the page loads no .${kind} file`);
  }
  return found;
}

/**
 * @param {string} path
 * @param {Record<string, string>} headers
 * @returns {Promise<{ path: string, encoding: string, body: Buffer }>}
 */
function fetchRaw(path, headers) {
  // Not `fetch`, which unpacks without telling the packed size.
  return new Promise((resolve, reject) => {
    const options = { headers: { "accept-encoding": "br, gzip", accept: "text/html, */*", ...headers } };
    get(server.url + path, options, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode !== 200) return reject(new Error(`${path}: ${response.statusCode}`));
        const encoding = response.headers["content-encoding"] ?? "identity";
        resolve({ path, encoding, body: Buffer.concat(chunks) });
      });
    }).once("error", reject);
  });
}

function unpack(/** @type {{ encoding: string, body: Buffer }} */ { encoding, body }) {
  if (encoding === "br") return brotliDecompressSync(body);
  return encoding === "gzip" ? gunzipSync(body) : body;
}
