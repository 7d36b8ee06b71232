import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chownSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "../../../test/repo/free-port.ts";
import { ownFolder } from "./own-folder.ts";

const run = promisify(execFile);

/** A PostgreSQL of our own, on loopback, with the durability that it has by default. */
export interface PostgresServer {
  readonly url: string;
  /** A fresh database in it. @param template of which it is a copy. @defaultValue empty */
  database(template?: string): Promise<string>;
  /** Kills it as a crash would, and starts it again on the same port. */
  restart(): Promise<void>;
  /** @param signal SIGQUIT ends it at once, with nothing written to the disk before. @defaultValue SIGINT */
  stop(signal?: "SIGINT" | "SIGQUIT"): Promise<void>;
}

function binaries(): string {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? "" : join("/usr/lib/postgresql", newest, "bin");
}

/** PostgreSQL refuses to run as root. */
async function owner(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "postgres"])).stdout)),
  );
  return { uid: uid as number, gid: gid as number };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes a database on a server, and gives its URL. */
export async function createDatabase(server: string, template = "template1"): Promise<string> {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(`create database ${name} template ${template}`);
  } finally {
    await client.end();
  }
  return server.replace(/postgres$/, name);
}

/** Starts one in a folder that is removed when it stops. */
export async function postgresServer(): Promise<PostgresServer> {
  const bin = binaries();
  const home = ownFolder("pg");
  const user = await owner();
  if (user.uid !== undefined) chownSync(home, user.uid, user.gid as number);
  const data = join(home, "data");
  await run(join(bin, "initdb"), ["-D", data, "-A", "trust", "-U", "postgres", "-N"], { ...user, cwd: home });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const args = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", home, "-c", "max_connections=200"];
    child = spawn(join(bin, "postgres"), args, { ...user, cwd: home, stdio: "ignore" });
    for (let tries = 0; !(await answers(url)); tries++) {
      if (tries > 200) throw new Error("PostgreSQL did not start");
      await sleep(50);
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    // Ctrl+C reaches it, too.
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill(signal);
    await closed;
  };
  await start();
  return {
    url,
    database: (template) => createDatabase(url, template),
    async restart() {
      // Immediate shutdown: no connection is waited for, and recovery runs at the next start.
      await end("SIGQUIT");
      await start();
    },
    async stop(signal = "SIGINT") {
      await end(signal);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
