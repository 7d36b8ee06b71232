import { type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import { createChain, link, retry } from "@relais/core";
import type { Outcome, Provider } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { describe, expect, onTestFinished, test } from "vitest";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

interface Room {
  /** Connections that the server takes. */
  most: number;
  /** Those it turned away. */
  turned: number;
  /** The most that were in use at once. */
  seen: number;
}

async function setup(
  reply: string,
  { step = "greeting", dotMs = 20 }: { step?: "greeting" | "ehlo" | "mail"; dotMs?: number } = {},
  options: Partial<SmtpOptions> = {},
): Promise<{ server: SmtpServer; provider: Provider; room: Room }> {
  const room: Room = { most: 2, turned: 0, seen: 0 };
  const taken = new Set<number>();
  const script: SmtpServerOptions["script"] = {
    [step]: ({ session, server }: { session: SmtpServer["sessions"][number]; server: SmtpServer }) => {
      for (const number of taken) if (server.sessions[number - 1]?.open === false) taken.delete(number);
      if (!taken.has(session.number) && taken.size >= room.most) {
        room.turned += 1;
        return { reply, next: "drop" as const };
      }
      taken.add(session.number);
      room.seen = Math.max(room.seen, taken.size);
      return undefined;
    },
    dot: { delayMs: dotMs },
  };
  const server = await smtpServer({ script });
  const provider = smtp({ host: server.host, port: server.port, ...options });
  onTestFinished(async () => {
    await provider.close?.();
    await server.close();
  });
  return { server, provider, room };
}

const many = (provider: Provider, count: number, signal?: AbortSignal): Promise<Outcome[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const message = await mail();
      return provider.send(message, sendContext(message, signal === undefined ? {} : { signal }));
    }),
  );
const sent = (outcomes: readonly Outcome[]): number => outcomes.filter(({ success }) => success).length;

describe("a server that takes fewer connections than the pool has", () => {
  test.for([
    ["greeting", "421 Too many concurrent SMTP connections; please try again later."],
    ["greeting", "421 4.7.0 mail.example.org Error: too many connections from 192.0.2.1"],
    ["greeting", "421 4.3.2 Too many open connections."],
    ["greeting", "554 too many simultaneous connections from your host"],
    ["greeting", "450 4.7.0 maximum number of connections exceeded"],
    ["ehlo", "421 4.7.0 Too many sessions opened"],
    ["mail", "432 4.3.2 Concurrent connections limit exceeded."],
    ["mail", "421 4.7.0 too many connections"],
  ] as const)("gets all mails over those it takes: %s %s", async ([step, reply]) => {
    const { server, provider, room } = await setup(reply, { step });
    const outcomes = await many(provider, 20);
    expect(sent(outcomes), JSON.stringify(outcomes.find(({ success }) => !success))).toBe(20);
    expect(server.accepted).toHaveLength(20);
    expect(room.seen).toBe(2);
    expect(room.turned).toBeLessThanOrEqual(5);
    // The next ones know it.
    const before = room.turned;
    expect(sent(await many(provider, 10))).toBe(10);
    expect(room.turned).toBe(before);
  });

  test("is given more again when it takes more", async () => {
    const { provider, room } = await setup("421 too many connections", { dotMs: 150 });
    await many(provider, 8);
    expect(room.seen).toBe(2);
    room.most = 10;
    const begun = performance.now();
    while (room.seen < 3 && performance.now() - begun < 12_000) await many(provider, 8);
    expect(room.seen).toBeGreaterThanOrEqual(3);
  });

  test("with pool: false gets them one after the other, each over a connection of its own", async () => {
    const { server, provider, room } = await setup("421 too many connections", {}, { pool: false });
    expect(sent(await many(provider, 12))).toBe(12);
    expect(room.seen).toBeLessThanOrEqual(2);
    expect(new Set(server.accepted.map(({ session }) => session)).size).toBe(12);
  });

  test("whose connections others all have is throttled after a short while, for all waiting sends", async () => {
    const { provider, room } = await setup("421 too many connections");
    room.most = 0;
    const begun = performance.now();
    const outcomes = await many(provider, 12);
    expect(outcomes.map((one) => !one.success && one.kind)).toEqual(Array(12).fill("throttled"));
    expect(performance.now() - begun).toBeLessThan(4_000);
    room.most = 1;
    expect(sent(await many(provider, 6))).toBe(6);
  });

  test("is waited for no longer than the signal allows, and leaves nothing behind", async () => {
    const { server, provider } = await setup("421 too many connections", { dotMs: 400 });
    const stop = new AbortController();
    const all = many(provider, 12, stop.signal);
    await until(() => server.accepted.length >= 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    // A timer, not a time: what holds up this process holds up both.
    const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error("late")), 100));
    const outcomes = await Promise.race([all, late]);
    expect(new Set(outcomes.map((one) => (one.success ? "receipt" : one.kind)))).toEqual(
      new Set(["unknown", "cancelled"]),
    );
    expect(sent(await many(provider, 3))).toBe(3);
  });

  test("is healthy while its connections are ours, and not if they are others'", async () => {
    const { provider, room } = await setup("421 too many connections");
    room.most = 1;
    await many(provider, 3);
    expect(await provider.verify?.()).toMatchObject({ ok: true });
    await provider.close?.();
    const other = await setup("421 too many connections");
    other.room.most = 0;
    expect(await other.provider.verify?.()).toMatchObject({ ok: false, failure: { kind: "throttled" } });
  });

  test("lets a close finish what waits for it", async () => {
    const { server, provider } = await setup("421 too many connections", { dotMs: 50 });
    const all = many(provider, 12);
    await until(() => server.accepted.length >= 1);
    await provider.close?.();
    expect(sent(await all)).toBe(12);
    await until(() => server.open === 0);
  });

  test("costs no retry and no attempt, in a chain within a chain too", async () => {
    const { provider } = await setup("421 too many connections");
    const inner = createChain([link(provider, retry({ attempts: 3, budget: 1 }))]);
    const outer = createChain([inner]);
    const deliveries = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        outer.send({ from: "a@relais.test", to: `u${i}@relais.test`, subject: "Hi", text: "Hi" }),
      ),
    );
    expect(deliveries.map(({ success, attempts }) => [success, attempts.length])).toEqual(
      Array(20).fill([true, 1]),
    );
  });
});

describe("a server that takes so many messages a connection", () => {
  test.for([
    "421 mail.example.org too many messages in this connection",
    "421 4.7.0 Too many messages for this session",
    "421 Max message per connection reached, closing transmission channel",
    "450 RP:CEL Number of messages sent in a session exceeds limit",
    "452 4.5.3 maximum number of mails per connection exceeded",
    "550 5.5.1 Too many transactions in this session",
  ])("gets the next over a new one, in the same attempt: %s", async (reply) => {
    const count = new Map<number, number>();
    const server = await smtpServer({
      script: {
        mail: ({ session }) => {
          const now = (count.get(session.number) ?? 0) + 1;
          count.set(session.number, now);
          return now > 3 ? { reply, next: reply.startsWith("421") ? "drop" : "continue" } : undefined;
        },
      },
    });
    const provider = smtp({ host: server.host, port: server.port, pool: { maxConnections: 1 } });
    onTestFinished(async () => {
      await provider.close?.();
      await server.close();
    });
    const begun = performance.now();
    for (let i = 0; i < 12; i++) {
      const [outcome] = await many(provider, 1);
      expect(outcome?.success, JSON.stringify(outcome)).toBe(true);
    }
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(server.accepted.map(({ session }) => session)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    // The number is known after the first time: it is not asked for more again.
    expect([...count.values()].filter((asked) => asked > 3)).toHaveLength(1);
  });

  test("that says so of a new connection is transient, and asked once", async () => {
    const server = await smtpServer({
      script: { mail: { reply: "421 too many messages in this connection", next: "drop" } },
    });
    const provider = smtp({ host: server.host, port: server.port });
    const [outcome] = await many(provider, 1);
    expect(outcome).toMatchObject({ success: false, kind: "transient" });
    expect(server.connections).toBe(1);
    await provider.close?.();
    await server.close();
  });
});
