import { setTimeout as sleep } from "node:timers/promises";
import { smtpServer } from "@relais/conformance";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

const users = { ann: "sesame-42" };

describe("connections", () => {
  test("20 queued messages with a wrong password are 20 logins, never more than maxConnections at once, and no second ones", async () => {
    let now = 0;
    let most = 0;
    const server = await smtpServer({
      auth: { users },
      script: {
        auth: () => {
          now += 1;
          most = Math.max(most, now);
          setTimeout(() => {
            now -= 1;
          }, 9);
          return { delayMs: 10 };
        },
      },
    });
    const provider = smtp({
      host: server.host,
      port: server.port,
      requireTLS: false,
      auth: { user: "ann", pass: "wrong" },
      pool: { maxConnections: 3 },
    });
    const messages = await Promise.all(Array.from({ length: 20 }, () => mail()));
    const outcomes = await Promise.all(
      messages.map((message) => provider.send(message, sendContext(message))),
    );
    expect(outcomes.every((outcome) => !outcome.success && outcome.kind === "misconfigured")).toBe(true);
    expect(most).toBeLessThanOrEqual(3);
    expect(server.sessions.flatMap(({ logins }) => logins)).toHaveLength(20);
    await provider.close?.();
    await server.close();
  });

  test("one of the queued messages that is aborted at the first refusal makes no login", async () => {
    const server = await smtpServer({ auth: { users } });
    const provider = smtp({
      host: server.host,
      port: server.port,
      requireTLS: false,
      auth: { user: "ann", pass: "wrong" },
      pool: { maxConnections: 1 },
    });
    const messages = await Promise.all(Array.from({ length: 20 }, () => mail()));
    const stop = new AbortController();
    const outcomes = await Promise.all(
      messages.map(async (message) => {
        const outcome = await provider.send(message, sendContext(message, { signal: stop.signal }));
        stop.abort();
        return outcome.success || outcome.kind;
      }),
    );
    expect(outcomes).toEqual(["misconfigured", ...Array.from({ length: 19 }, () => "cancelled")]);
    expect(server.connections).toBe(1);
    await provider.close?.();
    await server.close();
  });

  test("50 messages at once do not mix: each envelope has its own body", async () => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port });
    const messages = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        mail({
          to: `r${i}@relais.test`,
          from: `s${i}@relais.test`,
          text: `body ${i}\n`.repeat(1 + ((i * 997) % 9_000)),
        }),
      ),
    );
    const outcomes = await Promise.all(
      messages.map((message) => provider.send(message, sendContext(message))),
    );
    for (const [i, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({
        success: true,
        messageId: messages[i]?.messageId,
        accepted: [`r${i}@relais.test`],
      });
    }
    expect(server.connections).toBe(5);
    expect(server.accepted).toHaveLength(50);
    for (const { from, to, data, messageId } of server.accepted) {
      const i = messages.findIndex((message) => message.messageId === messageId);
      expect([from, to]).toEqual([`s${i}@relais.test`, [`r${i}@relais.test`]]);
      expect(data.toString()).toContain(`\r\nbody ${i}\r\n`);
    }
    await provider.close?.();
    await server.close();
  });

  test.for([
    ["kept and used again", undefined, 1],
    ["one for each message with pool: false", false, 6],
    ["closed after maxMessages", { maxMessages: 2 }, 3],
  ] as const)("are %s", async ([, pool, connections]) => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port, pool: pool as SmtpOptions["pool"] });
    for (let i = 0; i < 6; i++) {
      const message = await mail();
      expect((await provider.send(message, sendContext(message))).success).toBe(true);
    }
    expect(server.connections).toBe(connections);
    await provider.close?.();
    await until(() => server.open === 0);
    for (const { commands } of server.sessions) expect(commands.at(-1)).toBe("QUIT");
    await server.close();
  });

  test("are closed after the idle time-out", async () => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port, pool: { idleTimeoutMs: 60 } });
    const message = await mail();
    await provider.send(message, sendContext(message));
    await sleep(20);
    expect(server.open).toBe(1);
    await until(() => server.open === 0);
    expect(server.sessions[0]?.commands.at(-1)).toBe("QUIT");
    await server.close();
  });

  test("a server that went down and came back is found again", async () => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port });
    const message = await mail();
    expect((await provider.send(message, sendContext(message))).success).toBe(true);
    await server.down();
    expect(await provider.send(message, sendContext(message))).toMatchObject({ kind: "transient" });
    await server.up();
    expect((await provider.send(message, sendContext(message))).success).toBe(true);
    await provider.close?.();
    await server.close();
  });
});
