import {
  chainRules,
  coverage,
  type Harness,
  rules,
  type SmtpScript,
  type SmtpServer,
  smtpServer,
  type TestTarget,
  throughChain,
} from "@relais/conformance";
import { createChain } from "@relais/core";
import { nodemailerProvider } from "@relais/nodemailer";
import { describe, expect, test } from "vitest";

const pass = "sesame-42";

interface WireStage extends TestTarget {
  readonly server: SmtpServer;
}

async function make(pool: boolean): Promise<WireStage> {
  const server = await smtpServer({ auth: { users: { ann: pass }, required: true } });
  const { host, port } = server;
  const mails = (): number =>
    server.sessions.flatMap(({ commands }) => commands).filter((line) => line.startsWith("MAIL")).length;
  return {
    server,
    provider: nodemailerProvider({
      transport: { host, port, auth: { user: "ann", pass }, ignoreTLS: true, pool },
    }),
    secrets: [pass],
    received: () =>
      server.accepted.map(({ messageId = "", to, data }) => ({
        id: messageId,
        key: messageId,
        recipients: to,
        content: data,
      })),
    requests: () => Math.max(mails(), mails() === 0 ? server.connections : 0),
    close: server.close,
  };
}

const script =
  (next: SmtpScript) =>
  ({ server }: WireStage): void =>
    server.script(next);
const reply = (text: string): { reply: string } => ({ reply: text });

const harness = (pool: boolean): Harness<WireStage> => ({
  make: () => make(pool),
  provoke: {
    transient: script({ mail: reply("451 4.3.0 later") }),
    throttled: script({ mail: reply("450 4.7.1 Daily message quota exceeded") }),
    deferred: script({ rcpt: reply("450 4.2.0 greylisted") }),
    misconfigured: script({ auth: reply("535 5.7.8 no") }),
    refused: script({ mail: reply("550 5.7.1 not from you") }),
    rejected: script({ rcpt: reply("550 5.1.1 no such user") }),
    partial: script({
      rcpt: ({ address }) => (address === "cleo@example.net" ? reply("550 5.1.1 no") : undefined),
    }),
    defer: script({
      rcpt: ({ address }) => (address === "cleo@example.net" ? reply("450 4.2.0 greylisted") : undefined),
    }),
    unknown: script({ dot: { reset: true } }),
    stall: script({ dot: { stall: true } }),
    echo: script({ auth: ({ line }) => reply(`535 5.7.8 ${line} or ${pass} is wrong`) }),
  },
  cannot: { missingId: "the Message-ID is the client's own" },
});

describe.each([
  ["nodemailer's SMTP transport", harness(false)],
  ["nodemailer's SMTP pool", harness(true)],
])("%s", (_, one) => {
  test.each(rules(one))("$name", (rule) => rule.run());

  test("is checked by every rule but one", () => {
    expect(coverage(one).notCovered).toHaveLength(1);
  });
});

describe("in a chain", () => {
  test.each(rules(throughChain(harness(false), (one) => createChain([one], { policies: [] }))))(
    "$name",
    (rule) => rule.run(),
  );
  test.each(chainRules(harness(false), (two) => createChain(two, { policies: [] })))("$name", (rule) =>
    rule.run(),
  );
  test.each(chainRules(harness(true), (two) => createChain(two, { policies: [] })))(
    "with a pool: $name",
    (rule) => rule.run(),
  );
});
