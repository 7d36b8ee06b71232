import {
  chainRules,
  coverage,
  type Harness,
  rules,
  type SesFault,
  type SesServer,
  sesServer,
  type TestTarget,
  throughChain,
} from "@relais/conformance";
import { createChain } from "@relais/core";
import { ses } from "@relais/ses";
import { describe, expect, test } from "vitest";

const secretAccessKey = "sEcret+Key/42";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey };

interface SesStage extends TestTarget {
  readonly server: SesServer;
}

async function make(): Promise<SesStage> {
  const server = await sesServer({ credentials: { AKIDEXAMPLE: { secretAccessKey } } });
  return {
    server,
    provider: ses({ region: "eu-west-1", endpoint: server.endpoint, credentials }),
    secrets: [secretAccessKey],
    received: () =>
      server.accepted.map(({ messageId, destinations, raw }) => ({
        id: messageId,
        key: /^message-id: (.*)$/im.exec(raw.toString("latin1"))?.[1],
        recipients: destinations,
        content: raw,
      })),
    requests: () => server.requests.length,
    close: server.close,
  };
}

const fault =
  (next: SesFault) =>
  ({ server }: SesStage): void =>
    server.fault(next);
const says = (code: string, message: string, status = 400) => fault({ error: { code, message, status } });

const harness: Harness<SesStage> = {
  make,
  provoke: {
    transient: says("ServiceUnavailable", "Try later", 503),
    // A wait of ten minutes is longer than a chain's deadline, so a chain does not ask again.
    throttled: says("Throttling", "Daily message quota exceeded."),
    misconfigured: ({ server }) => server.configure({ sendingEnabled: false }),
    refused: ({ server }) => server.configure({ verified: ["example.org"] }),
    unknown: fault({ reset: "afterAccept" }),
    stall: fault({ stall: "beforeProcessing" }),
    missingId: fault({ ok: "noMessageId" }),
    echo: says(
      "AccessDenied",
      `${secretAccessKey} ${encodeURIComponent(secretAccessKey)} ${Buffer.from(`AKIDEXAMPLE:${secretAccessKey}`).toString("base64")}`,
      403,
    ),
  },
  cannot: {
    deferred: "SES takes mail before it asks the recipient's server",
    partial: "SES takes a message for all or for nobody",
    defer: "SES takes a message for all or for nobody, and keeps it where a recipient has to wait",
    rejected: "SES says nothing that would be true of every other provider, too",
  },
};

describe("ses", () => {
  test.each(rules(harness))("$name", (rule) => rule.run());

  test("is judged by every rule but four", () => {
    const reasons = coverage(harness).notCovered.map(({ reason }) => reason);
    const { deferred, rejected, partial, defer } = harness.cannot ?? {};
    expect(reasons).toEqual([deferred, rejected, partial, defer]);
  });

  test("passes no rule about a chain of two: it speaks of no single recipient", () => {
    expect(chainRules(harness, (two) => createChain(two, { policies: [] }))).toEqual([]);
  });
});

describe("ses in a chain", () => {
  test.each(rules(throughChain(harness, (one) => createChain([one], { policies: [] }))))("$name", (rule) =>
    rule.run(),
  );
});
