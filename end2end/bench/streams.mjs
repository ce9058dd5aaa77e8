// Fifty conversations of five people streaming at once: no error, no gap in the events' numbers, no text lost.
import { benchmark, signUp } from "../measure.mjs";

const PEOPLE = 5;
const CONVERSATIONS = 50;
// What the fake model's scenario `slow` says: a hundred words, twenty a second.
const TEXT = Array.from({ length: 100 }, (_, index) => `word ${index + 1} `).join("");

await benchmark(async (server) => {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, (_, number) => signUp(server.url, `Person${number}`)),
  );
  const conversations = await Promise.all(
    Array.from({ length: CONVERSATIONS }, async (_, number) => {
      const user = /** @type {typeof people[0]} */ (people[number % PEOPLE]);
      const { id } = /** @type {{ id: string }} */ (await (await user.post("/api/chat/conversations", {})).json());
      return { user, id };
    }),
  );
  const streams = await Promise.all(conversations.map(stream));
  console.error(`  ${streams.length} streams, ${streams.reduce((sum, stream) => sum + stream.events, 0)} events, no error`);
  return [
    { name: "50 streams: sent to first token", unit: "ms", samples: streams.map((stream) => stream.first) },
    { name: "50 streams: sent to end (5 s of model)", unit: "ms", samples: streams.map((stream) => stream.end) },
  ];
});

/**
 * Sends a message and reads its run to the end.
 *
 * @param {{ user: Awaited<ReturnType<typeof signUp>>, id: string }} conversation
 */
async function stream({ user, id }) {
  const path = `/api/chat/conversations/${id}/messages`;
  const started = performance.now();
  const answer = await user.post(path, { content: "[slow] Hello" }, "text/event-stream");
  let first = Number.NaN;
  let text = "";
  /** @type {string[]} */
  const names = [];
  for await (const event of eventsOf(answer)) {
    names.push(event.name);
    if (event.id !== names.length) throw new Error(`${id}: event ${event.id} came as number ${names.length}`);
    if (event.name === "text.delta") {
      if (text === "") first = performance.now() - started;
      text += event.data.text;
    }
  }
  const ends = names.slice(-2).join(", ");
  if (ends !== "message.completed, run.completed") throw new Error(`${id}: ended with ${ends}`);
  if (text.trim() !== TEXT.trim()) throw new Error(`${id}: text lost: ${text}`);
  return { first, end: performance.now() - started, events: names.length };
}

/**
 * @param {Response} answer
 * @returns {AsyncGenerator<{ id: number, name: string, data: any }>}
 */
async function* eventsOf(answer) {
  if (!answer.body) throw new Error("no body");
  let rest = "";
  const decoder = new TextDecoder();
  const reader = answer.body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    rest += decoder.decode(piece.value, { stream: true });
    for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
      const lines = rest.slice(0, at).split("\n");
      rest = rest.slice(at + 2);
      const field = (/** @type {string} */ name) =>
        lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1).trim();
      const data = field("data");
      if (data !== undefined) yield { id: Number(field("id")), name: field("event") ?? "message", data: JSON.parse(data) };
    }
  }
}
