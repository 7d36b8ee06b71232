// An SMTP server in a process of its own, which takes everything. Says where it listens; ends with its parent.
import { connect, createServer, type Socket } from "node:net";
import { smtpServer } from "@relais/conformance";
import type { SinkOptions } from "./start-sink.ts";

const { answerMs, roundTripMs, silent } = JSON.parse(process.argv[2] ?? "{}") as SinkOptions;
const server = await smtpServer({
  record: "envelopes",
  script: {
    ...(answerMs === undefined ? {} : { dot: { delayMs: answerMs } }),
    ...(silent === true ? { greeting: { stall: true } } : {}),
  },
});

/** Hands on what comes in, so much later: what was sent together arrives together. */
function later(from: Socket, to: Socket, delayMs: number): void {
  from.on("data", (chunk) => setTimeout(() => to.write(chunk), delayMs));
  from.on("end", () => setTimeout(() => to.end(), delayMs));
  from.on("error", () => to.destroy());
}

/** A long line to the server: the port at its near end. */
async function longLine(delayMs: number): Promise<number> {
  const near = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const { host, port } = server;
    const far = connect({ host, port, noDelay: true, allowHalfOpen: true });
    later(client, far, delayMs);
    later(far, client, delayMs);
  });
  await new Promise<void>((resolve) => near.listen(0, server.host, resolve));
  return (near.address() as { port: number }).port;
}

const port = roundTripMs === undefined ? server.port : await longLine(roundTripMs / 2);
let cpu = process.cpuUsage();
process.send?.({ host: server.host, port });
process.on("message", () => {
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ accepted: server.accepted.length, cpuUs: user + system });
  cpu = process.cpuUsage();
  server.reset();
});
process.on("disconnect", () => process.exit());
