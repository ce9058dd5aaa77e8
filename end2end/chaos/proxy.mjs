// nginx before the servers, as docs/CONFIGURATION.md has it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../server.mjs";
import { sleep } from "./client.mjs";

const nginx = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"].find((path) => existsSync(path));

/** `undefined` where there is no nginx. */
export async function startProxy(/** @type {string[]} */ servers) {
  if (!nginx) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "greenlit-chaos-nginx-"));
  const port = await freePort();
  const upstream = servers.map((url) => `server ${new URL(url).host} max_fails=0;`).join(" ");
  const config = `
    daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
    events {}
    http {
      access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      upstream greenlit { ${upstream} }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://greenlit; proxy_http_version 1.1; proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $remote_addr; proxy_read_timeout 60s;
        }
      }
    }`;
  await writeFile(join(folder, "nginx.conf"), config);
  const child = spawn(nginx, ["-c", join(folder, "nginx.conf"), "-p", folder], { stdio: "inherit" });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/healthz`).then(() => true, () => false))) await sleep(50);
  return {
    url,
    async stop() {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
