import { Readable } from "node:stream";

/** The body of a transaction, and how far it got. */
export interface BodyStream {
  readonly stream: Readable;
  /** The server answered 354, and the first bytes were read. */
  readonly begun: boolean;
  /** `handOver` resolved and the last bytes were passed on: from here on the server may have the message. */
  readonly handedOver: boolean;
  /** `handOver` rejected. The last bytes will never go out. */
  readonly declined: boolean;
}

/** Held back until the hand-over: the last chunk, whole. A message that fits into one waits as a whole. */
const chunkBytes = 65_536;

/**
 * A stream of `bytes` whose end waits for `handOver`, which is called once, when all but the last chunk has been
 * read. Nothing is read ahead, so that is as late as it can be. If it rejects the stream is
 * destroyed: no end, hence no final dot.
 */
export function bodyStream(bytes: Buffer, handOver: () => Promise<void>): BodyStream {
  let at = 0;
  let ending = false;

  const handOverAndEnd = async (): Promise<void> => {
    try {
      await handOver();
    } catch {
      body.declined = true;
      stream.destroy(new Error("the hand-over was declined"));
      return;
    }
    // Meanwhile the connection may have been lost or closed; then this stream is destroyed, and nothing was handed over.
    if (stream.destroyed) return;
    body.handedOver = true;
    stream.push(bytes.subarray(at));
    stream.push(null);
  };

  const stream = new Readable({
    highWaterMark: 0,
    read() {
      body.begun = true;
      if (ending) return;
      if (bytes.length - at > chunkBytes) {
        const from = at;
        at += chunkBytes;
        stream.push(bytes.subarray(from, at));
        return;
      }
      ending = true;
      void handOverAndEnd();
    },
  });
  const body = { stream, begun: false, handedOver: false, declined: false };
  return body;
}
