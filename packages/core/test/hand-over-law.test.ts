import fc from "fast-check";
import { expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { type FailureKind, failureKinds } from "../src/failure/kinds.ts";
import { failure } from "../src/failure/outcome.ts";
import { retry } from "../src/policies/retry.ts";
import { loneLink } from "./lone-link.ts";
import { manualClock } from "./manual-clock.ts";
import { ann, bob, sampleInput, sampleMessage } from "./sample-message.ts";
import { accept, type Step, scripted } from "./scripted-provider.ts";

/** A provider that hands the message over, and then fails as told. */
const afterHandOver =
  (kind: FailureKind, more: { readonly definite?: true } = {}): Step =>
  async (provider, { handOver }) => {
    await handOver();
    return failure({ provider, kind, reason: "HTTP 503", ...more });
  };

/** What a kind after the hand-over amounts to, with `definite` and without. */
const law: Readonly<Record<FailureKind, readonly [without: FailureKind, definite: FailureKind]>> = {
  transient: ["unknown", "transient"],
  skipped: ["unknown", "unknown"],
  cancelled: ["unknown", "unknown"],
  unknown: ["unknown", "unknown"],
  throttled: ["throttled", "throttled"],
  deferred: ["deferred", "deferred"],
  misconfigured: ["misconfigured", "misconfigured"],
  refused: ["refused", "refused"],
  rejected: ["rejected", "rejected"],
};

test.each(failureKinds)("%s after the hand-over", async (kind) => {
  const [without, definite] = law[kind];
  const first = await loneLink(scripted("A", afterHandOver(kind)), []).send();
  expect(first).toMatchObject({ kind: without });
  const second = await loneLink(scripted("A", afterHandOver(kind, { definite: true })), []).send();
  expect(second).toMatchObject({ kind: definite });
});

test.each(failureKinds.filter((kind) => kind !== "unknown"))("%s before it stands", async (kind) => {
  const step: Step = async (provider) => failure({ provider, kind, reason: "no" });
  expect(await loneLink(scripted("A", step), []).send()).toMatchObject({ kind });
});

test("a bare 503 after the hand-over is one copy, whatever stands around and behind it", async () => {
  const clock = manualClock();
  const a = scripted("A", afterHandOver("transient"));
  const b = scripted("B", accept());
  const chain = createChain([a, b], { policies: [retry({ clock })], clock });
  const delivery = await clock.until(chain.send(sampleInput()));
  expect(delivery).toMatchObject({ status: "unknown", attempts: [{ n: 1, phase: "handed_over" }] });
  expect([a.calls.length, b.calls.length]).toEqual([1, 0]);
});

test("what is said of single recipients is an answer, but not in the words of a whole that is in doubt", () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...failureKinds.filter((kind) => kind !== "unknown" && kind !== "cancelled")),
      fc.constantFrom("transient" as const, "unknown" as const, "refused" as const),
      async (own, whole) => {
        const step: Step = async (provider, { handOver }) => {
          await handOver();
          const why = (kind: FailureKind) => failure({ provider, kind, reason: kind });
          return failure({ ...why(whole), rejected: [{ address: ann, failure: why(own) }] });
        };
        const message = await sampleMessage({ to: [ann, bob] });
        const outcome = await loneLink(scripted("A", step), []).send({ message });
        const inDoubt = (own === "transient" && whole === "transient") || own === "skipped";
        expect(outcome).toMatchObject({
          kind: whole === "refused" ? "refused" : "unknown",
          rejected: [{ address: ann, failure: { kind: inDoubt ? "unknown" : own } }],
        });
      },
    ),
  ));
