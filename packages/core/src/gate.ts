import type { JournalEntry } from "./journal.ts";
import type { SendContext } from "./provider.ts";

/** The point of no return of one attempt. */
export interface Gate {
  /** What the provider awaits. Rejects if the attempt is over, or the journal says no. */
  handOver(): Promise<void>;
  /** From now on nobody gets through. */
  shut(): void;
  /** The message may be on its way. */
  readonly crossed: boolean;
  /** Why the provider was turned back, if it was. */
  readonly refusal: string | undefined;
}

/** The hand-over of a delivery that nobody outside guards. */
export const unguarded = (): Promise<void> => Promise.resolve();

/** @param onCross told once, when the point of no return is crossed */
export function gate(entry: JournalEntry, context: SendContext, onCross: () => void): Gate {
  const { signal, scope } = context;
  let isShut = false;
  let crossed = false;
  let refusal: string | undefined;
  let crossing: Promise<void> | undefined;

  const turnBack = (why: string): never => {
    refusal = why;
    throw signal.aborted && signal.reason instanceof Error ? signal.reason : new Error(why);
  };
  const check = (): void => {
    if (signal.aborted || isShut) turnBack("the attempt was over before the message was handed over");
  };
  const cross = async (): Promise<void> => {
    check();
    const journal = scope?.journal;
    if (journal?.handOver !== undefined) {
      await journal.handOver(entry).catch(() => turnBack("the journal refused the hand-over"));
      check();
    }
    if (context.handOver !== unguarded) {
      await context.handOver().catch(() => turnBack("the hand-over was refused"));
      check();
    }
    crossed = true;
    onCross();
  };
  return {
    handOver() {
      crossing ??= cross();
      return crossing;
    },
    shut() {
      isShut = true;
    },
    get crossed() {
      return crossed;
    },
    get refusal() {
      return refusal;
    },
  };
}
