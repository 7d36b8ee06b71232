import { expect, test } from "vitest";
import { retryAfterMs } from "../src/retry-after.ts";

const now = Date.parse("2026-01-01T00:00:00Z");
const http = [{ header: "retry-after", unit: "http" }] as const;
const reset = [{ header: "reset", unit: "epoch seconds" }] as const;
const left = [{ header: "left", unit: "seconds" }] as const;

test.each([
  [http, { "retry-after": "7" }, 7_000],
  [http, { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" }, 60_000],
  [http, { "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
  [http, { "retry-after": "soon" }, undefined],
  [http, { "retry-after": "99999999" }, 86_400_000],
  [http, {}, undefined],
  [reset, { reset: String(now / 1_000 + 30) }, 30_000],
  [reset, { reset: "1" }, 0],
  [left, { left: "0.5" }, 500],
  [left, { left: "-5" }, undefined],
  [[...left, ...http], { left: "x", "retry-after": "2" }, 2_000],
])("%o of %o is %s ms", (sources, headers, expected) => {
  expect(retryAfterMs(sources, headers as unknown as Record<string, string>, now)).toBe(expected);
});
