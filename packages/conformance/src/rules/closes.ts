import { fail, strictEqual } from "node:assert";
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
      if (outcome.success) fail("a closed provider gave a receipt");
      // A chain ends the delivery of its caller; any other provider was not asked, and a chain around it goes on.
      const isChain = Array.isArray((provider as { links?: unknown }).links);
      strictEqual(outcome.kind, isChain ? "cancelled" : "skipped", "the kind of a closed provider");
      if (!isChain) strictEqual(outcome.code, "closed", "the code of a closed provider");
      strictEqual(stage.received().length, before.received, "a closed provider sent a message");
      strictEqual(stage.requests(), before.requests, "a closed provider made a request");
    }),
};
