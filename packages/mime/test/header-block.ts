/** The header section of a mail, unfolded: names as written, values as they stand on the wire (RFC 5322, 2.2). */
export function headerBlock(mail: Buffer): readonly (readonly [name: string, value: string])[] {
  const end = mail.indexOf("\r\n\r\n");
  const lines = mail
    .toString("latin1", 0, end)
    .replace(/\r\n(?=[ \t])/g, "")
    .split("\r\n");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`not a header line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

/** Values of one header, whatever the case of its name. */
export function headerValues(mail: Buffer, name: string): string[] {
  return headerBlock(mail).flatMap(([key, value]) =>
    key.toLowerCase() === name.toLowerCase() ? [value] : [],
  );
}
