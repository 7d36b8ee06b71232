import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

/** The body of a mail that a transport reads, and how far it got. */
export interface GatedBody {
  /** In the place of the mail's own stream. */
  wrap(open: () => Readable): Readable;
  /** The stream was opened. */
  readonly begun: boolean;
  /** The end will never come: nothing that waits for it goes out. Without effect once handed over. */
  stop(): void;
  /** `handOver` resolved: from here on the server may have the message. */
  readonly handedOver: boolean;
  /** `handOver` rejected. */
  readonly declined: boolean;
}

const chunkBytes = 65_536;

/** A body whose last chunk waits for `handOver`, called as late as the reader gets there: nothing is read ahead. */
export function gatedBody(handOver: () => Promise<void>): GatedBody {
  let stopped = false;
  let ending = false;
  let current: Readable | undefined;

  const stopError = (): Error => new Error(gated.declined ? "the hand-over was declined" : "given up");

  const end = async (stream: Readable, chunk: Buffer): Promise<void> => {
    try {
      await handOver();
    } catch {
      gated.declined = true;
      stream.destroy(stopError());
      return;
    }
    // Meanwhile the connection may have been lost; then the end never goes out.
    if (stopped || stream.destroyed) return;
    gated.handedOver = true;
    stream.push(chunk);
    stream.push(null);
  };

  const wrap = (open: () => Readable): Readable => {
    let bytes: Buffer | undefined;
    let at = 0;
    const stream = new Readable({
      highWaterMark: 0,
      async read() {
        if (ending) return;
        try {
          bytes ??= await buffer(open());
        } catch (error) {
          stream.destroy(error as Error);
          return;
        }
        if (ending || stream.destroyed) return;
        if (bytes.length - at > chunkBytes) {
          const from = at;
          at += chunkBytes;
          stream.push(bytes.subarray(from, at));
          return;
        }
        ending = true;
        await end(stream, bytes.subarray(at));
      },
    });
    current = stream;
    gated.begun = true;
    // A pool may put a mail back into its queue; one whose end was read is not begun again.
    if (stopped || ending) stream.destroy(stopError());
    return stream;
  };

  const stop = (): void => {
    if (gated.handedOver) return;
    stopped = true;
    current?.destroy(stopError());
  };

  const gated = { wrap, stop, begun: false, handedOver: false, declined: false };
  return gated;
}
