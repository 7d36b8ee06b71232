import { coverage, type Harness, rules, throughChain } from "@relais/conformance";
import { createChain } from "@relais/core";
import { describe, expect, test } from "vitest";
import { type PigeonTarget, pigeonHarness } from "./pigeon-harness.ts";

const whole = pigeonHarness();
const { deferred: _left, ...provoke } = whole.provoke;
const without: Harness<PigeonTarget> = { ...whole, provoke };
const reason = "pigeons do not wait";
const excused: Harness<PigeonTarget> = { ...without, cannot: { deferred: reason } };
const name = "says deferred when the server causes it, and nothing arrives";

describe("what a harness cannot provoke", () => {
  test("fails as not covered, and does not pass", async () => {
    const rule = rules(without).find((one) => one.name === name);
    expect(rule?.covered).toBe(false);
    await expect(rule?.run()).rejects.toThrow("not covered: the harness does not provoke deferred");
    expect(coverage(without).notCovered).toEqual([{ name }]);
  });

  test("is left out when the harness gives the reason, which stands in the coverage", () => {
    expect(rules(excused).map((one) => one.name)).not.toContain(name);
    expect(coverage(excused).notCovered).toEqual([{ name, reason }]);
    expect(coverage(excused).covered).toEqual(rules(excused).map((one) => one.name));
  });

  test("cannot be what it provokes", () => {
    expect(() => rules({ ...whole, cannot: { deferred: reason } })).toThrow(
      "rules: deferred stands in provoke and in cannot",
    );
  });

  test.each([
    ["a key", "the same key", { keyless: true }],
    ["secrets", "lets no secret out", { secrets: [] }],
    ["verify", "verifies without", { without: "verify" }],
    ["close", "closed twice", { without: "close" }],
  ] as const)("shows at run time where it is %s", async (_what, words, change) => {
    const harness: Harness<PigeonTarget> = { ...whole, make: () => changed(change) };
    const rule = rules(harness).find((one) => one.name.includes(words));
    expect(rule?.covered).toBe(true);
    await expect(rule?.run()).rejects.toThrow(/^not covered: /);
  });
});

async function changed(change: object): Promise<PigeonTarget> {
  const target = await whole.make();
  if ("secrets" in change) return { ...target, secrets: [] };
  if ("without" in change) {
    const { id, send, ...rest } = target.provider;
    const kept = Object.entries(rest).filter(([key]) => key !== change.without);
    return { ...target, provider: { id, send, ...Object.fromEntries(kept) } };
  }
  return { ...target, received: () => target.received().map((one) => ({ ...one, key: undefined })) };
}

test("a copy that arrived although the server refused it is seen", async () => {
  const keeps = ({ far }: PigeonTarget): void => {
    far.mode = { status: 409, keeps: true };
  };
  const rule = rules({ ...whole, provoke: { ...provoke, deferred: keeps } }).find((one) => one.name === name);
  await expect(rule?.run()).rejects.toThrow("1 copies have arrived");
});

describe("all rules", () => {
  test("are covered by a whole harness, and have names of their own", () => {
    const names = rules(whole).map((one) => one.name);
    expect(coverage(whole)).toEqual({ covered: names, notCovered: [] });
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(rules(throughChain(whole, (one) => createChain([one], { policies: [] }))))(
    "hold in a chain: $name",
    (rule) => rule.run(),
  );
});
