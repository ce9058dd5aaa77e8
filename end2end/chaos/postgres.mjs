// A Postgres of our own that can be stopped, killed and started again.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../server.mjs";

const run = promisify(execFile);

/** Postgres refuses to run as root; there it runs as the user of its package. */
const isRoot = process.getuid?.() === 0;

/** Its output goes nowhere: what `pg_ctl start` leaves behind would hold a pipe open. */
async function as(/** @type {string} */ program, /** @type {string[]} */ args) {
  const path = join(process.env.POSTGRES_BIN ?? "", program);
  const child = isRoot
    ? spawn("runuser", ["-u", "postgres", "--", path, ...args], { stdio: "ignore" })
    : spawn(path, args, { stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${code}`);
}

export async function startPostgres() {
  const folder = await mkdtemp(join(tmpdir(), "greenlit-chaos-pg-"));
  await chmod(folder, 0o777);
  const port = await freePort();
  const data = join(folder, "data");
  await as("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]);
  const settings = `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 120\n`;
  const file = join(data, "postgresql.conf");
  if (isRoot) await run("runuser", ["-u", "postgres", "--", "sh", "-c", `printf '%s' "$1" >> "$2"`, "sh", settings, file]);
  else await appendFile(file, settings);
  const start = () => as("pg_ctl", ["-D", data, "-w", "-s", "-l", join(folder, "log"), "start"]);
  const stop = (/** @type {"fast" | "immediate"} */ mode) => as("pg_ctl", ["-D", data, "-w", "-s", "-m", mode, "stop"]);
  await start();
  const psql = async (/** @type {string} */ sql, database = "greenlit") => {
    const options = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-d", database, "-AtqX", "-F", "\t"];
    const { stdout } = await run(join(process.env.POSTGRES_BIN ?? "", "psql"), [...options, "-c", sql]);
    return stdout.trimEnd();
  };
  await psql("CREATE ROLE greenlit LOGIN CREATEROLE", "postgres");
  await psql("CREATE DATABASE greenlit OWNER greenlit", "postgres");
  return {
    url: `postgres://greenlit@127.0.0.1:${port}/greenlit`,
    /** As the superuser, whom row-level security does not bind. */
    psql,
    start,
    stop,
    async remove() {
      await stop("immediate").catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startPostgres>>} Postgres */
