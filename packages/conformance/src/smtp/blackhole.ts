import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";

/** An address that never answers. */
export interface Blackhole {
  readonly host: "127.0.0.1";
  readonly port: number;
  close(): Promise<void>;
}

// Listens, and then never runs its event loop again, so nothing is accepted. The blocking read ends when the parent
// closes the pipe or dies.
const CHILD = `
const server = require("node:net").createServer();
server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
  const fs = require("node:fs");
  fs.writeSync(1, server.address().port + "\\n");
  const wait = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      if (fs.readSync(0, Buffer.alloc(1)) === 0) process.exit(0);
    } catch (error) {
      if (error.code !== "EAGAIN") process.exit(0);
      Atomics.wait(wait, 0, 0, 20);
    }
  }
});
`;
const PROBE_MS = 250;
const MOST_PROBES = 16;

/**
 * A port of 127.0.0.1 that drops every SYN: a client sees nothing at all, until its own connect timeout.
 *
 * A child process listens with the smallest backlog, never accepts, and has its queue filled. This holds on Linux.
 * Where the system answers all the same (some BSDs complete the handshake), it rejects instead of pretending.
 */
export async function blackhole(): Promise<Blackhole> {
  const child = spawn(process.execPath, ["-e", CHILD], { stdio: ["pipe", "pipe", "ignore"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const fillers: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
    await gone;
  };
  const port = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the listening process ended")));
    child.stdout.once("data", (line: Buffer) => resolve(Number(line)));
  });
  for (let probe = 0; probe < MOST_PROBES; probe += 1) {
    if (await hangs(port, fillers)) {
      // The last filler stays: its connect never ends, and does not keep the process alive.
      child.unref();
      for (const filler of fillers) filler.unref();
      return { host: "127.0.0.1", port, close };
    }
  }
  await close();
  throw new Error(`connections are still answered after ${MOST_PROBES}: this system has no full backlog`);
}

async function hangs(port: number, fillers: Socket[]): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  fillers.push(socket);
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), PROBE_MS);
    const answered = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    socket.once("connect", answered);
    socket.on("error", answered);
  });
}
