/** Where a body is written: the socket of a connection. */
export interface BodySink {
  /** The connection is closed or about to be: nothing more may be written. */
  readonly ended: boolean;
  /** False if the socket has enough for now. */
  write(bytes: Buffer): boolean;
  /** Resolves when the socket takes more, or when the connection has ended. */
  drained(): Promise<void>;
}

/** Held back until the hand-over: the last chunk, whole. A message that fits into one waits as a whole. */
const chunkBytes = 65_536;

const LF = 10;
const DOT = 46;

/**
 * The body of a transaction as it goes out after 354 (RFC 5321, 4.5.2), and how far it got. Its last bytes and the final
 * dot are one write, which waits for the hand-over: asked for once, when all before was written and has left.
 */
export class Body {
  readonly #bytes: Buffer;
  readonly #handOver: () => Promise<void>;
  #begun = false;
  #handedOver = false;
  #declined = false;

  /** @param bytes lines that end in CRLF, none of them with a bare CR or LF */
  constructor(bytes: Buffer, handOver: () => Promise<void>) {
    this.#bytes = bytes;
    this.#handOver = handOver;
  }

  /** The server answered 354. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The last bytes and the final dot were given to the socket: from here on the server may have the message. */
  get handedOver(): boolean {
    return this.#handedOver;
  }

  /** The hand-over was declined. The last bytes will never go out. */
  get declined(): boolean {
    return this.#declined;
  }

  /** Writes all of it; rejects if the hand-over is declined. Stops without a word where the connection has ended. */
  async writeTo(sink: BodySink): Promise<void> {
    this.#begun = true;
    const bytes = this.#bytes;
    let at = 0;
    while (bytes.length - at > chunkBytes) {
      if (sink.ended) return;
      const from = at;
      at += chunkBytes;
      if (!sink.write(withDots(bytes, from, at))) await sink.drained();
    }
    if (sink.ended) return;
    try {
      await this.#handOver();
    } catch {
      this.#declined = true;
      throw new Error("the hand-over was declined");
    }
    // Meanwhile the connection may have been lost or closed: then nothing was handed over.
    if (sink.ended) return;
    this.#handedOver = true;
    sink.write(Buffer.concat([withDots(bytes, at, bytes.length), finalDot(bytes)]));
  }
}

const dot = Buffer.from(".\r\n");
const breakAndDot = Buffer.from("\r\n.\r\n");
const finalDot = (bytes: Buffer): Buffer => (bytes.at(-1) === LF ? dot : breakAndDot);

const lineOfDot = Buffer.from("\n.");

/** A range of the bytes with a second dot before each line that begins with one. */
function withDots(bytes: Buffer, from: number, to: number): Buffer {
  const pieces: Buffer[] = [];
  const part = bytes.subarray(from, to);
  const next = (start: number): number => {
    const found = part.indexOf(lineOfDot, start);
    return found < 0 ? part.length : found + 1;
  };
  const startsLine = part[0] === DOT && (from === 0 || bytes[from - 1] === LF);
  let at = 0;
  for (let found = startsLine ? 0 : next(0); found < part.length; found = next(found)) {
    pieces.push(part.subarray(at, found + 1));
    at = found;
  }
  const rest = part.subarray(at);
  return pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
}
