import { once } from "node:events";
import type { Socket } from "node:net";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Attempt, attempt, type Station } from "../src/attempt.ts";
import { checkOptions } from "../src/check-options.ts";
import { openSession } from "../src/open-session.ts";
import { session } from "../src/session.ts";
import { telling } from "../src/telling.ts";
import { vault } from "../src/vault.ts";
import { mail, sendContext } from "./send-context.ts";

async function place(): Promise<{ server: SmtpServer; station: Station }> {
  const server = await smtpServer();
  onTestFinished(() => server.close());
  const settings = checkOptions({ host: server.host, port: server.port });
  const station: Station = {
    telling: telling("SMTP", vault(settings)),
    sign: undefined,
    take: () => undefined,
    give: (used) => used.destroy(),
    open: (signal) => openSession(settings, () => undefined, signal),
  };
  return { server, station };
}

describe("an attempt", () => {
  test("that finds an idle connection closed before it wrote to it takes another, unseen", async () => {
    const { server, station } = await place();
    const connection = new SMTPConnection({ host: server.host, port: server.port });
    connection.connect();
    await once(connection, "connect");
    // What the kernel tells a moment before nodemailer hears of it.
    (connection as unknown as { _socket: Socket })._socket.end();
    const kept = [session(connection)];
    const message = await mail();
    const context = sendContext(message);
    const each = attempt(message, context, { ...station, take: () => kept.pop() });
    expect(await each.run()).toMatchObject({ success: true });
    expect(context.handOvers).toBe(1);
    expect(server.accepted).toHaveLength(1);
  });

  test("that is broken off at the very moment its connection opens sends nothing", async () => {
    const { server, station } = await place();
    const stop = new AbortController();
    const message = await mail();
    const context = sendContext(message, { signal: stop.signal });
    let answer: ReturnType<Attempt["breakOff"]> | undefined;
    const each = attempt(message, context, {
      ...station,
      open: async (signal) => {
        const opened = await station.open(signal);
        stop.abort();
        answer = each.breakOff();
        return opened;
      },
    });
    await each.run();
    await each.tidied();
    expect(answer).toMatchObject({ kind: "cancelled" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(context.handOvers).toBe(0);
    expect(server.accepted).toEqual([]);
    expect(server.open).toBe(0);
    expect(server.sessions[0]?.commands).toEqual([expect.stringMatching(/^EHLO/)]);
  });
});
