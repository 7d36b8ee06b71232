#!/usr/bin/env node
import { buffer } from "node:stream/consumers";

// First of all: the first process of a container ignores a signal for which it has no handler, and all that follows takes
// a while to load. A command with work to finish has a handler of its own, and then this does nothing.
for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  const end = (): void => {
    if (process.listenerCount(signal) === 1) process.exit(code);
  };
  process.on(signal, end);
}

/** The reader of the output is gone, `| head` say: that is no error, and no reason to stop half way. */
const readerGone: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);
let writeFailed = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code }: NodeJS.ErrnoException) => {
    writeFailed ||= !readerGone.has(code);
  });
}

const { runProgram } = await import("./program.ts");
const { logWriter } = await import("./log-writer.ts");
const { version } = await import("@relais/core/spi");

let isLog = false;
const code = await runProgram(process.argv.slice(2), version, {
  env: process.env,
  cwd: process.cwd(),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  log(dropped) {
    isLog = true;
    return { out: logWriter(process.stdout, dropped), err: logWriter(process.stderr, dropped) };
  },
  stdin: async () => (process.stdin.isTTY ? undefined : buffer(process.stdin)),
  terminal: process.stderr.isTTY ? { input: process.stdin, output: process.stderr } : undefined,
});
process.exitCode = code === 0 && writeFailed ? 1 : code;
// A reader may take its time, as in a pager. A log is no reason for a worker to stay.
const isRead = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()));
if (!isLog) await Promise.all([process.stdout, process.stderr].map(isRead));
// All is written. What was being opened at a signal to stop, a connection to a silent server say, is not waited for.
setTimeout(() => process.exit(), 3_000).unref();
