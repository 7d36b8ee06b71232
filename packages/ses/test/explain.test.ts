import { failureKinds } from "@relais/core/spi";
import { connectionErrors, explainSesError, httpStatuses, sesErrors } from "@relais/ses";
import { expect, test } from "vitest";

test("every row is reached by its name, with and without Exception, and has a page of AWS", () => {
  expect(sesErrors.length).toBeGreaterThan(30);
  for (const row of sesErrors) {
    expect(failureKinds).toContain(row.kind);
    expect(row.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    expect(row.name).not.toMatch(/Exception$/);
    if (row.says !== undefined) continue;
    expect(explainSesError(row.name)).toBe(row);
    expect(explainSesError(`${row.name}Exception`)).toBe(row);
  }
});

test("a row that asks for words stands before the one of the same name that does not", () => {
  for (const [i, row] of sesErrors.entries()) {
    const later = sesErrors.slice(i + 1).some((other) => other.name === row.name);
    expect(later, row.name).toBe(row.says !== undefined);
  }
});

test.each([
  ["Throttling", "Maximum sending rate exceeded.", "throttled", 1_000],
  ["ThrottlingException", "Daily message quota exceeded.", "throttled", 600_000],
  ["Throttling", "", "throttled", 1_000],
  ["MessageRejected", "Email address is not verified. The following…", "refused", undefined],
  ["SignatureDoesNotMatch", "Signature not yet current: 2 is still later than 1", "transient", undefined],
  ["SignatureDoesNotMatch", "The request signature we calculated does not match", "misconfigured", undefined],
])("%s, %j is %s", (name, message, kind, retryAfterMs) => {
  expect(explainSesError(name, message)).toMatchObject({ kind });
  expect(explainSesError(name, message).retryAfterMs).toBe(retryAfterMs);
});

test.each([
  [200, "unknown"],
  [301, "misconfigured"],
  [400, "misconfigured"],
  [401, "misconfigured"],
  [407, "misconfigured"],
  [408, "transient"],
  [413, "refused"],
  [429, "throttled"],
  [500, "unknown"],
  [502, "unknown"],
  [503, "unknown"],
  [504, "unknown"],
  [0, "unknown"],
])("status %i without words of SES is %s", (status, kind) => {
  expect(explainSesError(undefined, "", status)).toMatchObject({ kind, name: `HTTP ${status}` });
});

test("a name nobody knows counts by its status", () => {
  expect(explainSesError("Wobble", "", 400).kind).toBe("refused");
  expect(explainSesError("Wobble", "", 503).kind).toBe("transient");
});

test("no status and no connection error is decided on without a meaning", () => {
  for (const row of [...httpStatuses, ...connectionErrors]) expect(row.meaning).not.toBe("");
});
