import { Readable } from "node:stream";

/** The body of a message, and how far it got. */
export interface BodyStream {
  readonly stream: Readable;
  /** The first bytes were asked for. */
  readonly begun: boolean;
  /** The last ones were: they wait for the hand-over, or are gone. */
  readonly ending: boolean;
  /** `handOver` resolved and the last bytes were passed on: from here on the server may have the message. */
  readonly handedOver: boolean;
  /** `handOver` rejected. The last bytes will never go out. */
  readonly declined: boolean;
}

/** Held back until the hand-over: the last chunk, whole. A message that fits into one waits as a whole. */
const chunkBytes = 65_536;

/**
 * A stream whose end waits for `handOver`, which is called once, when all but the last chunk has been read. Nothing is
 * read ahead, so that is as late as it can be. If it rejects the stream is destroyed: no end, hence no final dot.
 * @param load gets the bytes, when the first are asked for
 */
export function bodyStream(load: () => Promise<Buffer>, handOver: () => Promise<void>): BodyStream {
  let bytes: Buffer | undefined;
  let at = 0;

  const handOverAndEnd = async (chunk: Buffer): Promise<void> => {
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
    stream.push(chunk);
    stream.push(null);
  };
  const next = (all: Buffer): void => {
    const from = at;
    at += chunkBytes;
    body.ending = all.length <= at;
    if (body.ending) void handOverAndEnd(all.subarray(from));
    else stream.push(all.subarray(from, at));
  };
  const begin = async (): Promise<void> => {
    try {
      bytes = await load();
      if (!stream.destroyed) next(bytes);
    } catch (error) {
      stream.destroy(error as Error);
    }
  };

  const stream = new Readable({
    highWaterMark: 0,
    read() {
      body.begun = true;
      if (body.ending) return;
      if (bytes === undefined) void begin();
      else next(bytes);
    },
  });
  const body = { stream, begun: false, ending: false, handedOver: false, declined: false };
  return body;
}
