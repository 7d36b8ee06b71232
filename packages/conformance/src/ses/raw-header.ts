const LIMIT_BYTES = 262_144;

/** A header field's value in a raw mail (RFC 5322), unfolded. */
export function rawHeader(mail: Buffer, name: string): string | undefined {
  const end = mail.indexOf("\r\n\r\n");
  const head = mail
    .toString("utf8", 0, Math.min(end < 0 ? mail.length : end, LIMIT_BYTES))
    .replaceAll(/\r?\n[ \t]+/g, " ");
  const prefix = `${name.toLowerCase()}:`;
  const line = head.split(/\r?\n/).find((candidate) => candidate.toLowerCase().startsWith(prefix));
  return line?.slice(prefix.length).trim();
}

/** The bare addresses of an address list: `Ann <ann@example.com>, bob@example.com`. Quoted commas are respected. */
export function addresses(list: string): string[] {
  const items = list.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return items.map((item) => (/<([^<>]*)>\s*$/.exec(item)?.[1] ?? item).trim()).filter((item) => item !== "");
}
