import { strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import { NotCovered } from "./not-covered.ts";
import type { RuleParts } from "./rule-parts.ts";
import { settled } from "./until.ts";
import { within } from "./within.ts";

/** `close` twice is once, and a closed provider sends nothing. */
export const closes: RuleParts = {
  name: "may be closed twice, and then sends nothing, and says so",
  needs: ["close"],
  check: (bench) =>
    bench.on(async (scene) => {
      const { stage } = scene;
      const { provider } = stage;
      if (provider.close === undefined) throw new NotCovered("the provider has no close");
      await ask(scene, await bench.letter()).answer;
      await within(provider.close(), 5_000, "close has not ended");
      await within(provider.close(), 5_000, "the second close has not ended");
      const before = { received: stage.received().length, requests: stage.requests() };
      const { outcome, fault } = await ask(scene, await bench.letter()).answer;
      await settled();
      strictEqual(fault, undefined, `after close: ${fault}`);
      strictEqual(outcome.success, false, "a closed provider gave a receipt");
      strictEqual(stage.received().length, before.received, "a closed provider sent a message");
      strictEqual(stage.requests(), before.requests, "a closed provider made a request");
    }),
};
