/** What a server's reply to EHLO offers, as far as it matters here (RFC 5321, 4.1.1.1). */
export interface Extensions {
  /** RFC 2920. */
  readonly pipelining: boolean;
  /** RFC 6152. */
  readonly eightBitMime: boolean;
  /** RFC 3461. */
  readonly dsn: boolean;
  /** Addresses and headers outside of ASCII (RFC 6531). */
  readonly smtpUtf8: boolean;
  /** RFC 1870. */
  readonly size: boolean;
  /** Of one message; `Infinity` where it does not say. */
  readonly maxBytes: number;
  /** Recipients of one transaction (RFC 9422, RCPTMAX); `Infinity` where it does not say. */
  readonly maxRecipients: number;
  /** Transactions of one connection (RFC 9422, MAILMAX); `Infinity` where it does not say. */
  readonly maxMessages: number;
}

const maxReplyCharacters = 8_192;

const limitOf = (text: string | undefined, most: RegExp): number => {
  const value = text !== undefined && most.test(text) ? Number(text) : 0;
  return value > 0 ? value : Number.POSITIVE_INFINITY;
};

/** Reads the lines of a reply to EHLO. */
export function parseExtensions(reply: string): Extensions {
  const lines = reply
    .slice(0, maxReplyCharacters)
    .split(/\r?\n/)
    .slice(1)
    .map((line) =>
      line
        .slice(4)
        .trim()
        .toUpperCase()
        .split(/[ \t]+/),
    );
  const parametersOf = (keyword: string): readonly string[] | undefined =>
    lines.find(([first]) => first === keyword)?.slice(1);
  const has = (keyword: string): boolean => parametersOf(keyword) !== undefined;
  const limits = parametersOf("LIMITS") ?? [];
  const limit = (name: string): number =>
    limitOf(limits.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1), /^\d{1,6}$/);
  return {
    pipelining: has("PIPELINING"),
    eightBitMime: has("8BITMIME"),
    dsn: has("DSN"),
    smtpUtf8: has("SMTPUTF8"),
    size: has("SIZE"),
    maxBytes: limitOf(parametersOf("SIZE")?.[0], /^\d{1,15}$/),
    maxRecipients: limit("RCPTMAX"),
    maxMessages: limit("MAILMAX"),
  };
}
