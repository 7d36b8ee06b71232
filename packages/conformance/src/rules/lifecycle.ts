import { deepStrictEqual, fail, strictEqual } from "node:assert";
import type { Health } from "@relais/core/spi";
import { attempt } from "../harness/attempt.ts";
import { NotCovered, type RuleDefinition } from "../harness/fixture.ts";
import { type Behaviour, provokedKinds } from "../harness/harness.ts";
import { shortDelay, waitFor, withTimeout } from "../harness/wait.ts";

const verifies: RuleDefinition = {
  name: "verifies without sending anything, and never rejects",
  needs: ["verify"],
  async check(fixture) {
    const behaviours: readonly (Behaviour | undefined)[] = [undefined, ...provokedKinds, "echo"];
    for (const behaviour of behaviours) {
      if (behaviour !== undefined && !fixture.has(behaviour)) continue;
      await fixture.run(async (context) => {
        const { provider } = context.target;
        if (provider.verify === undefined) throw new NotCovered("the provider has no verify");
        await context.provoke(behaviour);
        const verified = provider.verify({ signal: new AbortController().signal });
        const health: Health = await withTimeout(verified, 10_000, "verify has not answered");
        await shortDelay();
        strictEqual(context.target.received().length, 0, "verify sent a message");
        strictEqual(typeof health.ok, "boolean", "health.ok must be true or false");
        strictEqual(health.provider, provider.id, "the health is of another provider");
        if (behaviour === undefined) strictEqual(health.ok, true, `the server is well: ${health.reason}`);
      });
    }
  },
};

/** `close` twice is once, and a closed provider sends nothing. */
const closes: RuleDefinition = {
  name: "may be closed twice, and then sends nothing, and says so",
  needs: ["close"],
  check: (fixture) =>
    fixture.run(async (context) => {
      const { target } = context;
      const { provider } = target;
      if (provider.close === undefined) throw new NotCovered("the provider has no close");
      await attempt(context, await fixture.message()).result;
      await withTimeout(provider.close(), 5_000, "close has not ended");
      await withTimeout(provider.close(), 5_000, "the second close has not ended");
      const before = { received: target.received().length, requests: target.requests() };
      const { outcome, fault } = await attempt(context, await fixture.message()).result;
      await shortDelay();
      strictEqual(fault, undefined, `after close: ${fault}`);
      if (outcome.success) fail("a closed provider gave a receipt");
      // A chain ends the delivery of its caller; any other provider was not called, and a chain around it goes on.
      const isChain = Array.isArray((provider as { links?: unknown }).links);
      strictEqual(outcome.kind, isChain ? "cancelled" : "skipped", "the kind of a closed provider");
      if (!isChain) strictEqual(outcome.code, "closed", "the code of a closed provider");
      strictEqual(target.received().length, before.received, "a closed provider sent a message");
      strictEqual(target.requests(), before.requests, "a closed provider made a request");
    }),
};

/** A closed provider does not keep the process alive. */
const leavesNoHandles: RuleDefinition = {
  name: "lets go of every socket and timer when it is closed",
  needs: ["close"],
  async check(fixture) {
    // What is loaded with the first message may keep something permanently.
    await fixture.run(async (context) => attempt(context, await fixture.message()).result);
    await fixture.run(async (context) => {
      const { provider } = context.target;
      if (provider.close === undefined) throw new NotCovered("the provider has no close");
      // What the target before had open may still be closing.
      await shortDelay();
      const before = process.getActiveResourcesInfo();
      for (let n = 0; n < 3; n += 1) await attempt(context, await fixture.message()).result;
      await provider.close();
      let left: readonly string[] = [];
      const closed = (): boolean => {
        left = added(before, process.getActiveResourcesInfo());
        return left.length === 0;
      };
      await waitFor(closed, "", 1_500).catch(() => undefined);
      deepStrictEqual(left, [], `still open after close: ${left.join(", ")}`);
    });
  },
};

/** `verify` and `close`. */
export const lifecycleRules: readonly RuleDefinition[] = [verifies, closes, leavesNoHandles];

/** What is there now and was not before, one entry for each. */
function added(before: readonly string[], now: readonly string[]): readonly string[] {
  const left = [...before];
  return now.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
