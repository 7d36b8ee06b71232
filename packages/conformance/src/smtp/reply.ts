/** A reply as it goes on the wire; more than one text makes a multi-line reply of the first one's code (RFC 5321, 4.2.1). */
export function replyBytes(reply: string | readonly string[]): string {
  if (typeof reply === "string") return `${reply}\r\n`;
  const code = reply[0]?.slice(0, 3) ?? "";
  const texts = reply.map((line) => (line.startsWith(code) ? line.slice(4) : line));
  return texts.map((text, at) => `${code}${at === texts.length - 1 ? " " : "-"}${text}\r\n`).join("");
}

/** The code a client would read from what was sent, or undefined for anything that is not a reply. */
export function replyCode(bytes: string | Buffer): number | undefined {
  const head = typeof bytes === "string" ? bytes.slice(0, 3) : bytes.toString("latin1", 0, 3);
  return /^[2-5]\d\d$/.test(head) ? Number(head) : undefined;
}
