import { expect, test } from "vitest";
import { dispositions, failureKinds } from "../src/failure/kinds.ts";

// The table, line by line.
const table = `
transient     | yes | yes | failure
throttled     | no  | yes | rest
deferred      | no  | yes | neither
misconfigured | no  | yes | open
refused       | no  | yes | neither
rejected      | no  | no  | success
unknown       | no  | no  | failure
skipped       | no  | yes | neither
cancelled     | no  | no  | neither`;

test("the table in code is the table of the design", () => {
  const rows = table
    .trim()
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const expected = Object.fromEntries(
    rows.map(([kind, retry, failover, health]) => [
      kind,
      { retry: retry === "yes", failover: failover === "yes", health },
    ]),
  );
  expect(dispositions).toEqual(expected);
  expect(Object.keys(dispositions)).toEqual([...failureKinds]);
});

test("nobody can change it", () => {
  for (const kind of failureKinds) expect(Object.isFrozen(dispositions[kind])).toBe(true);
  expect(Object.isFrozen(dispositions)).toBe(true);
});
