/**
 * The text of a file as editors write it: UTF-8, or UTF-16 where a byte order mark says so (PowerShell, Excel). The mark
 * is left out; what is not of the encoding becomes U+FFFD.
 */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** What the byte order mark at the beginning says; UTF-8 without one. */
export function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}
