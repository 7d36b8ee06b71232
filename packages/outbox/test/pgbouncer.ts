import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../test/repo/free-port.ts";

/** A PgBouncer that gives its few sessions away again after each transaction. */
export interface Pooler {
  /** The URL of a database, through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** @param sessions how many of the server are shared by all */
export async function pgbouncer(server: string, sessions: number): Promise<Pooler> {
  const home = mkdtempSync(join(tmpdir(), "relais-pooler-"));
  chmodSync(home, 0o777); // It refuses to run as root.
  const [config, users, log] = ["ini", "users", "log"].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ];
  const port = await freePort();
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${new URL(server).port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${sessions}
logfile = ${log}
`,
  );
  writeFileSync(users, '"postgres" ""\n');
  const child = spawn("pgbouncer", [...(process.getuid?.() === 0 ? ["-u", "postgres"] : []), config], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: "ignore",
  });
  const closed = once(child, "close");
  const isUp = (): boolean => existsSync(log) && readFileSync(log, "utf8").includes("process up");
  for (let tries = 0; !isUp(); tries++) {
    if (tries > 100) throw new Error("PgBouncer did not start");
    await sleep(50);
  }
  return {
    through: (url) => url.replace(/:\d+\//, `:${port}/`),
    async stop() {
      child.kill("SIGTERM");
      await closed;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
