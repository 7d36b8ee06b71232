import { createMessage, type Message, type MessageInput } from "@relais/core/spi";
import type { Behaviour, Harness, Need, TestTarget } from "./harness.ts";

/** A rule before it knows whom it is for. */
export interface RuleDefinition {
  /** A sentence without its subject, the provider. */
  readonly name: string;
  /** Without these it is not covered. */
  readonly needs: readonly Need[];
  /** @throws {AssertionError} what the provider did, and what it should have done */
  check(fixture: Fixture): Promise<void>;
}

/** What a rule works with. */
export interface Fixture {
  has(need: Need): boolean;
  /** Runs on a target of its own, and clears it away. */
  run<T>(work: (context: TestContext) => Promise<T>): Promise<T>;
  message(input?: MessageInput): Promise<Message>;
}

/** A target, whatever its own type, with what its server can be made to do. */
export interface TestContext {
  readonly target: TestTarget;
  provoke(behaviour: Behaviour | undefined): Promise<void>;
}

const always: ReadonlySet<Need> = new Set<Need>(["secrets", "key", "verify", "close"]);

/** A harness as the rules see it. */
export function fixtureOf<S extends TestTarget>(harness: Harness<S>): Fixture {
  const { provoke, cannot = {}, from = "ann@example.com" } = harness;
  return {
    has: (need) =>
      cannot[need] === undefined && (always.has(need) || provoke[need as Behaviour] !== undefined),
    message: (input) =>
      createMessage({ from, to: "bob@example.net", subject: "Hello", text: "Hello Bob", ...input }),
    async run(work) {
      const target = await harness.make();
      try {
        return await work({
          target,
          provoke: async (behaviour) => {
            if (behaviour !== undefined) await provoke[behaviour]?.(target);
          },
        });
      } finally {
        // What is wrong with closing is for the rules about it to say.
        await Promise.resolve(target.provider.close?.()).catch(() => undefined);
        await target.close();
      }
    },
  };
}

/** Thrown by a rule that found nothing to judge: it must not pass for one that holds. */
export class NotCovered extends Error {
  override readonly name = "NotCovered";

  constructor(missing: string) {
    super(`not covered: ${missing}; provoke it, or give the reason in the harness's cannot`);
  }
}

/** Something that a rule needs and a harness does not have. */
export interface Missing {
  readonly need: Need;
  /** Why it cannot be had, where the harness says so. */
  readonly reason?: string | undefined;
}

/** The first thing a rule lacks; one without a reason comes before those with one. */
export function missing<S extends TestTarget>(
  { needs }: RuleDefinition,
  harness: Harness<S>,
): Missing | undefined {
  const { has } = fixtureOf(harness);
  const all = needs.filter((need) => !has(need)).map((need) => ({ need, reason: harness.cannot?.[need] }));
  return all.find((one) => one.reason === undefined) ?? all[0];
}
