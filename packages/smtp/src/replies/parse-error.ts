import type { Phase } from "./phase.ts";

/** What nodemailer says went wrong, read with care: anything may have been thrown. */
export interface Evidence {
  readonly code?: string;
  readonly originalCode?: string;
  readonly timeoutType?: string;
  readonly command?: string;
  readonly response?: string;
  readonly message: string;
  /** For one recipient. */
  readonly recipient?: string;
  readonly rejectedErrors: readonly unknown[];
}

const names = ["code", "originalCode", "timeoutType", "command", "response", "recipient"] as const;

/** Reads a thrown value. */
export function evidence(thrown: unknown): Evidence {
  const given: Record<string, unknown> =
    typeof thrown === "object" && thrown !== null ? (thrown as Record<string, unknown>) : {};
  const found = names.flatMap((name) =>
    typeof given[name] === "string" ? [[name, given[name]] as const] : [],
  );
  return {
    ...Object.fromEntries(found),
    message:
      typeof given.message === "string"
        ? given.message
        : typeof thrown === "string"
          ? thrown
          : "not an error",
    rejectedErrors: Array.isArray(given.rejectedErrors) ? given.rejectedErrors : [],
  };
}

const phaseOfCommand: Readonly<Record<string, Phase>> = {
  EHLO: "ehlo",
  HELO: "ehlo",
  STARTTLS: "starttls",
  "MAIL FROM": "mail",
  "RCPT TO": "rcpt",
};

/** What the reply in the evidence was the answer to; `undefined` where it was none to anything. */
export function phaseOf({ code, command }: Evidence): Phase | undefined {
  if (command === undefined) return undefined;
  if (command === "CONN") return code === "EPROTOCOL" ? "greeting" : undefined;
  if (command === "DATA") return code === "EMESSAGE" ? "dot" : "data";
  if (command.startsWith("AUTH")) return "auth";
  return phaseOfCommand[command];
}
