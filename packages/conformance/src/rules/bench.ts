import { createMessage, type Message, type MessageInput } from "@relais/core/spi";
import type { Act, Harness, Need, Stage } from "./harness.ts";

/** A stage, whatever its own type, with its acts. */
export interface Scene {
  readonly stage: Stage;
  act(name: Act): Promise<void>;
}

/** What a rule works with. */
export interface Bench {
  has(need: Need): boolean;
  /** Runs on a stage of its own, and clears it away. */
  on<T>(work: (scene: Scene) => Promise<T>): Promise<T>;
  letter(input?: MessageInput): Promise<Message>;
}

const always: ReadonlySet<Need> = new Set<Need>(["secrets", "key", "verify", "close"]);

/** A harness as the rules see it. */
export function bench<S extends Stage>(harness: Harness<S>): Bench {
  const { provoke, cannot = {}, from = "ann@example.com" } = harness;
  return {
    has: (need) => cannot[need] === undefined && (always.has(need) || provoke[need as Act] !== undefined),
    letter: (input) =>
      createMessage({ from, to: "bob@example.net", subject: "Hello", text: "Hello Bob", ...input }),
    async on(work) {
      const stage = await harness.make();
      try {
        return await work({
          stage,
          act: async (name) => {
            await provoke[name]?.(stage);
          },
        });
      } finally {
        // What is wrong with closing is for the rules about it to say.
        await Promise.resolve(stage.provider.close?.()).catch(() => undefined);
        await stage.close();
      }
    },
  };
}
