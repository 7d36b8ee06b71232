import type { Message } from "@relais/core/spi";
import {
  type Attempt,
  type AttemptOptions,
  type AttemptResult,
  abortAfterHandOver,
  attempt,
} from "../harness/attempt.ts";
import type { Fixture, TestContext } from "../harness/fixture.ts";
import { type Behaviour, provokedKinds } from "../harness/harness.ts";
import { shortDelay } from "../harness/wait.ts";

/** One way for an attempt to go. */
interface Situation {
  /** `"when the server causes throttled"` */
  readonly when: string;
  /** What the server is made to do. */
  readonly behaviour?: Behaviour;
  /** Aborted when nothing has come for a while after the hand-over. */
  readonly aborted?: true;
  readonly options?: AttemptOptions;
}

const situations: readonly Situation[] = [
  { when: "when the server takes the message" },
  ...provokedKinds.map((behaviour) => ({ when: `when the server causes ${behaviour}`, behaviour })),
  { when: "when the server takes the message without naming it", behaviour: "missingId" },
  { when: "when the server echoes secrets", behaviour: "echo" },
  { when: "when it is given up after the hand-over", behaviour: "stall", aborted: true },
  {
    when: "when the hand-over is refused",
    options: { handOver: () => Promise.reject(new Error("not to be handed over")) },
  },
  { when: "when it was given up before it began", options: { signal: AbortSignal.abort() } },
];

/** How an attempt went. */
export interface Observation {
  readonly when: string;
  readonly behaviour: Behaviour | undefined;
  readonly context: TestContext;
  readonly message: Message;
  readonly attempt: Attempt;
  readonly result: AttemptResult;
}

/**
 * Sends a message in every way that the harness can bring about, at once, each on a target of its own.
 * @throws what the first that went wrong threw, when all are over
 */
export async function inEverySituation(
  fixture: Fixture,
  check: (observation: Observation) => Promise<void> | void,
): Promise<void> {
  const possible = situations.filter(({ behaviour }) => behaviour === undefined || fixture.has(behaviour));
  const ends = await Promise.allSettled(
    possible.map((situation) =>
      fixture.run(async (context) => check(await observe(situation, fixture, context))),
    ),
  );
  const wrong = ends.find((end) => end.status === "rejected");
  if (wrong !== undefined) throw wrong.reason;
}

async function observe(situation: Situation, fixture: Fixture, context: TestContext): Promise<Observation> {
  const { when, behaviour, aborted, options } = situation;
  await context.provoke(behaviour);
  const message = await fixture.message();
  const caller = new AbortController();
  const started = attempt(context, message, { signal: caller.signal, ...options });
  if (aborted) await abortAfterHandOver(started, caller);
  const result = await started.result;
  await shortDelay();
  return { when, behaviour, context, message, attempt: started, result };
}
