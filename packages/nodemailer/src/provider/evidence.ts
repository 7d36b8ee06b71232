/** What a nodemailer transport says went wrong, read with care: anything may have been thrown. */
export interface Evidence {
  /** nodemailer's word: `EAUTH`, `EENVELOPE`. */
  readonly code?: string;
  /** The errno, the SDK's name of an error, or whatever else nodemailer's word stands for. */
  readonly detail?: string;
  /** Node's own word that a program never ran (`spawn ENOENT`): nothing can have been taken. */
  readonly neverRan: boolean;
  /** What the answer was the answer to: `RCPT TO`, `AUTH PLAIN`. */
  readonly command: string;
  /** An SMTP reply code. */
  readonly reply?: number;
  /** The reply itself is there, as an SMTP server wrote it; a bare code may be the status of an API. */
  readonly isSmtp: boolean;
  /** RFC 3463: `5.1.1`. */
  readonly enhanced?: string;
  /** Of an API behind the transport. */
  readonly httpStatus?: number;
  readonly said: string;
  readonly recipient?: string;
  readonly rejectedErrors: readonly unknown[];
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
const status = (value: unknown): number | undefined =>
  typeof value === "number" && value >= 200 && value < 600 ? value : undefined;

const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/** Reads a thrown value. */
export function evidence(thrown: unknown): Evidence {
  const given = fieldsOf(thrown);
  const response = text(given.response);
  const said = response ?? text(given.message) ?? text(thrown) ?? "not an error";
  const name = text(given.name);
  return present({
    code: text(given.code),
    detail:
      text(given.originalCode) ??
      text(given.timeoutType) ??
      text(given.Code) ??
      (name === "Error" ? undefined : name),
    neverRan: text(given.syscall)?.startsWith("spawn") === true,
    command: text(given.command) ?? "",
    reply: status(given.responseCode),
    isSmtp: response?.startsWith(String(given.responseCode)) === true,
    enhanced: /^[45]\d\d[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? "")?.[1],
    httpStatus:
      status(fieldsOf(given.$metadata).httpStatusCode) ?? status(given.statusCode) ?? status(given.status),
    said,
    recipient: text(given.recipient),
    rejectedErrors: Array.isArray(given.rejectedErrors) ? given.rejectedErrors : [],
  }) as Evidence;
}
