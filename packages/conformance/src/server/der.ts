/** One DER value (ITU-T X.690): a tag byte, the length in its shortest form, the contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), body]);
  if (size < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, size]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, size >> 8, size & 0xff]), body]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => der(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => der(0x31, ...items);
export const octets = (contents: Uint8Array): Buffer => der(0x04, contents);
export const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
export const yes: Buffer = der(0x01, Buffer.from([0xff]));

/** A context-specific tag; `constructed` when it wraps other values. */
export function context(number: number, contents: Uint8Array, constructed = false): Buffer {
  return der((constructed ? 0xa0 : 0x80) | number, contents);
}

/** A positive INTEGER; a leading zero keeps the sign bit clear. */
export function integer(bytes: Uint8Array): Buffer {
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

export function bits(contents: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.from([unused]), contents);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return der(0x06, Buffer.from(bytes));
}

/** UTCTime up to 2049, as RFC 5280 asks. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}
