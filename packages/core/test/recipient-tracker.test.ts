import { expect, test } from "vitest";
import { RecipientTracker } from "../src/chain/recipient-tracker.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { type Failure, failure, receipt } from "../src/failure/outcome.ts";
import { ann, bob, cyd } from "./sample-message.ts";

const why = (kind: FailureKind) => failure({ provider: "A", kind, reason: kind });
const takenFor = (accepted: string[], refused: Record<string, FailureKind> = {}) =>
  receipt({
    provider: "A",
    messageId: "<x>",
    accepted,
    rejected: Object.entries(refused).map(([address, kind]) => ({ address, failure: why(kind) })),
  });
const rules = { now: () => 1_000, shouldFailOver: ({ kind }: Failure) => kind !== "rejected" };
const rulesThatFailOver = { ...rules, shouldFailOver: () => true };

test("everybody waits until something is entered", () => {
  const tracker = new RecipientTracker([ann, bob], rules);
  expect(tracker.pending).toEqual([ann, bob]);
  expect(tracker.failures).toEqual([]);
});

test("who was accepted, or may go nowhere else, waits no longer", () => {
  const tracker = new RecipientTracker([ann, bob, cyd], rules);
  tracker.record(0, takenFor([ann], { [bob]: "rejected", [cyd]: "refused" }), tracker.recipients);
  expect(tracker.pending).toEqual([cyd]);
  tracker.record(1, takenFor([cyd]), tracker.recipients);
  expect(tracker.pending).toEqual([]);
  expect(tracker.receipts).toHaveLength(2);
});

test("a failure is everybody's who still waits, but for those who have their own", () => {
  const tracker = new RecipientTracker([ann, bob], rules);
  tracker.record(0, takenFor([ann]), tracker.recipients);
  tracker.record(
    1,
    failure({ ...why("transient"), rejected: [{ address: bob, failure: why("rejected") }] }),
    tracker.recipients,
  );
  expect(tracker.pending).toEqual([]);
  expect(tracker.states).toMatchObject([
    { status: "accepted" },
    { status: "ended", end: { kind: "rejected" } },
  ]);
  expect(tracker.failures[1]).toMatchObject({ kind: "transient" });
});

test("recipients are found whatever the case of their domain, and strangers are not", () => {
  const tracker = new RecipientTracker([ann, bob], rules);
  tracker.record(0, takenFor(["ann@EXAMPLE.ORG", "eve@example.org"]), tracker.recipients);
  expect(tracker.pending).toEqual([bob]);
});

test("what nobody knows is counted, and kept as the end even if others are asked", () => {
  const tracker = new RecipientTracker([ann], rulesThatFailOver);
  tracker.record(0, why("unknown"), tracker.recipients);
  tracker.record(1, why("refused"), tracker.recipients);
  expect(tracker.states).toMatchObject([{ status: "pending", unknowns: 1, end: { kind: "unknown" } }]);
});

test("a later word of the same provider takes the place of its earlier one", () => {
  const tracker = new RecipientTracker([ann], rules);
  tracker.record(0, why("throttled"), tracker.recipients);
  tracker.record(0, why("refused"), tracker.recipients);
  expect(tracker.failures.map((one) => one?.kind)).toEqual(["refused"]);
});

test("each recipient has its own time for another try, at each provider", () => {
  const tracker = new RecipientTracker([ann, bob], rules);
  const busy = (retryAfterMs: number) =>
    failure({ provider: "A", kind: "deferred", reason: "later", retryAfterMs });
  const own = [{ address: bob, failure: busy(70) }];
  tracker.record(1, failure({ ...busy(50), rejected: own }), tracker.recipients);
  expect(tracker.states.map(({ retryAt }) => retryAt[1])).toEqual([1_050, 1_070]);
});

test("a failure that was met by a part is entered for nobody else", () => {
  const tracker = new RecipientTracker([ann, bob, cyd], rules);
  tracker.record(0, why("refused"), [bob]);
  expect(tracker.states.map(({ failures }) => failures.length)).toEqual([0, 1, 0]);
  expect(tracker.pending).toEqual([ann, bob, cyd]);
  tracker.record(0, why("rejected"), [ann, "bob@EXAMPLE.org"]);
  expect(tracker.pending).toEqual([cyd]);
});
