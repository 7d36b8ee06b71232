import { expect, test } from "vitest";
import { didYouMean } from "../src/runtime/options.ts";

const names = ["attempts", "baseMs", "capMs", "budget"];

test.each([
  ["attemps", "attempts"],
  ["atempts", "attempts"],
  ["attepmts", "attempts"],
  ["ATTEMPTS", "attempts"],
  ["base_ms", "baseMs"],
  ["capMS", "capMs"],
])("%s was meant to be %s", (word, meant) => {
  expect(didYouMean(word, names)).toBe(meant);
});

test.each(["retries", "x", "", "attemptsattempts", "a".repeat(65)])("%j is like none of them", (word) => {
  expect(didYouMean(word, names)).toBeUndefined();
});

test("the nearest wins, the first of equals", () => {
  expect(didYouMean("ab", ["abc", "ab"])).toBe("ab");
  expect(didYouMean("ab", ["abc", "abd"])).toBe("abc");
});
