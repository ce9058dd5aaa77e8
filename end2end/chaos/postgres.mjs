// A Postgres of our own that can be stopped, killed and started again, whose connections can be taken, whose disk can be
// filled, and that can be lost for good while a standby takes its place.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, chmod, mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../server.mjs";
import { sleep } from "./client.mjs";

const run = promisify(execFile);

/** Postgres refuses to run as root; there it runs as the user of its package. */
const isRoot = process.getuid?.() === 0;

const CONNECTIONS = 120;

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
  // Where it is reached. After a failover somebody listens there who passes everything on.
  const port = await freePort();
  let data = join(folder, "data");
  await as("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C"]);
  const configure = async (/** @type {string} */ folder, /** @type {string[]} */ settings) => {
    await appendFile(join(folder, "postgresql.conf"), [...settings, ""].join("\n"));
  };
  await configure(data, [
    `port = ${port}`, "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''", `max_connections = ${CONNECTIONS}`,
  ]);
  const start = () => as("pg_ctl", ["-D", data, "-w", "-s", "-l", join(folder, "log"), "start"]);
  const stop = (/** @type {"fast" | "immediate"} */ mode) => as("pg_ctl", ["-D", data, "-w", "-s", "-m", mode, "stop"]);
  await start();
  const psql = async (/** @type {string} */ sql, database = "greenlit") => {
    const options = ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-d", database, "-AtqX", "-F", "\t"];
    const { stdout } = await run(join(process.env.POSTGRES_BIN ?? "", "psql"), [...options, "-c", sql], {
      maxBuffer: 64 << 20,
    });
    return stdout.trimEnd();
  };
  await psql("CREATE ROLE greenlit LOGIN CREATEROLE", "postgres");
  await psql("CREATE DATABASE greenlit OWNER greenlit", "postgres");
  const small = join(folder, "small");
  /** @type {Forwarder | undefined} */
  let forwarder;
  let standbys = 0;

  /** A second Postgres that has everything before a commit is answered; how the first is lost and this one comes instead. */
  const standby = async () => {
    standbys += 1;
    const [itsPort, its] = [await freePort(), join(folder, `standby-${standbys}`)];
    await as("pg_basebackup", ["-h", "127.0.0.1", "-p", String(port), "-U", "postgres", "-D", its, "-R", "-X", "stream", "-c", "fast"]);
    await configure(its, [`port = ${itsPort}`]);
    await as("pg_ctl", ["-D", its, "-w", "-s", "-l", join(folder, "log"), "start"]);
    // Not before the copy was made: once it is the only one, it must wait for nobody.
    await psql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await psql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
    await psql("SELECT pg_reload_conf()");
    while ((await psql("SELECT string_agg(sync_state, ',') FROM pg_stat_replication")) !== "sync") await sleep(50);
    return async () => {
      await stop("immediate");
      await as("pg_ctl", ["-D", its, "-w", "-s", "promote"]);
      data = its;
      if (forwarder) forwarder.to(itsPort);
      else forwarder = await forward(port, itsPort);
    };
  };
  return {
    url: `postgres://greenlit@127.0.0.1:${port}/greenlit`,
    /** As the superuser, whom row-level security does not bind. */
    psql,
    start,
    stop,
    /** Takes all connections, those of the servers too: they lose them, and others are quicker. */
    occupy: () => occupy(port, psql),
    /** Moves the tables onto a small disk, which can be filled. An error where no disk may be mounted. */
    smallDisk: () => smallDisk(small, psql),
    standby,
    async remove() {
      forwarder?.stop();
      await stop("immediate").catch(() => undefined);
      await run("umount", [small]).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startPostgres>>} Postgres */
/** @typedef {(sql: string, database?: string) => Promise<string>} Psql */

/** @typedef {Awaited<ReturnType<typeof forward>>} Forwarder */

/** Listens on a port and passes everything on to another one. */
async function forward(/** @type {number} */ from, /** @type {number} */ to) {
  /** @type {Set<import("node:net").Socket>} */
  const open = new Set();
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    for (const [one, other] of [[near, far], [far, near]]) {
      if (!one || !other) continue;
      open.add(one);
      one.setNoDelay().pipe(other);
      one.on("error", () => undefined);
      one.once("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(from, "127.0.0.1");
  await once(server, "listening");
  return {
    to(/** @type {number} */ port) {
      to = port;
    },
    stop() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

const OTHERS = "FROM pg_stat_activity WHERE usename = 'greenlit' AND application_name <> 'occupied'";

async function occupy(/** @type {number} */ port, /** @type {Psql} */ psql) {
  /** @type {Set<import("node:net").Socket>} */
  const held = new Set();
  const fill = async () => {
    const taken = await Promise.all(Array.from({ length: 16 }, () => connection(port, held)));
    if (taken.some(Boolean)) await fill();
  };
  await fill();
  for (let quiet = 0; quiet < 3; ) {
    const others = Number(await psql(`SELECT count(pg_terminate_backend(pid)) ${OTHERS}`));
    quiet = others === 0 ? quiet + 1 : 0;
    await fill();
  }
  return {
    release() {
      for (const socket of held) socket.destroy();
    },
  };
}

/** Signs on and does nothing; false when Postgres refuses. */
function connection(/** @type {number} */ port, /** @type {Set<import("node:net").Socket>} */ held) {
  const words = ["user", "greenlit", "database", "greenlit", "application_name", "occupied", "", ""].join("\0");
  const start = Buffer.alloc(8 + words.length);
  start.writeInt32BE(start.length, 0);
  start.writeInt32BE(3 << 16, 4);
  start.write(words, 8);
  return new Promise((/** @type {(taken: boolean) => void} */ resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(start));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      held.delete(socket);
      resolve(false);
    });
    let last = "";
    socket.on("data", (bytes) => {
      last = (last + bytes.toString("latin1")).slice(-6);
      // It is ready for statements, which comes after all reasons to refuse it.
      if (last !== "Z\0\0\0\x05I") return;
      held.add(socket);
      resolve(true);
    });
  });
}

async function smallDisk(/** @type {string} */ place, /** @type {Psql} */ psql) {
  const megabytes = 64 + 2 * Number(await psql("SELECT pg_database_size('greenlit') >> 20"));
  await mkdir(place, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "none", place]);
  if (isRoot) await run("chown", ["postgres:postgres", place]);
  await psql(`CREATE TABLESPACE small LOCATION '${place}'`);
  const move = async (/** @type {string} */ from, /** @type {string} */ to) => {
    for (const kind of ["TABLE", "INDEX"]) await psql(`ALTER ${kind} ALL IN TABLESPACE ${from} SET TABLESPACE ${to}`);
  };
  await move("pg_default", "small");
  const filler = join(place, "filler");
  return {
    async fill() {
      const file = await open(filler, "w");
      try {
        for (const size of [1 << 20, 1 << 12]) {
          const zeros = Buffer.alloc(size);
          while ((await file.write(zeros).catch(() => ({ bytesWritten: 0 }))).bytesWritten === size);
        }
      } finally {
        await file.close();
      }
    },
    free: () => rm(filler, { force: true }),
    async remove() {
      await move("small", "pg_default");
      await psql("DROP TABLESPACE small");
      await run("umount", [place]);
    },
  };
}
