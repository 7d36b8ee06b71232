import { describe, expect, test } from "vitest";
import { normalizeOutcome } from "../src/failure/normalize.ts";
import { failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import { ann, bob, cyd } from "./sample-message.ts";

const notHandedOver = { handedOver: false, refusal: undefined };
const handedOver = { handedOver: true, refusal: undefined };
const to = [ann, bob];
const normalized = (answer: unknown, facts: Parameters<typeof normalizeOutcome>[3] = handedOver) =>
  normalizeOutcome("A", answer, to, facts);
const kindOf = (outcome: Outcome) => (outcome.success ? "receipt" : outcome.kind);
const no = (kind: "rejected" | "cancelled" | "deferred") => failure({ provider: "X", kind, reason: "no" });

const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();
const loop: { success: false; kind: string; rejected: unknown[] } = {
  success: false,
  kind: "refused",
  rejected: [],
};
loop.rejected.push({ address: ann, failure: loop });
const garbage: [string, unknown][] = [
  ["undefined", undefined],
  ["null", null],
  ["a string", "250 ok"],
  ["a number", 250],
  ["an empty object", {}],
  ["a kind that does not exist", { success: false, kind: "bounced" }],
  ["a kind that every object has", { success: false, kind: "toString" }],
  ["success that is not true", { success: "true" }],
  ["a revoked proxy", revoked],
  [
    "a getter that throws",
    {
      get success(): boolean {
        throw new Error("boom");
      },
    },
  ],
  [
    "a getter that throws further in",
    {
      success: true,
      get accepted(): string[] {
        throw new Error("boom");
      },
    },
  ],
];

describe("an answer that is none", () => {
  test.each(garbage)("%s is unknown after the hand-over, and surely nothing before", (_what, answer) => {
    expect(normalized(answer)).toMatchObject({
      kind: "unknown",
      reason: "the provider answered neither a receipt nor a failure",
    });
    expect(normalized(answer, notHandedOver)).toMatchObject({ kind: "transient", retryable: false });
  });

  test("that holds itself does not hang or throw", () => {
    expect(kindOf(normalized(loop))).toBe("refused");
  });
});

describe("a receipt", () => {
  test("with nobody listed is for everybody", () => {
    expect(normalized({ success: true, provider: "liar", messageId: 5 })).toEqual(
      receipt({ provider: "A", messageId: "", accepted: to }),
    );
  });

  test("that names half of the recipients leaves the others unknown", () => {
    expect(normalized({ success: true, messageId: "<x>", accepted: [ann] })).toMatchObject({
      accepted: [ann],
      rejected: [{ address: bob, failure: { kind: "unknown", provider: "A" } }],
    });
  });

  test("finds its recipients whatever the case of the domain, and accepts no strangers", () => {
    const said = { success: true, accepted: ["ann@EXAMPLE.org", cyd, 7, null], rejected: [] };
    expect(normalized(said)).toMatchObject({ accepted: [ann], rejected: [{ address: bob }] });
  });

  test("with only rejections accepts the rest", () => {
    expect(
      normalized({ success: true, accepted: [], rejected: [{ address: bob, failure: no("deferred") }] }),
    ).toMatchObject({
      accepted: [ann],
      rejected: [{ address: bob, failure: { kind: "deferred", provider: "A" } }],
    });
  });

  test("whose rejection is cancelled or nonsense knows nothing about that recipient", () => {
    for (const why of [
      no("cancelled"),
      undefined,
      {},
      receipt({ provider: "A", messageId: "", accepted: [] }),
    ]) {
      const outcome = normalized({
        success: true,
        accepted: [ann],
        rejected: [{ address: bob, failure: why }],
      });
      expect(outcome).toMatchObject({
        accepted: [ann],
        rejected: [{ address: bob, failure: { kind: "unknown" } }],
      });
    }
  });

  test("keeps a line of the far end, cleaned", () => {
    expect(normalized({ success: true, response: "250 ok\r\n" })).toMatchObject({ response: "250 ok" });
    expect(normalized({ success: true, response: 250 })).not.toHaveProperty("response");
  });
});

test("a receipt for nobody is a failure, each recipient's own", () => {
  const rejected = [
    { address: ann, failure: no("rejected") },
    { address: bob, failure: no("deferred") },
  ];
  expect(normalized({ success: true, accepted: [], rejected })).toMatchObject({
    success: false,
    kind: "deferred",
    rejected: [{ failure: { kind: "rejected" } }, { failure: { kind: "deferred" } }],
  });
});

test("where it may have been handed over without a word, given up and nonsense are unknown", () => {
  const silent = { handedOver: false, maybeHandedOver: true, refusal: undefined };
  expect(normalized({ success: false, kind: "cancelled" }, silent)).toMatchObject({ kind: "unknown" });
  expect(normalized(undefined, silent)).toMatchObject({ kind: "unknown" });
  expect(normalized({ success: false, kind: "refused" }, silent)).toMatchObject({ kind: "refused" });
});

describe("a failure", () => {
  test("gets the right id and only sound fields", () => {
    const said = {
      success: false,
      provider: "liar",
      kind: "throttled",
      reason: 5,
      code: {},
      retryAfterMs: "5",
      retryable: true,
      x: 1,
    };
    expect(normalized(said)).toStrictEqual({
      success: false,
      provider: "A",
      kind: "throttled",
      reason: "throttled",
    });
  });

  test("cancelled after the hand-over is unknown", () => {
    expect(normalized({ success: false, kind: "cancelled", reason: "given up" })).toMatchObject({
      kind: "unknown",
      reason: "given up (after the message was handed over)",
    });
    expect(kindOf(normalized({ success: false, kind: "cancelled" }, notHandedOver))).toBe("cancelled");
  });

  test("of whatever kind is cancelled if the provider was turned back at the gate", () => {
    for (const kind of ["transient", "unknown", "refused"]) {
      expect(
        normalized(
          { success: false, kind, reason: "lost" },
          { handedOver: false, refusal: "the journal refused" },
        ),
      ).toMatchObject({ kind: "cancelled", reason: "the journal refused" });
    }
  });

  test("keeps each recipient's own, and before the hand-over a cancelled one surely has nothing", () => {
    const said = {
      success: false,
      kind: "cancelled",
      reason: "x",
      rejected: [
        { address: ann, failure: no("cancelled") },
        { address: bob, failure: no("rejected") },
      ],
    };
    expect(normalized(said, notHandedOver)).toMatchObject({
      kind: "cancelled",
      rejected: [
        { address: ann, failure: { kind: "cancelled" } },
        { address: bob, failure: { kind: "rejected" } },
      ],
    });
    expect(normalized(said)).toMatchObject({
      rejected: [{ failure: { kind: "unknown" } }, { failure: { kind: "rejected" } }],
    });
  });
});
