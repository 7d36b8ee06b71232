import { expect, test } from "vitest";
import { retryBudget } from "../src/policies/retry.ts";

test("a budget gives as many retries as it holds", () => {
  const budget = retryBudget(2, 0.5);
  expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
  expect(budget.left()).toBe(0);
});

test("a part of a retry is none", () => {
  const budget = retryBudget(1, 0.4);
  budget.take();
  budget.succeeded();
  budget.succeeded();
  expect(budget.take()).toBe(false);
  budget.succeeded();
  expect(budget.take()).toBe(true);
});

test("successes and refunds never fill it above its size", () => {
  const budget = retryBudget(2, 0.9);
  budget.succeeded();
  budget.refund();
  expect(budget.left()).toBe(2);
  budget.take();
  budget.refund();
  expect(budget.left()).toBe(2);
});

test("an unbounded budget never ends", () => {
  const budget = retryBudget(Number.POSITIVE_INFINITY, 0);
  for (let i = 0; i < 1_000; i++) expect(budget.take()).toBe(true);
});
