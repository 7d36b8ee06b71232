import { classifyError, connectionErrors, httpStatuses, requestProgress } from "@relais/http-client";
import fc from "fast-check";
import { expect, test } from "vitest";

test("every row says what it means and who says so", () => {
  for (const row of [...connectionErrors, ...httpStatuses([])]) {
    expect(row.meaning).not.toBe("");
    expect(row.source, row.meaning).toMatch(/^https:\/\//);
  }
});

test("whatever is thrown before the hand-over has a row, whatever after it is unknown", () => {
  const thrown = fc.oneof(fc.anything(), fc.record({ code: fc.string(), name: fc.string() }));
  const stage = fc.constantFrom("connecting" as const, "connected" as const);
  fc.assert(
    fc.property(thrown, stage, fc.boolean(), (error, at, handedOver) => {
      const progress = {
        ...requestProgress(),
        stage: handedOver ? ("handed over" as const) : at,
        handedOver,
      };
      const { kind, reason } = classifyError(error, progress, false);
      expect(reason).not.toBe("");
      expect(kind === "unknown").toBe(handedOver);
      expect(["transient", "misconfigured", "unknown"]).toContain(kind);
    }),
  );
});

test("an abort is cancelled until the message is handed over", () => {
  const abort = new DOMException("aborted", "AbortError");
  const at = (handedOver: boolean) => ({ ...requestProgress(), stage: "connected" as const, handedOver });
  expect(classifyError(abort, at(false), true).kind).toBe("cancelled");
  expect(classifyError(abort, at(true), true).kind).toBe("unknown");
});
