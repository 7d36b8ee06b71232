import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { makeLink } from "../src/chain/link.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { overrides } from "../src/policies/overrides.ts";
import { retry } from "../src/policies/retry.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, sampleInput } from "./sample-message.ts";
import { accept, fail, scripted } from "./scripted-provider.ts";

interface Row {
  readonly kind: FailureKind;
  /** Calls of the first provider, with retry() in front of it. */
  readonly calls: number;
  readonly next: boolean;
  /** The state of a breaker that opens at one failure in one call. */
  readonly state: "open" | "closed";
  readonly status?: "failed" | "unknown";
}

// The table, over a chain of two.
const rows: readonly Row[] = [
  { kind: "transient", calls: 1, next: true, state: "open" }, // the second try finds the breaker open
  { kind: "throttled", calls: 1, next: true, state: "closed" },
  { kind: "deferred", calls: 1, next: true, state: "closed" },
  { kind: "misconfigured", calls: 1, next: true, state: "open" },
  { kind: "refused", calls: 1, next: true, state: "closed" },
  { kind: "rejected", calls: 1, next: false, state: "closed", status: "failed" },
  { kind: "unknown", calls: 1, next: false, state: "open", status: "unknown" },
  { kind: "skipped", calls: 1, next: true, state: "closed" },
  { kind: "cancelled", calls: 1, next: false, state: "closed", status: "failed" },
];

function setUp(kind: FailureKind, second = accept()) {
  const clock = manualClock();
  const [a, b] = [scripted("A", fail(kind)), scripted("B", second)];
  const first = makeLink(a, [retry({ clock }), breaker({ clock, minimumCalls: 1 })], clock);
  return { clock, a, b, first, chain: createChain([first, b], { policies: [], clock }) };
}

describe.each(rows)("$kind at the first provider", ({ kind, calls, next, state, status }) => {
  test(next ? "lets the next one try" : "ends the delivery", async () => {
    const { clock, a, b, chain } = setUp(kind);
    const delivery = await clock.until(chain.send(sampleInput()));
    expect([a.calls.length, b.calls.length]).toEqual([calls, next ? 1 : 0]);
    expect(delivery.failures).toMatchObject([{ provider: "A", kind }]);
    if (next) {
      expect(delivery).toMatchObject({
        success: true,
        provider: "B",
        messageId: "<taken-by-B>",
        accepted: [ann],
        rejected: [],
      });
    } else {
      expect(delivery).toMatchObject({
        success: false,
        status,
        kind,
        error: `A: ${kind} there`,
        reason: `A: ${kind} there`,
        accepted: [],
        rejected: [{ address: ann, failure: { kind } }],
      });
    }
    expect(delivery).not.toHaveProperty("possibleDuplicate");
  });

  test(`leaves its breaker ${state}`, async () => {
    const { clock, chain, first } = setUp(kind);
    await clock.until(chain.send(sampleInput()));
    expect(first.status()).toMatchObject({ breaker: { state } });
  });

  test.each(rows)("and $kind at the second read as one line", async (other) => {
    const { clock, chain } = setUp(kind, fail(other.kind));
    const delivery = await clock.until(chain.send(sampleInput()));
    const parts = [`A: ${kind} there`, ...(next ? [`B: ${other.kind} there`] : [])];
    expect(delivery).toMatchObject({
      success: false,
      error: parts.join(" | "),
      status: (next ? other.kind : kind) === "unknown" ? "unknown" : "failed",
    });
    expect(delivery.failures).toHaveLength(parts.length);
  });

  test("goes the other way if the chain says so", async () => {
    if (kind === "cancelled") return;
    const clock = manualClock();
    const [a, b] = [scripted("A", fail(kind)), scripted("B", accept())];
    const delivery = createChain([a, b], { policies: [], clock, failover: { [kind]: !next } }).send(
      sampleInput(),
    );
    expect((await clock.until(delivery)).success).toBe(!next);
    expect(b.calls).toHaveLength(next ? 0 : 1);
  });

  test("goes as the link says, whatever the chain says", async () => {
    if (kind === "cancelled") return;
    const clock = manualClock();
    const b = scripted("B", accept());
    const first = makeLink(scripted("A", fail(kind)), [overrides({ [kind]: { next: !next } })], clock);
    const delivery = createChain([first, b], { policies: [], clock, failover: { [kind]: next } }).send(
      sampleInput(),
    );
    expect((await clock.until(delivery)).success).toBe(!next);
  });
});

describe("what nobody knows", () => {
  const unknownThen = async (second: Parameters<typeof scripted>[1], onUnknown: "stop" | "failover") => {
    const clock = manualClock();
    const [a, b] = [scripted("A", fail("unknown")), scripted("B", ...(second ? [second] : []))];
    const delivery = await clock.until(
      createChain([a, b], { policies: [], clock, onUnknown }).send(sampleInput({ id: "m" })),
    );
    return { delivery, b };
  };

  test("is not sent again", async () => {
    const { delivery, b } = await unknownThen(accept(), "stop");
    expect(delivery).toMatchObject({ success: false, status: "unknown", kind: "unknown" });
    expect(b.calls).toEqual([]);
  });

  test("is sent again where the caller chose so, and the delivery says that there may be two copies", async () => {
    const { delivery } = await unknownThen(accept(), "failover");
    expect(delivery).toMatchObject({ success: true, provider: "B", possibleDuplicate: true });
  });

  test("stays unknown if the next one surely did not take it; then there is one copy at most", async () => {
    const { delivery } = await unknownThen(fail("refused"), "failover");
    expect(delivery).toMatchObject({
      success: false,
      status: "unknown",
      error: "A: unknown there | B: refused there",
    });
    expect(delivery).not.toHaveProperty("possibleDuplicate");
  });

  test("twice may be two copies", async () => {
    const { delivery } = await unknownThen(fail("unknown"), "failover");
    expect(delivery).toMatchObject({ status: "unknown", possibleDuplicate: true });
  });
});
