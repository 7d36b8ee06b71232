import { failure, failureKinds, type Message, type Outcome } from "@relais/core/spi";
import type { Scene } from "./bench.ts";
import { within } from "./within.ts";

/** What one attempt is given besides the message. */
export interface Wishes {
  readonly signal?: AbortSignal | undefined;
  /** Whom it is for. @defaultValue everybody in the message's envelope */
  readonly to?: readonly string[] | undefined;
  /** What the hand-over waits for. @defaultValue nothing */
  readonly handOver?: (() => Promise<void>) | undefined;
}

/** How an attempt ended. */
export interface Answer {
  /** What the provider said, or what a chain makes of a provider that says nothing of use. */
  readonly outcome: Outcome;
  /** What is wrong with the way it answered, if anything. */
  readonly fault?: string | undefined;
}

/** An attempt under way. */
export interface Asking {
  readonly answer: Promise<Answer>;
  /** How often `handOver` was called. */
  readonly handOvers: number;
  /** Whether the point of no return is behind it. */
  readonly crossed: boolean;
}

/** Longest time for an answer, ms. */
const patienceMs = 15_000;

/** Has the provider send a message, in a context as a chain would give it. */
export function ask({ stage }: Scene, message: Message, wishes: Wishes = {}): Asking {
  const { provider } = stage;
  const signal = wishes.signal ?? new AbortController().signal;
  const state = { handOvers: 0, crossed: false, turnedBack: false };
  const handOver = async (): Promise<void> => {
    state.handOvers += 1;
    try {
      await unlessAborted(wishes.handOver, signal);
    } catch (error) {
      state.turnedBack = true;
      throw error;
    }
    state.crossed = true;
  };
  const envelope = Object.freeze({
    from: message.envelope.from,
    to: Object.freeze([...(wishes.to ?? message.envelope.to)]),
  });

  const coped = (fault: string): Answer => {
    const kind = state.crossed ? "unknown" : state.turnedBack ? "cancelled" : "transient";
    return { fault, outcome: failure({ provider: provider.id, kind, reason: "no answer of use" }) };
  };
  const run = async (): Promise<Answer> => {
    try {
      const said: unknown = await provider.send(message, { envelope, signal, handOver });
      const fault = faultOf(said);
      return fault === undefined ? { outcome: said as Outcome } : coped(fault);
    } catch (thrown) {
      return coped(`send rejected with ${thrown instanceof Error ? thrown.name : typeof thrown}`);
    }
  };
  const answer = within(run(), patienceMs, "send has not answered");
  // A rule may have failed by then without waiting for it.
  answer.catch(() => undefined);
  return {
    answer,
    get handOvers() {
      return state.handOvers;
    },
    get crossed() {
      return state.crossed;
    },
  };
}

function faultOf(said: unknown): string | undefined {
  if (typeof said !== "object" || said === null) return `send answered ${String(said)}`;
  const { success, kind, reason, provider, messageId, accepted } = said as Record<string, unknown>;
  if (typeof provider !== "string") return "the outcome has no provider";
  if (success === true) {
    const whole = typeof messageId === "string" && messageId !== "" && Array.isArray(accepted);
    return whole ? undefined : "the receipt has no messageId, or no accepted";
  }
  if (success !== false) return "success is neither true nor false";
  if (!(failureKinds as readonly unknown[]).includes(kind)) return `there is no kind ${String(kind)}`;
  return typeof reason === "string" && reason !== "" ? undefined : "the failure has no reason";
}

/** A hand-over rejects as soon as the attempt is given up. */
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
