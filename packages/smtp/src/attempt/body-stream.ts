import { Readable } from "node:stream";

/** The message on its way out, and how far it got. */
export interface BodyStream {
  readonly stream: Readable;
  /** The server said 354 and bytes were asked for. */
  readonly begun: boolean;
  /** `handOver` resolved and the last bytes were let go: from here on the server may have the message. */
  readonly handedOver: boolean;
  /** `handOver` rejected. The last bytes will never go out. */
  readonly declined: boolean;
}

/** Held back until the hand-over: the last chunk, whole. A message that fits into one waits altogether. */
const chunkBytes = 65_536;

/**
 * A stream of `bytes` whose end waits for `handOver`, which is called once, when all but the last chunk has been
 * asked for. Nothing is read ahead, so that is as late as it can be told from here. If it rejects the stream is
 * destroyed: no end, hence no final dot.
 */
export function bodyStream(bytes: Buffer, handOver: () => Promise<void>): BodyStream {
  let at = 0;
  let begun = false;
  let asked = false;
  let handedOver = false;
  let declined = false;

  const askAndEnd = async (): Promise<void> => {
    try {
      await handOver();
    } catch {
      declined = true;
      stream.destroy(new Error("the hand-over was declined"));
      return;
    }
    // Meanwhile the connection may have been lost or closed; then this stream is destroyed, and stays untold.
    if (stream.destroyed) return;
    handedOver = true;
    stream.push(bytes.subarray(at));
    stream.push(null);
  };

  const stream = new Readable({
    highWaterMark: 0,
    read() {
      begun = true;
      if (asked) return;
      if (bytes.length - at > chunkBytes) {
        const from = at;
        at += chunkBytes;
        stream.push(bytes.subarray(from, at));
        return;
      }
      asked = true;
      void askAndEnd();
    },
  });

  return {
    stream,
    get begun() {
      return begun;
    },
    get handedOver() {
      return handedOver;
    },
    get declined() {
      return declined;
    },
  };
}
