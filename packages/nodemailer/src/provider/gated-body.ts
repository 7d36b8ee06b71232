import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

/** A message on its way into a transport, and how far it got. */
export interface HeldBody {
  /** In the place of the mail's own stream. */
  hold(open: () => Readable): Readable;
  /** Somebody asked for the stream. */
  readonly begun: boolean;
  /** The end will never come: nothing that waits for it goes out. Without effect once handed over. */
  stop(): void;
  /** `handOver` resolved: from here on the far end may have the message. */
  readonly handedOver: boolean;
  /** `handOver` rejected. */
  readonly declined: boolean;
}

const chunkBytes = 65_536;

/** A body whose last chunk waits for `handOver`, asked for as late as whoever reads it gets there: nothing is read ahead. */
export function heldBody(handOver: () => Promise<void>): HeldBody {
  let handedOver = false;
  let declined = false;
  let stopped = false;
  let asked = false;
  let held: Readable | undefined;

  const halt = (): Error => new Error(declined ? "the hand-over was declined" : "given up");

  const last = async (stream: Readable, chunk: Buffer): Promise<void> => {
    try {
      await handOver();
    } catch {
      declined = true;
      stream.destroy(halt());
      return;
    }
    // Meanwhile the connection may have been lost; then the end never goes out.
    if (stopped || stream.destroyed) return;
    handedOver = true;
    stream.push(chunk);
    stream.push(null);
  };

  const hold = (open: () => Readable): Readable => {
    let bytes: Buffer | undefined;
    let at = 0;
    const stream = new Readable({
      highWaterMark: 0,
      async read() {
        if (asked) return;
        try {
          bytes ??= await buffer(open());
        } catch (error) {
          stream.destroy(error as Error);
          return;
        }
        if (asked || stream.destroyed) return;
        if (bytes.length - at > chunkBytes) {
          const from = at;
          at += chunkBytes;
          stream.push(bytes.subarray(from, at));
          return;
        }
        asked = true;
        await last(stream, bytes.subarray(at));
      },
    });
    held = stream;
    // A pool may put a mail back into its queue; one whose end was asked for is not begun again.
    if (stopped || asked) stream.destroy(halt());
    return stream;
  };

  return {
    hold,
    stop: () => {
      if (handedOver) return;
      stopped = true;
      held?.destroy(halt());
    },
    get begun() {
      return held !== undefined;
    },
    get handedOver() {
      return handedOver;
    },
    get declined() {
      return declined;
    },
  };
}
