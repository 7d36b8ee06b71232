import { chainRules, type Harness } from "@relais/conformance";
import { createChain } from "@relais/core";
import type { Provider } from "@relais/core/spi";
import { describe, expect, test } from "vitest";
import type { Flaw } from "./pigeon.ts";
import { type PigeonTarget, pigeonHarness } from "./pigeon-harness.ts";

const chain = (providers: readonly Provider[]): Provider => createChain(providers, { policies: [] });
const forGood = "leaves nobody to the next provider of a chain when the server refuses one permanently";
const forNow = "leaves to the next provider of a chain only whom the server defers";

async function brokenBy(flaw: Flaw | undefined, made = chain): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const { name, run } of chainRules(pigeonHarness(flaw), made)) {
    await run().catch(() => broken.push(name));
  }
  return broken;
}

describe("the rules for a chain of two", () => {
  test("hold for a provider that keeps to the others, in a chain and in a chain of a chain", async () => {
    expect(await brokenBy(undefined)).toEqual([]);
    expect(
      await brokenBy(undefined, ([one, next]) =>
        chain([createChain([one!], { policies: [], id: "INNER" }), next!]),
      ),
    ).toEqual([]);
  });

  test.each([
    ["takes the refused for accepted", forGood],
    ["fails for all when one is refused", forGood],
    ["takes one refused for one put off", forGood],
    ["forgets the refused", forGood],
    ["sends once more when one is refused", forGood],
    ["takes those put off for accepted", forNow],
    ["fails for all when one is put off", forNow],
    ["takes one put off for one refused", forNow],
  ] as const)("see a provider that %s", async (flaw, name) => {
    expect(await brokenBy(flaw)).toEqual([name]);
  });

  test("see a chain that asks the next provider for everybody", async () => {
    const careless = ([one, next]: readonly Provider[]): Provider => ({
      id: "CARELESS",
      async send(message, context) {
        const first = await one!.send(message, context);
        return first.success && first.rejected.length === 0 ? first : next!.send(message, context);
      },
    });
    expect(await brokenBy(undefined, careless)).toEqual([forGood, forNow]);
  });

  test("are not covered, or left out with a reason, as the others are", async () => {
    const whole = pigeonHarness();
    const { defer: _left, ...provoke } = whole.provoke;
    const without: Harness<PigeonTarget> = { ...whole, provoke };
    const [, second] = chainRules(without, chain);
    expect(second?.covered).toBe(false);
    await expect(second?.run()).rejects.toThrow("not covered: the harness does not provoke defer");
    const excused = chainRules({ ...without, cannot: { defer: "pigeons do not wait" } }, chain);
    expect(excused.map(({ name }) => name)).toEqual([forGood]);
    expect(() => chainRules({ ...whole, cannot: { defer: "no" } }, chain)).toThrow(
      "chainRules: defer stands in provoke and in cannot",
    );
  });
});
