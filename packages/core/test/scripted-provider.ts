import type { FailureKind } from "../src/failure/kinds.ts";
import { type FailureParts, failure, type Outcome, receipt } from "../src/failure/outcome.ts";
import type { Message } from "../src/message/message.ts";
import type { Provider, SendContext } from "../src/provider/provider.ts";

/** What a scripted provider does when it is called. */
export type Step = (id: string, context: SendContext, message: Message) => Promise<Outcome>;

/** A provider that does as it is told, and remembers whom it was called for. */
export interface Scripted extends Provider {
  readonly calls: readonly (readonly string[])[];
}

/** @param steps one a call; the last one goes on for ever */
export function scripted(id: string, ...steps: readonly Step[]): Scripted {
  const calls: (readonly string[])[] = [];
  return {
    id,
    calls,
    send(message, context) {
      const step = steps[Math.min(calls.length, steps.length - 1)] ?? accept();
      calls.push(context.envelope.to);
      return step(id, context, message);
    },
  };
}

/** Takes the message. */
export function accept(): Step {
  return async (provider, context) => {
    await context.handOver();
    return receipt({ provider, messageId: `<taken-by-${provider}>`, accepted: context.envelope.to });
  };
}

/** Fails as a well-behaved provider does: `unknown` only after hand-over. */
export function fail(kind: FailureKind, more: Partial<FailureParts> = {}): Step {
  return async (provider, context) => {
    if (kind === "unknown") await context.handOver();
    return failure({ provider, kind, reason: `${kind} there`, ...more });
  };
}

/** Takes the message for some, and fails for the others as told. */
export function part(refused: Readonly<Record<string, FailureKind>>, more: Partial<FailureParts> = {}): Step {
  return async (provider, context) => {
    await context.handOver();
    const rejected = context.envelope.to
      .filter((address) => refused[address] !== undefined)
      .map((address) => {
        const kind = refused[address] as FailureKind;
        return { address, failure: failure({ provider, kind, reason: `${kind} for ${address}`, ...more }) };
      });
    const accepted = context.envelope.to.filter((address) => refused[address] === undefined);
    return receipt({ provider, messageId: `<taken-by-${provider}>`, accepted, rejected });
  };
}

/** Never answers, whatever happens. */
export function hang(): Step {
  return () => new Promise(() => undefined);
}

/** Hands the message over and never answers. */
export function hangHandedOver(): Step {
  return async (_id, context) => {
    await context.handOver();
    return new Promise(() => undefined);
  };
}

/** Answers what a test says, whenever it says so. */
export function answerLater(): { readonly step: Step; readonly answer: (outcome: Outcome) => void } {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  return {
    step: async (_id, context) => {
      await context.handOver();
      return promise;
    },
    answer: resolve,
  };
}
