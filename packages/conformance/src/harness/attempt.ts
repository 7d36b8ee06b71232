import { failure, failureKinds, type Message, type Outcome } from "@relais/core/spi";
import type { TestContext } from "./fixture.ts";
import { shortDelay, waitFor, withTimeout } from "./wait.ts";

/** What one attempt is given besides the message. */
export interface AttemptOptions {
  readonly signal?: AbortSignal | undefined;
  /** Its recipients. @defaultValue all recipients of the message's envelope */
  readonly to?: readonly string[] | undefined;
  /** What the hand-over waits for. @defaultValue nothing */
  readonly handOver?: (() => Promise<void>) | undefined;
}

/** An attempt under way. */
export interface Attempt {
  readonly result: Promise<AttemptResult>;
  /** How often `handOver` was called. */
  readonly handOvers: number;
  /** Whether the point of no return is behind it. */
  readonly handedOver: boolean;
}

/** How an attempt ended. */
export interface AttemptResult {
  /** The provider's outcome, or what a chain makes of a provider that answers with something else. */
  readonly outcome: Outcome;
  /** What is wrong with the way it answered, if anything. */
  readonly fault?: string | undefined;
}

/** Longest time for an answer, ms. */
const timeoutMs = 15_000;

/** Has the provider send a message, in a context as a chain would give it. */
export function attempt({ target }: TestContext, message: Message, options: AttemptOptions = {}): Attempt {
  const { provider } = target;
  const signal = options.signal ?? new AbortController().signal;
  const state = { handOvers: 0, handedOver: false, refused: false };
  const handOver = async (): Promise<void> => {
    state.handOvers += 1;
    try {
      await unlessAborted(options.handOver, signal);
    } catch (error) {
      state.refused = true;
      throw error;
    }
    state.handedOver = true;
  };
  const envelope = Object.freeze({
    from: message.envelope.from,
    to: Object.freeze([...(options.to ?? message.envelope.to)]),
  });

  const replaced = (fault: string): AttemptResult => {
    const kind = state.handedOver ? "unknown" : state.refused ? "cancelled" : "transient";
    return { fault, outcome: failure({ provider: provider.id, kind, reason: "no answer of use" }) };
  };
  const run = async (): Promise<AttemptResult> => {
    try {
      const outcome: unknown = await provider.send(message, { envelope, signal, handOver });
      const fault = faultOf(outcome);
      return fault === undefined ? { outcome: outcome as Outcome } : replaced(fault);
    } catch (error) {
      return replaced(`send rejected with ${error instanceof Error ? error.name : typeof error}`);
    }
  };
  const result = withTimeout(run(), timeoutMs, "send has not answered");
  // A rule may have failed by then without waiting for it.
  result.catch(() => undefined);
  return {
    result,
    get handOvers() {
      return state.handOvers;
    },
    get handedOver() {
      return state.handedOver;
    },
  };
}

/** Aborts an attempt when it has been handed over, and the server had time to see it. */
export async function abortAfterHandOver(started: Attempt, caller: AbortController): Promise<void> {
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  started.result.then(end, end);
  await waitFor(() => started.handedOver || ended, "the message was never handed over");
  await shortDelay();
  caller.abort();
}

/** An outcome in a word: its kind, or `receipt`. */
export function label(outcome: Outcome): string {
  return outcome.success ? "receipt" : outcome.kind;
}

function faultOf(outcome: unknown): string | undefined {
  if (typeof outcome !== "object" || outcome === null) return `send answered ${String(outcome)}`;
  const { success, kind, reason, provider, messageId, accepted } = outcome as Record<string, unknown>;
  if (typeof provider !== "string") return "the outcome has no provider";
  if (success === true) {
    const complete = typeof messageId === "string" && messageId !== "" && Array.isArray(accepted);
    return complete ? undefined : "the receipt has no messageId, or no accepted";
  }
  if (success !== false) return "success is neither true nor false";
  if (!(failureKinds as readonly unknown[]).includes(kind)) return `there is no kind ${String(kind)}`;
  return typeof reason === "string" && reason !== "" ? undefined : "the failure has no reason";
}

/** A hand-over rejects as soon as the attempt is aborted. */
async function unlessAborted(wait: (() => Promise<void>) | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (wait === undefined) return;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new Error("the attempt was given up"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await Promise.race([wait(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
