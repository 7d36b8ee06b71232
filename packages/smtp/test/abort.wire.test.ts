import { blackhole, type SmtpServer, type SmtpServerOptions, smtpServer } from "@relais/conformance";
import type { FailureKind, MessageInput } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";
import { sooner } from "../../../test/repo/sooner.ts";
import { mail, sendContext } from "./send-context.ts";
import { until } from "./until.ts";

interface Case {
  readonly phase: string;
  readonly server: SmtpServerOptions;
  readonly kind: FailureKind;
  readonly options?: Partial<SmtpOptions>;
  readonly mail?: MessageInput;
  readonly handOver?: () => Promise<void>;
  /** Whether the phase has come; if the last command of the client does not show it. */
  readonly reached?: (server: SmtpServer, handOvers: number) => boolean;
  readonly after?: RegExp;
}

const never = (): Promise<void> => new Promise(() => {});
const users = { ann: "sesame-42" };
const login: Partial<SmtpOptions> = { auth: { user: "ann", pass: "sesame-42" }, requireTLS: false };
const stall = { stall: true } as const;
const large = { attachments: [{ filename: "a.bin", content: Buffer.alloc(8_000_000, 5) }] };

const dotted = (server: SmtpServer): boolean => server.sessions[0]?.finalDots === 1;

const cases: readonly Case[] = [
  { phase: "the greeting", server: { script: { greeting: stall } }, kind: "cancelled" },
  { phase: "EHLO", server: { script: { ehlo: stall } }, kind: "cancelled", after: /^EHLO/ },
  {
    phase: "STARTTLS",
    server: { starttls: true, script: { starttls: stall } },
    kind: "cancelled",
    after: /^STARTTLS/,
  },
  {
    phase: "the TLS handshake",
    server: { starttls: true, script: { tls: stall } },
    kind: "cancelled",
    after: /^STARTTLS/,
  },
  {
    phase: "AUTH",
    server: { auth: { users }, script: { auth: stall } },
    options: login,
    kind: "cancelled",
    after: /^AUTH/,
  },
  { phase: "MAIL", server: { script: { mail: stall } }, kind: "cancelled", after: /^MAIL/ },
  { phase: "RCPT", server: { script: { rcpt: stall } }, kind: "cancelled", after: /^RCPT/ },
  {
    phase: "a trickled RCPT",
    server: { script: { rcpt: { trickle: "250 2.1.5 ok then", everyMs: 40 } } },
    kind: "cancelled",
    after: /^RCPT/,
  },
  { phase: "DATA", server: { script: { data: stall } }, kind: "cancelled", after: /^DATA/ },
  {
    phase: "a hand-over that takes long",
    server: {},
    handOver: never,
    kind: "cancelled",
    reached: (_, handOvers) => handOvers === 1,
  },
  {
    phase: "the body of a large message",
    server: { script: { body: { afterBytes: 100_000, next: "stall" } } },
    mail: large,
    kind: "cancelled",
    reached: (server) => (server.sessions[0]?.bodyBytes ?? 0) >= 100_000,
  },
  { phase: "the final dot", server: { script: { dot: stall } }, kind: "unknown", reached: dotted },
  {
    phase: "a trickled answer to the dot",
    server: { script: { dot: { trickle: "250 2.0.0 kept", everyMs: 40 } } },
    kind: "unknown",
    reached: dotted,
  },
];

const outermost = (server: SmtpServer): string => server.sessions[0]?.commands.at(-1) ?? "";

describe("an abort", () => {
  test.for(cases)("during $phase is answered at once with $kind, and the socket is closed", async (each) => {
    const server = await smtpServer(each.server);
    const provider = smtp({ host: server.host, port: server.port, ...each.options });
    const message = await mail(each.mail);
    const stop = new AbortController();
    const context = sendContext(message, {
      signal: stop.signal,
      ...(each.handOver === undefined ? {} : { handOver: each.handOver }),
    });
    const sending = provider.send(message, context);
    await until(() => server.sessions.length === 1);
    await until(() => each.after?.test(outermost(server)) ?? true);
    await until(() => each.reached?.(server, context.handOvers) ?? true);
    await new Promise((resolve) => setTimeout(resolve, 50));

    stop.abort();
    const outcome = await sooner(sending, 50);
    expect(outcome).toMatchObject({ success: false, kind: each.kind });
    // A server that has stopped reading does not see the end of the connection; nothing of it is left on our side.
    if (each.phase !== "the body of a large message") await until(() => server.open === 0);
    expect(server.accepted).toHaveLength(each.kind === "unknown" ? 1 : 0);
    await sooner(provider.close?.(), 50);
    await server.close();
  });

  test("during the connect is answered at once", async () => {
    const hole = await blackhole();
    const provider = smtp({ host: hole.host, port: hole.port });
    const message = await mail();
    const stop = new AbortController();
    const sending = provider.send(message, sendContext(message, { signal: stop.signal }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    expect(await sooner(sending, 50)).toMatchObject({ kind: "cancelled" });
    await provider.close?.();
    await hole.close();
  });

  test("before anything began sends nothing", async () => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port });
    const message = await mail();
    const outcome = await provider.send(message, sendContext(message, { signal: AbortSignal.abort() }));
    expect(outcome).toMatchObject({ kind: "cancelled" });
    expect(server.connections).toBe(0);
    await server.close();
  });

  test("while it waits for a connection leaves the queue, and the sends behind it proceed", async () => {
    const server = await smtpServer({ script: { rcpt: { delayMs: 100 } } });
    const provider = smtp({ host: server.host, port: server.port, pool: { maxConnections: 1 } });
    const stop = new AbortController();
    const [first, second, third] = await Promise.all([mail(), mail(), mail()]);
    const one = provider.send(first, sendContext(first));
    const two = provider.send(second, sendContext(second, { signal: stop.signal }));
    const three = provider.send(third, sendContext(third));
    setTimeout(() => stop.abort(), 20);
    expect(await two).toMatchObject({ kind: "cancelled" });
    expect((await one).success).toBe(true);
    expect((await three).success).toBe(true);
    expect(server.accepted.map(({ messageId }) => messageId)).toEqual([first.messageId, third.messageId]);
    await provider.close?.();
    await server.close();
  });

  test("after the answer does not harm the next user of the connection", async () => {
    const server = await smtpServer();
    const provider = smtp({ host: server.host, port: server.port, pool: { maxConnections: 1 } });
    const stop = new AbortController();
    const [first, second] = await Promise.all([mail(), mail()]);
    await provider.send(first, sendContext(first, { signal: stop.signal }));
    const sending = provider.send(second, sendContext(second));
    stop.abort();
    expect((await sending).success).toBe(true);
    expect(server.connections).toBe(1);
    await provider.close?.();
    await server.close();
  });
});
