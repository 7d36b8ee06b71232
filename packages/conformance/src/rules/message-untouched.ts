import { deepStrictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";

/** The message is the same object for every provider, so nobody may change it. */
export const messageUntouched: RuleParts = {
  name: "leaves the message as it is, the bytes of attachments included",
  needs: [],
  async check(bench) {
    for (const act of [undefined, "transient", "unknown"] as const) {
      if (act !== undefined && !bench.has(act)) continue;
      await bench.on(async (scene) => {
        if (act !== undefined) await scene.act(act);
        const message = await bench.letter({
          cc: "Cleo <cleo@example.net>",
          html: "<p>Hello Bob</p>",
          headers: { "X-Kept": "as it is" },
          tags: { kept: "as-it-is" },
          attachments: [{ filename: "a.txt", content: Buffer.from("as it is") }],
        });
        const before = structuredClone(message);
        await ask(scene, message).answer;
        deepStrictEqual(structuredClone(message), before, "the message was changed");
      });
    }
  },
};
