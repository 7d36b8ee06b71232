import { ok, strictEqual } from "node:assert";
import type { MessageInput } from "@relais/core/spi";
import { attempt, label } from "../harness/attempt.ts";
import type { RuleDefinition } from "../harness/fixture.ts";
import { shortDelay, waitFor } from "../harness/wait.ts";
import { inEverySituation } from "./situations.ts";

/** Messages that fit into the buffers of a connection, and ones that do not. */
const sizes: readonly { readonly size: string; readonly input: MessageInput }[] = [
  { size: "a short message", input: {} },
  {
    size: "a message of 400 kB",
    input: { attachments: [{ filename: "a.txt", content: Buffer.alloc(400_000, "relais") }] },
  },
];

const handOverFirst: RuleDefinition = {
  name: "awaits the hand-over once, before the server can have the message",
  needs: [],
  async check(fixture) {
    await inEverySituation(fixture, ({ when, attempt: { handOvers } }) =>
      ok(handOvers <= 1, `${when}: the hand-over was called ${handOvers} times`),
    );
    for (const { size, input } of sizes)
      await fixture.run(async (context) => {
        const { target } = context;
        let allow = (): void => {};
        const pending = new Promise<void>((resolve) => (allow = resolve));
        const started = attempt(context, await fixture.message(input), { handOver: () => pending });
        await waitFor(() => started.handOvers > 0, `${size}: the hand-over was never called`);
        await shortDelay();
        await shortDelay();
        strictEqual(target.received().length, 0, `${size}: accepted while the hand-over was pending`);
        allow();
        const { outcome } = await started.result;
        strictEqual(label(outcome), "receipt", `${size}: the server takes everything`);
        strictEqual(started.handOvers, 1, `${size}: the hand-over was called ${started.handOvers} times`);
        strictEqual(target.received().length, 1, `${size}: one message must have arrived`);
      });
  },
};

const handOverRefused: RuleDefinition = {
  name: "does not cross a hand-over that is refused, and says cancelled",
  needs: [],
  async check(fixture) {
    for (const { size, input } of sizes)
      await fixture.run(async (context) => {
        const refuse = (): Promise<void> => Promise.reject(new Error("not to be handed over"));
        const started = attempt(context, await fixture.message(input), { handOver: refuse });
        const { outcome } = await started.result;
        await shortDelay();
        ok(started.handOvers > 0, `${size}: the hand-over was never called`);
        strictEqual(context.target.received().length, 0, `${size}: arrived all the same`);
        strictEqual(label(outcome), "cancelled", size);
      });
  },
};

/** The server cannot have the message before the hand-over has been allowed. */
export const handOverRules: readonly RuleDefinition[] = [handOverFirst, handOverRefused];
