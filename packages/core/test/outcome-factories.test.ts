import { expect, test } from "vitest";
import { failure, receipt } from "../src/failure/outcome.ts";

test("a failure is frozen, clean, and has only the fields it was given", () => {
  const made = failure({
    provider: "A",
    kind: "refused",
    reason: "a\r\nb",
    code: undefined,
    retryAfterMs: undefined,
  });
  expect(made).toStrictEqual({ success: false, provider: "A", kind: "refused", reason: "a b" });
  expect(Object.isFrozen(made)).toBe(true);
});

test("a failure without words says its kind", () => {
  expect(failure({ provider: "A", kind: "refused", reason: " \r\n" }).reason).toBe("refused");
});

test("a wait is rounded up, never down; nonsense is no wait", () => {
  const wait = (retryAfterMs: number) =>
    failure({ provider: "A", kind: "throttled", reason: "x", retryAfterMs }).retryAfterMs;
  expect(wait(0.2)).toBe(1);
  expect(wait(0)).toBe(0);
  expect(wait(-1)).toBeUndefined();
  expect(wait(Number.NaN)).toBeUndefined();
});

test("receipts and failures are frozen down to their rejections, and keep their own lists", () => {
  const rejection = {
    address: "a@b.org",
    failure: failure({ provider: "A", kind: "rejected", reason: "no" }),
  };
  const accepted = ["c@d.org"];
  const taken = receipt({
    provider: "A",
    messageId: "<x>",
    accepted,
    rejected: [rejection],
    response: "250\r\nok",
  });
  accepted.push("e@f.org");
  expect(taken.accepted).toEqual(["c@d.org"]);
  expect(taken.response).toBe("250 ok");
  const failed = failure({ provider: "A", kind: "refused", reason: "no", rejected: [rejection] });
  for (const one of [
    taken,
    taken.accepted,
    taken.rejected,
    taken.rejected[0],
    failed.rejected,
    failed.rejected?.[0],
  ]) {
    expect(Object.isFrozen(one)).toBe(true);
  }
});
