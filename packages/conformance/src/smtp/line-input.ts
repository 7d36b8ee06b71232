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
const LF = 10;
const CR = 13;

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
