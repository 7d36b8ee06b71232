import { notStrictEqual, strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import { NotCovered } from "./not-covered.ts";
import type { RuleParts } from "./rule-parts.ts";

/** A message that is sent again can be known by its key. */
export const sameKey: RuleParts = {
  name: "sends a message with the same key each time, and another message with another",
  needs: ["key"],
  check: (bench) =>
    bench.on(async (scene) => {
      const [message, other] = [await bench.letter(), await bench.letter()];
      for (const each of [message, message, other]) await ask(scene, each).answer;
      const received = scene.stage.received();
      strictEqual(received.length, 3, `the far end has ${received.length} messages after 3`);
      const [first, again, last] = received.map((one) => one.key);
      if (first === undefined) throw new NotCovered("received() gives no key");
      notStrictEqual(first, "", "the key is empty");
      strictEqual(again, first, "the same message came with two keys");
      notStrictEqual(last, first, "two messages came with one key");
    }),
};
