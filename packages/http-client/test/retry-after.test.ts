import { describe, expect, test } from "vitest";
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
  [http, { "retry-after": "" }, undefined],
  [http, { "retry-after": " 0 " }, 0],
  [http, { "retry-after": "9999999999" }, 86_400_000],
  [reset, { reset: String(now / 1_000 + 30) }, 30_000],
  [reset, { reset: "1" }, 0],
  [left, { left: "0.5" }, 500],
  [left, { left: "-5" }, undefined],
  [[...left, ...http], { left: "x", "retry-after": "2" }, 2_000],
])("%o of %o is %s ms", (sources, headers, expected) => {
  expect(retryAfterMs(sources, headers as unknown as Record<string, string>, now)).toBe(expected);
});

describe("the vendor's words", () => {
  const now = Date.UTC(2029, 0, 1, 10, 0, 0);
  const wait = (words: string): number | undefined => retryAfterMs([{ words: true }], {}, now, words);

  test.each([
    ["recipient limit exceeded, try again after Mon, 01 Jan 2029 10:40:01 UTC", 2_401_000],
    ["recipient limit exceeded, try again after Mon, 01 Jan 2029 11:40:01 GMT", 6_001_000],
    ["try again after Mon, 01 Jan 2029 12:00:00 +0100.", 3_600_000],
    ["retry at 2029-01-01T10:30:00Z", 1_800_000],
    ["available again on 2029-01-01 10:30 UTC", 1_800_000],
    ["Account will be enabled in 2081 seconds", 2_081_000],
    ["try again in 20 minutes", 1_200_000],
    ["please wait for 2 hours", 7_200_000],
    ["try again after Tue, 01 Jan 2030 10:40:01 UTC", 86_400_000],
    ["try again after Mon, 01 Jan 2029 09:00:00 UTC", 0],
    ["limited to 100 messages / hour", undefined],
    ["try again after lunch", undefined],
    ["", undefined],
  ])("%j is %s ms", (words, ms) => {
    expect(wait(words)).toBe(ms);
  });
});
