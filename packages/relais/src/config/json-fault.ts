/** A place in a text, each counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Where an offset stands. A line ends with LF, CRLF or CR. */
export function placeOf(text: string, offset: number): TextPlace {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

const blank = /[ \t\r\n]*/y;
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * Where a text stops being JSON (RFC 8259), `undefined` if it does not. V8 says it only in some cases, and shows the text
 * around the mistake, which may be a secret.
 */
export function jsonFault(text: string): TextPlace | undefined {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const token = (pattern: RegExp): boolean => {
    take(blank);
    return take(pattern);
  };
  const next = (sign: string): boolean => {
    take(blank);
    const found = text[at] === sign;
    if (found) at += 1;
    return found;
  };
  const list = (end: string, item: () => boolean): boolean => {
    if (next(end)) return true;
    do {
      if (!item()) return false;
    } while (next(","));
    return next(end);
  };
  const value = (): boolean => {
    if (next("{")) return list("}", () => token(string) && next(":") && value());
    if (next("[")) return list("]", value);
    return token(string) || token(word);
  };
  const whole = value();
  take(blank);
  return whole && at === text.length ? undefined : placeOf(text, at);
}
