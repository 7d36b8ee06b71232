/** An encoded word of RFC 2047, with the language of RFC 2231, 5. */
const word = /=\?([^?*\s]{1,60})(?:\*[^?\s]{0,60})?\?([BbQq])\?([^?\r\n]*)\?=/g;

function bytesOf(encoding: string, text: string): Buffer {
  if (encoding.toUpperCase() === "B") return Buffer.from(text, "base64");
  // What is not ASCII should not stand there; some write it all the same.
  const bytes = Buffer.from(text.replaceAll("_", " ")).toString("latin1");
  return Buffer.from(
    bytes.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
}

/** UTF-7 (RFC 2152), which Node.js does not know, and some readers do. */
function fromUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_, base64: string) => {
    const units = Buffer.from(base64, "base64");
    return base64 === ""
      ? "+"
      : units
          .subarray(0, units.length & ~1)
          .swap16()
          .toString("utf16le");
  });
}

function textOf(charset: string, bytes: Buffer): string {
  if (/^(?:unicode-1-1-)?utf-?7$/.test(charset)) return fromUtf7(bytes.toString("latin1"));
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes); // a charset that nobody knows
  }
}

/**
 * Text with its encoded words decoded (RFC 2047): what a reader shows of an unstructured header, or of a name that was
 * found in a structured one (6.2: such a field is cut into its parts first). Bytes of one character that are spread over
 * neighbouring words are put together, as readers do. The result may hold line breaks and control characters.
 */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text;
  let shown = "";
  let from = 0;
  let open: { readonly charset: string; readonly bytes: Buffer[] } | undefined;
  const close = (): void => {
    if (open !== undefined) shown += textOf(open.charset, Buffer.concat(open.bytes));
    open = undefined;
  };
  for (const found of text.matchAll(word)) {
    const [all, charset = "", encoding = "", content = ""] = found;
    const gap = text.slice(from, found.index);
    // Blanks between two encoded words are not part of the text (6.2).
    if (from === 0 || /\S/.test(gap)) {
      close();
      shown += gap;
    }
    const label = charset.toLowerCase();
    if (open?.charset !== label) {
      close();
      open = { charset: label, bytes: [] };
    }
    open?.bytes.push(bytesOf(encoding, content));
    from = found.index + all.length;
  }
  close();
  return shown + text.slice(from);
}
