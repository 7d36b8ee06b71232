import { describe, expect, test } from "vitest";
import { createChain } from "../src/chain/chain.ts";
import { link } from "../src/chain/link.ts";
import { breaker } from "../src/policies/circuit-breaker.ts";
import { concurrency } from "../src/policies/concurrency.ts";
import { overrides } from "../src/policies/overrides.ts";
import { rateLimit } from "../src/policies/rate-limit.ts";
import { retry } from "../src/policies/retry.ts";
import { timeout } from "../src/policies/timeout.ts";
import { knownOptions, numberOption } from "../src/runtime/options.ts";
import { accept, scripted } from "./scripted-provider.ts";

// What is wrong on purpose goes through here, past the compiler.
const loose = <T>(value: unknown): T => value as T;
const a = scripted("A", accept());
const chain = (options: unknown) => createChain([a], loose(options));

describe("a wrong option is refused when the thing is made, with one sentence", () => {
  test.each<[() => unknown, Error]>([
    [
      () => retry({ attempts: 0 }),
      new RangeError("retry: attempts must be a whole number from 1 to 100, got 0"),
    ],
    [
      () => retry({ attempts: 2.5 }),
      new RangeError("retry: attempts must be a whole number from 1 to 100, got 2.5"),
    ],
    [
      () => retry({ attempts: 101 }),
      new RangeError("retry: attempts must be a whole number from 1 to 100, got 101"),
    ],
    [() => retry({ baseMs: -1 }), new RangeError("retry: baseMs must be a number of at least 0, got -1")],
    [
      () => retry({ capMs: Number.NaN }),
      new RangeError("retry: capMs must be a number of at least 0, got NaN"),
    ],
    [
      () => retry({ baseMs: Infinity }),
      new RangeError("retry: baseMs must be a number of at least 0, got Infinity"),
    ],
    [
      () => retry(loose({ budget: "10" })),
      new RangeError("retry: budget must be a number of at least 0, got string"),
    ],
    [() => retry(loose({ retries: 3 })), new TypeError("retry: retries is not an option")],
    [
      () => retry(loose({ attemps: 3 })),
      new TypeError("retry: attemps is not an option; did you mean attempts?"),
    ],
    [() => retry(loose(3)), new TypeError("retry: options must be an object")],
    [() => retry(loose(null)), new TypeError("retry: options must be an object")],
    [() => retry(loose([])), new TypeError("retry: options must be an object")],
    [
      () => breaker({ failureRate: 0 }),
      new RangeError("breaker: failureRate must be a number from 0.001 to 1, got 0"),
    ],
    [
      () => breaker({ failureRate: 50 }),
      new RangeError("breaker: failureRate must be a number from 0.001 to 1, got 50"),
    ],
    [
      () => breaker({ minimumCalls: 0 }),
      new RangeError("breaker: minimumCalls must be a whole number of at least 1, got 0"),
    ],
    [
      () => breaker({ windowMs: 11 }),
      new RangeError("breaker: windowMs must be a whole number of at least 12, got 11"),
    ],
    [() => breaker({ resetMs: 0 }), new RangeError("breaker: resetMs must be a number of at least 1, got 0")],
    [
      () => breaker({ resetMs: 10, maxResetMs: 9 }),
      new RangeError("breaker: maxResetMs must be a number of at least 10, got 9"),
    ],
    [() => breaker(loose({ treshold: 1 })), new TypeError("breaker: treshold is not an option")],
    [() => timeout({ ms: 0 }), new RangeError("timeout: ms must be a number of at least 1, got 0")],
    [() => timeout(loose({})), new RangeError("timeout: ms must be a number of at least 1, got NaN")],
    [() => timeout(loose(30)), new TypeError("timeout: options must be an object")],
    [() => rateLimit({}), new TypeError("rateLimit: give perSecond, perDay or fromProvider")],
    [
      () => rateLimit({ perSecond: 0 }),
      new RangeError("rateLimit: perSecond must be a number of at least 0.001, got 0"),
    ],
    [
      () => rateLimit({ perDay: 0.5 }),
      new RangeError("rateLimit: perDay must be a number of at least 1, got 0.5"),
    ],
    [
      () => rateLimit({ perDay: 1, maxWaitMs: -1 }),
      new RangeError("rateLimit: maxWaitMs must be a number of at least 0, got -1"),
    ],
    [
      () => rateLimit(loose({ perDay: 1, count: "bytes" })),
      new TypeError("rateLimit: count must be messages or recipients"),
    ],
    [
      () => concurrency({ messages: 0 }),
      new RangeError("concurrency: messages must be a whole number of at least 1, got 0"),
    ],
    [
      () => concurrency({ bytes: 0 }),
      new RangeError("concurrency: bytes must be a number of at least 1, got 0"),
    ],
    [
      () => concurrency({ queue: -1 }),
      new RangeError("concurrency: queue must be a whole number of at least 0, got -1"),
    ],
    [
      () => overrides(loose({ refsued: {} })),
      new TypeError("overrides: refsued is not an option; did you mean refused?"),
    ],
    [
      () => overrides({ cancelled: { failover: true } }),
      new TypeError("overrides: cancelled is not an option"),
    ],
    [
      () => overrides(loose({ refused: { nxt: true } })),
      new TypeError("overrides.refused: nxt is not an option; did you mean next?"),
    ],
    [
      () => overrides(loose({ refused: { next: 1 } })),
      new TypeError("overrides.refused.next must be true or false"),
    ],
    [
      () => overrides(loose({ refused: { health: "bad" } })),
      new TypeError("overrides.refused.health must be one of success, failure, open, rest, neither"),
    ],
    [
      () => link(loose({ id: "A" })),
      new TypeError("link: a provider must be an object with an id and a send function"),
    ],
    [
      () => link({ ...a, id: "a b" }),
      new TypeError("link: a provider's id must be 1 to 64 letters, digits, ., _ or -"),
    ],
    [
      () => link(a, retry(), breaker(), loose({})),
      new TypeError("link: policy 3 of A is not a function; was it called, as in retry()?"),
    ],
    [() => createChain([]), new TypeError("createChain: give at least one provider")],
    [() => createChain(loose(a)), new TypeError("createChain: give at least one provider")],
    [
      () => createChain([a, a]),
      new TypeError("createChain: two providers are called A; give each an id of its own"),
    ],
    [
      () => createChain([link(a), scripted("A")]),
      new TypeError("createChain: two providers are called A; give each an id of its own"),
    ],
    [
      () => chain({ deadline: 5 }),
      new TypeError("createChain: deadline is not an option; did you mean deadlineMs?"),
    ],
    [
      () => chain({ deadlineMs: 0 }),
      new RangeError("createChain: deadlineMs must be a number of at least 1, got 0"),
    ],
    [
      () => chain({ onUnknown: "retry" }),
      new TypeError('createChain: onUnknown must be "stop" or "failover"'),
    ],
    [
      () => chain({ failover: { cancelled: true } }),
      new TypeError("createChain.failover: cancelled is not an option"),
    ],
    [
      () => chain({ failover: { refused: "no" } }),
      new TypeError("createChain.failover: refused must be true or false"),
    ],
    [
      () => chain({ observers: () => 0 }),
      new TypeError("createChain: observers must be a list of functions"),
    ],
    [() => chain({ observers: [{}] }), new TypeError("createChain: observers must be a list of functions")],
    [() => chain({ id: "a b" }), new TypeError("createChain: id must be 1 to 64 letters, digits, ., _ or -")],
    [
      () => chain({ from: "nobody" }),
      new TypeError('createChain: from: "nobody" is not an address: it has no @'),
    ],
    [
      () => chain({ limits: { maxByte: 5 } }),
      new TypeError("createChain.limits: maxByte is not an option; did you mean maxBytes?"),
    ],
    [
      () => chain({ limits: { maxBytes: 0 } }),
      new RangeError("createChain.limits: maxBytes must be a whole number of at least 1, got 0"),
    ],
    [
      () => chain({ limits: { allowFiles: "false" } }),
      new TypeError("createChain.limits: allowFiles must be true or false"),
    ],
    [
      () => rateLimit(loose({ fromProvider: "no" })),
      new TypeError("rateLimit: fromProvider must be true or false"),
    ],
  ])("%s", (make, error) => {
    expect(make).toThrow(error);
  });
});

test("what is absent or on the edge is allowed", () => {
  expect(() =>
    chain({ deadlineMs: Infinity, limits: { maxAttachments: 0 }, failover: { unknown: true } }),
  ).not.toThrow();
  expect(() => retry({ attempts: 100, baseMs: 0, capMs: 0, budget: Infinity })).not.toThrow();
  expect(() => breaker({ failureRate: 1, windowMs: 12, resetMs: 1, maxResetMs: 1 })).not.toThrow();
  expect(() => concurrency({ bytes: Infinity, queue: Infinity })).not.toThrow();
  expect(numberOption("x", undefined, 7, { min: 10 })).toBe(7);
});

test("only an option of its own counts, not one that every object has", () => {
  expect(() => knownOptions("x", JSON.parse('{"__proto__": 1}'), ["a"])).toThrow(
    "x: __proto__ is not an option",
  );
  expect(() => knownOptions("x", {}, [])).not.toThrow();
});
