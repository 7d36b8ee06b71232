/** The bytes a client sent and the server has not used yet. */
export interface LineInput {
  readonly empty: boolean;
  push(chunk: Buffer): void;
  /** The next line without its line end, or undefined while there is no whole one. */
  line(): string | undefined;
  /** Everything there is. */
  rest(): Buffer;
  /** Puts back what `rest` gave and was not used. */
  unread(chunk: Buffer): void;
}

const EMPTY = Buffer.alloc(0);

export function lineInput(): LineInput {
  let bytes: Buffer = EMPTY;
  let at = 0;
  // Chunks that come in while the server waits are put together once, when it goes on.
  let waiting: Buffer[] = [];

  const gather = (): void => {
    if (waiting.length === 0) return;
    const left = bytes.subarray(at);
    bytes =
      left.length === 0 && waiting.length === 1 ? (waiting[0] ?? EMPTY) : Buffer.concat([left, ...waiting]);
    waiting = [];
    at = 0;
  };

  return {
    get empty() {
      return at >= bytes.length && waiting.length === 0;
    },
    push: (chunk) => {
      waiting.push(chunk);
    },
    line: () => {
      gather();
      const end = bytes.indexOf(LF, at);
      if (end < 0) return undefined;
      const line = bytes.toString("utf8", at, end > at && bytes[end - 1] === CR ? end - 1 : end);
      at = end + 1;
      return line;
    },
    rest: () => {
      gather();
      const rest = bytes.subarray(at);
      bytes = EMPTY;
      at = 0;
      return rest;
    },
    unread: (chunk) => {
      bytes = bytes.length > at ? Buffer.concat([chunk, bytes.subarray(at)]) : chunk;
      at = 0;
    },
  };
}

/** Reads one mail's body off the wire: removes stuffed dots, finds the final one (RFC 5321, 4.5.2). */
export interface BodyReader {
  /** Bytes read from the wire so far. */
  readonly bytes: number;
  /** Bytes of the mail so far. */
  readonly size: number;
  /** Takes a chunk. Returns where in it the next command starts, or -1 while the final dot has not come. */
  push(chunk: Buffer): number;
  /** The mail, without what was over `maxBytes`. */
  data(): Buffer;
}

const LINE_DOT = Buffer.from("\r\n.");
const [CR, LF, DOT] = [13, 10, 46];

/**
 * The end is CRLF . CRLF and nothing else: a bare LF around the dot does not end a mail, so nothing can be smuggled in.
 * The first CRLF belongs to the mail.
 */
export function bodyReader(maxBytes: number = Number.POSITIVE_INFINITY): BodyReader {
  const pieces: Buffer[] = [];
  // How much of CR LF . CR has been seen, wherever chunks are cut. A mail starts at the start of a line.
  let seen: 0 | 1 | 2 | 3 | 4 = 2;
  let bytes = 0;
  let size = 0;

  const keep = (piece: Buffer): void => {
    size += piece.length;
    if (size <= maxBytes && piece.length > 0) pieces.push(piece);
  };

  const push = (chunk: Buffer): number => {
    let kept = 0;
    let at = 0;
    const end = (next: number): number => {
      bytes += next < 0 ? chunk.length : next;
      return next;
    };
    while (at < chunk.length) {
      const byte = chunk[at];
      if (seen === 0) {
        const found = chunk.indexOf(LINE_DOT, at);
        if (found < 0) {
          const last = chunk[chunk.length - 1];
          const lineEnds = last === LF && chunk.length - at > 1 && chunk[chunk.length - 2] === CR;
          seen = lineEnds ? 2 : last === CR ? 1 : 0;
          break;
        }
        keep(chunk.subarray(kept, found + 2));
        kept = at = found + 3;
        seen = 3;
      } else if (seen === 1) {
        if (byte === LF) at += 1;
        else if (byte === CR) at += 1;
        seen = byte === LF ? 2 : byte === CR ? 1 : 0;
      } else if (seen === 2) {
        if (byte === DOT) {
          keep(chunk.subarray(kept, at));
          kept = at += 1;
          seen = 3;
        } else {
          seen = 0;
        }
      } else if (seen === 3) {
        if (byte === CR) {
          // Held back: it is either the end of the mail or a line that began with a stuffed dot.
          kept = at += 1;
          seen = 4;
        } else {
          seen = 0;
        }
      } else if (byte === LF) {
        return end(at + 1);
      } else {
        keep(Buffer.from("\r"));
        seen = 1;
      }
    }
    keep(chunk.subarray(kept));
    return end(-1);
  };

  return {
    get bytes() {
      return bytes;
    },
    get size() {
      return size;
    },
    push,
    data: () => Buffer.concat(pieces),
  };
}
