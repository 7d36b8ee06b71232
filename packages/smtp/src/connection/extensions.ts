/** What a server's reply to EHLO offers, as far as it matters here (RFC 5321, 4.1.1.1). */
export interface Extensions {
  /** Addresses and headers outside of ASCII (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** Recipients of one transaction (RFC 9422, RCPTMAX); `Infinity` where it does not say. */
  readonly maxRecipients: number;
  /** Transactions of one connection (RFC 9422, MAILMAX); `Infinity` where it does not say. */
  readonly maxMessages: number;
}

const mostCharacters = 8_192;

/** Reads the lines of a reply to EHLO. */
export function extensions(reply: string): Extensions {
  const lines = reply
    .slice(0, mostCharacters)
    .split(/\r?\n/)
    .map((line) => line.slice(4).trim().toUpperCase());
  const limits = lines.find((line) => /^LIMITS(?: |$)/.test(line))?.split(" ") ?? [];
  const most = (name: string): number => {
    const given = limits.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
    const value = given !== undefined && /^\d{1,6}$/.test(given) ? Number(given) : 0;
    return value > 0 ? value : Number.POSITIVE_INFINITY;
  };
  return {
    smtpUtf8: lines.some((line) => /^SMTPUTF8(?: |$)/.test(line)),
    maxRecipients: most("RCPTMAX"),
    maxMessages: most("MAILMAX"),
  };
}
