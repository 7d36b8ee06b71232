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
import { smtp } from "@relais/smtp";
import { describe, expect, test } from "vitest";

const pass = "sesame-42";

interface SmtpStage extends TestTarget {
  readonly server: SmtpServer;
}

async function make(): Promise<SmtpStage> {
  const server = await smtpServer({ auth: { users: { ann: pass }, required: true } });
  const { host, port } = server;
  const mails = (): number =>
    server.sessions.flatMap(({ commands }) => commands).filter((line) => line.startsWith("MAIL")).length;
  return {
    server,
    provider: smtp({ host, port, auth: { user: "ann", pass }, requireTLS: false }),
    secrets: [pass],
    received: () =>
      server.accepted.map(({ messageId = "", to, data }) => ({
        id: messageId,
        key: messageId,
        recipients: to,
        content: data,
      })),
    // Where a login fails there is no MAIL: then every connection was a try.
    requests: () => Math.max(mails(), mails() === 0 ? server.connections : 0),
    close: server.close,
  };
}

const script =
  (next: SmtpScript) =>
  ({ server }: SmtpStage): void =>
    server.script(next);
const reply = (text: string): { reply: string } => ({ reply: text });

const harness: Harness<SmtpStage> = {
  make,
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
};

describe("smtp", () => {
  test.each(rules(harness))("$name", (rule) => rule.run());

  test("is checked by every rule but one", () => {
    expect(coverage(harness).notCovered).toEqual([
      { name: expect.stringContaining("without an id"), reason: "the Message-ID is the client's own" },
    ]);
  });
});

describe("smtp in a chain", () => {
  test.each(rules(throughChain(harness, (one) => createChain([one], { policies: [] }))))("$name", (rule) =>
    rule.run(),
  );
  test.each(chainRules(harness, (two) => createChain(two, { policies: [] })))("$name", (rule) => rule.run());
});
