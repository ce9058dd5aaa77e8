// A client that does what a good one does: one idempotency key for each message, again on failure, on where the stream broke
// off. It notes what it was promised, and what it saw against its promise.

/** @typedef {{ title: string, key: string, conversation: string, acknowledged: boolean, done: boolean, faults: string[], gaps: number[], stopped: boolean }} Turn */

const PATIENCE = 90_000;

export class Client {

  /**
   * @param {() => string[]} servers the addresses to try, in turn
   * @param {string} name
   */
  constructor(servers, name) {
    this.servers = servers;
    this.name = name;
    this.cookie = "";
  }

  async signUp() {
    const answer = await this.#fetch("/api/auth/sign-up/email", {
      name: this.name,
      email: `${this.name}@example.com`,
      password: "correct horse battery staple",
    });
    if (!answer.ok) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`);
    this.cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    return this;
  }

  async begin() {
    const answer = await this.#until(() => this.#fetch("/api/chat/conversations", { title: "Chaos" }));
    return /** @type {{ id: string }} */ (await answer.json()).id;
  }

  /** Sends one message and follows its answer to the end, whatever happens meanwhile. */
  async turn(/** @type {string} */ conversation, /** @type {string} */ title, first = 0) {
    /** @type {Turn} */
    const turn = {
      title,
      key: `key-${title}`,
      conversation,
      acknowledged: false,
      done: false,
      faults: [],
      gaps: [],
      stopped: false,
    };
    const seen = { events: new Map(), last: 0, at: Date.now(), text: "", run: "" };
    const deadline = Date.now() + PATIENCE;
    for (let attempt = first; !turn.done && Date.now() < deadline; attempt += 1) {
      try {
        const stream = await this.#stream(turn, seen, attempt);
        if (!stream) {
          await sleep(100);
          continue;
        }
        turn.acknowledged = true;
        for await (const event of events(stream)) this.#take(turn, seen, event);
      } catch {
        // The connection broke off.
      }
      if (!turn.done) await sleep(50);
    }
    if (!turn.done) turn.faults.push("no end");
    return turn;
  }

  /** The same request again until it is answered, then on from the last number. */
  async #stream(/** @type {Turn} */ turn, /** @type {any} */ seen, /** @type {number} */ attempt) {
    const path = seen.run
      ? `/api/chat/runs/${seen.run}/events?after=${seen.last}`
      : `/api/chat/conversations/${turn.conversation}/messages`;
    const body = seen.run ? undefined : { content: `[chaos ${turn.title}]` };
    const headers = { accept: "text/event-stream", "idempotency-key": turn.key };
    const answer = await this.#fetch(path, body, headers, attempt);
    if (answer.ok) return answer.body ?? undefined;
    await answer.body?.cancel();
    if (answer.status < 500 && answer.status !== 429) turn.faults.push(`refused: ${answer.status}`);
    return undefined;
  }

  #take(/** @type {Turn} */ turn, /** @type {any} */ seen, /** @type {{ id: number, event: string, data: string }} */ event) {
    const now = Date.now();
    turn.gaps.push(now - seen.at);
    seen.at = now;
    const before = seen.events.get(event.id);
    const content = `${event.event} ${event.data}`;
    if (before !== undefined && before !== content) turn.faults.push(`two events have number ${event.id}`);
    if (before === undefined && event.id <= seen.last) turn.faults.push(`number ${event.id} after ${seen.last}`);
    if (before !== undefined) return;
    seen.events.set(event.id, content);
    seen.last = event.id;
    const data = JSON.parse(event.data);
    switch (event.event) {
      case "run.created":
        if (seen.run && seen.run !== data.run_id) turn.faults.push("two runs");
        seen.run = data.run_id;
        break;
      case "text.delta":
        seen.text += data.text;
        break;
      case "text.reset":
        seen.text = data.text;
        break;
      case "message.completed":
        if (data.content !== seen.text) turn.faults.push("the text that was seen is not the answer's");
        break;
      case "run.completed":
        turn.done = true;
        break;
      case "run.cancelled":
        turn.done = true;
        turn.stopped = true;
        break;
      case "run.failed":
        turn.done = true;
        turn.faults.push(`failed: ${data.code}`);
        break;
    }
  }

  /** Repeats a request until some server answers it well. */
  async #until(/** @type {() => Promise<Response>} */ request) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const answer = await request().catch(() => undefined);
      if (answer?.ok) return answer;
      if (Date.now() > deadline) throw new Error(`no good answer: ${answer?.status}`);
      await sleep(100);
    }
  }

  async #fetch(
    /** @type {string} */ path,
    /** @type {object | undefined} */ body,
    /** @type {Record<string, string>} */ headers = {},
    attempt = 0,
  ) {
    const servers = this.servers();
    const server = servers[attempt % servers.length];
    if (!server) throw new Error("no server");
    return fetch(server + path, {
      method: body ? "POST" : "GET",
      headers: { origin: server, cookie: this.cookie, "content-type": "application/json", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  post(/** @type {string} */ path, /** @type {object} */ body, /** @type {Record<string, string>} */ headers, attempt = 0) {
    return this.#fetch(path, body, headers, attempt);
  }

  get(/** @type {string} */ path, /** @type {Record<string, string>} */ headers, attempt = 0) {
    return this.#fetch(path, undefined, headers, attempt);
  }
}

/** The events of a stream, as they come. */
export async function* events(/** @type {ReadableStream<Uint8Array>} */ stream) {
  let rest = "";
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value: bytes } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      /** @type {Record<string, string>} */
      const fields = {};
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).trimStart();
      }
      if (fields.event) yield { id: Number(fields.id), event: fields.event, data: fields.data ?? "null" };
    }
  }
}

export function sleep(/** @type {number} */ milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
