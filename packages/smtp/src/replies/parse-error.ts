import type { Phase } from "./reply-rules.ts";

/** What nodemailer says went wrong. */
export interface ParsedError {
  /** nodemailer's code: `EAUTH`, `EENVELOPE`. */
  readonly code?: string;
  /** The errno behind it. */
  readonly originalCode?: string;
  readonly timeoutType?: string;
  /** The command that was answered: `RCPT TO`, `AUTH PLAIN`. */
  readonly command?: string;
  /** The server's reply. */
  readonly response?: string;
  readonly message: string;
  /** For one recipient. */
  readonly recipient?: string;
  readonly rejectedErrors: readonly unknown[];
}

const names = ["code", "originalCode", "timeoutType", "command", "response", "recipient"] as const;

/** Reads a thrown value with care: anything may have been thrown. */
export function parseError(thrown: unknown): ParsedError {
  const fields: Record<string, unknown> =
    typeof thrown === "object" && thrown !== null ? (thrown as Record<string, unknown>) : {};
  const { message = thrown, rejectedErrors } = fields;
  const texts = names.flatMap((name) =>
    typeof fields[name] === "string" ? [[name, fields[name]] as const] : [],
  );
  return {
    ...Object.fromEntries(texts),
    message: typeof message === "string" ? message : "not an error",
    rejectedErrors: Array.isArray(rejectedErrors) ? rejectedErrors : [],
  };
}

const phaseOfCommand: Readonly<Record<string, Phase>> = {
  EHLO: "ehlo",
  HELO: "ehlo",
  STARTTLS: "starttls",
  "MAIL FROM": "mail",
  "RCPT TO": "rcpt",
};

/** What the reply in an error answers; `undefined` where it answers nothing. */
export function phaseOf({ code, command }: ParsedError): Phase | undefined {
  if (command === undefined) return undefined;
  if (command === "CONN") return code === "EPROTOCOL" ? "greeting" : undefined;
  if (command === "DATA") return code === "EMESSAGE" ? "dot" : "data";
  if (command.startsWith("AUTH")) return "auth";
  return phaseOfCommand[command];
}
