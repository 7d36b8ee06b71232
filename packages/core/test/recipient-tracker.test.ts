import { expect, test } from "vitest";
import { recipientTracker } from "../src/chain/recipient-tracker.ts";
import type { FailureKind } from "../src/failure/kinds.ts";
import { failure, receipt } from "../src/failure/outcome.ts";
import { ann, bob, cyd } from "./sample-message.ts";

const why = (kind: FailureKind) => failure({ provider: "A", kind, reason: kind });
const takenFor = (accepted: string[], refused: Record<string, FailureKind> = {}) =>
  receipt({
    provider: "A",
    messageId: "<x>",
    accepted,
    rejected: Object.entries(refused).map(([address, kind]) => ({ address, failure: why(kind) })),
  });
const now = () => 1_000;
const goesOn = ({ kind }: { readonly kind: FailureKind }) => kind !== "rejected";

test("everybody waits until something is entered", () => {
  const books = recipientTracker([ann, bob]);
  expect(books.pending()).toEqual([ann, bob]);
  expect(books.failures).toEqual([]);
});

test("who was accepted, or may go nowhere else, waits no longer", () => {
  const books = recipientTracker([ann, bob, cyd]);
  books.record(0, takenFor([ann], { [bob]: "rejected", [cyd]: "refused" }), books.recipients, goesOn, now);
  expect(books.pending()).toEqual([cyd]);
  books.record(1, takenFor([cyd]), books.recipients, goesOn, now);
  expect(books.pending()).toEqual([]);
  expect(books.receipts).toHaveLength(2);
});

test("a failure is everybody's who still waits, but for those who have their own", () => {
  const books = recipientTracker([ann, bob]);
  books.record(0, takenFor([ann]), books.recipients, goesOn, now);
  books.record(
    1,
    failure({ ...why("transient"), rejected: [{ address: bob, failure: why("rejected") }] }),
    books.recipients,
    goesOn,
    now,
  );
  expect(books.pending()).toEqual([]);
  expect(books.states()).toMatchObject([
    { status: "accepted" },
    { status: "ended", end: { kind: "rejected" } },
  ]);
  expect(books.failures[1]).toMatchObject({ kind: "transient" });
});

test("recipients are found whatever the case of their domain, and strangers are not", () => {
  const books = recipientTracker([ann, bob]);
  books.record(0, takenFor(["ann@EXAMPLE.ORG", "eve@example.org"]), books.recipients, goesOn, now);
  expect(books.pending()).toEqual([bob]);
});

test("what nobody knows is counted, and kept as the end even if others are asked", () => {
  const books = recipientTracker([ann]);
  books.record(0, why("unknown"), books.recipients, () => true, now);
  books.record(1, why("refused"), books.recipients, () => true, now);
  expect(books.states()).toMatchObject([{ status: "pending", unknowns: 1, end: { kind: "unknown" } }]);
});

test("a later word of the same provider takes the place of its earlier one", () => {
  const books = recipientTracker([ann]);
  books.record(0, why("throttled"), books.recipients, goesOn, now);
  books.record(0, why("refused"), books.recipients, goesOn, now);
  expect(books.failures.map((one) => one?.kind)).toEqual(["refused"]);
});

test("each recipient has its own time for another try, at each provider", () => {
  const books = recipientTracker([ann, bob]);
  const busy = (retryAfterMs: number) =>
    failure({ provider: "A", kind: "deferred", reason: "later", retryAfterMs });
  const own = [{ address: bob, failure: busy(70) }];
  books.record(1, failure({ ...busy(50), rejected: own }), books.recipients, goesOn, now);
  expect(books.states().map(({ retryAt }) => retryAt[1])).toEqual([1_050, 1_070]);
});

test("a failure that was met by a part is entered for nobody else", () => {
  const books = recipientTracker([ann, bob, cyd]);
  books.record(0, why("refused"), [bob], goesOn, now);
  expect(books.states().map(({ failures }) => failures.length)).toEqual([0, 1, 0]);
  expect(books.pending()).toEqual([ann, bob, cyd]);
  books.record(0, why("rejected"), [ann, "bob@EXAMPLE.org"], goesOn, now);
  expect(books.pending()).toEqual([cyd]);
});
