// Rows by the thousand, written into the private Postgres of a server under test: through the API they would take
// minutes.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";

/**
 * Runs SQL as the database's superuser, whom row-level security does not bind; what it prints.
 *
 * @param {string} folder where the server was started: `folder` of `startServer`
 * @param {string} statements
 * @param {Record<string, string | number>} values for `:'name'` and `:name` in it
 * @returns {Promise<string>}
 */
export async function sql(folder, statements, values = {}) {
  const data = join(folder, "data/postgres/data");
  const lines = async (/** @type {string} */ name) => (await readFile(join(data, name), "utf8")).split("\n");
  const state = Object.fromEntries((await lines("greenlit.state")).map((line) => line.split("=")));
  const socketFolder = (await lines("postmaster.pid"))[4] ?? "";
  const server = (await lines("postmaster.opts"))[0]?.split(" ")[0]?.replaceAll('"', "") ?? "";
  const beside = join(dirname(server), "psql");
  const settings = Object.entries({ ON_ERROR_STOP: 1, ...values }).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
  const child = spawn(existsSync(beside) ? beside : "psql", ["-qtAX", ...settings], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...process.env,
      PGHOST: socketFolder,
      PGPORT: "5432",
      PGUSER: "greenlit_admin",
      PGPASSWORD: state.admin_password,
      PGDATABASE: state.database,
      PGOPTIONS: "-c search_path=greenlit",
    },
  });
  let output = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (complaint += text));
  child.stdin.end(statements);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`psql: ${code}\n${complaint}`);
  return output.trim();
}

/**
 * Gives somebody a conversation of `count` messages, ten minutes apart up to now: "Question 1", "Answer 2", …, every
 * tenth of them long. Returns its path.
 *
 * @param {string} folder
 * @param {string} email
 * @param {number} count
 */
export async function longConversation(folder, email, count) {
  const id = randomUUID();
  await sql(folder, LONG_CONVERSATION, { id, email, count });
  return `/dashboard/chat/${id}`;
}

const LONG_CONVERSATION = `
  INSERT INTO conversations (id, user_id, title, title_source, next_position, message_count, last_message_preview)
  SELECT :'id', id, 'A conversation of ' || :count, 'user', :count + 1, :count, 'Answer ' || :count
  FROM users WHERE email = :'email';
  INSERT INTO messages (id, user_id, conversation_id, position, role, content, parts, status, created_at, parent_id)
  SELECT md5(:'id' || n)::uuid, c.user_id, c.id, n, role, text,
         jsonb_build_array(jsonb_build_object('type', 'text', 'text', text)), 'complete',
         now() - make_interval(mins => 10 * (:count - n)), CASE WHEN n > 1 THEN md5(:'id' || n - 1)::uuid END
  FROM conversations c, generate_series(1, :count) n,
       LATERAL (SELECT CASE n % 2 WHEN 1 THEN 'user' ELSE 'assistant' END AS role,
                       CASE n % 2 WHEN 1 THEN 'Question ' ELSE 'Answer ' END || n
                       || CASE WHEN n % 10 = 0 THEN repeat(E'\\n\\nA paragraph that makes it a long one. It has a list:\\n\\n- one\\n- two\\n\\n'
                          || E'\`\`\`rust\\nfn main() {}\\n\`\`\`', 1 + n / 10 % 4) ELSE '' END AS text) said
  WHERE c.id = :'id';
  ANALYZE messages;
`;

/**
 * Gives somebody many conversations without messages, an hour apart up to now: "Talk 1" is the newest.
 *
 * @param {string} folder
 * @param {string} email
 * @param {number} count
 */
export async function manyConversations(folder, email, count) {
  await sql(
    folder,
    `INSERT INTO conversations (id, user_id, title, title_source, last_message_preview, created_at, updated_at)
     SELECT gen_random_uuid(), id, 'Talk ' || n, 'user', 'What was said last in talk ' || n, at, at
     FROM users, generate_series(1, :count) n, LATERAL (SELECT now() - make_interval(hours => n) AS at) moment
     WHERE email = :'email';
     ANALYZE conversations;`,
    { email, count },
  );
}
