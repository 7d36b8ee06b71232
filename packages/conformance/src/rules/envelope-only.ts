import { deepStrictEqual, ok } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";

/** An earlier provider may have reached the others. */
export const envelopeOnly: RuleParts = {
  name: "writes to the recipients of the envelope only, not to all of the message",
  needs: [],
  check: (bench) =>
    bench.on(async (scene) => {
      const message = await bench.letter({
        to: ["bob@example.net", "cleo@example.net"],
        cc: "dan@example.net",
        bcc: "eve@example.net",
      });
      const left = ["cleo@example.net", "eve@example.net"];
      const { outcome } = await ask(scene, message, { to: left }).answer;
      const reached = scene.stage.received().flatMap((one) => one.recipients);
      deepStrictEqual([...reached].sort(), left, "the far end was given other recipients");
      ok(outcome.success, "the far end takes everything");
      deepStrictEqual([...outcome.accepted].sort(), left, "the receipt names other recipients");
    }),
};
