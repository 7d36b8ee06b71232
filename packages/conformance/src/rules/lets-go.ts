import { deepStrictEqual } from "node:assert";
import { ask } from "./ask.ts";
import { NotCovered } from "./not-covered.ts";
import type { RuleParts } from "./rule-parts.ts";
import { settled, until } from "./until.ts";

/** What is there now and was not before, one entry for each. */
function added(before: readonly string[], now: readonly string[]): readonly string[] {
  const left = [...before];
  return now.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** A closed provider does not keep the process alive. */
export const letsGo: RuleParts = {
  name: "lets go of every socket and timer when it is closed",
  needs: ["close"],
  async check(bench) {
    // What is loaded with the first message may keep something for good.
    await bench.on(async (scene) => ask(scene, await bench.letter()).answer);
    await bench.on(async (scene) => {
      const { provider } = scene.stage;
      if (provider.close === undefined) throw new NotCovered("the provider has no close");
      // What the stage before had open may still be closing.
      await settled();
      const before = process.getActiveResourcesInfo();
      for (let n = 0; n < 3; n += 1) await ask(scene, await bench.letter()).answer;
      await provider.close();
      let left: readonly string[] = [];
      const gone = (): boolean => {
        left = added(before, process.getActiveResourcesInfo());
        return left.length === 0;
      };
      await until(gone, "", 1_500).catch(() => undefined);
      deepStrictEqual(left, [], `still open after close: ${left.join(", ")}`);
    });
  },
};
