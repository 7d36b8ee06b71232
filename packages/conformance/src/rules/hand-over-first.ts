import { ok, strictEqual } from "node:assert";
import { ask } from "./ask.ts";
import type { RuleParts } from "./rule-parts.ts";
import { said } from "./said.ts";
import { inEverySituation } from "./situations.ts";
import { sizes } from "./sizes.ts";
import { settled, until } from "./until.ts";

/** The far end cannot have the message while the hand-over is pending. */
export const handOverFirst: RuleParts = {
  name: "awaits the hand-over once, before the far end can have the message",
  needs: [],
  async check(bench) {
    await inEverySituation(bench, ({ when, asking }) =>
      ok(asking.handOvers <= 1, `${when}: the hand-over was called ${asking.handOvers} times`),
    );
    for (const size of sizes)
      await bench.on(async (scene) => {
        let open = (): void => {};
        const pending = new Promise<void>((resolve) => (open = resolve));
        const asking = ask(scene, await bench.letter(size.input), { handOver: () => pending });
        await until(() => asking.handOvers > 0, `${size.name}: the hand-over was never called`);
        await settled();
        await settled();
        strictEqual(
          scene.stage.received().length,
          0,
          `${size.name}: accepted while the hand-over was pending`,
        );
        open();
        const { outcome } = await asking.answer;
        strictEqual(said(outcome), "receipt", `${size.name}: the far end takes everything`);
        strictEqual(asking.handOvers, 1, `${size.name}: the hand-over was called ${asking.handOvers} times`);
        strictEqual(scene.stage.received().length, 1, `${size.name}: one message must have arrived`);
      });
  },
};
