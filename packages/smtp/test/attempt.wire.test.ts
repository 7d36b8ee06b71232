import { once } from "node:events";
import type { Socket } from "node:net";
import { type SmtpServer, smtpServer } from "@relais/conformance";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Attempt, attempt, type Station } from "../src/attempt/attempt.ts";
import { telling } from "../src/attempt/outcomes.ts";
import { session } from "../src/connection/connection.ts";
import { type Place, places } from "../src/connection/connection-slots.ts";
import type { Connections } from "../src/connection/connections.ts";
import { learned } from "../src/connection/learned.ts";
import { openSession } from "../src/connection/open-connection.ts";
import { vault } from "../src/connection/secret-redactor.ts";
import { checkOptions } from "../src/options/check-options.ts";
import { mail, sendContext } from "./send-context.ts";

async function setting(): Promise<{
  server: SmtpServer;
  station(take?: (open: Connections["take"]) => Connections["take"]): Station;
  place: Place;
}> {
  const server = await smtpServer();
  onTestFinished(() => server.close());
  const settings = checkOptions({ host: server.host, port: server.port });
  const open: Connections["take"] = (_, signal) => openSession(settings, () => undefined, signal);
  const station = (take = (standard: Connections["take"]) => standard): Station => ({
    telling: telling("SMTP", vault(settings)),
    sign: undefined,
    known: learned(),
    connections: {
      take: take(open),
      give: async (used) => used.destroy(),
      isFull: () => false,
      forget: () => undefined,
    },
  });
  const place = await places(1, () => 0).enter(new AbortController().signal);
  return { server, station, place: place as Place };
}

describe("an attempt", () => {
  test("that finds an idle connection closed before it wrote to it takes another, unseen", async () => {
    const { server, station, place } = await setting();
    const connection = new SMTPConnection({ host: server.host, port: server.port });
    connection.connect();
    await once(connection, "connect");
    // What the kernel tells a moment before nodemailer hears of it.
    (connection as unknown as { _socket: Socket })._socket.end();
    const before = session(connection);
    const kept = [{ ...before, sent: 1, send: before.send }];
    const message = await mail();
    const context = sendContext(message);
    const each = attempt(
      message,
      context,
      station(
        (open) =>
          async (...given) =>
            kept.pop() ?? open(...given),
      ),
    );
    expect(await each.run(place)).toMatchObject({ success: true });
    expect(context.handOvers).toBe(1);
    expect(server.accepted).toHaveLength(1);
  });

  test("that is broken off at the very moment its connection opens sends nothing", async () => {
    const { server, station, place } = await setting();
    const stop = new AbortController();
    const message = await mail();
    const context = sendContext(message, { signal: stop.signal });
    let answer: ReturnType<Attempt["breakOff"]> | undefined;
    const each = attempt(
      message,
      context,
      station((open) => async (...given) => {
        const opened = await open(...given);
        stop.abort();
        answer = each.breakOff();
        return opened;
      }),
    );
    await each.run(place);
    await each.tidied();
    expect(answer).toMatchObject({ kind: "cancelled" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(context.handOvers).toBe(0);
    expect(server.accepted).toEqual([]);
    expect(server.open).toBe(0);
    expect(server.sessions[0]?.commands).toEqual([expect.stringMatching(/^EHLO/)]);
  });
});
