import { explainReply } from "./explain-reply.ts";
import { evidence } from "./parse-error.ts";

/** nodemailer looked at the socket before it wrote, and found it closed: not a byte of this message went out. */
export function untouched(thrown: unknown): boolean {
  const { code, command } = evidence(thrown);
  return code === "ECONNECTION" && command === "API";
}

/**
 * Whether the server has closed the connection, with 421 or without a word. On a connection that was used before
 * that says nothing of the server: it closes those that were idle for long, or when it is told to start anew.
 */
export function wentAway(thrown: unknown): boolean {
  const { code, timeoutType, response } = evidence(thrown);
  if (response?.startsWith("421")) return explainReply(response, "mail")?.kind === "transient";
  return timeoutType === undefined && (code === "ECONNECTION" || code === "ESOCKET");
}
