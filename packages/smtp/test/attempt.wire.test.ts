import { once } from "node:events";
import type { Socket } from "node:net";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { describe, expect, onTestFinished, test } from "vitest";
import { Attempt, type ProviderState } from "../src/attempt/attempt.ts";
import { outcomeFactory } from "../src/attempt/outcomes.ts";
import { Connection } from "../src/connection/connection.ts";
import { connectionSlots, type Slot } from "../src/connection/connection-slots.ts";
import { openConnection } from "../src/connection/open-connection.ts";
import { type ConnectionPool, learnedLimits } from "../src/connection/pool.ts";
import { secretRedactor } from "../src/connection/secret-redactor.ts";
import { checkOptions } from "../src/options/options.ts";
import { mail, sendContext } from "./send-context.ts";

type Acquire = ConnectionPool["acquire"];

async function setup(): Promise<{
  server: SmtpServer;
  shared(acquire?: (open: Acquire) => Acquire): ProviderState;
  slot: Slot;
}> {
  const server = await smtpServer();
  onTestFinished(() => server.close());
  const settings = checkOptions({ host: server.host, port: server.port });
  const open: Acquire = (_, signal) => openConnection(settings, () => undefined, signal);
  const shared = (acquire = (standard: Acquire) => standard): ProviderState => ({
    outcomes: outcomeFactory("SMTP", secretRedactor(settings)),
    sign: undefined,
    verp: undefined,
    learned: learnedLimits(),
    pool: {
      acquire: acquire(open),
      release: async (used) => used.destroy(),
      isSpent: () => false,
      dropIdle: () => undefined,
    },
  });
  const slot = await connectionSlots(1, () => 0).acquire(new AbortController().signal);
  return { server, shared, slot: slot as Slot };
}

describe("an attempt", () => {
  test("that finds an idle connection closed before it wrote to it takes another one", async () => {
    const { server, shared, slot } = await setup();
    const smtp = new SMTPConnection({ host: server.host, port: server.port });
    smtp.connect();
    await once(smtp, "connect");
    const connection = new Connection(smtp, smtp.lastServerResponse || "", 65_536);
    const pool = { acquire: async () => connection, release: async () => undefined };
    const before = await mail();
    const first = new Attempt(before, sendContext(before), {
      ...shared(),
      pool: { ...shared().pool, ...pool },
    });
    expect(await first.run(slot)).toMatchObject({ success: true });
    // The kernel knows it a moment before anybody else does.
    (smtp as unknown as { _socket: Socket })._socket.end();
    const kept = [connection];
    const message = await mail();
    const context = sendContext(message);
    const each = new Attempt(
      message,
      context,
      shared(
        (open) =>
          async (...args) =>
            kept.pop() ?? open(...args),
      ),
    );
    expect(await each.run(slot)).toMatchObject({ success: true });
    expect(context.handOvers).toBe(1);
    expect(server.accepted).toHaveLength(2);
  });

  test("that is aborted at the very moment its connection opens sends nothing", async () => {
    const { server, shared, slot } = await setup();
    const stop = new AbortController();
    const message = await mail();
    const context = sendContext(message, { signal: stop.signal });
    let answer: ReturnType<Attempt["abort"]> | undefined;
    const each = new Attempt(
      message,
      context,
      shared((open) => async (...args) => {
        const opened = await open(...args);
        stop.abort();
        answer = each.abort();
        return opened;
      }),
    );
    await each.run(slot);
    await each.released();
    expect(answer).toMatchObject({ kind: "cancelled" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(context.handOvers).toBe(0);
    expect(server.accepted).toEqual([]);
    expect(server.open).toBe(0);
    expect(server.sessions[0]?.commands).toEqual([expect.stringMatching(/^EHLO/)]);
  });
});
