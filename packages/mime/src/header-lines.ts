/** Where the header section ends: the index of the empty line's first byte, or the end. */
function headEnd(bytes: Buffer): number {
  const ends = ["\r\n\r\n", "\n\n"].map((gap) => [bytes.indexOf(gap), gap.length / 2] as const);
  const found = ends.filter(([at]) => at >= 0).map(([at, lineBreak]) => at + lineBreak);
  return found.length === 0 ? bytes.length : Math.min(...found);
}

/** The header fields of a mail, unfolded, in order; names in lower case. */
export function headerLines(bytes: Buffer): readonly (readonly [name: string, value: string])[] {
  const text = bytes.toString("utf8", 0, headEnd(bytes)).replace(/\r?\n[ \t]+/g, " ");
  return text.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(":");
    return colon < 1
      ? []
      : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
  });
}

/** The same mail without its Bcc fields: whom it names there is for the envelope alone. */
export function withoutBcc(bytes: Buffer): Buffer {
  const end = headEnd(bytes);
  const head = bytes.toString("latin1", 0, end);
  const kept = head.replace(/^bcc[ \t]*:.*(?:\r?\n[ \t].*)*(?:\r?\n|$)/gim, "");
  return kept.length === head.length
    ? bytes
    : Buffer.concat([Buffer.from(kept, "latin1"), bytes.subarray(end)]);
}
