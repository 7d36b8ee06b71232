import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { type Blackhole, blackhole, type SmtpServer, smtpServer } from "@relais/conformance";
import { type Outcome, reason } from "@relais/core/spi";
import { type SmtpOptions, smtp } from "@relais/smtp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authRows } from "./rows/auth-rows.ts";
import { bodyRows } from "./rows/body-rows.ts";
import { connectRows } from "./rows/connect-rows.ts";
import { envelopeRows } from "./rows/envelope-rows.ts";
import { reuseRows } from "./rows/reuse-rows.ts";
import type { Row } from "./rows/row.ts";
import { tlsRows } from "./rows/tls-rows.ts";
import { mail, sendContext } from "./send-context.ts";

const rows = [...connectRows, ...tlsRows, ...authRows, ...envelopeRows, ...bodyRows, ...reuseRows];

/** Only the limit that a row is about is short: a busy machine does not reach another one first. */
function limits({ code = "", fault }: Row): Partial<SmtpOptions> {
  const about = (what: RegExp): boolean => what.test(`${code} ${fault}`);
  return {
    connectionTimeoutMs: about(/CONNECT_TIMEOUT|UPGRADE/) ? 1_500 : 20_000,
    greetingTimeoutMs: about(/GREETING/) ? 500 : 20_000,
    socketTimeoutMs: about(/SOCKET_TIMEOUT|STALL/) ? 900 : 20_000,
  };
}

let hole: Blackhole;
beforeAll(async () => {
  hole = await blackhole();
});
afterAll(() => hole.close());

async function endpoint(row: Row, server: SmtpServer): Promise<{ host: string; port: number }> {
  if (row.at === "blackhole") return hole;
  if (row.at === "nowhere") return { host: "nowhere.invalid", port: 25 };
  if (row.at === "refused") await server.down();
  return server;
}

function checkOutcome(row: Row, outcome: Outcome, handedOver: boolean): void {
  const kind = row.handedOver === "raced" && !handedOver ? "transient" : row.kind;
  expect(outcome.success ? "receipt" : outcome.kind, inspect(outcome)).toBe(kind);
  const rejected = Object.fromEntries((outcome.rejected ?? []).map((one) => [one.address, one.failure.kind]));
  expect(rejected).toEqual(row.rejected ?? {});
  if (outcome.success) return;
  expect(outcome.provider).toBe("SMTP");
  if (row.code !== undefined) expect(outcome.code).toMatch(row.code);
  if (row.reason !== undefined) expect(outcome.reason).toMatch(row.reason);
  expect(outcome.retryable).toBe(row.retryable);
  expect(outcome.reason).toBe(reason(outcome.reason));
  expect(inspect(outcome)).not.toMatch(/sesame-42|wrong-pass/);
}

async function check(row: Row): Promise<void> {
  const { script = {}, ...standing } = row.server ?? {};
  const server = await smtpServer({ ...standing, ...(row.reused ? {} : { script }) });
  const { host, port } = await endpoint(row, server);
  const options = typeof row.options === "function" ? row.options(server) : row.options;
  const pool: SmtpOptions["pool"] = row.fault.includes("[pool]");
  const provider = smtp({ host, port, pool, requireTLS: false, ...limits(row), ...options });
  try {
    if (row.reused) {
      // The script is in place before the second mail, and for what is about the idle connection before the first.
      if (row.idleMs !== undefined) server.script(script);
      const before = await mail();
      expect((await provider.send(before, sendContext(before))).success).toBe(true);
      await sleep(row.idleMs ?? 5);
      server.script(row.idleMs === undefined ? script : {});
    }
    const message = await mail(row.mail);
    const context = sendContext(message);
    const outcome = await provider.send(message, context);

    const handedOver = context.handOvers > 0;
    checkOutcome(row, outcome, handedOver);
    expect(context.handOvers).toBeLessThanOrEqual(1);
    if (row.handedOver !== "raced") expect(handedOver).toBe(row.handedOver);
    await sleep(20); // a copy that came late would be here by now
    const copies = server.accepted.filter(
      ({ messageId, to }) => messageId === message.messageId || to.length === 0,
    );
    expect(copies).toHaveLength(row.accepted);
    if (row.at === undefined) expect(server.connections).toBe(row.connections ?? 1);
    const mails = server.sessions
      .flatMap(({ commands }) => commands)
      .filter((line) => line.startsWith("MAIL"));
    if (row.mails !== undefined) expect(mails).toHaveLength(row.mails);
    // One for the mail before, one over its connection, and where that was closed one over a fresh one.
    expect(mails.length).toBeLessThanOrEqual(row.reused ? 3 : 1);
  } finally {
    await provider.close?.();
    await server.close();
  }
}

describe("every fault of the table on the wire", () => {
  test("is here once, and one more that no server meets", () => {
    // One cannot be met: a login without a password is refused when the provider is made.
    const auth = { user: "ann" } as unknown as NonNullable<SmtpOptions["auth"]>;
    expect(() => smtp({ host: "localhost", auth })).toThrow("smtp: auth.pass is missing");
    expect(rows.length).toBeGreaterThanOrEqual(100);
    expect(new Set(rows.map(({ fault }) => fault)).size).toBe(rows.length);
  });

  test.concurrent.for(rows.map((row) => [row.fault, row] as const))("%s", ([, row]) => check(row));
});
