import { Readable } from "node:stream";

/** Held back until the hand-over: the last chunk, whole. A message that fits into one waits as a whole. */
const chunkBytes = 65_536;

/**
 * The body of a message whose end waits for `handOver`, which is called once, when all but the last chunk has been read.
 * Nothing is read ahead, so that is as late as it can be. If it rejects the stream is destroyed: no end, hence no final
 * dot.
 */
export class BodyStream extends Readable {
  /** The first bytes were asked for. */
  begun = false;
  /** The last ones were: they wait for the hand-over, or are gone. */
  ending = false;
  /** `handOver` resolved and the last bytes were passed on: from here on the server may have the message. */
  handedOver = false;
  /** `handOver` rejected. The last bytes will never go out. */
  declined = false;
  readonly #handOver: () => Promise<void>;
  readonly #source: Buffer | (() => Promise<Buffer>);
  #bytes: Buffer | undefined;
  #at = 0;

  /** @param source the bytes, or what gets them when the first are asked for */
  constructor(source: Buffer | (() => Promise<Buffer>), handOver: () => Promise<void>) {
    super({ highWaterMark: 0 });
    this.#source = source;
    this.#handOver = handOver;
    if (typeof source !== "function") this.#bytes = source;
  }

  override _read(): void {
    this.begun = true;
    if (this.ending) return;
    if (this.#bytes === undefined) void this.#load();
    else this.#next(this.#bytes);
  }

  async #load(): Promise<void> {
    try {
      this.#bytes = await (this.#source as () => Promise<Buffer>)();
      if (!this.destroyed) this.#next(this.#bytes);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #next(bytes: Buffer): void {
    const from = this.#at;
    this.#at += chunkBytes;
    this.ending = bytes.length <= this.#at;
    if (this.ending) void this.#handOverAndEnd(bytes.subarray(from));
    else this.push(bytes.subarray(from, this.#at));
  }

  async #handOverAndEnd(chunk: Buffer): Promise<void> {
    try {
      await this.#handOver();
    } catch {
      this.declined = true;
      this.destroy(new Error("the hand-over was declined"));
      return;
    }
    // Meanwhile the connection may have been lost or closed; then this stream is destroyed, and nothing was handed over.
    if (this.destroyed) return;
    this.handedOver = true;
    this.push(chunk);
    this.push(null);
  }
}
