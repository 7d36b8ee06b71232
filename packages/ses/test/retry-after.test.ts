import { expect, test } from "vitest";

// Not exported: the path is kept from the compiler, which will not rewrite one that leads into another project.
const source: string = new URL("../src/retry-after.ts", import.meta.url).href;
const { retryAfterMs }: typeof import("../src/retry-after.ts") = await import(source);

const now = Date.parse("2026-11-24T10:00:00Z");

test.each([
  [undefined, undefined],
  ["", undefined],
  ["soon", undefined],
  ["120", 120_000],
  [" 0 ", 0],
  ["Tue, 24 Nov 2026 10:00:30 GMT", 30_000],
  ["Tue, 24 Nov 2026 09:00:00 GMT", 0],
  ["9999999999", 86_400_000],
])("Retry-After %j is %s ms", (value, ms) => {
  expect(retryAfterMs(value, now)).toBe(ms);
});
