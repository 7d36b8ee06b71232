import { inPromise } from "./in-promise.ts";
import type { JournalEntry } from "./journal.ts";
import type { SendContext } from "./provider.ts";

/** The point of no return of one attempt. */
export interface Gate {
  /** What the provider awaits. Rejects if the attempt is over, or the journal says no. */
  readonly handOver: () => Promise<void>;
  /** True once the attempt is over: from then on nobody gets through. */
  isShut: boolean;
  /** The message may be on its way. */
  crossed: boolean;
  /** Under way, or done. */
  crossing: Promise<void> | undefined;
  /** Why the provider was turned back, if it was. */
  refusal: string | undefined;
}

/** The hand-over of a delivery that nobody outside guards. */
export const unguarded = (): Promise<void> => done;
const done = Promise.resolve();

/** @param onCross told once, when the point of no return is crossed */
export function gate(entry: JournalEntry, context: SendContext, onCross: (() => void) | undefined): Gate {
  const door: Gate = {
    crossed: false,
    refusal: undefined,
    isShut: false,
    crossing: undefined,
    handOver() {
      if (door.isShut) return Promise.reject(new Error(over));
      door.crossing ??= cross(door, entry, context, onCross);
      return door.crossing;
    },
  };
  return door;
}

const over = "the attempt was over before the message was handed over";

function cross(
  door: Gate,
  entry: JournalEntry,
  context: SendContext,
  onCross: (() => void) | undefined,
): Promise<void> {
  // With nobody to ask, passing is immediate.
  const nobody = context.handOver === unguarded && context.scope?.journal?.handOver === undefined;
  if (nobody && !context.signal.aborted) {
    door.crossed = true;
    onCross?.();
    return done;
  }
  const asked = askAround(door, entry, context, onCross);
  // A provider that does not look at its hand-over must not bring the process down.
  asked.catch(() => undefined);
  return asked;
}

async function askAround(
  door: Gate,
  entry: JournalEntry,
  context: SendContext,
  onCross: (() => void) | undefined,
): Promise<void> {
  const { signal, scope } = context;
  const turnBack = (why: string): never => {
    door.refusal = why;
    throw signal.aborted && signal.reason instanceof Error ? signal.reason : new Error(why);
  };
  const check = (): void => {
    if (signal.aborted || door.isShut) turnBack(over);
  };
  check();
  const journal = scope?.journal;
  await inPromise(() => journal?.handOver?.(entry)).catch(() =>
    turnBack("the journal refused the hand-over"),
  );
  await inPromise(context.handOver).catch(() => turnBack("the hand-over was refused"));
  check();
  door.crossed = true;
  onCross?.();
}
